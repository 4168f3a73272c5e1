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
    OpenedOwner,
    Parent,
    ParentIssue,
    ParentLink,
    ProvenLink,
    Verdict,
    verify_evidence,
)
from .identity import Trust
from .refusal import Refused
from .statement import SignedStatement
from .structure import EncodedCertificate, ListOf, Structure
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


def consumed_outputs(token: Verified) -> list[tuple[bytes, bytes, ConsumedOutput]]:
    """For each link on a path: the output that it consumed, its id, and what is kept of it."""
    kept = []
    for number, hop in enumerate(token.token.hops):
        before, after = token.states[number], token.states[number + 1]
        assert after.link is not None
        if before.link is None:
            parent: Parent = ParentIssue(token.issue.encode())
        else:
            parent = ParentLink(before.link.encode())
        owner = OpenedOwner(before.owner.certificate.encoded, before.owner.purpose, before.owner.request)
        named = {cancel.certificate for cancel in hop.after}
        deciders = tuple(encoded for encoded, hash in _table(token) if hash in named)
        link = ProvenLink(after.link.encode(), after.release, hop.signature)
        kept.append((before.output, after.parent, ConsumedOutput(parent, before.index, owner, link, deciders)))
    return kept


def _table(token: Verified) -> list[tuple[bytes, bytes]]:
    return [(certificate.encoded, certificate.hash) for certificate in token.certificates]


def look_up(token: Verified, order: bytes, rows: list[Row], trust: Trust) -> Found:
    """What a redeemed token finds. `order`: the digest that its last link names. Refuses: ruling-taken."""
    standing = {row.output: row for row in rows}
    missing: list[bytes] = []
    forks: list[Verdict] = []
    for output, link_id, consumed in consumed_outputs(token):
        row = standing.get(output)
        if row is None:
            missing.append(output)
        elif row.consumer != link_id:
            forks.append(_wrong(row, consumed, trust))
    paid = standing.get(token.present.output)
    if paid is None:
        missing.append(token.present.output)
    elif paid.consumer != order:
        raise Refused("ruling-taken")
    return Found(tuple(missing), tuple(forks))


def _wrong(row: Row, ours: ConsumedOutput, trust: Trust) -> Verdict:
    """What another row proves, together with the link on the path; else the output was paid otherwise."""
    if row.consumed is None:
        raise Refused("ruling-taken")
    try:
        evidence = _evidence(row.consumed, ours)
        return verify_evidence(evidence.encode(), trust)
    except Refused:
        raise Refused("ruling-taken") from None


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
