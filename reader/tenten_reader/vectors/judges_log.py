"""Judges of logs: proofs, keys of notes, checkpoints."""

from __future__ import annotations

from typing import Any

from .. import log
from ..refusal import Refused
from .judges import Input


def judge_inclusion(given: Input) -> Any:
    path = given.all_data("path")
    if not log.is_included(given.data("entry"), given.values["index"], given.values["size"], path, given.data("root")):
        raise Refused("not-logged", "")
    return {}


def judge_consistency(given: Input) -> Any:
    older = (given.values["oldSize"], given.data("oldRoot"))
    newer = (given.values["newSize"], given.data("newRoot"))
    if not log.is_consistent(*older, *newer, given.all_data("path")):
        raise Refused("log-inconsistent", "")
    return {}


def judge_verifier_key(given: Input) -> Any:
    key = log.read_key(given.values["text"])
    return {"name": key.name, "keyId": key.key_id, "type": key.type, "publicKey": key.public.hex()}


def judge_checkpoint(given: Input) -> Any:
    keys = [log.read_key(text) for text in given.get("keys") or []]
    witnesses = [log.read_key(text) for text in given.get("witnesses") or []]
    opened = log.open_checkpoint(given.data("note"), given.values["origin"], keys, witnesses)
    return {
        "size": opened.size,
        "root": opened.root.hex(),
        "extensions": opened.extensions,
        "cosignatures": [{"name": name, "at": at} for name, at in opened.cosignatures],
    }
