"""Judges of what a wallet keeps and is shown by its person: docs/spec/backups.md, docs/spec/passkeys.md."""

from __future__ import annotations

from typing import Any

from ..backups import open_keys, read_code
from ..crypto import CoseKey
from ..passkeys import check_assertion, check_registration
from .judges import Input


def judge_recovery_code(given: Input) -> Any:
    return {"code": read_code(given.get("typed"))}


def judge_backup(given: Input) -> Any:
    state_key, keys = open_keys(given.data("keys"), given.get("secret"))
    return {"stateKey": state_key.hex(), "keys": keys}


def judge_registration(given: Input) -> Any:
    data, client = given.data("authenticatorData"), given.data("clientData")
    checked = check_registration(given.data("challenge"), given.get("relyingParty"), data, client)
    credential_id, key, origin, count = checked
    return {"credentialId": credential_id.hex(), "key": key.encode().hex(), "origin": origin, "signCount": count}


def judge_assertion(given: Input) -> Any:
    count = check_assertion(
        given.data("challenge"),
        CoseKey.decode(given.data("key")),
        given.get("relyingParty"),
        given.get("origin"),
        given.get("signCount"),
        given.data("authenticatorData"),
        given.data("clientData"),
        given.data("signature"),
    )
    return {"signCount": count}
