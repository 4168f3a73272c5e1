"""Records of other domains: docs/spec/domains.md. Lots and statuses, as they stand in state maps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from .crypto import tagged_hash
from .refusal import Refused
from .seals import StateProof, verify_state
from .structure import Amount, AmountOrZero, Bytes32, ListOf, Number, Structure, Text, UnixSeconds

Subject = Annotated[str, Text(256)]


@dataclass(frozen=True)
class Made(Structure):
    KIND = 1
    keeper: Bytes32
    asset: Bytes32
    subject: Subject


@dataclass(frozen=True)
class Part(Structure):
    KIND = 2
    of: Bytes32
    place: Annotated[int, Number(0, 15)]


@dataclass(frozen=True)
class Arrived(Structure):
    KIND = 3
    of: Bytes32
    from_: Bytes32
    to: Bytes32


LotOrigin = Union[Made, Part, Arrived]


@dataclass(frozen=True)
class LotPart(Structure):
    asset: Bytes32
    subject: Subject
    amount: Amount


@dataclass(frozen=True)
class Divided(Structure):
    KIND = 1
    parts: Annotated[tuple[LotPart, ...], ListOf(1, 16)]
    lost: AmountOrZero


@dataclass(frozen=True)
class Moved(Structure):
    KIND = 2
    to: Bytes32


@dataclass(frozen=True)
class Retired(Structure):
    KIND = 3
    beneficiary: Annotated[str, Text(256)]


LotEnd = Union[Divided, Moved, Retired]


class StatusValue(IntEnum):
    VALID = 1
    SUSPENDED = 2
    REVOKED = 3


@dataclass(frozen=True)
class Lot(Structure):
    KIND = 1
    origin: LotOrigin
    asset: Bytes32
    subject: Subject
    amount: Amount
    shown_by: Bytes32 | None
    end: LotEnd | None

    @property
    def key(self) -> bytes:
        return tagged_hash("lot", self.origin.item())

    @property
    def ended(self) -> bool:
        return self.end is not None

    @property
    def fixed(self) -> object:
        """What no step changes."""
        return (self.origin, self.asset, self.subject, self.amount, self.shown_by)


@dataclass(frozen=True)
class Status(Structure):
    KIND = 2
    credential: Bytes32
    salt: Bytes32
    status: StatusValue
    changed_at: UnixSeconds

    @property
    def key(self) -> bytes:
        return tagged_hash("status", [self.credential, self.salt])

    @property
    def ended(self) -> bool:
        return self.status == StatusValue.REVOKED

    @property
    def fixed(self) -> object:
        """What no step changes."""
        return (self.credential, self.salt)


DomainRecord = Union[Lot, Status]


def open_record(record: Lot | Status | None, proof: StateProof, root: bytes) -> None:
    """That a record has the proof's key and is what the map has under it. Refuses: proof-invalid."""
    value = verify_state(proof, root)
    if record is None:
        if value is not None:
            raise Refused("proof-invalid", "a record is there")
    elif record.key != proof.key or tagged_hash("record", record.item()) != value:
        raise Refused("proof-invalid", "the record does not open what is shown")


@dataclass(frozen=True)
class SealedRecord:
    """What the seal of a number shows under a key."""

    number: int
    record: Lot | Status | None


@dataclass(frozen=True)
class Source:
    """What the seal that an arrival names shows: of which keeper it is, and what stands under a key."""

    seal: bytes
    operator: bytes
    key: bytes
    record: Lot | Status | None


def breach_of(shown: list[SealedRecord], source: Source | None) -> str | None:
    """The first promise that is broken: docs/spec/misbehaviour.md, "Records"."""
    lots = [each.record for each in shown if isinstance(each.record, Lot)]
    if any(isinstance(lot.end, Divided) and _whole(lot.end) != lot.amount for lot in lots):
        return "unbalanced"
    if source is not None and any(_not_moved(lot, source) for lot in lots):
        return "not-moved"
    earlier, later = min(shown, key=lambda each: each.number), max(shown, key=lambda each: each.number)
    if earlier.number == later.number or earlier.record is None:
        return None
    if later.record is None:
        return "gone"
    if later.record.fixed != earlier.record.fixed:
        return "changed"
    return "ended-twice" if earlier.record.ended and later.record != earlier.record else None


def _whole(end: Divided) -> int:
    return sum(part.amount for part in end.parts) + end.lost


def _not_moved(lot: Lot, source: Source) -> bool:
    if not isinstance(lot.origin, Arrived) or lot.shown_by != source.seal:
        return False
    if source.operator != lot.origin.from_:
        return True
    if source.key != lot.origin.of:
        return False
    shown = source.record
    if not isinstance(shown, Lot) or shown.end != Moved(lot.origin.to):
        return True
    return (shown.asset, shown.subject, shown.amount) != (lot.asset, lot.subject, lot.amount)
