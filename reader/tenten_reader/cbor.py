"""Deterministic CBOR: docs/spec/encoding.md, "Deterministic CBOR" and "Limits"; RFC 8949 section 4.2.1.

One value, one encoding. The reader goes through the bytes once and refuses where the first byte is wrong; what it
counts (open containers, items, maps and their keys) it counts as it meets them.
"""

from __future__ import annotations

from typing import Union

from .refusal import Refused

Item = Union[int, bytes, str, bool, None, "list[Item]", "dict[int | str, Item]"]

MESSAGE_BYTES = 65_536
MAX_DEPTH = 16
MAX_ITEMS = 65_536
MAX_MAPS_AND_KEYS = 8_192

_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}


class Reader:
    """Reads items from bytes, one after another."""

    def __init__(self, data: bytes, items: int = MAX_ITEMS, maps_and_keys: int = MAX_MAPS_AND_KEYS) -> None:
        self.data = data
        self.at = 0
        self.open = 0
        self.items_left = items
        self.maps_left = maps_and_keys

    def take(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self.data):
            raise Refused("malformed", "cut short")
        part = self.data[self.at : end]
        self.at = end
        return part

    def head(self) -> tuple[int, int]:
        """Major type and argument of the next item, whose argument has its shortest form."""
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info
        if info > 27 or major == 7:
            raise Refused("malformed", f"initial byte {first:02x}")
        width = 1 << (info - 24)
        argument = int.from_bytes(self.take(width), "big")
        shortest = 24 if width == 1 else 1 << (4 * width)
        if argument < shortest:
            raise Refused("malformed", "longer than it needs to be")
        return major, argument

    def item(self) -> Item:
        self.items_left -= 1
        if self.items_left < 0:
            raise Refused("too-many", "items")
        major, argument = self.head()
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major == 2:
            return self.take(argument)
        if major == 3:
            return _text(self.take(argument))
        if major == 4:
            return self.array(argument)
        if major == 5:
            return self.map(argument)
        if major == 7 and argument in _SIMPLE:
            return _SIMPLE[argument]
        raise Refused("malformed", f"major type {major} with {argument}")

    def enter(self) -> None:
        self.open += 1
        if self.open > MAX_DEPTH:
            raise Refused("too-deep")

    def count_map_part(self) -> None:
        self.maps_left -= 1
        if self.maps_left < 0:
            raise Refused("too-many", "maps and keys")

    def array(self, length: int) -> list[Item]:
        self.enter()
        items = [self.item() for _ in range(length)]
        self.open -= 1
        return items

    def map(self, length: int) -> dict[int | str, Item]:
        self.enter()
        self.count_map_part()
        entries: dict[int | str, Item] = {}
        before = b""
        for _ in range(length):
            self.count_map_part()
            start = self.at
            if start < len(self.data) and self.data[start] >> 5 not in (0, 1, 3):
                raise Refused("malformed", "a key that is neither a number nor text")
            key = self.item()
            assert isinstance(key, (int, str))
            encoded = self.data[start : self.at]
            if encoded <= before:
                raise Refused("malformed", "keys out of order")
            before = encoded
            entries[key] = self.item()
        self.open -= 1
        return entries


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("malformed", "not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Refused("malformed", "a byte order mark")
    return text


def decode(
    data: bytes, max_bytes: int = MESSAGE_BYTES, items: int = MAX_ITEMS, maps_and_keys: int = MAX_MAPS_AND_KEYS
) -> Item:
    """The one item that `data` encodes. Refuses: too-large, malformed, too-deep, too-many."""
    if len(data) > max_bytes:
        raise Refused("too-large", f"{len(data)} bytes")
    reader = Reader(data, items, maps_and_keys)
    item = reader.item()
    if reader.at != len(data):
        raise Refused("malformed", "bytes after the item")
    return item


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * width):
            return bytes([major << 5 | info]) + argument.to_bytes(width, "big")
    raise ValueError(f"{argument} does not fit CBOR")


def encode(item: Item) -> bytes:
    """The one encoding of `item`."""
    if item is None:
        return b"\xf6"
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return _head(0, item) if item >= 0 else _head(1, -1 - item)
    if isinstance(item, bytes):
        return _head(2, len(item)) + item
    if isinstance(item, str):
        data = item.encode("utf-8")
        return _head(3, len(data)) + data
    if isinstance(item, list):
        return _head(4, len(item)) + b"".join(encode(entry) for entry in item)
    pairs = sorted((encode(key), encode(value)) for key, value in item.items())
    return _head(5, len(pairs)) + b"".join(key + value for key, value in pairs)
