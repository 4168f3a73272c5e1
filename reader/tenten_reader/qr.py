"""QR codes: docs/spec/transports.md, "QR codes". Base45, frames, and solving for the parts of a content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from .crypto import sha256
from .refusal import Refused
from .structure import Bytes, Number, Structure
from .transports import read_bundle

CONTENT_BYTES = 262_144
TEXT_CHARACTERS = 2_048
PREFIX = "TENTEN:"
CONTENTS = 2
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def read_base45(text: str) -> bytes:
    """RFC 9285 section 4. Refuses: malformed."""
    data = b""
    for at in range(0, len(text), 3):
        digits = [_ALPHABET.find(character) for character in text[at : at + 3]]
        size = len(digits) - 1
        value = sum(digit * 45**place for place, digit in enumerate(digits))
        if size == 0 or -1 in digits or value >= 256**size:
            raise Refused("malformed", "base45")
        data += value.to_bytes(size, "big")
    return data


@dataclass(frozen=True)
class QrFrame(Structure):
    number: Annotated[int, Number(0, 2**32 - 1)]
    count: Annotated[int, Number(1, 256)]
    length: Annotated[int, Number(1, CONTENT_BYTES)]
    check: Annotated[bytes, Bytes(8, 8)]
    part: Annotated[bytes, Bytes(1, 1_024)]

    def parts(self) -> int:
        """Which parts are in this frame, part i as the bit 2 ** i."""
        if self.number < self.count:
            return 1 << self.number
        drawn = int.from_bytes(sha256(self.check + self.number.to_bytes(4, "big")), "little")
        every = (1 << self.count) - 1
        return drawn & every or every


@dataclass(frozen=True)
class QrContent(Structure):
    id: Annotated[bytes, Bytes(16, 16)] | None
    bundle: Annotated[bytes, Bytes(1, CONTENT_BYTES)]


def read_frame(text: str) -> QrFrame:
    """Refuses: type-unknown, too-large, malformed."""
    if not text.startswith(PREFIX):
        raise Refused("type-unknown", "QR code")
    if len(text) > TEXT_CHARACTERS:
        raise Refused("too-large", "QR code")
    frame = QrFrame.decode(read_base45(text[len(PREFIX) :]))
    size = -(-frame.length // frame.count)
    if len(frame.part) != size or frame.count != -(-frame.length // size) or (frame.count == 1 and frame.number):
        raise Refused("malformed", "parts")
    return frame


@dataclass(frozen=True)
class Progress:
    have: int
    count: int


@dataclass(frozen=True)
class QrLetter:
    id: bytes | None
    messages: list[bytes]


@dataclass
class QrReader:
    """Takes the texts of codes in any order."""

    # By check, count and length: sums, by the part that is in no other sum. The least recently seen goes first.
    contents: dict[tuple[bytes, int, int], dict[int, tuple[int, int]]] = field(default_factory=dict)

    def take(self, text: str) -> Progress | QrLetter:
        """Refuses: what a frame, a content and a bundle are refused with, and document-mismatch."""
        frame = read_frame(text)
        key = (frame.check, frame.count, frame.length)
        rows = self.contents.pop(key, {})
        _solve(rows, frame.parts(), int.from_bytes(frame.part, "big"))
        if len(rows) < frame.count:
            self.contents[key] = rows
            if len(self.contents) > CONTENTS:
                del self.contents[next(iter(self.contents))]
            return Progress(len(rows), frame.count)
        size = len(frame.part)
        content = b"".join(rows[part][1].to_bytes(size, "big") for part in range(frame.count))[: frame.length]
        if sha256(content)[:8] != frame.check:
            raise Refused("document-mismatch", "check")
        read = QrContent.decode(content, CONTENT_BYTES)
        return QrLetter(read.id, read_bundle(read.bundle))


def _solve(rows: dict[int, tuple[int, int]], parts: int, total: int) -> None:
    for pivot, (of_row, row) in rows.items():
        if parts >> pivot & 1:
            parts, total = parts ^ of_row, total ^ row
    if not parts:
        return
    found = (parts & -parts).bit_length() - 1
    for pivot, (of_row, row) in rows.items():
        if of_row >> found & 1:
            rows[pivot] = (of_row ^ parts, row ^ total)
    rows[found] = (parts, total)
