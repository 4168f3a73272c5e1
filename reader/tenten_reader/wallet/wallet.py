"""The wallet: its state, its store and its clock. What it does is in payer.py, payee.py and operator.py."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..conditions import AssetId
from ..crypto import SecretKey
from ..identity import Certificate, Trust, TrustList
from ..refusal import Refused
from ..token import Token
from ..walk import Verified, verify_token
from .records import Payment, Receipt, State
from .store import Store


class Wallet:
    """An open wallet. Every change goes through `change`, which returns once it is durable."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self._state: State | None = self.store.read() if self.store.exists() else None
        self._trust: tuple[bytes, Trust] | None = None

    @property
    def state(self) -> State:
        """Refuses: key-unknown, where there is no wallet yet."""
        if self._state is None:
            raise Refused("key-unknown", "this wallet has not enrolled yet")
        return self._state

    @property
    def enrolled(self) -> bool:
        return self._state is not None

    def begin(self, state: State) -> None:
        """The first state: of a wallet that has just enrolled."""
        self.store.commit(state)
        self._state = state

    def change(self, **fields: Any) -> None:
        """Writes some fields of the state anew; nothing of it may be told before this returns."""
        changed = replace(self.state, **fields)
        self.store.commit(changed)
        self._state = changed

    def now(self) -> int:
        """The clock, and never earlier than the trust list was signed: identity.md, "Trust lists"."""
        clock = int(time.time())
        return max(clock, self.trust.body.issued_at) if self.enrolled else clock

    @property
    def trust(self) -> Trust:
        """What the current trust list says; a newer list makes everything be verified anew."""
        encoded = self.state.trust_list
        if self._trust is None or self._trust[0] != encoded:
            self._trust = (encoded, Trust(TrustList.decode(encoded)))
        return self._trust[1]

    @property
    def key(self) -> SecretKey:
        return SecretKey(self.state.suite, self.state.secret)

    @property
    def certificate(self) -> Certificate:
        return self.trust.certificate(self.state.certificate)

    def verified(self, encoded: bytes) -> Verified:
        return verify_token(encoded, self.trust, None)

    def spendable(self, asset: AssetId) -> list[Verified]:
        """Its tokens of an asset that may still be spent, largest first."""
        tokens = [self.verified(encoded) for encoded in self.state.tokens]
        fit = [token for token in tokens if token.issue.asset == asset and self.now() < token.issue.spend_until]
        return sorted(fit, key=lambda token: token.present.amount, reverse=True)

    def without(self, tokens: list[Verified]) -> tuple[bytes, ...]:
        """The spendable tokens less these."""
        gone = {token.token.encode() for token in tokens}
        return tuple(encoded for encoded in self.state.tokens if encoded not in gone)

    def owned_with(self, tokens: list[Token]) -> tuple[bytes, ...]:
        """Every output that was ever owned, these included."""
        outputs = [self.verified(token.encode()).present.output for token in tokens]
        return self.state.owned + tuple(outputs)

    def asset(self, code: str) -> AssetId:
        return AssetId(self.state.operator, code)

    def payment(self, attempt: bytes) -> Payment | None:
        return next((payment for payment in self.state.payments if payment.attempt == attempt), None)

    def receipt(self, attempt: bytes) -> Receipt | None:
        return next((receipt for receipt in self.state.receipts if receipt.attempt == attempt), None)

    def with_payment(self, payment: Payment) -> tuple[Payment, ...]:
        return tuple(p for p in self.state.payments if p.attempt != payment.attempt) + (payment,)

    def with_receipt(self, receipt: Receipt) -> tuple[Receipt, ...]:
        return tuple(r for r in self.state.receipts if r.attempt != receipt.attempt) + (receipt,)


def fresh() -> bytes:
    """32 random bytes."""
    return os.urandom(32)
