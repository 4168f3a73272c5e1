"""Seals: docs/spec/seals.md. Batches, seals, proofs under them and what witnesses sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from . import log
from .cbor import MESSAGE_BYTES
from .crypto import CoseKey, tagged_hash, verify
from .refusal import Refused
from .structure import (
    AMOUNT_MAX,
    Amount,
    AmountOrZero,
    Bytes,
    Bytes32,
    ListOf,
    Number,
    Signature,
    Structure,
    UnixSeconds,
    reader_of,
)

EMPTY = bytes(32)
SAFE = 2**53 - 1
Count = Annotated[int, Number(1, 2**32)]
Counted = Annotated[int, Number(0, SAFE)]
SealNumber = Annotated[int, Number(1, SAFE)]
LeafBytes = Annotated[bytes, Bytes(1, log.ENTRY_BYTES)]
Bitmap = Annotated[bytes, Bytes(0, 32)]


@dataclass(frozen=True)
class StateLeaf(Structure):
    key: Bytes32
    value: Bytes32


@dataclass(frozen=True)
class StateProof(Structure):
    key: Bytes32
    end: StateLeaf | None
    bitmap: Bitmap
    siblings: Annotated[tuple[Bytes32, ...], ListOf(0, 256)]


@dataclass(frozen=True)
class SumNode(Structure):
    hash: Bytes32
    sum: AmountOrZero


@dataclass(frozen=True)
class LineProof(Structure):
    owner: Bytes32
    salt: Bytes32
    amount: AmountOrZero
    bitmap: Bitmap
    siblings: Annotated[tuple[SumNode, ...], ListOf(0, 256)]


@dataclass(frozen=True)
class Issues(Structure):
    KIND = 1
    asset: Bytes32
    count: Count
    total: Amount
    root: Bytes32


@dataclass(frozen=True)
class Redemptions(Issues):
    KIND = 2


@dataclass(frozen=True)
class Certificates(Structure):
    KIND = 3
    count: Count
    root: Bytes32


@dataclass(frozen=True)
class Rulings(Structure):
    KIND = 4
    asset: Bytes32
    count: Count
    total: AmountOrZero
    root: Bytes32


@dataclass(frozen=True)
class Burns(Issues):
    KIND = 5


@dataclass(frozen=True)
class ChargeOffs(Issues):
    KIND = 6


@dataclass(frozen=True)
class ForkDeposits(Issues):
    KIND = 7


@dataclass(frozen=True)
class ForkDraws(Issues):
    KIND = 8


@dataclass(frozen=True)
class ForkRepayments(Issues):
    KIND = 9


@dataclass(frozen=True)
class ForkLosses(Issues):
    KIND = 10


@dataclass(frozen=True)
class Records(Issues):
    KIND = 11


Batch = Union[
    Issues,
    Redemptions,
    Certificates,
    Rulings,
    Burns,
    ChargeOffs,
    ForkDeposits,
    ForkDraws,
    ForkRepayments,
    ForkLosses,
    Records,
]


@dataclass(frozen=True)
class AssetTotals(Structure):
    asset: Bytes32
    issued: AmountOrZero
    redeemed: AmountOrZero
    refunded: AmountOrZero
    burned: AmountOrZero
    charged_off: AmountOrZero
    outstanding: AmountOrZero
    fork_funded: AmountOrZero
    fork_drawn: AmountOrZero
    fork_repaid: AmountOrZero
    fork_lost: AmountOrZero
    liabilities: Bytes32
    held: AmountOrZero


@dataclass(frozen=True)
class ReserveBody(Structure):
    operator: Bytes32
    asset: Bytes32
    amount: AmountOrZero
    held_at: UnixSeconds


@dataclass(frozen=True)
class SignedReserve(Structure):
    body: ReserveBody
    holder: CoseKey
    signature: Signature

    @property
    def signed(self) -> bool:
        return verify(self.holder, "reserve", self.body.item(), self.signature)


@dataclass(frozen=True)
class BilateralPosition(Structure):
    peer: Bytes32
    asset: Bytes32
    settlement: Counted
    owes: AmountOrZero
    is_owed: AmountOrZero


@dataclass(frozen=True)
class PeerCheckpoint(Structure):
    peer: Bytes32
    size: Counted
    hash: Bytes32


@dataclass(frozen=True)
class Seal(Structure):
    operator: Bytes32
    number: SealNumber
    previous: Bytes32 | None
    sealed_at: UnixSeconds
    state: Bytes32
    assets: Annotated[tuple[AssetTotals, ...], ListOf(0, 64)]
    reserves: Annotated[tuple[SignedReserve, ...], ListOf(0, 64)]
    positions: Annotated[tuple[BilateralPosition, ...], ListOf(0, 128)]
    checkpoints: Annotated[tuple[PeerCheckpoint, ...], ListOf(0, 64)]

    @property
    def hash(self) -> bytes:
        return tagged_hash("seal", self.item())


@dataclass(frozen=True)
class BatchLeaf(Structure):
    KIND = 1
    batch: Batch


@dataclass(frozen=True)
class SealLeaf(Structure):
    KIND = 2
    seal: Seal


@dataclass(frozen=True)
class TrustListLeaf(Structure):
    KIND = 3
    version: SealNumber
    hash: Bytes32


@dataclass(frozen=True)
class FreezeListLeaf(Structure):
    KIND = 4
    number: SealNumber
    hash: Bytes32


@dataclass(frozen=True)
class AppealLeaf(Structure):
    KIND = 5
    appeal: Bytes32


@dataclass(frozen=True)
class OutcomeLeaf(Structure):
    KIND = 6
    appeal: Bytes32
    hash: Bytes32


LogLeaf = Union[BatchLeaf, SealLeaf, TrustListLeaf, FreezeListLeaf, AppealLeaf, OutcomeLeaf]
_read_leaf = reader_of(LogLeaf)


def decode_leaf(data: bytes) -> LogLeaf:
    """A leaf of a log. Refuses: type-unknown and the codes of encoding.md."""
    leaf: LogLeaf = _read_leaf(data, log.ENTRY_BYTES)
    return leaf


# Sparse trees


def _bit(key: bytes, place: int) -> int:
    return key[place // 8] >> (7 - place % 8) & 1


def _steps(bitmap: bytes, siblings: int, empty: bool) -> list[int]:
    """Of each step from the root down whether its other half is listed; `empty`: one that is empty is.

    Refuses: proof-invalid."""
    bits = [_bit(bitmap, place) for place in range(8 * len(bitmap))]
    if (bitmap and bitmap[-1] == 0) or sum(bits) != siblings or empty:
        raise Refused("proof-invalid", "the form of a path")
    while bits and bits[-1] == 0:
        bits.pop()
    return bits


def verify_state(proof: StateProof, root: bytes) -> bytes | None:
    """The value of the proof's key under a root; None where it has none. Refuses: proof-invalid."""
    steps = _steps(proof.bitmap, len(proof.siblings), EMPTY in proof.siblings)
    if proof.end is not None and any(_bit(proof.end.key, i) != _bit(proof.key, i) for i in range(len(steps))):
        raise Refused("proof-invalid", "what stands there lies elsewhere")
    found = EMPTY if proof.end is None else tagged_hash("state-leaf", proof.end.item())
    siblings = list(proof.siblings)
    for place in reversed(range(len(steps))):
        other = siblings.pop() if steps[place] else EMPTY
        pair: list[bytes] = [other, found] if _bit(proof.key, place) else [found, other]
        found = tagged_hash("state-node", [*pair])
    if found != root:
        raise Refused("proof-invalid", "not the root")
    return proof.end.value if proof.end is not None and proof.end.key == proof.key else None


