"""Judges of what an operator is asked: docs/spec/orders.md."""

from __future__ import annotations

from typing import Any

from ..claims import Judged, judge_claim
from ..crypto import sha256
from ..orders import Claim, SignedOrder, SignedRuling, verify_enrolment, verify_false_statement, verify_order, verify_ruling
from ..refunds import judge_refund
from ..refusal import Refused
from ..registry import Row, look_up
from ..statement import SignedStatement, verify_statement
from ..token import Token
from ..walk import verify_token
from .injson import structure
from .judges import Input


def judge_enrolment(given: Input) -> Any:
    body = verify_enrolment(given.data("enrolment"), given.data("operator"))
    digest = sha256(body.encode())
    return {"digest": digest.hex(), "key": structure(body.key), "asked": structure(body.asked)}


def judge_order(given: Input) -> Any:
    signed = SignedOrder.decode(given.data("order"))
    signer = verify_order(signed, given.trust)
    return {"digest": signed.order.digest.hex(), "signer": signer.hash.hex(), "order": structure(signed.order)}


def judge_claim_of(given: Input) -> Any:
    claim = Claim.decode(given.data("claim"))
    now = given.now
    assert now is not None
    published = {bytes.fromhex(entry["lock"]): entry["at"] for entry in given.get("published") or []}
    tokens = judge_claim(claim, given.trust, given.data("operator"), now, published)
    return {"order": claim.order.order.digest.hex(), "tokens": [_claimed(token) for token in tokens]}


def _claimed(token: Judged | Refused) -> Any:
    if isinstance(token, Refused):
        return {"refused": token.code}
    return {
        "output": token.token.present.output.hex(),
        "amount": str(token.token.present.amount),
        "redeemer": token.token.states[-2].owner.certificate.hash.hex(),
        "terms": structure(token.terms),
        "burned": token.burned,
    }


def judge_redemption(given: Input) -> Any:
    trust = given.trust
    token = verify_token(given.data("token"), trust, None)
    rows = [
        Row(
            bytes.fromhex(row["output"]),
            bytes.fromhex(row["consumer"]),
            None if row.get("consumed") is None else bytes.fromhex(row["consumed"]),
        )
        for row in given.get("stored") or []
    ]
    found = look_up(token, given.data("order"), rows, trust)
    missing = [output.hex() for output in found.missing]
    if not found.forks:
        return {"kind": "free", "missing": missing}
    culprits = {verdict.culprit.hash for verdict in found.forks}
    return {
        "kind": "forked",
        "missing": missing,
        "forks": [
            {"kind": verdict.kind, "output": verdict.output.hex(), "culprit": verdict.culprit.hash.hex()}
            for verdict in found.forks
        ],
        "draws": not culprits & set(given.all_data("claimants")),
    }


def judge_statement(given: Input) -> Any:
    statement = SignedStatement.decode(given.data("statement"))
    signer = verify_statement(statement, given.trust, given.data("operator"))
    return {"signer": signer.hash.hex(), "says": structure(statement.body.says)}


def judge_false_statement(given: Input) -> Any:
    culprit = verify_false_statement(given.data("falseStatement"), given.trust, given.data("operator"))
    return {"culprit": culprit.hash.hex()}


def judge_refund_of(given: Input) -> Any:
    now = given.now
    assert now is not None
    statement = SignedStatement.decode(given.data("statement"))
    refund = judge_refund(statement, Token.decode(given.data("token")), given.trust, now)
    return {
        "output": refund.output.hex(),
        "amount": str(refund.amount),
        "hops": refund.hops,
        "owner": refund.owner.hex(),
        "consumed": [output.hex() for output in refund.consumed],
        "terms": structure(refund.terms),
    }


def judge_ruling(given: Input) -> Any:
    return {"body": structure(verify_ruling(SignedRuling.decode(given.data("ruling")), given.trust))}
