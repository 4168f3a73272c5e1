"""What a holder asks of an operator, as it is written: docs/spec/orders.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from .cbor import decode
from .conditions import AssetId
from .crypto import CoseKey, sha256, tagged_hash, verify
from .evidence import EVIDENCE_BYTES
from .identity import Certificate, KeyPurpose, MerchantCategory, Region, Role, Trust
from .refusal import Refused
from .registry import ConsumedOutput
from .statement import NeverReleased, SignedStatement, verify_statement
from .structure import (
    Amount,
    AmountOrZero,
    Bytes,
    Bytes32,
    EncodedCertificate,
    ListOf,
    Number,
    Signature,
    Structure,
    Text32,
    UnixSeconds,
    reader_of,
)
from .token import IssueProof, Ticks, Token

REPLY_BYTES = 4_456_448
ENROLMENT_BYTES = 4_096


@dataclass(frozen=True)
class AskedProfile(Structure):
    role: Role
    class_: Text32 | None
    merchant_category: MerchantCategory | None
    region: Region | None


@dataclass(frozen=True)
class EnrolmentBody(Structure):
    operator: Bytes32
    key: CoseKey
    asked: AskedProfile
    nonce: Bytes32


@dataclass(frozen=True)
class Enrolment(Structure):
    body: EnrolmentBody
    signature: Signature


def verify_enrolment(encoded: bytes, operator: bytes) -> EnrolmentBody:
    """What is asked of `operator`. Refuses: too-large, malformed, authority-unknown, signature-invalid."""
    enrolment = Enrolment.decode(encoded, ENROLMENT_BYTES)
    if enrolment.body.operator != operator:
        raise Refused("authority-unknown", "with another operator")
    if not verify(enrolment.body.key, "enrolment", enrolment.body.item(), enrolment.signature):
        raise Refused("signature-invalid", "enrolment")
    return enrolment.body


@dataclass(frozen=True)
class Enrolled(Structure):
    certificate: EncodedCertificate
    account: Bytes32


@dataclass(frozen=True)
class NewOutput(Structure):
    amount: Amount
    owner: Bytes32
    own_request: Bytes32 | None


NewOutputs = Annotated[tuple[NewOutput, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class ToAccount(Structure):
    KIND = 1
    account: Bytes32


@dataclass(frozen=True)
class Refresh(Structure):
    KIND = 2
    outputs: NewOutputs


@dataclass(frozen=True)
class Withdraw(Structure):
    KIND = 3
    account: Bytes32
    outputs: NewOutputs


Action = Union[ToAccount, Refresh, Withdraw]


@dataclass(frozen=True)
class Order(Structure):
    asset: AssetId
    action: Action
    fallback: Bytes32 | None
    nonce: Bytes32
    issued_at: UnixSeconds

    @property
    def digest(self) -> bytes:
        return tagged_hash("order", self.item())


@dataclass(frozen=True)
class SignedOrder(Structure):
    order: Order
    certificate: EncodedCertificate
    signature: Signature


def verify_order(signed: SignedOrder, trust: Trust) -> Certificate:
    """Whose order it is. Refuses: the codes of certificates, signature-invalid."""
    signer = trust.certificate(signed.certificate)
    if not verify(signer.key, "order", signed.order.item(), signed.signature):
        raise Refused("signature-invalid", "order")
    return signer


@dataclass(frozen=True)
class Claim(Structure):
    order: SignedOrder
    tokens: Annotated[tuple[Token, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class Paid(Structure):
    KIND = 1
    amount: Amount


@dataclass(frozen=True)
class Refreshed(Structure):
    KIND = 2
    amount: Amount


@dataclass(frozen=True)
class Forked(Structure):
    KIND = 3
    evidence: Annotated[bytes, Bytes(1, EVIDENCE_BYTES)]
    drawn: AmountOrZero


@dataclass(frozen=True)
class RefusedResult(Structure):
    KIND = 4
    code: Text32
    transient: bool


StoredResult = Union[Paid, Refreshed, Forked, RefusedResult]


@dataclass(frozen=True)
class StoredIssue(Structure):
    output: Annotated[int, Number(0, 15)] | None
    proof: IssueProof


@dataclass(frozen=True)
class Reply(Structure):
    order: Bytes32
    results: Annotated[tuple[StoredResult, ...], ListOf(0, 16)]
    issues: Annotated[tuple[StoredIssue, ...], ListOf(0, 32)]


def read_reply(encoded: bytes) -> Reply:
    """Of a reply as many items and maps are read as it has bytes: docs/spec/encoding.md, "Limits"."""
    return Reply.read(decode(encoded, REPLY_BYTES, items=len(encoded), maps_and_keys=len(encoded)))


class Word(IntEnum):
    RELEASED = 1
    REFUNDED = 2


@dataclass(frozen=True)
class RulingBody(Structure):
    operator: Bytes32
    subject: Bytes32
    verdict: Word
    release: Bytes32 | None
    ruled_at: UnixSeconds


@dataclass(frozen=True)
class SignedRuling(Structure):
    body: RulingBody
    signature: Signature


def verify_ruling(ruling: SignedRuling, trust: Trust) -> RulingBody:
    """A ruling counts if a listed ruling key of its operator signed it. Refuses: signature-invalid, malformed."""
    operator = trust.operator(ruling.body.operator)
    keys = operator.keys_for(KeyPurpose.RULING) if operator else []
    if not any(verify(key, "ruling", ruling.body.item(), ruling.signature) for key in keys):
        raise Refused("signature-invalid", "ruling")
    if (ruling.body.release is not None) != (ruling.body.verdict == Word.RELEASED):
        raise Refused("malformed", "a release is given with the verdict released, and only there")
    return ruling.body


@dataclass(frozen=True)
class ShowRelease(Structure):
    KIND = 1
    release: Bytes32


@dataclass(frozen=True)
class ShowStatement(Structure):
    KIND = 2
    statement: SignedStatement
    tokens: Annotated[tuple[Token, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class ShowEvidence(Structure):
    KIND = 3
    evidence: Annotated[bytes, Bytes(1, EVIDENCE_BYTES)]


@dataclass(frozen=True)
class Question(Structure):
    KIND = 4
    subject: Bytes32


@dataclass(frozen=True)
class ShowClose(Structure):
    KIND = 5
    token: Token


RulingRequest = Union[ShowRelease, ShowStatement, ShowEvidence, Question, ShowClose]
read_ruling_request = reader_of(RulingRequest)


@dataclass(frozen=True)
class Ruled(Structure):
    KIND = 1
    ruling: SignedRuling
    reply: Annotated[bytes, Bytes(1, REPLY_BYTES)] | None


@dataclass(frozen=True)
class Filed(Structure):
    KIND = 2
    case_id: Bytes32


@dataclass(frozen=True)
class Consumed(Structure):
    KIND = 3
    consumed: ConsumedOutput


@dataclass(frozen=True)
class Claimed(Structure):
    KIND = 4
    meter: Bytes32
    ticks: Ticks
    from_: UnixSeconds


RulingReply = Union[Ruled, Filed, Consumed, Claimed]
read_ruling_reply = reader_of(RulingReply)


@dataclass(frozen=True)
class Balance(Structure):
    asset: AssetId
    amount: AmountOrZero


@dataclass(frozen=True)
class AccountReply(Structure):
    account: Bytes32
    balances: Annotated[tuple[Balance, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class FalseStatement(Structure):
    statement: SignedStatement
    release: Bytes32


def verify_false_statement(encoded: bytes, trust: Trust, operator: bytes) -> Certificate:
    """Whom it convicts: the signer of a lie. Refuses: the codes of decoding and of certificates, not-evidence."""
    false = FalseStatement.decode(encoded)
    signer = verify_statement(false.statement, trust, operator)
    says = false.statement.body.says
    if not isinstance(says, NeverReleased) or sha256(false.release) != says.lock:
        raise Refused("not-evidence")
    return signer
