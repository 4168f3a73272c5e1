"""Fog gateways: questions and answers, mandates and approvals: docs/spec/fog.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from .conditions import AssetId
from .crypto import CoseKey, sha256, tagged_hash, verify
from .freezes import KeyHint, check_ruling_key
from .identity import Trust
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
    Text,
    Text32,
    UnixSeconds,
)

FOG_ANSWER_BYTES = 65_536 + 64
Id = Annotated[bytes, Bytes(16, 16)]
TokenBytes = Annotated[bytes, Bytes(1, 65280)]


class FogList(IntEnum):
    TRUST_LIST = 1
    FREEZE_LIST = 2


@dataclass(frozen=True)
class KeptRecord(Structure):
    record: Annotated[bytes, Bytes(1, 4096)]
    proof: Annotated[bytes, Bytes(1, 49152)] | None


@dataclass(frozen=True)
class AskKeep(Structure):
    KIND = 1
    id: Id
    records: Annotated[tuple[KeptRecord, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class AskList(Structure):
    KIND = 2
    id: Id
    list: FogList


@dataclass(frozen=True)
class AskApprove(Structure):
    KIND = 3
    id: Id
    request: Annotated[bytes, Bytes(1, 8192)]
    payer: Annotated[bytes, Bytes(1, 1024)]
    amount: Amount


@dataclass(frozen=True)
class AskTime(Structure):
    KIND = 4
    id: Id


@dataclass(frozen=True)
class AskStatusList(Structure):
    KIND = 5
    id: Id
    number: Annotated[int, Number(0, 65535)]


@dataclass(frozen=True)
class AskKeepTokens(Structure):
    KIND = 6
    id: Id
    tokens: Annotated[tuple[TokenBytes, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class AskTokensOf(Structure):
    KIND = 7
    id: Id
    question: Annotated[bytes, Bytes(1, 512)]
    after: Bytes32 | None


FogQuestion = Union[AskKeep, AskList, AskApprove, AskTime, AskStatusList, AskKeepTokens, AskTokensOf]


@dataclass(frozen=True)
class SaysKept(Structure):
    KIND = 1
    id: Id
    records: Annotated[tuple[Bytes32, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class SaysList(Structure):
    KIND = 2
    id: Id
    list: Annotated[bytes, Bytes(1, 65536)]
    age: Annotated[int, Number(0, 2**53 - 1)]


@dataclass(frozen=True)
class SaysApproved(Structure):
    KIND = 3
    id: Id
    approval: Annotated[bytes, Bytes(1, 2048)]


@dataclass(frozen=True)
class SaysRefused(Structure):
    KIND = 4
    id: Id
    code: Text32
    detail: Annotated[str, Text(256)]


@dataclass(frozen=True)
class SaysTime(Structure):
    KIND = 5
    id: Id
    time: Annotated[bytes, Bytes(1, 512)]
    since: Annotated[int, Number(0, 2**53 - 1)]


@dataclass(frozen=True)
class SaysKeptTokens(Structure):
    KIND = 6
    id: Id
    outputs: Annotated[tuple[Bytes32, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class KeptToken(Structure):
    output: Bytes32
    token: TokenBytes


@dataclass(frozen=True)
class SaysTokens(Structure):
    KIND = 7
    id: Id
    tokens: Annotated[tuple[KeptToken, ...], ListOf(0, 16)]
    more: bool


FogAnswer = Union[SaysKept, SaysList, SaysApproved, SaysRefused, SaysTime, SaysKeptTokens, SaysTokens]


@dataclass(frozen=True)
class SignedTimeBody(Structure):
    operator: Bytes32
    at: UnixSeconds


@dataclass(frozen=True)
class SignedTime(Structure):
    body: SignedTimeBody
    key_hint: KeyHint
    signature: Signature


@dataclass(frozen=True)
class MandateBody(Structure):
    operator: Bytes32
    gateway: CoseKey
    nonce: Bytes32
    asset: AssetId
    each: Amount
    total: Amount
    from_: UnixSeconds
    until: UnixSeconds

    @property
    def id(self) -> bytes:
        return tagged_hash("mandate", self.item())


@dataclass(frozen=True)
class Mandate(Structure):
    body: MandateBody
    key_hint: KeyHint
    signature: Signature


@dataclass(frozen=True)
class FogApprovalBody(Structure):
    mandate: Bytes32
    request: Bytes32
    payer: Bytes32
    amount: Amount
    from_: AmountOrZero
    to: Amount
    at: UnixSeconds


@dataclass(frozen=True)
class FogApproval(Structure):
    mandate: Mandate
    body: FogApprovalBody
    signature: Signature


def check_mandate(signed: Mandate, trust: Trust) -> MandateBody:
    """Refuses: malformed, issuer-unknown, authority-unknown, signature-invalid."""
    body = signed.body
    if body.each > body.total or body.from_ >= body.until or body.asset.operator != body.operator:
        raise Refused("malformed", "a mandate for nothing")
    if trust.operator(body.operator) is None:
        raise Refused("issuer-unknown")
    check_ruling_key(trust, body.operator, signed.key_hint, "mandate", body.item(), signed.signature)
    return body


def verify_approval(encoded: bytes, trust: Trust) -> FogApproval:
    """"Mandates and approvals", steps 1 to 4."""
    approval = FogApproval.decode(encoded)
    mandate, body = check_mandate(approval.mandate, trust), approval.body
    if body.mandate != mandate.id or not verify(mandate.gateway, "fog-approval", body.item(), approval.signature):
        raise Refused("signature-invalid", "approval")
    if body.to - body.from_ != body.amount or body.amount > mandate.each or body.to > mandate.total:
        raise Refused("limit-exceeded")
    if not mandate.from_ <= body.at < mandate.until:
        raise Refused("mandate-over")
    return approval


def check_approves(
    approval: FogApproval, request: bytes, asset: AssetId, amount: int, payer: bytes, now: int
) -> None:
    """"Mandates and approvals", step 5. Refuses: request-mismatch, mandate-over."""
    body, mandate = approval.body, approval.mandate.body
    if (body.request, body.payer, mandate.asset, body.amount) != (request, sha256(payer), asset, amount):
        raise Refused("request-mismatch")
    if now >= mandate.until:
        raise Refused("mandate-over")
