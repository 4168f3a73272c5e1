"""Judges of tokens and requests: docs/spec/token.md, docs/spec/handover.md."""

from __future__ import annotations

from typing import Any

from ..acceptance import check_open, verify_request
from ..messages import SignedRequest
from ..meters import due_for, meter_id, proves
from ..refusal import Refused
from ..token import MeterTerms
from ..walk import Owned, Verified, verify_token
from .injson import named, structure
from .judges import Input


def owner(owned: Owned) -> Any:
    return {
        "certificate": owned.certificate.hash.hex(),
        "purpose": owned.purpose,
        "request": owned.request.hex(),
    }


def meter(token: Verified) -> Any:
    """Of a metered output: the meter's id."""
    owned = token.present.owner
    if owned.meter is None:
        return {}
    before = token.states[-2].output
    return {"meter": meter_id(before, owned.certificate.hash, owned.purpose, owned.request, owned.meter).hex()}


def judge_ticks(given: Input) -> Any:
    terms = MeterTerms.decode(given.data("terms"))
    if not proves(given.data("meter"), terms, given.values["ticks"], given.data("preimage")):
        raise Refused("tick-invalid")
    return {"due": str(due_for(terms, given.values["ticks"]))}


def rules(token: Verified) -> Any:
    """The conditions, which nothing lifts, and the live caveats."""
    bound = token.present.rules
    conditions = [{"condition": structure(condition), "liftedBy": None} for condition in bound.conditions]
    return conditions + [structure(caveat) for caveat in bound.caveats]


def judge_token(given: Input) -> Any:
    token = verify_token(given.data("token"), given.trust, given.now)
    present = token.present
    lock = present.link.body.lock if present.link is not None and present.locked else None
    return {
        "issue": token.issue.id.hex(),
        "output": present.output.hex(),
        "asset": structure(token.issue.asset),
        "amount": str(present.amount),
        "owner": owner(present.owner),
        **meter(token),
        "previousOwner": None if present.previous is None else present.previous.certificate.hash.hex(),
        "hops": present.hops,
        "rules": rules(token),
        "links": [
            {"id": state.parent.hex(), "kind": named(state.kind)} for state in token.states if state.kind is not None
        ],
        "pending": None if lock is None else structure(lock),
    }


def judge_request(given: Input) -> Any:
    request = SignedRequest.decode(given.data("request"))
    payee = verify_request(request, given.trust)
    if given.now is not None:
        check_open(request.body, payee, given.now)
    return {
        "digest": request.body.digest.hex(),
        "payee": payee.hash.hex(),
        "mode": named(request.body.mode),
        "asset": structure(request.body.asset),
        "amount": str(request.body.amount),
    }
