"""The payee: docs/spec/handover.md, "What a payee checks" and "The payee's machine".

    transfer ──▶ RESERVED ──release──▶ OWNED            direct: transfer ──▶ OWNED
                     └──cancel──▶ CANCELLED ──release──▶ OWNED

No timer moves it. Each state is written before it is told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from ..acceptance import attempt_of, check_open, judge_tokens, link_id_of, lock_of, verify_request
from ..conditions import AssetId
from ..crypto import sha256, verify
from ..documents import check_documents
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
)
from ..refusal import Refused
from ..token import CancelPayload, Token
from ..walk import Verified
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
    links = [link_id_of(token, wallet.trust) for token in message.tokens]
    named = [link for link in links if link is not None]
    attempt = attempt_of(message.request, named) if len(named) == len(links) else None
    known = None if attempt is None else wallet.receipt(attempt)
    if known is not None:
        return _say(known)
    try:
        return _take(wallet, message, documents)
    except Refused as refused:
        return RefusedMessage(attempt or message.request, refused.code, "").encode()


def _take(wallet: Wallet, message: TransferMessage, documents: list[DocumentMessage]) -> bytes:
    request = _own_request(wallet, message.request)
    tokens = judge_tokens(message.tokens, message.data, request, wallet.trust, wallet.now())
    attempt = attempt_of(message.request, [token.present.parent for token in tokens])
    if message.counter_request is not None:
        raise Refused("request-mismatch", "no exchange was asked for")
    _check_fresh(wallet, request, tokens)
    lock = _check_lock(request, tokens)
    check_documents(message.data, documents, None)
    links = tuple(token.present.parent for token in tokens)
    amount = sum(token.present.amount for token in tokens)
    said = ReservedBody(message.request, links, lock, amount, None)
    answer = ReservedMessage(attempt, said, None, wallet.key.sign("reserved", said.item())).encode()
    receipt = Receipt(
        attempt=attempt,
        state=PayeeState.RESERVED if lock is not None else PayeeState.OWNED,
        request=message.request,
        lock=lock,
        tokens=tuple(token.token.encode() for token in tokens),
        outputs=tuple(token.present.output for token in tokens),
        answer=answer,
    )
    if lock is None:
        wallet.change(
            tokens=wallet.state.tokens + receipt.tokens,
            owned=wallet.state.owned + receipt.outputs,
            receipts=wallet.with_receipt(receipt),
        )
    else:
        wallet.change(receipts=wallet.with_receipt(receipt))
    return answer


def _own_request(wallet: Wallet, digest: bytes) -> RequestBody:
    bodies = [SignedRequest.decode(encoded).body for encoded in wallet.state.requests]
    found = next((body for body in bodies if body.digest == digest), None)
    if found is None:
        raise Refused("request-mismatch", "no request of this wallet")
    return found


def _check_fresh(wallet: Wallet, request: RequestBody, tokens: list[Verified]) -> None:
    """Steps 8 and 9."""
    outputs = {token.present.output for token in tokens}
    kept = {output for receipt in wallet.state.receipts for output in receipt.outputs}
    if outputs & kept or outputs & set(wallet.state.owned):
        raise Refused("request-reused", "an output that was taken before")
    if request.mode == Mode.DIRECT:
        return
    for receipt in wallet.state.receipts:
        if receipt.request == request.digest and receipt.state != PayeeState.CANCELLED:
            undecided = receipt.state == PayeeState.RESERVED
            raise Refused("attempt-pending" if undecided else "request-reused")
    check_open(request, wallet.certificate, wallet.now())


def _check_lock(request: RequestBody, tokens: list[Verified]) -> bytes | None:
    """Step 10. The lock's hash, None in the direct mode."""
    lock = lock_of(tokens[0])
    if (lock is None) != (request.mode == Mode.DIRECT):
        raise Refused("lock-mismatch")
    if lock is None:
        return None
    if lock[0]:
        raise Refused("lock-mismatch", "the payee would decide")
    return lock[1]


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
    try:
        if receipt.state != PayeeState.OWNED and isinstance(message, ReleaseMessage):
            receipt = _on_release(wallet, receipt, message.secret)
        elif receipt.state == PayeeState.RESERVED and isinstance(message, CancelMessage):
            receipt = _on_cancel(wallet, receipt, message)
    except Refused:
        return []
    return [_say(receipt)]


def _on_release(wallet: Wallet, receipt: Receipt, secret: bytes) -> Receipt:
    if receipt.lock is None or sha256(secret) != receipt.lock:
        raise Refused("release-mismatch")
    tokens = [Token.decode(encoded) for encoded in receipt.tokens]
    if wallet.now() >= min(token.issue.issue.redeem_until for token in tokens):
        raise Refused("attempt-pending", "from redeemUntil on the operator's ruling decides")
    released = tuple(with_release(token, secret).encode() for token in tokens)
    owned = replace(receipt, state=PayeeState.OWNED)
    wallet.change(
        tokens=wallet.state.tokens + released,
        owned=wallet.state.owned + receipt.outputs,
        receipts=wallet.with_receipt(owned),
    )
    return owned


def _on_cancel(wallet: Wallet, receipt: Receipt, message: CancelMessage) -> Receipt:
    if receipt.lock is None or message.lock != receipt.lock:
        raise Refused("lock-mismatch")
    decider = wallet.verified(receipt.tokens[0]).present.previous
    assert decider is not None
    if not verify(decider.certificate.key, "cancel", CancelPayload(message.lock).item(), message.signature):
        raise Refused("signature-invalid", "cancel")
    cancelled = replace(receipt, state=PayeeState.CANCELLED)
    wallet.change(receipts=wallet.with_receipt(cancelled))
    return cancelled
