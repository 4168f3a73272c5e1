"""The payer: docs/spec/handover.md, "What the payer makes" and "The payer's machine".

    start ──▶ LOCKED ──reserved──▶ RELEASED          start ──▶ SENT ──returned──▶ RETURNED
                └──user, refusal, spendUntil──▶ CANCELLED

Each of these is written before anything of it is told, and what was told is told again in the same bytes. There is no
exchange here, so nothing else decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Sequence

from .. import payer as machine
from ..acceptance import attempt_of, check_open, judge_tokens, verify_request
from ..cbor import MESSAGE_BYTES
from ..crypto import sha256
from ..identity import Certificate
from ..links import Made, Planned, make_link, with_release
from ..messages import (
    CancelMessage,
    DocumentMessage,
    DoneMessage,
    Message,
    Mode,
    ReleaseMessage,
    RequestBody,
    ReservedMessage,
    SignedRequest,
    TransferMessage,
    read_message,
)
from ..refusal import Refused
from ..token import CancelPayload, Token
from ..walk import Verified
from .records import Payment, PayerState
from .wallet import Wallet, fresh

MAX_TOKENS = 16


def start(wallet: Wallet, request: SignedRequest, amount: int, address: str) -> Payment:
    """Signs a payment of a request and writes it: LOCKED, or SENT where the request is direct.

    Refuses what a payee would refuse, funds-insufficient, and an exchange with type-unknown.
    """
    body, now = request.body, wallet.now()
    payee = verify_request(request, wallet.trust)
    check_open(body, payee, now)
    wallet.certificate.check_dates(now)
    if body.mode == Mode.EXCHANGE:
        raise Refused("type-unknown", "this wallet does not exchange")
    if body.amount not in (0, amount):
        raise Refused("amount-mismatch")
    secret = fresh() if body.mode == Mode.TWO_PHASE else None
    chosen = select(wallet.spendable(body.asset), amount)
    made = _make_links(wallet, chosen, body, payee, amount, secret)
    tokens = tuple(link.tokens[0] for link in made)
    transfer = TransferMessage(body.digest, tokens, None, None, None).encode()
    judge_tokens(tokens, None, body, wallet.trust, now)
    if len(transfer) > MESSAGE_BYTES:
        raise Refused("too-large", "transfer")
    change = tuple(token for link in made for token in link.tokens[1:])
    payment = Payment(
        attempt=attempt_of(body.digest, [link.link.id for link in made]),
        state=PayerState.SENT if secret is None else PayerState.LOCKED,
        address=address,
        request=request.encode(),
        transfer=transfer,
        inputs=tuple(token.token.encode() for token in chosen),
        change=tuple(token.encode() for token in change),
        secret=secret,
        lock=None if secret is None else sha256(secret),
        answer=None,
        cancel=None,
        finished=False,
    )
    spendable = wallet.without(chosen)
    owned = wallet.state.owned
    if secret is None:
        spendable += payment.change
        owned = wallet.owned_with(list(change))
    wallet.change(tokens=spendable, owned=owned, payments=wallet.with_payment(payment))
    return payment


def select(tokens: Sequence[Verified], amount: int) -> list[Verified]:
    """Tokens for an amount, none that is not needed: the change is less than the last one's amount."""
    chosen: list[Verified] = []
    left = amount
    for token in tokens:
        if left > 0:
            chosen.append(token)
            left -= token.present.amount
    if left > 0:
        raise Refused("funds-insufficient")
    if len(chosen) > MAX_TOKENS:
        raise Refused("too-many", "tokens")
    return chosen


def _make_links(
    wallet: Wallet, chosen: list[Verified], body: RequestBody, payee: Certificate, amount: int, secret: bytes | None
) -> list[Made]:
    made: list[Made] = []
    left = amount
    lock = None if secret is None else sha256(secret)
    for token in chosen:
        paid = min(left, token.present.amount)
        left -= paid
        outputs = [Planned(paid, payee, body.purpose, body.digest)]
        if paid < token.present.amount:
            outputs.append(Planned(token.present.amount - paid, wallet.certificate, None, fresh()))
        made.append(make_link(token, outputs, lock, None, body.against, wallet.key))
    return made


