"""Proofs of payment: docs/spec/handover.md, "Receipts"."""

from __future__ import annotations

from dataclasses import dataclass

from .acceptance import verify_request
from .crypto import sha256, verify
from .evidence import EVIDENCE_BYTES
from .identity import Certificate, Trust
from .messages import (
    CounterTransferMessage,
    Manifest,
    Receipt,
    RequestBody,
    ReservedBody,
    ReservedMessage,
    data_hash,
)
from .refusal import Refused


@dataclass(frozen=True)
class Proven:
    """What a receipt proves: this payee was paid this amount by these links, with these documents in return."""

    payee: Certificate
    request: RequestBody
    said: ReservedBody
    reply: Manifest | None


def verify_receipt(encoded: bytes, trust: Trust) -> Proven:
    """Steps 1 to 5."""
    receipt = Receipt.decode(encoded, EVIDENCE_BYTES)
    payee = verify_request(receipt.request, trust)
    answer = receipt.answer
    if isinstance(answer, ReservedMessage):
        kind, said = "reserved", answer.body
    elif isinstance(answer, CounterTransferMessage):
        kind, said = "counter", answer.body.reserved
    else:
        raise Refused("type-unknown", "no answer")
    if said.request != receipt.request.body.digest:
        raise Refused("request-mismatch")
    if not verify(payee.key, kind, answer.body.item(), answer.signature):
        raise Refused("signature-invalid", "answer")
    shown = None if receipt.secret is None else sha256(receipt.secret)
    if shown != said.lock:
        raise Refused("release-mismatch")
    if said.reply != data_hash(answer.reply):
        raise Refused("document-mismatch")
    return Proven(payee, receipt.request.body, said, answer.reply)
