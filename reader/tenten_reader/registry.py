"""What rows in the registry mean for a token: docs/spec/orders.md, "The registry"; docs/spec/evidence.md, "What is
kept".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .evidence import (
    Denied,
    Evidence,
    Fork,
    Index,
    Metered,
    OpenedOwner,
    Parent,
    ParentIssue,
    ParentLink,
    ProvenLink,
    Verdict,
    verify_evidence,
)
from .conditions import Kind
from .identity import Trust
from .refusal import Refused
from .statement import SignedStatement
from .structure import EncodedCertificate, ListOf, Structure
from .token import FinalCount, output_id
from .walk import Verified


@dataclass(frozen=True)
class ConsumedOutput(Structure):
    parent: Parent
    index: Index
    owner: OpenedOwner
    link: ProvenLink
    deciders: Annotated[tuple[EncodedCertificate, ...], ListOf(0, 4)]


@dataclass(frozen=True)
class RefundedOutput(Structure):
    consumed: ConsumedOutput
    statement: SignedStatement


@dataclass(frozen=True)
class ClaimedPart(Structure):
    statement: SignedStatement


@dataclass(frozen=True)
class Row:
    """What stands in the registry for an output: who consumed it, and what is kept of that."""

    output: bytes
    consumer: bytes
    consumed: bytes | None


@dataclass(frozen=True)
class Found:
    """The outputs of a token whose rows are to be inserted, and the wrongs that its path uncovered, in order."""

    missing: tuple[bytes, ...]
    forks: tuple[Verdict, ...]


@dataclass(frozen=True)
class Taken:
    """A row that a path takes: of an output, or of a part of a meter; and whether a claim may stand in its place."""

    output: bytes
    link: bytes
    consumed: ConsumedOutput
    part: int | None = None
    yields: bool = False


def consumed_outputs(token: Verified) -> list[Taken]:
    """For each link on a path: the output that it consumed (of a Close the two parts), its id, and what is kept."""
    kept = []
    for number, hop in enumerate(token.token.hops):
        before, after = token.states[number], token.states[number + 1]
        assert after.link is not None
        if before.link is None:
            parent: Parent = ParentIssue(token.issue.encode())
        else:
            parent = ParentLink(before.link.encode())
        owner = OpenedOwner(before.owner.certificate.encoded, before.owner.purpose, before.owner.request, before.owner.meter)
        named = {cancel.certificate for cancel in hop.after}
        deciders = tuple(encoded for encoded, hash in _table(token) if hash in named)
        link = ProvenLink(after.link.encode(), after.release, hop.signature)
        consumed = ConsumedOutput(parent, before.index, owner, link, deciders)
        if isinstance(hop.data, FinalCount):
            yields = after.kind == Kind.CHANGE
            kept.append(Taken(output_id(before.output, 0), after.parent, consumed, 0, yields))
            kept.append(Taken(output_id(before.output, 1), after.parent, consumed, 1))
        else:
            kept.append(Taken(before.output, after.parent, consumed))
    return kept


def _table(token: Verified) -> list[tuple[bytes, bytes]]:
    return [(certificate.encoded, certificate.hash) for certificate in token.certificates]


def look_up(token: Verified, order: bytes, rows: list[Row], trust: Trust) -> Found:
    """What a redeemed token finds. `order`: the digest that its last link names. Refuses: ruling-taken."""
    standing = {row.output: row for row in rows}
    missing: list[bytes] = []
    forks: list[Verdict] = []
    taken = consumed_outputs(token)
    for number, ours in enumerate(taken):
        row = standing.get(ours.output)
        if row is None:
            missing.append(ours.output)
        elif row.consumer != ours.link:
            spent = taken[number + 2].consumed if number + 2 < len(taken) else None
            wrong = _wrong(row, ours, spent, trust)
            if wrong is not None:
                forks.append(wrong)
    paid = standing.get(token.present.output)
    if paid is None:
        missing.append(token.present.output)
    elif paid.consumer != order:
        raise Refused("ruling-taken")
    return Found(tuple(missing), tuple(forks))


def _wrong(row: Row, ours: Taken, spent: ConsumedOutput | None, trust: Trust) -> Verdict | None:
    """What another row proves, together with the link on the path; else the output was paid otherwise. None where a
    claim on a meter stands beside its Close.
    """
    if row.consumed is None:
        raise Refused("ruling-taken")
    claim = _claim(row.consumed)
    if claim is None:
        return _convicted(_evidence(row.consumed, ours.consumed), trust)
    try:
        return _convicted(_lie(claim, ours.consumed), trust)
    except Refused:
        if ours.yields:
            return None
        if ours.part is None or spent is None:
            raise
    return _convicted(_lie(claim, spent), trust)


def _convicted(evidence: Evidence, trust: Trust) -> Verdict:
    try:
        return verify_evidence(evidence.encode(), trust)
    except Refused:
        raise Refused("ruling-taken") from None


def _claim(kept: bytes) -> ClaimedPart | None:
    try:
        return ClaimedPart.decode(kept, 262_144)
    except Refused:
        return None


def _lie(claim: ClaimedPart, link: ConsumedOutput) -> Metered:
    return Metered(link.parent, link.index, link.owner, link.link, claim.statement)


def _evidence(kept: bytes, ours: ConsumedOutput) -> Evidence:
    """Of two consumed outputs a fork; of a refunded one a denial, or a fork where our release opens its lock."""
    try:
        refunded = RefundedOutput.decode(kept, 262_144)
    except Refused:
        return _fork(ConsumedOutput.decode(kept, 262_144), ours)
    return Denied(
        ours.parent, ours.index, ours.owner, refunded.consumed.link, ours.link, refunded.statement
    )


def _fork(first: ConsumedOutput, second: ConsumedOutput) -> Fork:
    deciders = tuple(dict.fromkeys(first.deciders + second.deciders))
    return Fork(first.parent, first.index, first.owner, first.link, second.link, deciders)
