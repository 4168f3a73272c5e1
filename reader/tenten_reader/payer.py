"""The payer's machine: docs/spec/handover.md. A pure function of what was sent and what comes; wallet/payer.py makes
its steps durable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from .acceptance import attempt_of, judge_tokens, lock_of
from .conditions import Kind
from .crypto import sha256, verify
from .documents import check_documents
from .identity import Trust
from .messages import (
    CounterTransferMessage,
    DocumentMessage,
    Manifest,
    Message,
    Mode,
    RefusedMessage,
    RequestBody,
    ReservedBody,
    ReservedMessage,
    ReturnedMessage,
    RulingMessage,
    TransferMessage,
    data_hash,
)
from .orders import Word, verify_ruling
from .refusal import Refused
from .walk import Verified, check_room, verify_decoded


@dataclass(frozen=True)
class Sent:
    """What a payer sent, and what it remembers."""

    request: RequestBody
    transfer: TransferMessage
    secret: bytes | None
    state: str  # locked, or sent where the transfer is direct
    ever_owned: frozenset[bytes]


@dataclass(frozen=True)
class Heard:
    """The state after a message, and the tokens of the other side that became this one's own."""

    state: str
    received: tuple[Verified, ...] = ()


def hear(sent: Sent, message: Message, documents: Sequence[DocumentMessage], trust: Trust, now: int) -> Heard:
    """One message, to a payer that is locked or has sent. Refuses a message that does not count."""
    tokens = [verify_decoded(token, trust, None) for token in sent.transfer.tokens]
    attempt = attempt_of(sent.request.digest, [token.present.parent for token in tokens])
    if isinstance(message, ReservedMessage):
        return _reserved(sent, tokens, message, documents, trust, now)
    if isinstance(message, CounterTransferMessage):
        return _counter(sent, tokens, message, documents, trust, now)
    if isinstance(message, RefusedMessage):
        return _refused(sent, attempt, message)
    if isinstance(message, RulingMessage):
        return _ruling(sent, tokens, message, trust)
    if isinstance(message, ReturnedMessage) and sent.state == "sent":
        return _returned(tokens, attempt, message, trust)
    return Heard(sent.state)


def check_said(
    request: RequestBody, tokens: Sequence[Verified], secret: bytes | None, said: ReservedBody, reply: Manifest | None
) -> None:
    """An answer names this request, these links, this lock, this amount, and the manifest that came with it."""
    links = tuple(token.present.parent for token in tokens)
    lock = None if secret is None else sha256(secret)
    amount = sum(token.present.amount for token in tokens)
    if (said.request, said.links, said.lock, said.amount) != (request.digest, links, lock, amount):
        raise Refused("request-mismatch", "the answer names something else")
    if said.reply != data_hash(reply):
        raise Refused("document-mismatch", "reply")


def _check_spend_until(tokens: Sequence[Verified], now: int) -> None:
    """From the first spendUntil on the payer can only cancel."""
    if now >= min(token.issue.spend_until for token in tokens):
        raise Refused("expired")


def _reserved(
    sent: Sent,
    tokens: list[Verified],
    message: ReservedMessage,
    documents: Sequence[DocumentMessage],
    trust: Trust,
    now: int,
) -> Heard:
    if sent.request.mode == Mode.EXCHANGE:
        raise Refused("request-mismatch", "only counterTransfer answers an exchange")
    check_said(sent.request, tokens, sent.secret, message.body, message.reply)
    payee = trust.certificate(sent.request.certificate)
    if not verify(payee.key, "reserved", message.body.item(), message.signature):
        raise Refused("signature-invalid", "reserved")
    check_documents(message.reply, documents, None)
    if sent.state == "sent":
        return Heard("sent")
    _check_spend_until(tokens, now)
    return Heard("released")


def _counter(
    sent: Sent,
    tokens: list[Verified],
    message: CounterTransferMessage,
    documents: Sequence[DocumentMessage],
    trust: Trust,
    now: int,
) -> Heard:
    own = sent.transfer.counter_request
    if sent.request.mode != Mode.EXCHANGE or own is None or sent.secret is None:
        raise Refused("request-mismatch", "no exchange")
    check_said(sent.request, tokens, sent.secret, message.body.reserved, message.reply)
    payee = trust.certificate(sent.request.certificate)
    if not verify(payee.key, "counter", message.body.item(), message.signature):
        raise Refused("signature-invalid", "counter")
    check_documents(message.reply, documents, None)
    received = judge_tokens(message.tokens, None, own.body, trust, now)
    if any(token.present.output in sent.ever_owned for token in received):
        raise Refused("request-reused")
    if lock_of(received[0]) != (True, sha256(sent.secret)):
        raise Refused("lock-mismatch")
    if message.body.counter_links != tuple(token.present.parent for token in received):
        raise Refused("request-mismatch", "other links than were signed")
    _check_spend_until(tokens, now)
    return Heard("released", tuple(received))


def _refused(sent: Sent, attempt: bytes, message: RefusedMessage) -> Heard:
    if sent.state == "sent":
        return Heard("sent")  # nothing but a return or a ruling frees it
    if message.about not in (attempt, sent.request.digest):
        raise Refused("request-mismatch", "about something else")
    final = not Refused(message.code).transient
    return Heard("cancelling" if final else "locked")


def _ruling(sent: Sent, tokens: list[Verified], message: RulingMessage, trust: Trust) -> Heard:
    ruling = verify_ruling(message.ruling, trust)
    lock = lock_of(tokens[0])
    subjects = [token.present.parent for token in tokens] if lock is None else [lock[1]]
    if ruling.verdict != Word.REFUNDED or ruling.subject not in subjects:
        raise Refused("request-mismatch", "it refunds nothing of this")
    if ruling.operator != sent.request.asset.operator:
        raise Refused("issuer-unknown")
    return Heard("ruled")


def _returned(tokens: list[Verified], attempt: bytes, message: ReturnedMessage, trust: Trust) -> Heard:
    for token in message.tokens:
        check_room(token)
    returned = [verify_decoded(token, trust, None) for token in message.tokens]
    if any(token.present.kind != Kind.RETURN or token.present.owner.request != attempt for token in returned):
        raise Refused("owner-mismatch", "no return of this transfer")
    if any(output.caveats for token in returned if token.present.link for output in token.present.link.body.outputs):
        raise Refused("request-mismatch", "under caveats")
    inputs = [token.states[-2].parent for token in returned]
    if inputs != [token.present.parent for token in tokens]:
        raise Refused("request-mismatch", "other links than were sent")
    if sum(token.present.amount for token in returned) != sum(token.present.amount for token in tokens):
        raise Refused("amount-mismatch")
    return Heard("returned", tuple(returned))

