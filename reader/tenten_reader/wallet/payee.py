"""The payee: docs/spec/handover.md, "What a payee checks" and "The payee's machine".

    transfer ──▶ RESERVED ──release──▶ OWNED            direct: transfer ──▶ OWNED
                     └──cancel──▶ CANCELLED ──release──▶ OWNED

No timer moves it. Each state is written before it is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ..acceptance import Standing, about, check_offer, name_attempt, verify_request
from ..cbor import MESSAGE_BYTES
from ..conditions import AssetId
from ..links import with_release
from ..messages import (
    CancelMessage,
    DocumentMessage,
    DoneMessage,
    Message,
    Mode,
    RefusedMessage,
    ReleaseMessage,
    RequestBody,
    ReservedBody,
    ReservedMessage,
    SignedRequest,
    StatusMessage,
    TransferMessage,
    read_message,
)
from ..payee import answered, hear
from ..refusal import Refused
from . import payer
from .records import PayeeState, Receipt
from .wallet import Wallet, fresh

OPEN_SECONDS = 3600


def ask(wallet: Wallet, asset: AssetId, amount: int, mode: Mode, memo: str) -> SignedRequest:
    """Signs a request; durable before it is shown, since what is paid to it must be recognised."""
    now = wallet.now()
    body = RequestBody(
        certificate=wallet.state.certificate,
        mode=mode,
        asset=asset,
        amount=amount,
        nonce=fresh(),
        purpose=None,
        memo=memo,
        document_key=None,
        wants=(),
        invoice=None,
        against=None,
        is_static=False,
        issued_at=now,
        expires_at=now + OPEN_SECONDS,
    )
    request = SignedRequest(body, wallet.key.sign("request", body.item()))
    verify_request(request, wallet.trust)
    wallet.change(requests=wallet.state.requests + (request.encode(),))
    return request


def handle(wallet: Wallet, messages: Sequence[Message]) -> list[bytes]:
    """Answers a bundle."""
    documents = [message for message in messages if isinstance(message, DocumentMessage)]
    answers: list[bytes] = []
    for message in messages:
        if isinstance(message, TransferMessage):
            answers.append(_on_transfer(wallet, message, documents))
        elif isinstance(message, (ReleaseMessage, CancelMessage, StatusMessage)):
            answers.extend(_on_attempt(wallet, message))
    return answers


def _on_transfer(wallet: Wallet, message: TransferMessage, documents: list[DocumentMessage]) -> bytes:
    attempt = name_attempt(message, wallet.trust)
    known = None if attempt is None else wallet.receipt(attempt)
    if known is not None:
        return _say(known)
    request = _own_request(wallet, message.request)
    if request is None:
        return RefusedMessage(message.request, "request-mismatch", "").encode()
    try:
        return _take(wallet, message, request, documents)
    except Refused as refused:
        return RefusedMessage(about(message, refused, wallet.trust), refused.code, "").encode()


def _own_request(wallet: Wallet, digest: bytes) -> RequestBody | None:
    bodies = [SignedRequest.decode(encoded).body for encoded in wallet.state.requests]
    return next((body for body in bodies if body.digest == digest), None)


def _take(wallet: Wallet, message: TransferMessage, request: RequestBody, documents: list[DocumentMessage]) -> bytes:
    kept = {output for receipt in wallet.state.receipts for output in receipt.outputs}
    standing = next(
        (
            Standing(receipt.attempt, receipt.state == PayeeState.OWNED)
            for receipt in wallet.state.receipts
            if receipt.request == request.digest and receipt.state != PayeeState.CANCELLED
        ),
        None,
    )
    taken = kept | set(wallet.state.owned)
    offer = check_offer(message, request, documents, wallet.trust, wallet.now(), taken, standing)
    links = tuple(token.present.parent for token in offer.tokens)
    said = ReservedBody(request.digest, links, offer.lock, offer.amount, None)
    answer = ReservedMessage(offer.attempt, said, None, wallet.key.sign("reserved", said.item())).encode()
    receipt = Receipt(
        attempt=offer.attempt,
        state=PayeeState.RESERVED if offer.lock is not None else PayeeState.OWNED,
        request=request.digest,
        lock=offer.lock,
        transfer=message.encode(),
        outputs=tuple(token.present.output for token in offer.tokens),
        answer=answer,
    )
    if offer.lock is None:
        wallet.change(
            tokens=wallet.state.tokens + tuple(token.encode() for token in message.tokens),
            owned=wallet.state.owned + receipt.outputs,
            receipts=wallet.with_receipt(receipt),
        )
    else:
        wallet.change(receipts=wallet.with_receipt(receipt))
    return answer


def _say(receipt: Receipt) -> bytes:
    """What the payee says on any contact."""
    if receipt.state == PayeeState.RESERVED or receipt.lock is None:
        return receipt.answer
    return DoneMessage(receipt.attempt).encode()


def _on_attempt(wallet: Wallet, message: ReleaseMessage | CancelMessage | StatusMessage) -> list[bytes]:
    payment = wallet.payment(message.attempt)
    if payment is not None and isinstance(message, StatusMessage):
        return payer.say(payment)
    receipt = wallet.receipt(message.attempt)
    if receipt is None:
        return [RefusedMessage(message.attempt, "attempt-unknown", "").encode()]
    if receipt.state == PayeeState.OWNED:
        return [_say(receipt)]
    transfer = transfer_of(receipt)
    state = "reserved" if receipt.state == PayeeState.RESERVED else "cancelled"
    try:
        answer = read_message(receipt.answer, MESSAGE_BYTES)
        heard = hear(answered(state, transfer, answer, wallet.trust), message, wallet.trust, wallet.now())
    except Refused:
        return []  # what does not count is not worth an answer
    if heard.state == "owned" and isinstance(message, ReleaseMessage):
        receipt = replace(receipt, state=PayeeState.OWNED)
        released = tuple(with_release(token, message.secret).encode() for token in transfer.tokens)
        wallet.change(
            tokens=wallet.state.tokens + released,
            owned=wallet.state.owned + receipt.outputs,
            receipts=wallet.with_receipt(receipt),
        )
    elif heard.state == "cancelled" and receipt.state == PayeeState.RESERVED:
        receipt = replace(receipt, state=PayeeState.CANCELLED)
        wallet.change(receipts=wallet.with_receipt(receipt))
    return [_say(receipt)]


def transfer_of(receipt: Receipt) -> TransferMessage:
    """The transfer that was taken."""
    transfer = read_message(receipt.transfer, MESSAGE_BYTES)
    assert isinstance(transfer, TransferMessage)
    return transfer
