"""What the wallet keeps: everything that it has to say again, in the bytes in which it said it.

Docs/spec/handover.md, "The payer's machine", "The payee's machine" and "Recovery". The file is written as the wire is:
structures in deterministic CBOR.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from ..structure import Bytes, Bytes32, ListOf, Structure, Text

Blob = Annotated[bytes, Bytes(0, 2**26)]
Blobs = Annotated[tuple[Blob, ...], ListOf(0, 2**20)]
Ids = Annotated[tuple[Bytes32, ...], ListOf(0, 2**20)]
Address = Annotated[str, Text(2048)]


class PayerState(IntEnum):
    LOCKED = 1
    SENT = 2
    RELEASED = 3
    CANCELLED = 4
    RETURNED = 5


class PayeeState(IntEnum):
    RESERVED = 1
    OWNED = 2
    CANCELLED = 3


class OrderState(IntEnum):
    ASKED = 1
    ANSWERED = 2
    REFUSED = 3  # a withdrawal that moved nothing


@dataclass(frozen=True)
class Payment(Structure):
    """An attempt of which this wallet is the payer. `inputs` and `change` are encoded tokens."""

    attempt: Bytes32
    state: PayerState
    address: Address
    request: Blob
    transfer: Blob
    inputs: Blobs
    change: Blobs
    secret: Bytes32 | None  # erased when cancelled
    lock: Bytes32 | None
    answer: Blob | None
    cancel: Blob | None
    finished: bool  # the payee has said done, or reserved to a direct transfer


@dataclass(frozen=True)
class Receipt(Structure):
    """An attempt of which this wallet is the payee."""

    attempt: Bytes32
    state: PayeeState
    request: Bytes32
    lock: Bytes32 | None
    transfer: Blob
    outputs: Ids
    answer: Blob


@dataclass(frozen=True)
class AskedOrder(Structure):
    """An order that was signed: its body is sent until it is answered."""

    digest: Bytes32
    state: OrderState
    path: Address
    body: Blob
    reply: Blob | None


@dataclass(frozen=True)
class State(Structure):
    suite: Annotated[str, Text(16)]
    secret: Bytes32
    operator: Bytes32
    address: Address
    trust_list: Blob
    certificate: Blob
    tokens: Blobs  # spendable
    requests: Blobs
    payments: Annotated[tuple[Payment, ...], ListOf(0, 2**20)]
    receipts: Annotated[tuple[Receipt, ...], ListOf(0, 2**20)]
    orders: Annotated[tuple[AskedOrder, ...], ListOf(0, 2**20)]
    owned: Ids  # every output that this wallet ever owned
