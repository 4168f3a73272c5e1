"""`python3 -m tenten_reader wallet`: each command opens the wallet, does one thing, and prints it as a line of JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Callable

from ..identity import Role
from ..messages import Mode, RequestMessage, SignedRequest, StatusMessage
from ..refusal import Refused
from ..transports import ask_for_request, hand_over, read_link, read_messages
from . import operator, payee, payer
from .records import OrderState, PayeeState, PayerState, Payment
from .server import WalletServer
from .wallet import Wallet

_SAFE = {PayerState.RELEASED, PayerState.CANCELLED, PayerState.SENT}


def tell(**fields: object) -> None:
    print(json.dumps(fields), flush=True)


def enrol(wallet: Wallet, given: argparse.Namespace) -> None:
    role = Role.MERCHANT if given.merchant else Role.HOLDER
    operator.enrol(wallet, given.address, bytes.fromhex(given.pin), given.suite, role, given.payee_class)
    tell(account=wallet.certificate.hash.hex(), suite=given.suite)


def account(wallet: Wallet, given: argparse.Namespace) -> None:
    tell(account=wallet.certificate.hash.hex())


def payments(wallet: Wallet, given: argparse.Namespace) -> None:
    tell(payments=[{"attempt": p.attempt.hex(), "state": p.state.name} for p in wallet.state.payments])


def balance(wallet: Wallet, given: argparse.Namespace) -> None:
    asset = wallet.asset(given.asset)
    waiting = [receipt for receipt in wallet.state.receipts if receipt.state == PayeeState.RESERVED]
    tell(
        available=sum(token.present.amount for token in wallet.spendable(asset)),
        locked=sum(p.state == PayerState.LOCKED for p in wallet.state.payments),
        reserved=len(waiting),
        asked=sum(order.state == OrderState.ASKED for order in wallet.state.orders),
        links=[len(token.token.hops) for token in wallet.spendable(asset)],
        account=operator.account_balance(wallet, asset) if given.account else None,
    )


def top_up(wallet: Wallet, given: argparse.Namespace) -> None:
    operator.top_up(wallet, wallet.asset(given.asset), given.amount)
    balance(wallet, given)


def redeem(wallet: Wallet, given: argparse.Namespace) -> None:
    results = operator.redeem(wallet, wallet.asset(given.asset))
    tell(results=[type(result).__name__ for result in results])


def refresh(wallet: Wallet, given: argparse.Namespace) -> None:
    results = operator.refresh(wallet, wallet.asset(given.asset))
    tell(results=[type(result).__name__ for result in results])


def request_of(wallet: Wallet, given: argparse.Namespace) -> SignedRequest:
    """The request at an address, or in a link; one that asks for anything else than what was agreed is refused."""
    if given.payee.startswith(("http://", "https://")) and "#" not in given.payee:
        messages = ask_for_request(given.payee, wallet.asset(given.asset), given.amount)
    else:
        messages = read_messages(read_link(given.payee))
    found = next((message.request for message in messages if isinstance(message, RequestMessage)), None)
    if found is None:
        raise Refused("request-mismatch", "no request came")
    if found.body.asset != wallet.asset(given.asset) or found.body.amount not in (0, given.amount):
        raise Refused("consent-missing", "it asks for something else")
    return found


def go_on(wallet: Wallet, payment: Payment) -> Payment:
    """Talks to the payee until it has nothing more to hear: transfer, then release; or cancel."""
    for _ in range(3):
        said = payer.say(payment)
        if payment.finished or not said:
            return payment
        answers = hand_over(payment.address, said)
        before, payment = payment.state, payer.hear(wallet, payment.attempt, answers)
        if before == PayerState.RETURNED:
            payment = payer.finish(wallet, payment)
        elif payment.state == before and before in _SAFE:
            payment = payer.heard_done(wallet, payment, answers)
    return payment


def pay(wallet: Wallet, given: argparse.Namespace) -> None:
    request = request_of(wallet, given)
    payment = payer.start(wallet, request, given.amount, given.to or given.payee)
    payment = go_on(wallet, payment)
    tell(attempt=payment.attempt.hex(), state=payment.state.name, finished=payment.finished)


def recover(wallet: Wallet, given: argparse.Namespace) -> None:
    """Sends again whatever was not answered: payments, and orders."""
    operator.update_trust_list(wallet)
    for payment in wallet.state.payments:
        if not payment.finished:
            went = go_on(wallet, payment)
            tell(attempt=went.attempt.hex(), state=went.state.name, finished=went.finished)
    for asked in wallet.state.orders:
        if asked.state == OrderState.ASKED:
            operator.send(wallet, asked)
            tell(order=asked.digest.hex(), state=OrderState.ANSWERED.name)


def cancel(wallet: Wallet, given: argparse.Namespace) -> None:
    payment = wallet.payment(bytes.fromhex(given.attempt))
    if payment is None:
        raise Refused("attempt-unknown")
    payer.cancel(wallet, payment)
    recover(wallet, given)


def status(wallet: Wallet, given: argparse.Namespace) -> None:
    """Asks the payee of a payment for its last word."""
    payment = wallet.payment(bytes.fromhex(given.attempt))
    if payment is None:
        raise Refused("attempt-unknown")
    answers = hand_over(payment.address, [StatusMessage(payment.attempt).encode()])
    payment = payer.hear(wallet, payment.attempt, answers)
    tell(state=payment.state.name, answers=[type(answer).__name__ for answer in answers])


def receive(wallet: Wallet, given: argparse.Namespace) -> None:
    """Serves until as many payments as asked for have come."""
    owned = {receipt.attempt for receipt in wallet.state.receipts if receipt.state == PayeeState.OWNED}

    def changed() -> None:
        for receipt in wallet.state.receipts:
            if receipt.state == PayeeState.OWNED and receipt.attempt not in owned:
                owned.add(receipt.attempt)
                tokens = payee.transfer_of(receipt).tokens
                amount = sum(wallet.verified(token.encode()).present.amount for token in tokens)
                tell(attempt=receipt.attempt.hex(), state="OWNED", amount=amount)

    wanted = len(owned) + given.count
    mode = Mode.DIRECT if given.direct else Mode.TWO_PHASE
    with WalletServer(wallet, given.port, wallet.asset(given.asset), given.amount, mode, changed) as server:
        tell(address=server.address)
        while len(owned) < wanted:
            server.handle_request()


Command = Callable[[Wallet, argparse.Namespace], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.add_argument("--file", type=Path, required=True, help="the wallet's file")
        command.add_argument("--asset", default="JPY", help="the code of the asset (default: JPY)")
        command.set_defaults(run=lambda given: with_wallet(run, given), account=False)
        return command

    enrolling = add("enrol", enrol, "make a key, and have an operator certify it")
    enrolling.add_argument("address", help="the operator's address")
    enrolling.add_argument("--pin", required=True, help="the operator's id, hex: any other is refused")
    enrolling.add_argument("--suite", choices=["Ed25519", "ES256"], default="Ed25519")
    enrolling.add_argument("--merchant", action="store_true", help="as a merchant")
    enrolling.add_argument("--class", dest="payee_class", default=None, help="what kind of payee, e.g. shop")
    add("account", account, "say the account's number: the certificate's hash")
    add("payments", payments, "list the payments that the wallet made")
    showing = add("balance", balance, "say what the wallet holds")
    showing.add_argument("--account", action="store_true", help="ask the operator what the account holds, too")
    add("topup", top_up, "take an amount from the account").add_argument("amount", type=int)
    paying = add("pay", pay, "pay an address, or the request in a link")
    paying.add_argument("payee", help="http address, or tenten: link")
    paying.add_argument("--amount", type=int, required=True, help="in minor units")
    paying.add_argument("--to", help="where the payee of a link is reached")
    receiving = add("receive", receive, "serve an address until payments have come")
    receiving.add_argument("--amount", type=int, default=None, help="take exactly this; what is offered without")
    receiving.add_argument("--direct", action="store_true", help="ask for direct payments")
    receiving.add_argument("--port", type=int, default=0, help="default: a free one")
    receiving.add_argument("--count", type=int, default=1, help="how many payments (default: 1)")
    add("recover", recover, "send again whatever was not answered")
    add("cancel", cancel, "give up a payment that is locked").add_argument("attempt")
    add("status", status, "ask the payee of a payment for its last word").add_argument("attempt")
    add("redeem", redeem, "return what the wallet holds to the account")
    add("refresh", refresh, "exchange what the wallet holds for one fresh token")


def with_wallet(run: Command, given: argparse.Namespace) -> None:
    wallet = Wallet(given.file)
    try:
        run(wallet, given)
    finally:
        wallet.store.close()
