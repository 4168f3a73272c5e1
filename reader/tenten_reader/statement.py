"""Statements: docs/spec/orders.md, "Statements"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Union

from .crypto import verify
from .identity import Certificate, Trust
from .refusal import Refused
from .structure import Bytes32, EncodedCertificate, ListOf, Signature, Structure, UnixSeconds
from .token import Ticks


@dataclass(frozen=True)
class NeverReleased(Structure):
    KIND = 1
    lock: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


@dataclass(frozen=True)
class NoReleaseReached(Structure):
    KIND = 2
    lock: Bytes32
    account: Bytes32
    fallback: Bytes32 | None
    inputs: Annotated[tuple[Bytes32, ...], ListOf(0, 16)]


@dataclass(frozen=True)
class NoWord(Structure):
    KIND = 3
    link: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


@dataclass(frozen=True)
class SaysBalance(Structure):
    KIND = 4
    account: Bytes32


@dataclass(frozen=True)
class Unclaimed(Structure):
    KIND = 5
    output: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


@dataclass(frozen=True)
class Ticked(Structure):
    KIND = 6
    meter: Bytes32
    ticks: Ticks
    preimage: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


@dataclass(frozen=True)
class Rest(Structure):
    KIND = 7
    meter: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


@dataclass(frozen=True)
class Lost(Structure):
    KIND = 8
    output: Bytes32
    account: Bytes32
    fallback: Bytes32 | None


Says = Union[NeverReleased, NoReleaseReached, NoWord, SaysBalance, Unclaimed, Ticked, Rest, Lost]


@dataclass(frozen=True)
class StatementBody(Structure):
    operator: Bytes32
    says: Says
    nonce: Bytes32
    issued_at: UnixSeconds


@dataclass(frozen=True)
class SignedStatement(Structure):
    body: StatementBody
    certificate: EncodedCertificate
    signature: Signature


def verify_statement(statement: SignedStatement, trust: Trust, operator: bytes | None) -> Certificate:
    """Whose certificate it names: its signer, of what is lost the device, for which its party signed.

    `operator`: to whom it must be said, or None where it counts for whichever it names.
    Refuses: authority-unknown, the codes of certificates, certificate-role, signature-invalid.
    """
    if operator is not None and statement.body.operator != operator:
        raise Refused("authority-unknown", "to another operator")
    signer = trust.certificate(statement.certificate)
    key = signer.key
    if isinstance(statement.body.says, Lost):
        if signer.profile.responsible is None:
            raise Refused("certificate-role", "nobody answers for it")
        key = signer.profile.responsible.delegations[0].by
    if not verify(key, "statement", statement.body.item(), statement.signature):
        raise Refused("signature-invalid", "statement")
    return signer
