"""Judges of freezes: docs/spec/freeze.md."""

from __future__ import annotations

from typing import Any

from ..freezes import (
    FreezeList,
    FreezeListBody,
    check_taking,
    verify_appeal,
    verify_appeal_outcome,
    verify_freeze_list,
)
from ..walk import verify_token
from .injson import structure
from .judges import Input


def held(given: Input, name: str) -> FreezeListBody | None:
    """A list that counts as verified."""
    encoded = given.data_or_none(name)
    return None if encoded is None else FreezeList.decode(encoded).body


def judge_freeze_list(given: Input) -> Any:
    body = verify_freeze_list(given.data("bytes"), held(given, "newest"), given.trust, given.values["now"])
    return {"body": structure(body), "hash": body.hash.hex()}


def judge_frozen(given: Input) -> Any:
    token = verify_token(given.data("token"), given.trust, None)
    check_taking(token, held(given, "freezeList"), given.values["now"])
    return {"states": [state.output.hex() for state in token.states]}


def judge_appeal(given: Input) -> Any:
    newest = FreezeList.decode(given.data("freezeList")).body
    body = verify_appeal(given.data("appeal"), newest, given.trust, given.values["now"])
    return {"id": body.id.hex(), "body": structure(body)}


def judge_appeal_outcome(given: Input) -> Any:
    body = verify_appeal_outcome(given.data("outcome"), given.trust)
    return {"body": structure(body), "hash": body.hash.hex()}
