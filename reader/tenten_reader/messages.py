"""What two modules say to each other: docs/spec/handover.md, "Requests", "Messages", "Documents", "Receipts"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from .conditions import Against, AssetId
from .crypto import tagged_hash
from .orders import SignedRuling
from .structure import (
    Amount,
    AmountOrZero,
    Bytes,
    Bytes32,
    EncodedCertificate,
    ListOf,
    Number,
    Purpose,
    Signature,
    Structure,
    Text,
    Text32,
    UnixSeconds,
    reader_of,
)
from .token import Token


class Mode(IntEnum):
    TWO_PHASE = 1
    DIRECT = 2
    EXCHANGE = 3


MediaType = Annotated[str, Text(64)]
Detail = Annotated[str, Text(256)]
Tokens = Annotated[tuple[Token, ...], ListOf(1, 16)]
LinkIds = Annotated[tuple[Bytes32, ...], ListOf(1, 16)]


@dataclass(frozen=True)
class RequestBody(Structure):
    certificate: EncodedCertificate
    mode: Mode
    asset: AssetId
    amount: AmountOrZero
    nonce: Bytes32
    purpose: Purpose
    memo: Detail
    document_key: Bytes32 | None
    wants: Annotated[tuple[MediaType, ...], ListOf(0, 8)]
    invoice: Bytes32 | None
    against: Against | None
    is_static: bool
    issued_at: UnixSeconds
    expires_at: UnixSeconds

    @property
    def digest(self) -> bytes:
        return tagged_hash("request", self.item())


@dataclass(frozen=True)
class SignedRequest(Structure):
    body: RequestBody
    signature: Signature


@dataclass(frozen=True)
class ManifestEntry(Structure):
    media_type: MediaType
    size: Annotated[int, Number(0, 65024)]
    hash: Bytes32


@dataclass(frozen=True)
class Manifest(Structure):
    salt: Bytes32
    documents: Annotated[tuple[ManifestEntry, ...], ListOf(1, 60)]

    @property
    def data_hash(self) -> bytes:
        return tagged_hash("data", self.item())


def data_hash(manifest: Manifest | None) -> bytes | None:
    """No manifest: null."""
    return None if manifest is None else manifest.data_hash


def document_hash(salt: bytes, content: bytes) -> bytes:
    return tagged_hash("document", [salt, content])


@dataclass(frozen=True)
class AttemptContent(Structure):
    request: Bytes32
    links: LinkIds

    @property
    def id(self) -> bytes:
        return tagged_hash("attempt", self.item())


@dataclass(frozen=True)
class ReservedBody(Structure):
    request: Bytes32
    links: LinkIds
    lock: Bytes32 | None
    amount: Amount
    reply: Bytes32 | None


@dataclass(frozen=True)
class CounterBody(Structure):
    reserved: ReservedBody
    counter_links: LinkIds


@dataclass(frozen=True)
class RequestMessage(Structure):
    KIND = 1
    request: SignedRequest
    invoice: Manifest | None


@dataclass(frozen=True)
class TransferMessage(Structure):
    KIND = 2
    request: Bytes32
    tokens: Tokens
    data: Manifest | None
    counter_request: SignedRequest | None
    document_key: Bytes32 | None


@dataclass(frozen=True)
class ReservedMessage(Structure):
    KIND = 3
    attempt: Bytes32
    body: ReservedBody
    reply: Manifest | None
    signature: Signature


@dataclass(frozen=True)
class ReleaseMessage(Structure):
    KIND = 4
    attempt: Bytes32
    secret: Bytes32


@dataclass(frozen=True)
class CancelMessage(Structure):
    KIND = 5
    attempt: Bytes32
    lock: Bytes32
    certificate: Bytes32
    signature: Signature


@dataclass(frozen=True)
class RefusedMessage(Structure):
    KIND = 6
    about: Bytes32
    code: Text32
    detail: Detail


@dataclass(frozen=True)
class DoneMessage(Structure):
    KIND = 7
    attempt: Bytes32


@dataclass(frozen=True)
class StatusMessage(Structure):
    KIND = 8
    attempt: Bytes32


@dataclass(frozen=True)
class CounterTransferMessage(Structure):
    KIND = 9
    attempt: Bytes32
    body: CounterBody
    tokens: Tokens
    reply: Manifest | None
    signature: Signature


@dataclass(frozen=True)
class DocumentMessage(Structure):
    KIND = 10
    bundle: Bytes32
    position: Annotated[int, Number(0, 59)]
    content: Annotated[bytes, Bytes(0, 65088)]


@dataclass(frozen=True)
class ReturnedMessage(Structure):
    KIND = 11
    attempt: Bytes32
    tokens: Tokens


@dataclass(frozen=True)
class RulingMessage(Structure):
    KIND = 12
    ruling: SignedRuling


Message = Union[
    RequestMessage,
    TransferMessage,
    ReservedMessage,
    ReleaseMessage,
    CancelMessage,
    RefusedMessage,
    DoneMessage,
    StatusMessage,
    CounterTransferMessage,
    DocumentMessage,
    ReturnedMessage,
    RulingMessage,
]
read_message = reader_of(Message)


@dataclass(frozen=True)
class Receipt(Structure):
    """Proof of payment: the request, the payee's answer, the release."""

    request: SignedRequest
    answer: Message
    secret: Bytes32 | None
