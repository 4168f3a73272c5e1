"""Evidence: docs/spec/evidence.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Union

from .crypto import sha256, verify, verify_encoded
from .identity import Certificate, Trust
from .refusal import Refused
from .statement import NeverReleased, NoReleaseReached, Rest, SignedStatement, Ticked, verify_statement
from .structure import Bytes, Bytes32, EncodedCertificate, ListOf, Number, Purpose, Signature, Structure, reader_of
from .token import CancelPayload, FinalCount, Issue, Lock, MeterTerms, OwnerContent, SignedLink, output_id

EVIDENCE_BYTES = 262_144
CONTENT_BYTES = 69_632

Content = Annotated[bytes, Bytes(1, CONTENT_BYTES)]
Index = Annotated[int, Number(0, 7)]


@dataclass(frozen=True)
class ParentIssue(Structure):
    KIND = 1
    bytes: Content


@dataclass(frozen=True)
class ParentLink(Structure):
    KIND = 2
    bytes: Content


Parent = Union[ParentIssue, ParentLink]


@dataclass(frozen=True)
class OpenedOwner(Structure):
    TAIL = True

    certificate: EncodedCertificate
    purpose: Purpose
    request: Bytes32
    meter: MeterTerms | None = None


@dataclass(frozen=True)
class ProvenLink(Structure):
    payload: Content
    release: Bytes32 | None
    signature: Signature


@dataclass(frozen=True)
class Fork(Structure):
    KIND = 1
    parent: Parent
    index: Index
    owner: OpenedOwner
    first: ProvenLink
    second: ProvenLink
    deciders: Annotated[tuple[EncodedCertificate, ...], ListOf(0, 8)]


@dataclass(frozen=True)
class DoubleDecision(Structure):
    KIND = 2
    parent: Parent
    index: Index
    owner: OpenedOwner
    link: ProvenLink
    payee: OpenedOwner | None
    cancel: Signature


@dataclass(frozen=True)
class Denied(Structure):
    KIND = 3
    parent: Parent
    index: Index
    owner: OpenedOwner
    stated: ProvenLink
    link: ProvenLink
    statement: SignedStatement


@dataclass(frozen=True)
class Metered(Structure):
    KIND = 4
    parent: Parent
    index: Index
    owner: OpenedOwner
    link: ProvenLink
    statement: SignedStatement


Evidence = Union[Fork, DoubleDecision, Denied, Metered]
read_evidence = reader_of(Evidence)


@dataclass(frozen=True)
class Verdict:
    """Whom the evidence convicts, of what, on which output, and whom it excuses."""

    kind: str
    culprit: Certificate
    output: bytes
    excused: Certificate | None = None


@dataclass(frozen=True)
class _Disputed:
    """The output in question: its id, its amount, and its owner's certificate."""

    id: bytes
    amount: int
    owner: Certificate


def verify_evidence(encoded: bytes, trust: Trust) -> Verdict:
    """Judges encoded evidence. Refuses: the codes of decoding and of certificates, and not-evidence."""
    evidence: Evidence = read_evidence(encoded, EVIDENCE_BYTES)
    disputed = _output_in_question(evidence.parent, evidence.index, evidence.owner, trust)
    if isinstance(evidence, Fork):
        return _judge_fork(evidence, disputed, trust)
    if isinstance(evidence, DoubleDecision):
        return _judge_double_decision(evidence, disputed, trust)
    if isinstance(evidence, Metered):
        return _judge_metered(evidence, disputed, trust)
    return _judge_denied(evidence, disputed, trust)


def _owner(opened: OpenedOwner, trust: Trust) -> tuple[Certificate, bytes]:
    certificate = trust.certificate(opened.certificate)
    return certificate, OwnerContent(certificate.hash, opened.purpose, opened.request, opened.meter).owner


def _output_in_question(parent: Parent, index: int, opened: OpenedOwner, trust: Trust) -> _Disputed:
    if isinstance(parent, ParentIssue):
        issue = Issue.decode(parent.bytes, CONTENT_BYTES)
        parent_id, outputs = issue.id, [(issue.amount, issue.owner)]
    else:
        link = SignedLink.decode(parent.bytes, CONTENT_BYTES)
        parent_id, outputs = link.id, [(output.amount, output.owner) for output in link.body.outputs]
    if index >= len(outputs):
        raise Refused("not-evidence", "no such output")
    amount, owner = outputs[index]
    certificate, owner_hash = _owner(opened, trust)
    if owner_hash != owner:
        raise Refused("not-evidence", "another owner")
    return _Disputed(output_id(parent_id, index), amount, certificate)


def _stands(proven: ProvenLink, disputed: _Disputed) -> SignedLink:
    """Its input, its sum and its signature."""
    link = SignedLink.decode(proven.payload, CONTENT_BYTES)
    if link.input != disputed.id:
        raise Refused("not-evidence", "another input")
    if sum(output.amount for output in link.body.outputs) != disputed.amount:
        raise Refused("not-evidence", "another sum")
    if not verify_encoded(disputed.owner.key, "link", proven.payload, proven.signature):
        raise Refused("not-evidence", "link not signed")
    return link


