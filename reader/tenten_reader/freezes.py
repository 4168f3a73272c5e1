"""Freeze lists, appeals and their outcomes: docs/spec/freeze.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from .cbor import Item
from .crypto import tagged_hash, verify
from .identity import KeyPurpose, Trust
from .refusal import Refused
from .structure import Bytes, Bytes32, ListOf, Number, Signature, Structure, UnixSeconds
from .token import Token
from .walk import MAX_SIGNATURES, Verified, signatures_of, verify_decoded


class FreezeReason(IntEnum):
    STOLEN = 1
    DECEIVED = 2
    UNPAID = 3
    ORDERED = 4


class AppealGround(IntEnum):
    GOOD_FAITH = 1
    MISTAKEN = 2
    OTHER = 3


class AppealVerdict(IntEnum):
    UPHELD = 1
    CLEARED = 2
    LIFTED = 3


KeyHint = Annotated[bytes, Bytes(8, 8)]


@dataclass(frozen=True)
class FreezeEntry(Structure):
    output: Bytes32
    reason: FreezeReason
    since: UnixSeconds
    case: Bytes32
    appeal_until: UnixSeconds


@dataclass(frozen=True)
class FreezeListBody(Structure):
    operator: Bytes32
    number: Annotated[int, Number(1, 2**53 - 1)]
    issued_at: UnixSeconds
    expires_at: UnixSeconds
    entries: Annotated[tuple[FreezeEntry, ...], ListOf(0, 512)]
    cleared: Annotated[tuple[Bytes32, ...], ListOf(0, 512)]

    @property
    def hash(self) -> bytes:
        return tagged_hash("freeze-list", self.item())


@dataclass(frozen=True)
class FreezeList(Structure):
    body: FreezeListBody
    key_hint: KeyHint
    signature: Signature


@dataclass(frozen=True)
class AppealBody(Structure):
    operator: Bytes32
    frozen: Bytes32
    output: Bytes32
    ground: AppealGround
    statement: Bytes32 | None
    issued_at: UnixSeconds

    @property
    def id(self) -> bytes:
        return tagged_hash("appeal", self.item())


@dataclass(frozen=True)
class Appeal(Structure):
    body: AppealBody
    token: Token
    signature: Signature


@dataclass(frozen=True)
class OutcomeBody(Structure):
    operator: Bytes32
    appeal: Bytes32
    frozen: Bytes32
    output: Bytes32
    verdict: AppealVerdict
    decided_at: UnixSeconds

    @property
    def hash(self) -> bytes:
        return tagged_hash("appeal-outcome", self.item())


@dataclass(frozen=True)
class AppealOutcome(Structure):
    body: OutcomeBody
    key_hint: KeyHint
    signature: Signature


def check_ruling_key(trust: Trust, operator: bytes, hint: bytes, kind: str, payload: Item, signature: bytes) -> None:
    """Refuses: authority-unknown, signature-invalid."""
    entry = trust.operator(operator)
    keys = entry.keys_for(KeyPurpose.RULING) if entry is not None else []
    hinted = [key for key in keys if key.key_id.startswith(hint)]
    if not hinted:
        raise Refused("authority-unknown", "no listed ruling key")
    if not any(verify(key, kind, payload, signature) for key in hinted):
        raise Refused("signature-invalid", kind)


def verify_freeze_list(encoded: bytes, newest: FreezeListBody | None, trust: Trust, now: int) -> FreezeListBody:
    """"How a list is verified", steps 1 to 6. `newest`: the list of this operator that counted last."""
    signed = FreezeList.decode(encoded)
    body = signed.body
    if trust.operator(body.operator) is None:
        raise Refused("issuer-unknown")
    check_ruling_key(trust, body.operator, signed.key_hint, "freeze-list", body.item(), signed.signature)
    outputs, cleared = [entry.output for entry in body.entries], list(body.cleared)
    if outputs != sorted(set(outputs)) or cleared != sorted(set(cleared)) or set(outputs) & set(cleared):
        raise Refused("malformed", "not in order")
    if newest is not None and body.number <= newest.number and body.hash != newest.hash:
        raise Refused("freeze-list-rollback")
    if now >= body.expires_at:
        raise Refused("freeze-list-expired")
    return body


def entry_on(token: Verified, held: FreezeListBody | None) -> FreezeEntry | None:
    """What freezes a token: "What is frozen"."""
    if held is None or held.operator != token.issue.asset.operator:
        return None
    named = {entry.output: entry for entry in held.entries}
    deciding = None
    for state in token.states:
        if state.output in named:
            deciding = named[state.output]
        elif state.output in held.cleared:
            deciding = None
    return deciding


def check_taking(token: Verified, held: FreezeListBody | None, now: int) -> None:
    """For whoever would take it. Refuses: frozen, freeze-list-expired."""
    if entry_on(token, held) is not None:
        raise Refused("frozen")
    if held is not None and held.operator == token.issue.asset.operator and now >= held.expires_at:
        raise Refused("freeze-list-expired")


def verify_appeal(encoded: bytes, newest: FreezeListBody, trust: Trust, now: int) -> AppealBody:
    """As its operator hears it: "Appeals", steps 1 to 7."""
    appeal = Appeal.decode(encoded)
    body = appeal.body
    if body.operator != newest.operator:
        raise Refused("asset-unknown", "another operator's")
    if 1 + signatures_of(appeal.token, trust) > MAX_SIGNATURES:
        raise Refused("too-many", "signatures")
    token = verify_decoded(appeal.token, trust, None)
    if token.issue.asset.operator != newest.operator:
        raise Refused("asset-unknown", "another operator's")
    if token.present.locked:
        raise Refused("lock-pending")
    if token.present.output != body.output:
        raise Refused("owner-mismatch", "another output")
    if not verify(token.present.owner.certificate.key, "appeal", body.item(), appeal.signature):
        raise Refused("signature-invalid", "appeal")
    entry = entry_on(token, newest)
    if entry is None or entry.output != body.frozen:
        raise Refused("freeze-unknown")
    if now >= entry.appeal_until:
        raise Refused("appeal-closed")
    return body


def verify_appeal_outcome(encoded: bytes, trust: Trust) -> OutcomeBody:
    """Refuses: authority-unknown, signature-invalid."""
    signed = AppealOutcome.decode(encoded)
    body = signed.body
    check_ruling_key(trust, body.operator, signed.key_hint, "appeal-outcome", body.item(), signed.signature)
    return body
