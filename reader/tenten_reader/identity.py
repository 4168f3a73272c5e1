"""Certificates and trust lists: docs/spec/identity.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from . import cbor
from .cbor import Item
from .crypto import CoseKey, tagged_hash, verify
from .devices import Bound
from .refusal import Refused
from .structure import (
    Amount,
    Bytes,
    EncodedCertificate,
    ListOf,
    Number,
    Signature,
    Structure,
    Text,
    Text32,
    UnixSeconds,
    shape_of,
)


class Role(IntEnum):
    HOLDER = 1
    DEVICE = 2
    MERCHANT = 3
    FOG = 4
    ISSUER = 5
    WITNESS = 6
    AUDITOR = 7


class Assurance(IntEnum):
    SOFTWARE = 1
    TEE = 2
    SECURE_ELEMENT = 3
    HSM = 4


class KeyPurpose(IntEnum):
    AUTHORITY = 1
    ISSUING = 2
    RULING = 3


class KeyStatus(IntEnum):
    CURRENT = 1
    RETIRED = 2


MerchantCategory = Annotated[int, Number(0, 9999)]
Region = Annotated[str, Text(8)]


@dataclass(frozen=True)
class ProfileLimits(Structure):
    per_transfer: Amount | None
    offline_total: Amount | None
    holding: Amount | None


@dataclass(frozen=True)
class Profile(Structure):
    role: Role
    class_: Text32 | None
    merchant_category: MerchantCategory | None
    region: Region | None
    assurance: Assurance
    limits: ProfileLimits | None
    responsible: Bound | None


@dataclass(frozen=True)
class Claims(Structure):
    """The claims of a certificate: a CWT map, in which what is absent is left out."""

    authority_hint: bytes
    expires_at: int
    not_before: int | None
    serial: bytes
    key: CoseKey
    profile: Profile

    @classmethod
    def read(cls, item: Item) -> Claims:
        if not isinstance(item, dict) or not {1, 4, 7, 8, -65537} <= item.keys():
            raise Refused("malformed", "claims")
        seconds = shape_of(UnixSeconds)
        confirmation = item[8]
        if not isinstance(confirmation, dict) or confirmation.keys() != {1}:
            raise Refused("malformed", "confirmation")
        claims = cls(
            Bytes(8, 8).read(item[1]),
            seconds.read(item[4]),
            seconds.read(item[5]) if 5 in item else None,
            Bytes(1, 16).read(item[7]),
            CoseKey.read(confirmation[1]),
            Profile.read(item[-65537]),
        )
        if not item.keys() <= {1, 4, 5, 7, 8, -65537}:
            raise Refused("malformed", "a claim that is not listed")
        return claims

    def item(self) -> Item:
        not_before: dict[int | str, Item] = {} if self.not_before is None else {5: self.not_before}
        return {
            1: self.authority_hint,
            4: self.expires_at,
            7: self.serial,
            8: {1: self.key.item()},
            -65537: self.profile.item(),
            **not_before,
        }


@dataclass(frozen=True)
class SignedClaims(Structure):
    """`certificate`: as it travels."""

    claims: Claims
    signature: Signature


@dataclass(frozen=True)
class Certificate:
    """A certificate that verified: its claims, its hash, and the operator whose authority signed it."""

    claims: Claims
    hash: bytes
    operator: bytes
    encoded: bytes

    @property
    def key(self) -> CoseKey:
        return self.claims.key

    @property
    def profile(self) -> Profile:
        return self.claims.profile

    def check_dates(self, now: int) -> None:
        """For the present payer and payee only. Refuses: certificate-not-yet-valid, certificate-expired."""
        if self.claims.not_before is not None and now < self.claims.not_before:
            raise Refused("certificate-not-yet-valid")
        if now >= self.claims.expires_at:
            raise Refused("certificate-expired")


@dataclass(frozen=True)
class ListedKey(Structure):
    purpose: KeyPurpose
    status: KeyStatus
    key: CoseKey


@dataclass(frozen=True)
class AssetDefinition(Structure):
    code: Annotated[str, Text(16)]
    scale: Annotated[int, Number(0, 18)]
    name: Annotated[str, Text(64)]
    spend_window: Annotated[int, Number(1, 2**32)]
    redeem_window: Annotated[int, Number(1, 2**32)]
    grace: Annotated[int, Number(0, 2**32)]


@dataclass(frozen=True)
class OperatorEntry(Structure):
    root: CoseKey
    name: Annotated[str, Text(64)]
    url: Annotated[str, Text(256)]
    keys: Annotated[tuple[ListedKey, ...], ListOf(0, 64)]
    desk: EncodedCertificate
    assets: Annotated[tuple[AssetDefinition, ...], ListOf(0, 64)]

    @property
    def id(self) -> bytes:
        return self.root.key_id

    def keys_for(self, purpose: KeyPurpose) -> list[CoseKey]:
        """Its keys of one purpose, current or retired."""
        return [listed.key for listed in self.keys if listed.purpose == purpose]


@dataclass(frozen=True)
class TrustListBody(Structure):
    version: Annotated[int, Number(1, 2**53 - 1)]
    issued_at: UnixSeconds
    expires_at: UnixSeconds
    operators: Annotated[tuple[OperatorEntry, ...], ListOf(0, 256)]


@dataclass(frozen=True)
class TrustList(Structure):
    body: TrustListBody
    signer: CoseKey
    signature: Signature


def verify_trust_list(encoded: bytes, pinned: bytes, newest_version: int, now: int) -> TrustList:
    """The list of the operator whose root key id is `pinned`. Steps 1 to 5 of "Trust lists"."""
    signed = TrustList.decode(encoded)
    if signed.signer.key_id != pinned:
        raise Refused("authority-unknown")
    if not verify(signed.signer, "trust-list", signed.body.item(), signed.signature):
        raise Refused("signature-invalid")
    if signed.body.version < newest_version:
        raise Refused("trust-list-rollback")
    if now >= signed.body.expires_at:
        raise Refused("trust-list-expired")
    return signed


def _verify_certificate(encoded: bytes, entries: list[OperatorEntry]) -> Certificate:
    certificate = SignedClaims.read(cbor.decode(encoded, 1024))
    hint = certificate.claims.authority_hint
    candidates = [
        (entry, key.key_id)
        for entry in entries
        for key in entry.keys_for(KeyPurpose.AUTHORITY)
        if key.key_id.startswith(hint)
    ]
    if not candidates:
        raise Refused("authority-unknown")
    for entry, authority in candidates:
        payload: Item = [authority, certificate.claims.item()]
        key = next(key for key in entry.keys_for(KeyPurpose.AUTHORITY) if key.key_id == authority)
        if verify(key, "certificate", payload, certificate.signature):
            return Certificate(certificate.claims, tagged_hash("certificate", payload), entry.id, encoded)
    raise Refused("signature-invalid")


class Trust:
    """What one trust list says: the operators that count, and the certificates that verified under it."""

    def __init__(self, trust_list: TrustList) -> None:
        self.body = trust_list.body
        self._certificates: dict[bytes, Certificate] = {}
        self._entries = [entry for entry in trust_list.body.operators if _counts(entry)]
        self._by_id = {entry.id: entry for entry in self._entries}

    def operator(self, operator_id: bytes) -> OperatorEntry | None:
        return self._by_id.get(operator_id)

    def asset(self, operator_id: bytes, code: str) -> AssetDefinition | None:
        """The definition of a listed asset."""
        entry = self.operator(operator_id)
        return next((asset for asset in entry.assets if asset.code == code), None) if entry else None

    def certificate(self, encoded: bytes) -> Certificate:
        """Refuses: too-large, malformed, authority-unknown, signature-invalid."""
        known = self._certificates.get(encoded)
        if known is None:
            known = self._certificates[encoded] = _verify_certificate(encoded, self._entries)
        return known

    def has_verified(self, encoded: bytes) -> bool:
        """Whether this certificate costs no signature check any more."""
        return encoded in self._certificates

    def desk(self, operator_id: bytes) -> Certificate:
        """The certificate to which redeeming links pay."""
        return self.certificate(self._by_id[operator_id].desk)


def _counts(entry: OperatorEntry) -> bool:
    """An operator counts only if its desk is a certificate of one of its own authorities."""
    try:
        _verify_certificate(entry.desk, [entry])
    except Refused:
        return False
    return True