def verify_line(proof: LineProof, root: bytes, total: int) -> int:
    """The sum of all that is left of a line, under a root and its sum. Refuses: proof-invalid, amount-invalid."""
    steps = _steps(proof.bitmap, len(proof.siblings), SumNode(EMPTY, 0) in proof.siblings)
    key = tagged_hash("line", [proof.owner, proof.salt])
    found = SumNode(tagged_hash("sum-leaf", [key, proof.amount]), proof.amount)
    siblings, before = list(proof.siblings), 0
    for place in reversed(range(len(steps))):
        other = siblings.pop() if steps[place] else SumNode(EMPTY, 0)
        before += other.sum if _bit(key, place) else 0
        left, right = (other, found) if _bit(key, place) else (found, other)
        both = left.sum + right.sum
        if both > AMOUNT_MAX:
            raise Refused("amount-invalid", "a sum on the way")
        found = SumNode(tagged_hash("sum-node", [left.hash, left.sum, right.hash, right.sum]), both)
    if (found.hash, found.sum) != (root, total):
        raise Refused("proof-invalid", "not the root")
    return before


# Proofs as files


@dataclass(frozen=True)
class ProofOfState(Structure):
    KIND = 1
    seal: Seal
    proof: StateProof


@dataclass(frozen=True)
class ProofOfLine(Structure):
    KIND = 2
    seal: Seal
    asset: Bytes32
    proof: LineProof


