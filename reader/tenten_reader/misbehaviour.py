"""What a log's key has signed: docs/spec/misbehaviour.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Sequence, Union

from . import log
from .crossing import CrossingState, LogProof, Quote, State, opens
from .crypto import sha256
from .domains import DomainRecord, SealedRecord, Source, breach_of, open_record
from .log import Checkpoint, NoteKey
from .refusal import Refused
from .seal_rules import provable, provable_after
from .seals import BatchLeaf, BrokenRule, Counted, LeafBytes, Seal, SealLeaf, StateProof, decode_leaf, verify_state
from .structure import Bytes, Bytes32, ListOf, Structure

MISBEHAVIOUR_BYTES = 262_144
Note = Annotated[bytes, Bytes(1, 32_768)]


@dataclass(frozen=True)
class LoggedHash(Structure):
    hash: Bytes32
    log: LogProof


@dataclass(frozen=True)
class LoggedLeaf(Structure):
    leaf: LeafBytes
    log: LogProof


@dataclass(frozen=True)
class LoggedState(Structure):
    state: CrossingState | None
    leaf: LeafBytes
    proof: StateProof
    log: LogProof


@dataclass(frozen=True)
class SplitView(Structure):
    KIND = 4
    first: Note
    second: Note


@dataclass(frozen=True)
class Rewriting(Structure):
    KIND = 5
    first: LoggedHash
    second: LoggedHash


@dataclass(frozen=True)
class BrokenRuleOf(Structure):
    KIND = 6
    checkpoint: Note
    from_: Counted
    leaves: Annotated[tuple[LeafBytes, ...], ListOf(1, 2048)]
    proof: Annotated[tuple[Bytes32, ...], ListOf(0, 126)]


@dataclass(frozen=True)
class TwoSeals(Structure):
    KIND = 7
    first: LoggedLeaf
    second: LoggedLeaf


@dataclass(frozen=True)
class BrokenDecision(Structure):
    KIND = 8
    quote: Quote
    shown: Annotated[tuple[LoggedState, ...], ListOf(1, 2)]


@dataclass(frozen=True)
class LoggedRecord(Structure):
    record: DomainRecord | None
    leaf: LeafBytes
    proof: StateProof
    log: LogProof


@dataclass(frozen=True)
class NamedSource(Structure):
    record: DomainRecord | None
    seal: Seal
    proof: StateProof


@dataclass(frozen=True)
class BrokenRecord(Structure):
    KIND = 9
    shown: Annotated[tuple[LoggedRecord, ...], ListOf(1, 2)]
    source: NamedSource | None


Misbehaviour = Union[SplitView, Rewriting, BrokenRuleOf, TwoSeals, BrokenDecision, BrokenRecord]


@dataclass(frozen=True)
class OfLog:
    """The log that a reader names: its origin, and every key under which it ever signed."""

    origin: str
    keys: list[NoteKey]

    def opened(self, note: bytes) -> Checkpoint:
        return log.open_checkpoint(note, self.origin, self.keys, [])

    def seal(self, leaf: bytes, proof: LogProof) -> Seal:
        """A seal that stands in the log."""
        checkpoint = self.opened(proof.checkpoint)
        if not log.is_included(leaf, proof.index, checkpoint.size, list(proof.path), checkpoint.root):
            raise Refused("not-logged", "a leaf")
        decoded = decode_leaf(leaf)
        if not isinstance(decoded, SealLeaf):
            raise Refused("not-evidence", "no seal")
        return decoded.seal


@dataclass(frozen=True)
class SaysSplitView:
    kind = "splitView"
    size: int
    roots: tuple[bytes, bytes]


@dataclass(frozen=True)
class SaysRewriting:
    kind = "rewriting"
    index: int
    sizes: tuple[int, int]


@dataclass(frozen=True)
class SaysBrokenRule:
    kind = "brokenRule"
    operator: bytes
    number: int
    broken: list[BrokenRule]


@dataclass(frozen=True)
class SaysTwoSeals:
    kind = "twoSeals"
    operator: bytes
    number: int
    seals: tuple[bytes, bytes]


@dataclass(frozen=True)
class SaysBrokenDecision:
    kind = "brokenDecision"
    operator: bytes
    transfer: bytes
    decides: int
    breach: str


@dataclass(frozen=True)
class SaysBrokenRecord:
    kind = "brokenRecord"
    operator: bytes
    key: bytes
    numbers: list[int]
    breach: str


Verdict = SaysSplitView | SaysRewriting | SaysBrokenRule | SaysTwoSeals | SaysBrokenDecision | SaysBrokenRecord


def judge(file: Misbehaviour, of: OfLog) -> Verdict:
    """What a file proves. Refuses: not-evidence, not-logged, proof-invalid, the codes of checkpoints and of leaves."""
    if isinstance(file, SplitView):
        return _split_view(file, of)
    if isinstance(file, Rewriting):
        return _rewriting(file, of)
    if isinstance(file, BrokenRuleOf):
        return _broken_rule(file, of)
    if isinstance(file, TwoSeals):
        return _two_seals(file, of)
    if isinstance(file, BrokenDecision):
        return _broken_decision(file, of)
    return _broken_record(file, of)


def _split_view(file: SplitView, of: OfLog) -> SaysSplitView:
    first, second = of.opened(file.first), of.opened(file.second)
    if first.size != second.size or first.root == second.root:
        raise Refused("not-evidence", "no two views")
    return SaysSplitView(first.size, (first.root, second.root))


def _rewriting(file: Rewriting, of: OfLog) -> SaysRewriting:
    sizes = []
    for each in (file.first, file.second):
        checkpoint = of.opened(each.log.checkpoint)
        path = list(each.log.path)
        if not log.is_hash_included(each.hash, each.log.index, checkpoint.size, path, checkpoint.root):
            raise Refused("not-logged", "a hash")
        sizes.append(checkpoint.size)
    if file.first.log.index != file.second.log.index or file.first.hash == file.second.hash:
        raise Refused("not-evidence", "nothing was rewritten")
    return SaysRewriting(file.first.log.index, (sizes[0], sizes[1]))


def root_of(size: int, start: int, leaves: Sequence[bytes], proof: Sequence[bytes]) -> bytes | None:
    """The root to which leaves side by side lead, "Leaves side by side"; None where they lead nowhere."""
    end = start + len(leaves)
    if end > size:
        return None
    rest = list(reversed(proof))

    def walk(low: int, high: int) -> bytes | None:
        if high <= start or end <= low:
            return rest.pop() if rest else None
        if high - low == 1:
            return log.leaf_hash(leaves[low - start])
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        left = walk(low, middle)
        right = None if left is None else walk(middle, high)
        return None if left is None or right is None else log.node_hash(left, right)

    root = walk(0, size)
    return None if rest else root


def _broken_rule(file: BrokenRuleOf, of: OfLog) -> SaysBrokenRule:
    checkpoint = of.opened(file.checkpoint)
    if root_of(checkpoint.size, file.from_, file.leaves, file.proof) != checkpoint.root:
        raise Refused("not-logged", "the leaves")
    leaves = [decode_leaf(leaf) for leaf in file.leaves]
    last, first = leaves[-1], leaves[0]
    if not isinstance(last, SealLeaf):
        raise Refused("not-evidence", "the last is no seal")
    if len(leaves) == 1 and file.from_ > 0:
        broken = provable(last.seal)
    else:
        before = first.seal if len(leaves) > 1 and isinstance(first, SealLeaf) else None
        between = leaves[:-1] if before is None else leaves[1:-1]
        batches = [leaf.batch for leaf in between if isinstance(leaf, BatchLeaf)]
        if before is None and file.from_ > 0 or any(isinstance(leaf, SealLeaf) for leaf in between):
            raise Refused("not-evidence", "not from one seal to the next")
        broken = provable_after(last.seal, before, batches)
    if not broken:
        raise Refused("not-evidence", "no rule is broken")
    return SaysBrokenRule(last.seal.operator, last.seal.number, broken)


def _two_seals(file: TwoSeals, of: OfLog) -> SaysTwoSeals:
    first, second = (of.seal(each.leaf, each.log) for each in (file.first, file.second))
    if (first.operator, first.number) != (second.operator, second.number) or first == second:
        raise Refused("not-evidence", "no two seals of one number")
    return SaysTwoSeals(first.operator, first.number, (first.hash, second.hash))


def _broken_decision(file: BrokenDecision, of: OfLog) -> SaysBrokenDecision:
    transfer = file.quote.transfer
    seals: list[Seal] = []
    for each in file.shown:
        seal = of.seal(each.leaf, each.log)
        if each.proof.key != transfer:
            raise Refused("proof-invalid", "a proof of something else")
        opens(each.state, verify_state(each.proof, seal.state))
        if seals and seal.operator != seals[0].operator:
            raise Refused("not-evidence", "seals of two operators")
        if each.state is not None and each.state.transfer != transfer:
            raise Refused("not-evidence", "a state of another transfer")
        seals.append(seal)
    shown = [(seal.number, each.state.state if each.state else None) for seal, each in zip(seals, file.shown)]
    breach = _breach(shown, file.quote.decides)
    if breach is None and any(_is_wrong(each.state, file.quote) for each in file.shown):
        breach = "wrong-secret"
    if breach is None:
        raise Refused("not-evidence", "no promise is broken")
    return SaysBrokenDecision(seals[0].operator, transfer, file.quote.decides, breach)


def _breach(shown: list[tuple[int, State | None]], decides: int) -> str | None:
    states = {state for _, state in shown}
    if {State.COMMITTED, State.RETURNED} <= states or {State.CREDITED, State.VOIDED} <= states:
        return "two-ends"
    if any(state == State.RETURNED and number <= decides for number, state in shown):
        return "early-return"
    undecided = any(number == decides and state != State.COMMITTED for number, state in shown)
    if undecided and any(number > decides and state == State.COMMITTED for number, state in shown):
        return "late-commit"
    return None


def _is_wrong(state: CrossingState | None, quote: Quote) -> bool:
    """Whether it ends a payment with anything but the secret that the quote asks for."""
    if state is None or state.state not in (State.COMMITTED, State.CREDITED):
        return False
    return state.release is None or sha256(state.release) != quote.release


def _broken_record(file: BrokenRecord, of: OfLog) -> SaysBrokenRecord:
    key = file.shown[0].proof.key
    operator: bytes | None = None
    shown: list[SealedRecord] = []
    for each in file.shown:
        seal = of.seal(each.leaf, each.log)
        if operator not in (None, seal.operator) or each.proof.key != key:
            raise Refused("not-evidence", "of two operators, or of two keys")
        open_record(each.record, each.proof, seal.state)
        operator = seal.operator
        shown.append(SealedRecord(seal.number, each.record))
    source = None if file.source is None else _source(file.source)
    breach = breach_of(shown, source)
    if breach is None or operator is None:
        raise Refused("not-evidence", "no promise is broken")
    return SaysBrokenRecord(operator, key, [each.number for each in shown], breach)


def _source(source: NamedSource) -> Source:
    open_record(source.record, source.proof, source.seal.state)
    return Source(source.seal.hash, source.seal.operator, source.proof.key, source.record)
