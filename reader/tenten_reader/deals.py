"""Offers and acceptances between devices: docs/spec/devices.md, "Deals"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from .conditions import AssetId
from .structure import Amount, Bytes32, EncodedCertificate, Number, Purpose, Signature, Structure, UnixSeconds
from .token import Ticks


@dataclass(frozen=True)
class DealOffer(Structure):
    certificate: EncodedCertificate
    asset: AssetId
    units: Amount
    per_ticks: Annotated[int, Number(1, 2**32)]
    most_ticks: Ticks
    purpose: Purpose
    nonce: Bytes32
    until: UnixSeconds


@dataclass(frozen=True)
class SignedOffer(Structure):
    body: DealOffer
    signature: Signature


@dataclass(frozen=True)
class DealAcceptance(Structure):
    offer: Bytes32
    certificate: EncodedCertificate
    most_ticks: Ticks
    accepted_at: UnixSeconds


@dataclass(frozen=True)
class DealAccepted(Structure):
    body: DealAcceptance
    signature: Signature


@dataclass(frozen=True)
class Deal(Structure):
    offer: SignedOffer
    acceptance: DealAccepted
