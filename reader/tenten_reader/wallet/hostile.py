"""`python3 -m tenten_reader hostile`: a payer that cheats, to see that the other side refuses, and with which code.

Each cheat asks for a request as an honest payer does, sends what no honest payer would, prints what came back, and
leaves its own state as it was. (A double spend needs no command: copy the wallet's file, and pay from both.)
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Callable

from ..acceptance import attempt_of, verify_request
from ..crypto import SecretKey, sha256
from ..links import Made, Planned, make_link
from ..messages import Message, RefusedMessage, ReleaseMessage, SignedRequest, TransferMessage
from ..token import Token
from ..transports import hand_over
from .commands import request_of, tell, with_wallet
from .payer import select
from .wallet import Wallet, fresh


def _links(wallet: Wallet, request: SignedRequest, paid: int, change: int, lock: bytes | None, key: SecretKey) -> Made:
    """One link of the largest token, its outputs whatever they are said to be."""
    payee = verify_request(request, wallet.trust)
    outputs = [Planned(paid, payee, request.body.purpose, request.body.digest)]
    if change > 0:
        outputs.append(Planned(change, wallet.certificate, None, fresh()))
    [token] = select(wallet.spendable(request.body.asset), 1)
    return make_link(token, outputs, lock, None, request.body.against, key)


def _send(request: SignedRequest, token: Token, address: str) -> list[Message]:
    transfer = TransferMessage(request.body.digest, (token,), None, None, None)
    return hand_over(address, [transfer.encode()])


def _heard(answers: list[Message]) -> None:
    said = [message.code if isinstance(message, RefusedMessage) else type(message).__name__ for message in answers]
    tell(heard=said)


def _one_less(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    made = _links(wallet, request, amount - 1, whole - amount + 1, sha256(fresh()), wallet.key)
    _heard(_send(request, made.tokens[0], address))


def _more_than_it_has(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    made = _links(wallet, request, amount, whole, sha256(fresh()), wallet.key)
    _heard(_send(request, made.tokens[0], address))


def _another_key(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    made = _links(wallet, request, amount, whole - amount, sha256(fresh()), SecretKey("Ed25519", fresh()))
    _heard(_send(request, made.tokens[0], address))


def _altered_amount(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    """A link signed over less, and told as more."""
    token = _links(wallet, request, amount - 1, whole - amount + 1, sha256(fresh()), wallet.key).tokens[0]
    hop = token.hops[-1]
    outputs = (replace(hop.outputs[0], amount=amount), replace(hop.outputs[1], amount=whole - amount))
    altered = replace(token, hops=token.hops[:-1] + (replace(hop, outputs=outputs),))
    _heard(_send(request, altered, address))


def _no_lock(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    made = _links(wallet, request, amount, whole - amount, None, wallet.key)
    _heard(_send(request, made.tokens[0], address))


def _other_release(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    """Locks, is told that it is reserved, and shows a release that is not the lock's."""
    made = _links(wallet, request, amount, whole - amount, sha256(fresh()), wallet.key)
    _heard(_send(request, made.tokens[0], address))
    attempt = attempt_of(request.body.digest, [made.link.id])
    _heard(hand_over(address, [ReleaseMessage(attempt, fresh()).encode()]))


def _request_twice(wallet: Wallet, request: SignedRequest, amount: int, whole: int, address: str) -> None:
    """Two attempts at one request."""
    for _ in range(2):
        made = _links(wallet, request, amount, whole - amount, sha256(fresh()), wallet.key)
        _heard(_send(request, made.tokens[0], address))


_CHEATS: dict[str, Callable[[Wallet, SignedRequest, int, int, str], None]] = {
    "one-less": _one_less,
    "more-than-it-has": _more_than_it_has,
    "another-key": _another_key,
    "altered-amount": _altered_amount,
    "no-lock": _no_lock,
    "other-release": _other_release,
    "request-twice": _request_twice,
}


def cheat(wallet: Wallet, given: argparse.Namespace) -> None:
    for name in given.cheat:
        request = request_of(wallet, given)
        [token] = select(wallet.spendable(request.body.asset), 1)
        tell(cheat=name)
        _CHEATS[name](wallet, request, given.amount, token.present.amount, given.payee)


def add_command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cheat", nargs="+", choices=sorted(_CHEATS))
    parser.add_argument("--payee", required=True, help="the address to cheat")
    parser.add_argument("--amount", type=int, required=True, help="in minor units: less than the largest token")
    parser.add_argument("--file", type=Path, required=True, help="the wallet's file")
    parser.add_argument("--asset", default="JPY", help="the code of the asset (default: JPY)")
    parser.set_defaults(run=lambda given: with_wallet(cheat, given))
