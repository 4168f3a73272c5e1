"""Tokens as they are written: docs/spec/token.md. How a token is verified is in walk.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from .conditions import Against, AssetId, Caveats, Conditions
from .crypto import tagged_hash
from .devices import Spent
from .structure import (
    Amount,
    Bytes,
    Bytes32,
    EncodedCertificate,
    ListOf,
    Number,
    Purpose,
    Signature,
    Structure,
    UnixSeconds,
)


CHAIN = 65_536
TICKS = CHAIN * 16
Ticks = Annotated[int, Number(1, TICKS)]


@dataclass(frozen=True)
class MeterTerms(Structure):
    """docs/spec/meter.md, "Terms"."""

    payee: Bytes32
    units: Amount
    per_ticks: Annotated[int, Number(1, 2**32)]
    ticks: Ticks
    anchors: Annotated[tuple[Bytes32, ...], ListOf(1, 16)]
    until: UnixSeconds
    offer: Bytes32


@dataclass(frozen=True)
class FinalCount(Structure):
    ticks: Annotated[int, Number(0, TICKS)]
    signature: Signature


@dataclass(frozen=True)
class OwnerContent(Structure):
    """What an owner hides: a certificate, under a purpose and a request; of a metered output its terms."""

    TAIL = True

    certificate: Bytes32
    purpose: Purpose
    request: Bytes32
    meter: MeterTerms | None = None

    @property
    def owner(self) -> bytes:
        return tagged_hash("owner", self.item())


@dataclass(frozen=True)
class Issue(Structure):
    asset: AssetId
    amount: Amount
    owner: Bytes32
    conditions: Conditions
    caveats: Caveats
    hops_used: Annotated[int, Number(0, 65536)]
    nonce: Annotated[bytes, Bytes(16, 16)]
    issued_at: UnixSeconds
    spend_until: UnixSeconds
    redeem_until: UnixSeconds

    @property
    def id(self) -> bytes:
        return tagged_hash("issue", self.item())


@dataclass(frozen=True)
class IssueProof(Structure):
    issue: Issue
    key_hint: Annotated[bytes, Bytes(8, 8)]
    index: Annotated[int, Number(0, 65535)]
    size: Annotated[int, Number(1, 65536)]
    path: Annotated[tuple[Bytes32, ...], ListOf(0, 17)]
    signature: Signature


@dataclass(frozen=True)
class BatchPayload(Structure):
    operator: Bytes32
    size: Annotated[int, Number(1, 65536)]
    root: Bytes32


@dataclass(frozen=True)
class Output(Structure):
    amount: Amount
    owner: Bytes32
    caveats: Caveats


@dataclass(frozen=True)
class Lock(Structure):
    payee_decides: bool
    hash: Bytes32


@dataclass(frozen=True)
class CancelPayload(Structure):
    lock: Bytes32


@dataclass(frozen=True)
class SignedCancel(Structure):
    lock: Bytes32
    certificate: Bytes32
    purpose: Purpose
    request: Bytes32
    signature: Signature

    @property
    def opened(self) -> OwnerContent:
        """The owner that it opens: of output 0 of the cancelled link."""
        return OwnerContent(self.certificate, self.purpose, self.request)


After = Annotated[tuple[SignedCancel, ...], ListOf(0, 4)]


@dataclass(frozen=True)
class LinkBody(Structure):
    outputs: Annotated[tuple[Output, ...], ListOf(1, 8)]
    lock: Lock | None
    data: Bytes32 | FinalCount | None
    against: Against | None
    after: After
    spent: Spent | None


@dataclass(frozen=True)
class SignedLink(Structure):
    input: Bytes32
    body: LinkBody

    @property
    def id(self) -> bytes:
        return tagged_hash("link", self.item())


def output_id(parent: bytes, index: int) -> bytes:
    """The id of an output: of an issue or link id and its position there."""
    return tagged_hash("output", [parent, index])


@dataclass(frozen=True)
class Opening(Structure):
    """The owner of an output, by its certificate's place in the token's table."""

    TAIL = True

    certificate: Annotated[int, Number(0, 64)]
    purpose: Purpose
    request: Bytes32
    meter: MeterTerms | None = None


@dataclass(frozen=True)
class CarriedOutput(Structure):
    amount: Amount
    owner: Bytes32 | None
    caveats: Caveats


class LockState(IntEnum):
    LOCKED = 0
    LOCKED_PAYEE_DECIDES = 1
    RELEASED = 2
    RELEASED_PAYEE_DECIDES = 3

    @property
    def payee_decides(self) -> bool:
        return self in (LockState.LOCKED_PAYEE_DECIDES, LockState.RELEASED_PAYEE_DECIDES)

    @property
    def released(self) -> bool:
        return self in (LockState.RELEASED, LockState.RELEASED_PAYEE_DECIDES)


@dataclass(frozen=True)
class CarriedLock(Structure):
    state: LockState
    bytes: Bytes32  # the release where it is known, else the hash


@dataclass(frozen=True)
class Hop(Structure):
    index: Annotated[int, Number(0, 7)]
    outputs: Annotated[tuple[CarriedOutput, ...], ListOf(1, 8)]
    lock: CarriedLock | None
    data: Bytes32 | FinalCount | None
    against: Against | None
    after: After
    spent: Spent | None
    signature: Signature
    opening: Opening


@dataclass(frozen=True)
class Token(Structure):
    issue: IssueProof
    opening: Opening
    hops: Annotated[tuple[Hop, ...], ListOf(0, 34)]
    certificates: Annotated[tuple[EncodedCertificate, ...], ListOf(1, 64)]
