"""Judges of hand-overs: docs/spec/handover.md."""

from __future__ import annotations

from typing import Any

from .. import payee, payer
from ..acceptance import Standing, about, check_offer
from ..cbor import MESSAGE_BYTES
from ..documents import check_documents
from ..messages import (
    DocumentMessage,
    Manifest,
    SignedRequest,
    TransferMessage,
    document_hash,
    read_message,
)
from ..receipts import verify_receipt
from ..refusal import Refused
from .injson import structure
from .judges import Input


def documents_of(given: Input, manifest: Manifest | None) -> list[DocumentMessage]:
    """The documents of an input, as messages under the manifest that is meant."""
    if manifest is None:
        return []
    bundle = manifest.data_hash
    return [
        DocumentMessage(bundle, document["position"], bytes.fromhex(document["content"]))
        for document in given.get("documents") or []
    ]


def _listed(manifest: Manifest | None, contents: list[bytes]) -> Any:
    entries = () if manifest is None else manifest.documents
    return [{"mediaType": entry.media_type, "content": content.hex()} for entry, content in zip(entries, contents)]


def _transfer(given: Input) -> TransferMessage:
    message = read_message(given.data("transfer"), MESSAGE_BYTES)
    assert isinstance(message, TransferMessage)
    return message


class RefusedAbout(Refused):
    """A refusal that names what it is about."""

    def __init__(self, refused: Refused, about: bytes) -> None:
        super().__init__(refused.code, refused.detail)
        self.about = about


def judge_transfer(given: Input) -> Any:
    trust, now = given.trust, given.now
    assert now is not None
    message = _transfer(given)
    request = SignedRequest.decode(given.data("request")).body
    standing = given.get("standing")
    other = None if standing is None else Standing(bytes.fromhex(standing["attempt"]), standing["state"] == "owned")
    taken = frozenset(given.all_data("everOwned"))
    try:
        offer = check_offer(message, request, documents_of(given, message.data), trust, now, taken, other)
    except Refused as refused:
        # Who has no such request does not walk what comes for it.
        known = message.request == request.digest
        raise RefusedAbout(refused, about(message, refused, trust) if known else message.request) from None
    lock = offer.tokens[0].present.link
    assert lock is not None
    return {
        "attempt": offer.attempt.hex(),
        "links": [token.present.parent.hex() for token in offer.tokens],
        "outputs": [token.present.output.hex() for token in offer.tokens],
        "lock": None if lock.body.lock is None else structure(lock.body.lock),
        "amount": str(offer.amount),
        "documents": _listed(message.data, list(offer.documents)),
    }


def judge_payer(given: Input) -> Any:
    trust, now = given.trust, given.now
    assert now is not None
    secret = given.data_or_none("secret")
    request = SignedRequest.decode(given.data("request")).body
    state = "sent" if secret is None else "locked"
    sent = payer.Sent(request, _transfer(given), secret, state, frozenset(given.all_data("everOwned")))
    message = read_message(given.data("message"), MESSAGE_BYTES)
    heard = payer.hear(sent, message, documents_of(given, getattr(message, "reply", None)), trust, now)
    spendable = [token.present.output.hex() for token in heard.received]
    return {"state": heard.state, "spendable": spendable, "forwarded": False}


def judge_payee(given: Input) -> Any:
    trust, now = given.trust, given.now
    assert now is not None
    answer = read_message(given.data("answer"), MESSAGE_BYTES)
    standing = payee.answered(given.get("state"), _transfer(given), answer, trust)
    heard = payee.hear(standing, read_message(given.data("message"), MESSAGE_BYTES), trust, now)
    spendable = [output.hex() for output in heard.spendable]
    return {"state": heard.state, "spendable": spendable, "forwarded": heard.forwarded}


def judge_receipt(given: Input) -> Any:
    proven = verify_receipt(given.data("receipt"), given.trust)
    return {
        "payee": proven.payee.hash.hex(),
        "asset": structure(proven.request.asset),
        "amount": str(proven.said.amount),
        "links": [link.hex() for link in proven.said.links],
        "reply": None if proven.reply is None else structure(proven.reply),
    }


def judge_documents(given: Input) -> Any:
    manifest = Manifest.decode(given.data("manifest"))
    contents = check_documents(manifest, documents_of(given, manifest), None)
    assert all(document_hash(manifest.salt, c) == entry.hash for c, entry in zip(contents, manifest.documents))
    return {"dataHash": manifest.data_hash.hex(), "documents": _listed(manifest, contents)}