def _counts(proven: ProvenLink, disputed: _Disputed) -> SignedLink:
    """A link that counts: it stands, and it is effective."""
    link = _stands(proven, disputed)
    lock = link.body.lock
    shown = None if proven.release is None else sha256(proven.release)
    if shown != (None if lock is None else lock.hash):
        raise Refused("not-evidence", "not effective")
    return link


def consumption_of(
    parent: Parent, index: int, owner: OpenedOwner, link: ProvenLink, trust: Trust
) -> tuple[Certificate, SignedLink]:
    """Who owned an output, and the link that consumed it, which counts."""
    disputed = _output_in_question(parent, index, owner, trust)
    return disputed.owner, _counts(link, disputed)


def _judge_fork(fork: Fork, disputed: _Disputed, trust: Trust) -> Verdict:
    first, second = _counts(fork.first, disputed), _counts(fork.second, disputed)
    if first.id == second.id:
        raise Refused("not-evidence", "one link")
    deciders = [trust.certificate(encoded) for encoded in fork.deciders]
    for locked, other in ((first, second), (second, first)):
        decider = _who_cancelled(locked, other, deciders)
        if decider is not None:
            return Verdict("fork", decider, disputed.id, excused=disputed.owner)
    return Verdict("fork", disputed.owner, disputed.id)


def _who_cancelled(locked: SignedLink, other: SignedLink, deciders: list[Certificate]) -> Certificate | None:
    """The decider whose cancel of the one link's lock the other link carries, if that excuses the owner."""
    lock = locked.body.lock
    if lock is None or not lock.payee_decides:
        return None
    for cancel in other.body.after:
        if cancel.lock != lock.hash or cancel.opened.owner != locked.body.outputs[0].owner:
            continue
        decider = next((certificate for certificate in deciders if certificate.hash == cancel.certificate), None)
        if decider is None:
            raise Refused("not-evidence", "the certificate of a cancel is missing")
        if verify(decider.key, "cancel", CancelPayload(cancel.lock).item(), cancel.signature):
            return decider
    return None


def _judge_double_decision(evidence: DoubleDecision, disputed: _Disputed, trust: Trust) -> Verdict:
    link = _counts(evidence.link, disputed)
    lock = link.body.lock
    if lock is None:
        raise Refused("not-evidence", "no lock")
    decider = _decider(evidence, lock, link, disputed, trust)
    if not verify(decider.key, "cancel", CancelPayload(lock.hash).item(), evidence.cancel):
        raise Refused("not-evidence", "cancel not signed")
    return Verdict("doubleDecision", decider, disputed.id)


def _decider(
    evidence: DoubleDecision, lock: Lock, link: SignedLink, disputed: _Disputed, trust: Trust
) -> Certificate:
    if lock.payee_decides != (evidence.payee is not None):
        raise Refused("not-evidence", "who decides")
    if evidence.payee is None:
        return disputed.owner
    payee, owner = _owner(evidence.payee, trust)
    if owner != link.body.outputs[0].owner:
        raise Refused("not-evidence", "another payee")
    return payee


def _judge_denied(evidence: Denied, disputed: _Disputed, trust: Trust) -> Verdict:
    signer = verify_statement(evidence.statement, trust, None)
    if signer.hash != disputed.owner.hash:
        raise Refused("not-evidence", "another's statement")
    stated = _stands(evidence.stated, disputed)
    link = _counts(evidence.link, disputed)
    says, lock = evidence.statement.body.says, stated.body.lock
    if isinstance(says, NeverReleased):
        if lock != Lock(False, says.lock):
            raise Refused("not-evidence", "the statement speaks of another lock")
    elif isinstance(says, NoReleaseReached):
        if lock != Lock(True, says.lock) or disputed.id not in says.inputs:
            raise Refused("not-evidence", "the statement speaks of another lock or output")
        if link.body.lock is not None and link.body.lock.hash == says.lock:
            raise Refused("not-evidence", "its release need never have reached the owner")
    else:
        raise Refused("not-evidence", "a statement about no lock")
    return Verdict("denied", disputed.owner, disputed.id)


def _judge_metered(evidence: Metered, disputed: _Disputed, trust: Trust) -> Verdict:
    signer = verify_statement(evidence.statement, trust, None)
    link = _counts(evidence.link, disputed)
    says, count = evidence.statement.body.says, link.body.data
    if not isinstance(says, (Ticked, Rest)):
        raise Refused("not-evidence", "no claim on a meter")
    owns = signer.hash == disputed.owner.hash
    if disputed.id == says.meter and isinstance(count, FinalCount):
        if isinstance(says, Rest):
            lied = owns
        else:
            signed = verify(signer.key, "final-count", [disputed.id, count.ticks], count.signature)
            lied = signed and says.ticks > count.ticks
    else:
        lied = isinstance(says, Ticked) and owns and _made_by_close(evidence.parent, says.meter)
    if not lied:
        raise Refused("not-evidence", "no lie")
    return Verdict("metered", signer, says.meter)


def _made_by_close(parent: Parent, meter: bytes) -> bool:
    if isinstance(parent, ParentIssue):
        return False
    link = SignedLink.decode(parent.bytes, CONTENT_BYTES)
    return link.input == meter and isinstance(link.body.data, FinalCount)
