"""Asset definitions: docs/spec/definitions.md. Licences are bytes here: their checks are the operator's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from .conditions import Conditions
from .crypto import sha256, tagged_hash, verify
from .identity import Certificate, Role, Trust
from .refusal import Refused
from .structure import (
    Amount,
    Bytes,
    Bytes32,
    EncodedCertificate,
    ListOf,
    Number,
    Signature,
    Structure,
    Text,
    Text32,
    UnixSeconds,
)

DEFINITION_BYTES = 32_768
APPROVERS_NEEDED = 2


class ApprovalPart(IntEnum):
    PROPOSED = 1
    APPROVED = 2


_CLASS_OF = {ApprovalPart.PROPOSED: "proposer", ApprovalPart.APPROVED: "approver"}


@dataclass(frozen=True)
class DefinitionBody(Structure):
    operator: Bytes32
    code: Annotated[str, Text(16)]
    version: Annotated[int, Number(1, 2**32)]
    valid_from: UnixSeconds
    asset_kind: Text32
    name_ja: Annotated[str, Text(64)]
    name_en: Annotated[str, Text(64)]
    scale: Annotated[int, Number(0, 18)]
    spend_window: Annotated[int, Number(1, 2**32)]
    redeem_window: Annotated[int, Number(1, 2**32)]
    grace: Annotated[int, Number(0, 2**32)]
    ceiling: Amount
    conditions: Conditions
    licence: Bytes32

    @property
    def id(self) -> bytes:
        return tagged_hash("definition", self.item())


@dataclass(frozen=True)
class Approval(Structure):
    part: ApprovalPart
    certificate: EncodedCertificate
    signature: Signature


@dataclass(frozen=True)
class ApprovalPayload(Structure):
    part: ApprovalPart
    definition: Bytes32
    certificate: Bytes32


@dataclass(frozen=True)
class DefinitionDraft(Structure):
    body: DefinitionBody
    licence: Annotated[bytes, Bytes(1, 16384)]
    approvals: Annotated[tuple[Approval, ...], ListOf(0, 9)]


@dataclass(frozen=True)
class DefinitionPayload(Structure):
    definition: Bytes32
    approvals: Bytes32


@dataclass(frozen=True)
class Definition(Structure):
    draft: DefinitionDraft
    signature: Signature


@dataclass(frozen=True)
class VerifiedDefinition:
    body: DefinitionBody
    proposer: Certificate
    approvers: tuple[Certificate, ...]


def licence_hash(licence: bytes) -> bytes:
    """Of all up to and with the last tilde: the licence without its key binding."""
    return sha256(licence[: licence.rfind(b"~") + 1])


def verify_definition(encoded: bytes, operator: bytes, trust: Trust) -> VerifiedDefinition:
    """Steps 1 to 7 of "How a definition is verified"."""
    signed = Definition.decode(encoded, DEFINITION_BYTES)
    draft, body = signed.draft, signed.draft.body
    if body.operator != operator:
        raise Refused("asset-unknown", "another operator's")
    entry = trust.operator(operator)
    if entry is None:
        raise Refused("issuer-unknown")
    if body.spend_window > body.redeem_window:
        raise Refused("malformed", "spent longer than redeemed")
    if licence_hash(draft.licence) != body.licence:
        raise Refused("licence-invalid", "another licence")
    signers = [(approval.part, _signer_of(approval, body, trust)) for approval in draft.approvals]
    if len({signer.key.key_id for _, signer in signers}) < len(signers):
        raise Refused("approval-missing", "one key twice")
    proposers = [signer for part, signer in signers if part == ApprovalPart.PROPOSED]
    approvers = [signer for part, signer in signers if part == ApprovalPart.APPROVED]
    if len(proposers) != 1 or len(approvers) < APPROVERS_NEEDED:
        raise Refused("approval-missing")
    approvals = sha256(b"".join(approval.encode() for approval in draft.approvals))
    payload = DefinitionPayload(body.id, approvals)
    if not verify(entry.root, "definition", payload.item(), signed.signature):
        raise Refused("signature-invalid", "definition")
    return VerifiedDefinition(body, proposers[0], tuple(approvers))


def _signer_of(approval: Approval, body: DefinitionBody, trust: Trust) -> Certificate:
    certificate = trust.certificate(approval.certificate)
    if certificate.operator != body.operator:
        raise Refused("authority-unknown", "another operator's person")
    profile = certificate.profile
    if profile.role != Role.AUDITOR or profile.class_ != _CLASS_OF[approval.part]:
        raise Refused("certificate-role")
    payload = ApprovalPayload(approval.part, body.id, certificate.hash)
    if not verify(certificate.key, "approval", payload.item(), approval.signature):
        raise Refused("signature-invalid", "approval")
    return certificate
