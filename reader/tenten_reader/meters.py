"""Meters: docs/spec/meter.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Union

from .cbor import Item
from .conditions import AssetId, Kind, Rules, Transfer
from .crypto import sha256, tagged_hash
from .identity import Certificate
from .refusal import Refused
from .structure import (
    Amount,
    Bytes32,
    EncodedCertificate,
    Number,
    Purpose,
    Signature,
    Structure,
    Text,
    Text32,
    UnixSeconds,
)
from .token import CHAIN, TICKS, FinalCount, MeterTerms, SignedLink, Ticks, Token

MAX_LINKS = 32

Count = Annotated[int, Number(0, TICKS)]


@dataclass(frozen=True)
class MeterRequestBody(Structure):
    certificate: EncodedCertificate
    asset: AssetId
    units: Amount
    per_ticks: Annotated[int, Number(1, 2**32)]
    ticks: Ticks
    until: UnixSeconds
    offer: Bytes32
    nonce: Bytes32
    purpose: Purpose
    issued_at: UnixSeconds
    expires_at: UnixSeconds


@dataclass(frozen=True)
class SignedMeterRequest(Structure):
    body: MeterRequestBody
    signature: Signature


@dataclass(frozen=True)
class Request(Structure):
    KIND = 1
    request: SignedMeterRequest


@dataclass(frozen=True)
class Open(Structure):
    KIND = 2
    meter: Bytes32
    request: Bytes32
    token: Token


@dataclass(frozen=True)
class Opened(Structure):
    KIND = 3
    meter: Bytes32
    link: Bytes32
    signature: Signature


@dataclass(frozen=True)
class Release(Structure):
    KIND = 4
    meter: Bytes32
    secret: Bytes32


@dataclass(frozen=True)
class Stop(Structure):
    KIND = 5
    meter: Bytes32
    ticks: Count
    signature: Signature


@dataclass(frozen=True)
class CountMessage(Structure):
    KIND = 6
    meter: Bytes32
    ticks: Count
    proof: Bytes32 | None
    signature: Signature


@dataclass(frozen=True)
class Close(Structure):
    KIND = 7
    meter: Bytes32
    token: Token


@dataclass(frozen=True)
class Closed(Structure):
    KIND = 8
    meter: Bytes32


@dataclass(frozen=True)
class Status(Structure):
    KIND = 9
    meter: Bytes32


@dataclass(frozen=True)
class RefusedMessage(Structure):
    KIND = 10
    about: Bytes32
    code: Text32
    detail: Annotated[str, Text(256)]


@dataclass(frozen=True)
class Reached(Structure):
    KIND = 11
    meter: Bytes32
    ticks: Ticks
    proof: Bytes32


MeterMessage = Union[
    Request, Open, Opened, Release, Stop, CountMessage, Close, Closed, Status, RefusedMessage, Reached
]


@dataclass(frozen=True)
class MeteredOutput:
    """A metered output that a token opened."""

    terms: MeterTerms
    payer: Certificate
    payee: Certificate | None
    purpose: str | None


def due_for(terms: MeterTerms, ticks: int) -> int:
    """Minor units, rounded down once."""
    return ticks * terms.units // terms.per_ticks


def meter_id(input_id: bytes, certificate: bytes, purpose: str | None, request: bytes, terms: MeterTerms) -> bytes:
    owner: list[Item] = [certificate, purpose, request]
    said: list[Item] = [terms.payee, terms.units, terms.per_ticks, terms.ticks, terms.until, terms.offer]
    return tagged_hash("meter", [input_id, owner, *said])


def tick_hash(meter: bytes, preimage: bytes) -> bytes:
    """One step of a meter's chains: 55 bytes, one block."""
    return sha256(b"\xfftick/1" + meter[:16] + preimage)


def proves(meter: bytes, terms: MeterTerms, ticks: int, preimage: bytes) -> bool:
    """Whether a preimage leads to the anchor of its chain, in as many hashes as its tick has there."""
    if not 1 <= ticks <= terms.ticks:
        return False
    chain = (ticks - 1) // CHAIN
    if chain >= len(terms.anchors):
        return False
    reached = preimage
    for _ in range(ticks - chain * CHAIN):
        reached = tick_hash(meter, reached)
    return reached == terms.anchors[chain]


def check_opening(
    output: MeteredOutput,
    link: SignedLink,
    kind: Kind,
    index: int,
    position: int,
    amount: int,
    spend_until: int,
    rules: Rules,
    hops: int,
    now: int | None,
) -> None:
    """Whether a link may make a metered output: it can be closed. "The metered output", 1 to 3."""
    terms, body = output.terms, link.body
    assert output.payee is not None
    if index != 0 or kind != Kind.CHANGE or isinstance(body.data, FinalCount):
        raise Refused("meter-mismatch", "not its payer's first output")
    if body.lock is None or body.lock.payee_decides or body.against is not None:
        raise Refused("meter-mismatch", "no two-phase link")
    if output.payee.hash == output.payer.hash:
        raise Refused("meter-mismatch", "its own payee")
    dearest = due_for(terms, terms.ticks)
    if not 1 <= dearest <= amount:
        raise Refused("meter-mismatch", "what its ticks come to")
    if len(terms.anchors) != (terms.ticks - 1) // CHAIN + 1:
        raise Refused("meter-mismatch", "anchors")
    if terms.until > spend_until:
        raise Refused("meter-mismatch", "until")
    if position + 2 > MAX_LINKS:
        raise Refused("too-many", "links")
    violated = rules.violation(Transfer(Kind.PAYMENT, output.payee, output.purpose, dearest, None, hops + 1, now))
    if violated is not None:
        raise Refused(violated)
