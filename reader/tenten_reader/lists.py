"""Signed lists that wallets hand on: docs/spec/lists.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from .structure import Bytes, Bytes32, ListOf, Number, Structure


class ListKind(IntEnum):
    TRUST_LIST = 1
    FREEZE_LIST = 2
    STATUS_LIST = 3


@dataclass(frozen=True)
class HeldList(Structure):
    list: ListKind
    operator: Bytes32
    number: Annotated[int, Number(0, 65535)]
    mark: Annotated[int, Number(0, 2**53 - 1)]


@dataclass(frozen=True)
class Held(Structure):
    KIND = 13
    answers: bool
    lists: Annotated[tuple[HeldList, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class Handed(Structure):
    KIND = 14
    list: ListKind
    encoded: Annotated[bytes, Bytes(1, 65520)]


ListMessage = Union[Held, Handed]
