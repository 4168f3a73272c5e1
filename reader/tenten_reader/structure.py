"""Structures: docs/spec/encoding.md, "Building blocks".

A rule of the CDDL is a frozen dataclass here, its fields in the order of the rule; the annotation of a field says what
it may hold. `read` makes one of decoded CBOR, `item` turns it back. A field that is `X | None` may be null; a union of
classes with a `KIND` is the array that begins with that number.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from typing import Annotated, Any, Callable, ClassVar, Protocol, TypeVar

from . import cbor
from .cbor import Item
from .refusal import Refused

AMOUNT_MAX = 2**63 - 1


class Shape(Protocol):
    """What a field may hold: how it is read from an item, and written to one."""

    def read(self, item: Item) -> Any: ...

    def write(self, value: Any) -> Item: ...


@dataclass(frozen=True)
class Number:
    low: int
    high: int

    def read(self, item: Item) -> int:
        if type(item) is not int:
            raise Refused("malformed", "not a whole number")
        if not self.low <= item <= self.high:
            raise Refused("malformed", f"{item} is not within {self.low} and {self.high}")
        return item

    def write(self, value: int) -> Item:
        return self.read(value)


class AmountNumber(Number):
    """An amount of money. What stands in its place and is none, of whatever type, is refused as an amount."""

    def read(self, item: Item) -> int:
        if type(item) is not int or not self.low <= item <= self.high:
            raise Refused("amount-invalid")
        return item


@dataclass(frozen=True)
class Bytes:
    low: int
    high: int

    def read(self, item: Item) -> bytes:
        if not isinstance(item, bytes) or not self.low <= len(item) <= self.high:
            raise Refused("malformed", f"not {self.low} to {self.high} bytes")
        return item

    def write(self, value: bytes) -> Item:
        return self.read(value)


@dataclass(frozen=True)
class Text:
    high: int

    def read(self, item: Item) -> str:
        if not isinstance(item, str) or len(item.encode("utf-16-le")) > 2 * self.high:
            raise Refused("malformed", f"not text of at most {self.high}")
        return item

    def write(self, value: str) -> Item:
        return self.read(value)


@dataclass(frozen=True)
class ListOf:
    """At least `low` and at most `high` entries; read as a tuple."""

    low: int
    high: int

    def bind(self, entry: Shape) -> Shape:
        return BoundList(self.low, self.high, entry)


@dataclass(frozen=True)
class BoundList:
    low: int
    high: int
    entry: Shape

    def read(self, item: Item) -> tuple[Any, ...]:
        if not isinstance(item, list):
            raise Refused("malformed", "not a list")
        if len(item) > self.high:
            raise Refused("too-many", f"{len(item)} entries, at most {self.high}")
        if len(item) < self.low:
            raise Refused("malformed", f"{len(item)} entries, at least {self.low}")
        return tuple(self.entry.read(entry) for entry in item)

    def write(self, value: tuple[Any, ...]) -> Item:
        return [self.entry.write(entry) for entry in value]


@dataclass(frozen=True)
class Nullable:
    inner: Shape

    def read(self, item: Item) -> Any:
        return None if item is None else self.inner.read(item)

    def write(self, value: Any) -> Item:
        return None if value is None else self.inner.write(value)


class _Bool:
    def read(self, item: Item) -> bool:
        if not isinstance(item, bool):
            raise Refused("malformed", "neither true nor false")
        return item

    def write(self, value: bool) -> Item:
        return value


@dataclass(frozen=True)
class Enumeration:
    members: type[IntEnum]

    def read(self, item: Item) -> IntEnum:
        if type(item) is not int or item not in list(self.members):
            raise Refused("malformed", f"not listed: {self.members.__name__}")
        return self.members(item)

    def write(self, value: IntEnum) -> Item:
        return int(value)


@dataclass(frozen=True)
class Record:
    of: type[Structure]

    def read(self, item: Item) -> Any:
        return self.of.read(item)

    def write(self, value: Structure) -> Item:
        return value.item()


@dataclass(frozen=True)
class BytesOr:
    """Bytes, or a structure in their place."""

    plain: Shape
    other: type[Structure]

    def read(self, item: Item) -> Any:
        return self.other.read(item) if isinstance(item, list) else self.plain.read(item)

    def write(self, value: Any) -> Item:
        return value.item() if isinstance(value, Structure) else self.plain.write(value)


@dataclass(frozen=True)
class Variants:
    by_kind: dict[int, type[Structure]]

    def read(self, item: Item) -> Any:
        if not isinstance(item, list) or not item or type(item[0]) is not int or abs(item[0]) >= 2**53:
            raise Refused("malformed", "no variant")
        variant = self.by_kind.get(item[0])
        if variant is None:
            raise Refused(next(iter(self.by_kind.values())).UNKNOWN, f"kind {item[0]}")
        return variant.read(item)

    def write(self, value: Structure) -> Item:
        return value.item()


def shape_of(hint: Any) -> Shape:
    """The shape that the annotation of a field stands for."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        base, *extras = typing.get_args(hint)
        for extra in extras:
            if isinstance(extra, ListOf):
                return extra.bind(shape_of(typing.get_args(base)[0]))
        shape: Shape = extras[0]
        return shape
    if origin in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(hint) if member is not type(None)]
        if len(members) == 1:
            inner = shape_of(members[0])
        elif typing.get_origin(members[0]) is Annotated:
            inner = BytesOr(shape_of(members[0]), members[1])
        else:
            inner = Variants({member.KIND: member for member in members})
        return Nullable(inner) if len(members) < len(typing.get_args(hint)) else inner
    if hint is bool:
        return _Bool()
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return Enumeration(hint)
    if isinstance(hint, type) and issubclass(hint, Structure):
        return Record(hint)
    raise TypeError(f"no shape for {hint}")


