"""Conditions and caveats: docs/spec/conditions.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Sequence, Union

from .crypto import tagged_hash
from .identity import Certificate, MerchantCategory, Region
from .structure import Amount, Bytes32, ListOf, Number, Structure, Text, Text32, UnixSeconds


@dataclass(frozen=True)
class AssetId(Structure):
    operator: Bytes32
    code: Annotated[str, Text(16)]

    @property
    def hash(self) -> bytes:
        return tagged_hash("asset", self.item())


@dataclass(frozen=True)
class Against(Structure):
    """The other leg of an exchange: docs/spec/token.md, "Links"."""

    asset: AssetId
    amount: Amount


class AtExpiry(IntEnum):
    REFUND = 1
    BURN = 2


class Kind(IntEnum):
    """Kinds of transfer: docs/spec/token.md, "Kinds of transfer"."""

    CHANGE = 1
    OPERATOR = 2
    RETURN = 3
    PAYMENT = 4


@dataclass(frozen=True)
class Transfer:
    """What a rule is asked about: one output of one link, and where it stands."""

    kind: Kind
    payee: Certificate
    purpose: str | None
    amount: int
    against: Against | None
    hops: int  # changes of owner, this transfer included
    now: int | None  # None: nobody is present, rules about time are skipped


class _Condition(Structure):
    UNKNOWN = "condition-unknown"

    def forbids(self, transfer: Transfer) -> str | None:
        """The code with which this condition refuses the transfer, or None."""
        raise NotImplementedError


@dataclass(frozen=True)
class NotBefore(_Condition):
    KIND = 1
    time: UnixSeconds

    def forbids(self, transfer: Transfer) -> str | None:
        early = transfer.now is not None and transfer.now < self.time
        return "condition-not-before" if early else None


@dataclass(frozen=True)
class Expires(_Condition):
    KIND = 2
    time: UnixSeconds
    at_expiry: AtExpiry

    def forbids(self, transfer: Transfer) -> str | None:
        late = transfer.now is not None and transfer.now >= self.time
        return "condition-expired" if late and transfer.kind != Kind.OPERATOR else None


@dataclass(frozen=True)
class HopLimit(_Condition):
    KIND = 3
    hops: Annotated[int, Number(0, 32)]

    def forbids(self, transfer: Transfer) -> str | None:
        allowed = {Kind.PAYMENT: self.hops, Kind.RETURN: self.hops + 1}.get(transfer.kind)
        return "condition-hops" if allowed is not None and transfer.hops > allowed else None


@dataclass(frozen=True)
class TransferCap(_Condition):
    KIND = 4
    amount: Amount

    def forbids(self, transfer: Transfer) -> str | None:
        over = transfer.kind == Kind.PAYMENT and transfer.amount > self.amount
        return "condition-cap" if over else None


@dataclass(frozen=True)
class Payees(_Condition):
    KIND = 5
    classes: Annotated[tuple[Text32, ...], ListOf(1, 64)] | None
    merchant_categories: Annotated[tuple[MerchantCategory, ...], ListOf(1, 64)] | None
    regions: Annotated[tuple[Region, ...], ListOf(1, 64)] | None
    operators: Annotated[tuple[Bytes32, ...], ListOf(1, 64)] | None
    certificates: Annotated[tuple[Bytes32, ...], ListOf(1, 64)] | None

    def forbids(self, transfer: Transfer) -> str | None:
        if transfer.kind != Kind.PAYMENT:
            return None
        payee = transfer.payee
        asked: list[tuple[Sequence[object] | None, object]] = [
            (self.classes, payee.profile.class_),
            (self.merchant_categories, payee.profile.merchant_category),
            (self.regions, payee.profile.region),
            (self.operators, payee.operator),
            (self.certificates, payee.hash),
        ]
        holds = all(allowed is None or has in allowed for allowed, has in asked)
        return None if holds else "condition-payee"


@dataclass(frozen=True)
class PurposeOf(_Condition):
    KIND = 6
    purposes: Annotated[tuple[Text32, ...], ListOf(1, 64)]

    def forbids(self, transfer: Transfer) -> str | None:
        other = transfer.kind == Kind.PAYMENT and transfer.purpose not in self.purposes
        return "condition-purpose" if other else None


@dataclass(frozen=True)
class ResaleCap(_Condition):
    KIND = 7
    asset: AssetId
    amount: Amount

    def forbids(self, transfer: Transfer) -> str | None:
        if transfer.kind != Kind.PAYMENT:
            return None
        against = transfer.against
        within = against is not None and against.asset == self.asset and against.amount <= self.amount * transfer.amount
        return None if within else "condition-resale"


Condition = Union[NotBefore, Expires, HopLimit, TransferCap, Payees, PurposeOf, ResaleCap]


@dataclass(frozen=True)
class Caveat(Structure):
    condition: Condition
    lifted_by: Text32 | None

    def lifted_for(self, transfer: Transfer) -> bool:
        """Only a payment to the class that it names lifts a caveat: "Caveats"."""
        return (
            self.lifted_by is not None
            and transfer.kind == Kind.PAYMENT
            and transfer.payee.profile.class_ == self.lifted_by
        )


Conditions = Annotated[tuple[Condition, ...], ListOf(0, 16)]
Caveats = Annotated[tuple[Caveat, ...], ListOf(0, 16)]


@dataclass(frozen=True)
class Rules:
    """What binds an output: the conditions of its issue, then the live caveats in the order in which they came."""

    conditions: tuple[Condition, ...]
    caveats: tuple[Caveat, ...]

    def violation(self, transfer: Transfer) -> str | None:
        """The code of the first rule that forbids the transfer."""
        live = [caveat.condition for caveat in self.caveats if not caveat.lifted_for(transfer)]
        for condition in (*self.conditions, *live):
            code = condition.forbids(transfer)
            if code is not None:
                return code
        return None

    def after(self, transfer: Transfer, added: tuple[Caveat, ...]) -> Rules:
        """What binds the output of a transfer: without what its payee lifts, with what the output adds."""
        kept = tuple(caveat for caveat in self.caveats if not caveat.lifted_for(transfer))
        return Rules(self.conditions, kept + added)