def say(payment: Payment) -> list[bytes]:
    """What the payer says on any contact: the message of its last durable step."""
    if payment.state == PayerState.RELEASED:
        assert payment.secret is not None
        return [ReleaseMessage(payment.attempt, payment.secret).encode()]
    if payment.state == PayerState.CANCELLED:
        assert payment.cancel is not None
        return [payment.cancel]
    if payment.state == PayerState.RETURNED:
        return [DoneMessage(payment.attempt).encode()]
    if payment.finished:
        return []
    return [payment.transfer]


def hear(wallet: Wallet, attempt: bytes, answers: Sequence[Message]) -> Payment:
    """Takes in what the payee answered, and makes the next step durable."""
    documents = [message for message in answers if isinstance(message, DocumentMessage)]
    payment = _known(wallet, attempt)
    for message in answers:
        if payment.state in (PayerState.LOCKED, PayerState.SENT):
            if getattr(message, "attempt", attempt) == attempt:
                _hear_one(wallet, payment, message, documents)
        payment = _known(wallet, attempt)
    return payment


def _known(wallet: Wallet, attempt: bytes) -> Payment:
    payment = wallet.payment(attempt)
    assert payment is not None
    return payment


def _hear_one(wallet: Wallet, payment: Payment, message: Message, documents: list[DocumentMessage]) -> None:
    transfer = read_message(payment.transfer, MESSAGE_BYTES)
    assert isinstance(transfer, TransferMessage)
    state = "sent" if payment.state == PayerState.SENT else "locked"
    request = SignedRequest.decode(payment.request).body
    sent = machine.Sent(request, transfer, payment.secret, state, frozenset(wallet.state.owned))
    try:
        heard = machine.hear(sent, message, documents, wallet.trust, wallet.now())
    except Refused as refused:
        if refused.code == "expired":
            cancel(wallet, payment)
        return
    if heard.state == "cancelling":
        cancel(wallet, payment)
    elif heard.state == "released":
        _release(wallet, payment, message)
    elif heard.state == "returned":
        back = [token.token for token in heard.received]
        wallet.change(
            tokens=wallet.state.tokens + tuple(token.encode() for token in back),
            owned=wallet.owned_with(back),
            payments=wallet.with_payment(replace(payment, state=PayerState.RETURNED)),
        )
    elif isinstance(message, ReservedMessage) and heard.state == "sent":
        wallet.change(payments=wallet.with_payment(replace(payment, answer=message.encode(), finished=True)))


def _release(wallet: Wallet, payment: Payment, answer: Message) -> None:
    """The one irrevocable step: durable, and only then told."""
    assert payment.secret is not None
    change = [with_release(Token.decode(encoded), payment.secret) for encoded in payment.change]
    wallet.change(
        tokens=wallet.state.tokens + tuple(token.encode() for token in change),
        owned=wallet.owned_with(change),
        payments=wallet.with_payment(replace(payment, state=PayerState.RELEASED, answer=answer.encode())),
    )


def cancel(wallet: Wallet, payment: Payment) -> None:
    """The one other decision of a payer: its tokens are spendable again, and the secret is erased."""
    if payment.state != PayerState.LOCKED:
        raise Refused("attempt-decided")
    assert payment.lock is not None
    signature = wallet.key.sign("cancel", CancelPayload(payment.lock).item())
    message = CancelMessage(payment.attempt, payment.lock, wallet.certificate.hash, signature).encode()
    cancelled = replace(payment, state=PayerState.CANCELLED, secret=None, change=(), cancel=message)
    wallet.change(tokens=wallet.state.tokens + payment.inputs, payments=wallet.with_payment(cancelled))


def heard_done(wallet: Wallet, payment: Payment, answers: Sequence[Message]) -> Payment:
    """Notes that the payee has said done: nothing is left to say."""
    if not any(isinstance(message, DoneMessage) and message.attempt == payment.attempt for message in answers):
        return payment
    return finish(wallet, payment)


def finish(wallet: Wallet, payment: Payment) -> Payment:
    """Nothing is left to say, and nothing to hear."""
    finished = replace(payment, finished=True)
    wallet.change(payments=wallet.with_payment(finished))
    return finished