_known_fields: dict[type[Structure], tuple[tuple[str, Shape], ...]] = {}


def fields_of(of: type[Structure]) -> tuple[tuple[str, Shape], ...]:
    """The fields of a structure: their names and shapes."""
    known = _known_fields.get(of)
    if known is None:
        assert is_dataclass(of)
        hints = typing.get_type_hints(of, include_extras=True)
        known = _known_fields[of] = tuple((field.name, shape_of(hints[field.name])) for field in fields(of))
    return known


S = TypeVar("S", bound="Structure")


class Structure:
    """A fixed array whose fields stand in order, after the variant's number if it is one of several."""

    KIND: ClassVar[int | None] = None
    UNKNOWN: ClassVar[str] = "type-unknown"
    TAIL: ClassVar[bool] = False  # whether the last field, `X | None`, is left out where it is None

    @classmethod
    def read(cls: type[S], item: Item) -> S:
        """Refuses what is not such an array: malformed, or the code of the field that is wrong first."""
        shapes = fields_of(cls)
        skipped = 0 if cls.KIND is None else 1
        if cls.TAIL and isinstance(item, list):
            if len(item) != len(shapes):
                item, shapes = [*item, None], shapes if len(item) + 1 == len(shapes) else ()
            elif item[-1] is None:
                raise Refused("malformed", f"not {cls.__name__}")
        if not isinstance(item, list) or len(item) != skipped + len(shapes):
            raise Refused("malformed", f"not {cls.__name__}")
        if skipped and (type(item[0]) is not int or item[0] != cls.KIND):
            raise Refused("malformed", f"not {cls.__name__}")
        return cls(*(shape.read(entry) for (_, shape), entry in zip(shapes, item[skipped:])))

    def item(self) -> Item:
        """As CBOR items."""
        values: list[Item] = [] if self.KIND is None else [self.KIND]
        values.extend(shape.write(getattr(self, name)) for name, shape in fields_of(type(self)))
        return values[:-1] if self.TAIL and values[-1] is None else values

    @classmethod
    def decode(cls: type[S], data: bytes, max_bytes: int = cbor.MESSAGE_BYTES) -> S:
        """Reads an encoded structure. Refuses: too-large, too-deep, too-many, malformed and the codes of fields."""
        return cls.read(cbor.decode(data, max_bytes))

    def encode(self) -> bytes:
        """Its one encoding."""
        return cbor.encode(self.item())


def reader_of(hint: Any) -> Callable[[bytes, int], Any]:
    """A decoder for a union of structures, given as a type; for what is not one class."""
    shape = shape_of(hint)
    return lambda data, max_bytes: shape.read(cbor.decode(data, max_bytes))


Bytes32 = Annotated[bytes, Bytes(32, 32)]
Signature = Annotated[bytes, Bytes(64, 64)]
Amount = Annotated[int, AmountNumber(1, AMOUNT_MAX)]
AmountOrZero = Annotated[int, AmountNumber(0, AMOUNT_MAX)]
UnixSeconds = Annotated[int, Number(0, 2**53 - 1)]
EncodedCertificate = Annotated[bytes, Bytes(1, 1024)]
Text32 = Annotated[str, Text(32)]
Purpose = Text32 | None
