"""Judges of transports and sealed documents: docs/spec/transports.md; docs/spec/handover.md, "Documents"."""

from __future__ import annotations

from typing import Any

from ..documents import DocumentPlace, check_document_key, open_sealed
from ..peers import check_peer
from ..transports import read_bundle, read_link
from .judges import Input


def judge_bundle(given: Input) -> Any:
    return {"messages": [message.hex() for message in read_bundle(given.data("bytes"))]}


def judge_link(given: Input) -> Any:
    return {"messages": [message.hex() for message in read_bundle(read_link(given.get("link")))]}


def judge_peer(given: Input) -> Any:
    return {"origin": check_peer(given.get("url"))}


def judge_document_key(given: Input) -> Any:
    check_document_key(given.data("documentKey"))
    return {}


def judge_sealed(given: Input) -> Any:
    place = DocumentPlace(given.data("bundle"), given.get("position"))
    return {"plaintext": open_sealed(given.data("privateKey"), place, given.data("content")).hex()}
