"""Devices and who answers for them: docs/spec/devices.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Sequence, Union

from .cbor import Item
from .crypto import CoseKey, verify
from .refusal import Refused
from .structure import (
    Amount,
    AmountOrZero,
    Bytes,
    Bytes32,
    ListOf,
    Number,
    Signature,
    Structure,
    Text32,
    UnixSeconds,
)


@dataclass(frozen=True)
class Spent(Structure):
    """A range of a budget, `to` not included: a slice, or what a link counts of one."""

    reset: Annotated[int, Number(0, 2**32)]
    from_: AmountOrZero
    to: Amount

    def lies_in(self, outer: Spent) -> bool:
        return self.reset == outer.reset and outer.from_ <= self.from_ and self.to <= outer.to

    def overlaps(self, other: Spent) -> bool:
        return self.reset == other.reset and self.from_ < other.to and other.from_ < self.to


class ShortKey:
    """A `coseKey`, written as its bytes alone."""

    def read(self, item: Item) -> CoseKey:
        if not isinstance(item, bytes) or not 32 <= len(item) <= 33:
            raise Refused("malformed", "not 32 or 33 bytes")
        return CoseKey("Ed25519" if len(item) == 32 else "ES256", item)

    def write(self, value: CoseKey) -> Item:
        return value.public


@dataclass(frozen=True)
class Terms(Structure):
    purposes: Annotated[tuple[Text32, ...], ListOf(1, 8)] | None
    per_transfer: Amount | None
    slice: Spent | None
    until: UnixSeconds

    def allows(self, inner: Terms) -> bool:
        """Whether `inner` is no more than this."""
        if inner.until > self.until:
            return False
        if self.per_transfer is not None and (inner.per_transfer is None or inner.per_transfer > self.per_transfer):
            return False
        if self.purposes is not None and not (inner.purposes and set(inner.purposes) <= set(self.purposes)):
            return False
        return inner.slice is None or (self.slice is not None and inner.slice.lies_in(self.slice))


@dataclass(frozen=True)
class Delegation(Structure):
    by: Annotated[CoseKey, ShortKey()]
    purposes: Annotated[tuple[Text32, ...], ListOf(1, 8)] | None
    per_transfer: Amount | None
    slice: Spent | None
    until: UnixSeconds
    signature: Signature

    @property
    def terms(self) -> Terms:
        return Terms(self.purposes, self.per_transfer, self.slice, self.until)


@dataclass(frozen=True)
class Bound(Structure):
    """Who answers for a device, and what it may do for them."""

    commitment: Bytes32
    status: Annotated[int, Number(0, 2**32 - 1)]
    party_status: Annotated[int, Number(0, 2**32 - 1)]
    delegations: Annotated[tuple[Delegation, ...], ListOf(1, 4)]

    @property
    def given(self) -> Terms:
        """What the device itself was given."""
        return self.delegations[-1].terms

    def receivers(self, device: CoseKey) -> Sequence[CoseKey]:
        """To whom each was given."""
        return [delegation.by for delegation in self.delegations[1:]] + [device]


@dataclass(frozen=True)
class DelegationChain(Structure):
    """What a manager may delegate on."""

    operator: Bytes32
    to: CoseKey
    delegations: Annotated[tuple[Delegation, ...], ListOf(1, 3)]


@dataclass(frozen=True)
class DeviceEvidenceBody(Structure):
    operator: Bytes32
    key: CoseKey
    nonce: Bytes32
    attestation: Annotated[bytes, Bytes(1, 8192)] | None


@dataclass(frozen=True)
class DeviceEvidence(Structure):
    body: DeviceEvidenceBody
    signature: Signature


@dataclass(frozen=True)
class DeviceApplication(Structure):
    evidence: DeviceEvidence
    delegations: Annotated[tuple[Delegation, ...], ListOf(1, 4)]


@dataclass(frozen=True)
class Suspend(Structure):
    KIND = 1


@dataclass(frozen=True)
class Resume(Structure):
    KIND = 2


@dataclass(frozen=True)
class Transfer(Structure):
    KIND = 3
    to: CoseKey


@dataclass(frozen=True)
class End(Structure):
    KIND = 4


@dataclass(frozen=True)
class SuspendBelow(Structure):
    KIND = 5


@dataclass(frozen=True)
class ResumeBelow(Structure):
    KIND = 6


DeviceSays = Union[Suspend, Resume, Transfer, End, SuspendBelow, ResumeBelow]


@dataclass(frozen=True)
class DeviceOrderBody(Structure):
    operator: Bytes32
    device: CoseKey
    number: Annotated[int, Number(1, 2**53 - 1)]
    says: DeviceSays
    issued_at: UnixSeconds


@dataclass(frozen=True)
class DeviceOrder(Structure):
    body: DeviceOrderBody
    by: CoseKey
    signature: Signature


@dataclass(frozen=True)
class DeviceQuestionBody(Structure):
    operator: Bytes32
    device: Bytes32
    issued_at: UnixSeconds


@dataclass(frozen=True)
class DeviceQuestion(Structure):
    body: DeviceQuestionBody
    by: CoseKey
    signature: Signature


def check_delegations(operator: bytes, device: CoseKey, bound: Bound) -> None:
    """Steps 1 to 3 of "Delegations". Refuses: delegation-invalid."""
    outer: Terms | None = None
    for delegation, to in zip(bound.delegations, bound.receivers(device), strict=True):
        terms = delegation.terms
        if terms.slice is not None and terms.slice.from_ >= terms.slice.to:
            raise Refused("delegation-invalid", "an empty slice")
        if outer is not None and not outer.allows(terms):
            raise Refused("delegation-invalid", "more than the one before")
        payload: Item = [operator, delegation.by.item(), to.item(), terms.item()]
        if not verify(delegation.by, "delegation", payload, delegation.signature):
            raise Refused("delegation-invalid", "signature")
        outer = terms


def check_counted(bound: Bound | None, spent: Spent | None, amount: int) -> None:
    """What every verifier checks of a payment by a device. Refuses: limit-exceeded."""
    if bound is None:
        return
    given = bound.given.slice
    if given is None or spent is None or not spent.lies_in(given) or spent.to - spent.from_ < amount:
        raise Refused("limit-exceeded", "what a device counts")


def check_delegated(
    operator: bytes, device: CoseKey, bound: Bound | None, purpose: str | None, amount: int, now: int
) -> None:
    """What a payee checks of a device that pays it, but its standing: steps 1, 2, 4 and 5."""
    if bound is None:
        return
    check_delegations(operator, device, bound)
    given = bound.given
    if now >= given.until:
        raise Refused("delegation-expired")
    if given.purposes is not None and purpose not in given.purposes:
        raise Refused("condition-purpose", "not delegated")
    if given.per_transfer is not None and amount > given.per_transfer:
        raise Refused("limit-exceeded", "the delegation's")
