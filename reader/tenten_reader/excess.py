"""Proof of excess: docs/spec/devices.md, "Excess"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Union

from .crypto import CoseKey
from .devices import Bound, Spent, check_delegations
from .evidence import EVIDENCE_BYTES, Index, OpenedOwner, consumption_of
from .identity import Certificate, Role, Trust
from .refusal import Refused
from .registry import ConsumedOutput
from .structure import EncodedCertificate, ListOf, Structure, reader_of
from .token import OwnerContent, SignedLink


@dataclass(frozen=True)
class OpenedOutput(Structure):
    index: Index
    owner: OpenedOwner


@dataclass(frozen=True)
class Twice(Structure):
    KIND = 1
    first: ConsumedOutput
    second: ConsumedOutput


@dataclass(frozen=True)
class Beyond(Structure):
    KIND = 2
    link: ConsumedOutput


@dataclass(frozen=True)
class Short(Structure):
    KIND = 3
    link: ConsumedOutput
    paid: Annotated[tuple[OpenedOutput, ...], ListOf(1, 8)]


@dataclass(frozen=True)
class Given(Structure):
    KIND = 4
    first: EncodedCertificate
    second: EncodedCertificate


Excess = Union[Twice, Beyond, Short, Given]
read_excess = reader_of(Excess)


@dataclass(frozen=True)
class Convicted:
    kind: str
    key: CoseKey
    certificate: Certificate
    reset: int


def verify_excess(encoded: bytes, trust: Trust) -> Convicted:
    """Refuses: the codes of decoding, of certificates and of delegations, and not-evidence."""
    excess: Excess = read_excess(encoded, EVIDENCE_BYTES)
    if isinstance(excess, Twice):
        return _judge_twice(excess, trust)
    if isinstance(excess, Beyond):
        return _judge_beyond(excess, trust)
    if isinstance(excess, Short):
        return _judge_short(excess, trust)
    return _judge_given(excess, trust)


def consumption(consumed: ConsumedOutput, trust: Trust) -> tuple[Certificate, SignedLink]:
    """Who owned an output, and the link that counts."""
    return consumption_of(consumed.parent, consumed.index, consumed.owner, consumed.link, trust)


def _counted(owner: Certificate, link: SignedLink) -> tuple[Bound, Spent]:
    bound, spent = owner.profile.responsible, link.body.spent
    if bound is None or spent is None:
        raise Refused("not-evidence", "nothing is counted")
    return bound, spent


def _judge_twice(excess: Twice, trust: Trust) -> Convicted:
    owner, link = consumption(excess.first, trust)
    other_owner, other_link = consumption(excess.second, trust)
    if link.id == other_link.id:
        raise Refused("not-evidence", "one link")
    bound, spent = _counted(owner, link)
    other_bound, other_spent = _counted(other_owner, other_link)
    mine = (owner.operator, owner.key, bound.delegations[0].by)
    if mine != (other_owner.operator, other_owner.key, other_bound.delegations[0].by):
        raise Refused("not-evidence", "two counts")
    if not spent.overlaps(other_spent):
        raise Refused("not-evidence", "no overlap")
    return Convicted("twice", owner.key, owner, spent.reset)


def _judge_beyond(excess: Beyond, trust: Trust) -> Convicted:
    owner, link = consumption(excess.link, trust)
    bound, spent = _counted(owner, link)
    if bound.given.slice is not None and spent.lies_in(bound.given.slice):
        raise Refused("not-evidence", "in its slice")
    return Convicted("beyond", owner.key, owner, spent.reset)


def _judge_short(excess: Short, trust: Trust) -> Convicted:
    owner, link = consumption(excess.link, trust)
    bound, spent = owner.profile.responsible, link.body.spent
    if bound is None:
        raise Refused("not-evidence", "no device")
    if spent is None and link.body.lock is None:
        raise Refused("not-evidence", "it may be a return")
    total, before = 0, -1
    for opened in excess.paid:
        if opened.index <= before:
            raise Refused("not-evidence", "out of order")
        before = opened.index
        payee = trust.certificate(opened.owner.certificate)
        named = OwnerContent(payee.hash, opened.owner.purpose, opened.owner.request).owner
        outputs = link.body.outputs
        if opened.index >= len(outputs) or outputs[opened.index].owner != named:
            raise Refused("not-evidence", "another owner")
        if payee.key == owner.key or payee.profile.role == Role.ISSUER:
            raise Refused("not-evidence", "what does not count")
        total += outputs[opened.index].amount
    if total <= (0 if spent is None else spent.to - spent.from_):
        raise Refused("not-evidence", "counted")
    given = bound.given.slice
    reset = spent.reset if spent is not None else 0 if given is None else given.reset
    return Convicted("short", owner.key, owner, reset)


def _delegates(encoded: bytes, trust: Trust) -> tuple[Certificate, list[tuple[CoseKey, CoseKey, Spent | None]]]:
    """A certificate whose delegations hold: who gave what to whom."""
    certificate = trust.certificate(encoded)
    bound = certificate.profile.responsible
    if bound is None:
        raise Refused("not-evidence", "no device")
    check_delegations(certificate.operator, certificate.key, bound)
    receivers = bound.receivers(certificate.key)
    return certificate, [
        (delegation.by, to, delegation.slice)
        for delegation, to in zip(bound.delegations, receivers, strict=True)
    ]


def _judge_given(excess: Given, trust: Trust) -> Convicted:
    certificate, mine = _delegates(excess.first, trust)
    other, yours = _delegates(excess.second, trust)
    if certificate.operator != other.operator:
        raise Refused("not-evidence", "two operators")
    for by, to, part in mine:
        for other_by, other_to, other_part in yours:
            if by != other_by or to == other_to or part is None or other_part is None:
                continue
            if part.overlaps(other_part):
                return Convicted("given", by, certificate, part.reset)
    raise Refused("not-evidence", "no unit is given to two")