@dataclass(frozen=True)
class ProofOfItem(Structure):
    KIND = 3
    batch: Batch
    proof: LineProof


SealProof = Union[ProofOfState, ProofOfLine, ProofOfItem]
_read_proof = reader_of(SealProof)


@dataclass(frozen=True)
class Proved:
    """What a file proves: of a state `key` and `value`; of a line or an item `owner`, `asset`, `amount` and what is
    left of it."""

    kind: str
    under: bytes
    key: bytes | None = None
    value: bytes | None = None
    owner: bytes | None = None
    asset: bytes | None = None
    amount: int | None = None
    left: int | None = None


def decode_proof(data: bytes) -> ProofOfState | ProofOfLine | ProofOfItem:
    proof: ProofOfState | ProofOfLine | ProofOfItem = _read_proof(data, MESSAGE_BYTES)
    return proof


def verify_proof(file: ProofOfState | ProofOfLine | ProofOfItem) -> Proved:
    """Refuses: proof-invalid, amount-invalid, asset-unknown."""
    if isinstance(file, ProofOfState):
        value = verify_state(file.proof, file.seal.state)
        return Proved("state", file.seal.hash, key=file.proof.key, value=value)
    if isinstance(file, ProofOfLine):
        known = [totals for totals in file.seal.assets if totals.asset == file.asset]
        if len(known) != 1:
            raise Refused("asset-unknown", "the seal knows no such asset, or twice")
        left = verify_line(file.proof, known[0].liabilities, known[0].held)
        return _line("line", file.seal.hash, file.asset, file.proof, left)
    total = 0 if isinstance(file.batch, Certificates) else file.batch.total
    left = verify_line(file.proof, file.batch.root, total)
    asset = None if isinstance(file.batch, Certificates) else file.batch.asset
    under = log.leaf_hash(BatchLeaf(file.batch).encode())
    return _line("item", under, asset, file.proof, left)


def _line(kind: str, under: bytes, asset: bytes | None, proof: LineProof, left: int) -> Proved:
    return Proved(kind, under, owner=proof.owner, asset=asset, amount=proof.amount, left=left)


# What a witness signs


@dataclass(frozen=True)
class CosignatureBody(Structure):
    operator: Bytes32
    number: SealNumber
    seal: Bytes32
    signed_at: UnixSeconds


@dataclass(frozen=True)
class SealCosignature(Structure):
    body: CosignatureBody
    signer: CoseKey
    signature: Signature


class SealRule(IntEnum):
    ORDER = 1
    OPERATOR = 2
    NUMBER = 3
    PREVIOUS = 4
    TIME_BACK = 5
    STALE = 6
    EARLY = 7
    SUM = 8
    TOTALS = 9
    FORK_RESERVE = 10
    RESERVE_INVALID = 11
    RESERVE_STALE = 12
    RESERVE_SHORT = 13
    POSITION_BACK = 14
    POSITION_DIFFERS = 15
    POSITION_UNCONFIRMED = 16
    CHECKPOINT_BACK = 17


@dataclass(frozen=True)
class BrokenRule(Structure):
    rule: SealRule
    about: Bytes32 | None


@dataclass(frozen=True)
class RefusalBody(Structure):
    operator: Bytes32
    number: SealNumber
    seal: Bytes32
    broken: Annotated[tuple[BrokenRule, ...], ListOf(1, 16)]
    refused_at: UnixSeconds


@dataclass(frozen=True)
class SealRefusal(Structure):
    body: RefusalBody
    signer: CoseKey
    signature: Signature


def verify_word(word: SealCosignature | SealRefusal, signer: bytes) -> None:
    """That it is of the witness with this key id. Refuses: authority-unknown, signature-invalid."""
    kind = "seal-cosignature" if isinstance(word, SealCosignature) else "seal-refusal"
    if word.signer.key_id != signer:
        raise Refused("authority-unknown", "another signer")
    if not verify(word.signer, kind, word.body.item(), word.signature):
        raise Refused("signature-invalid", kind)
