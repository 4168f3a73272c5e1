"""The relay: docs/spec/transports.md, "Relay". Invitations, what a side is sent, and how letters are opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import nacl.bindings
import nacl.exceptions

from .cbor import Item, Reader, encode
from .crypto import tagged_hash
from .refusal import Refused
from .structure import Bytes32, Structure, Text
from .transports import BUNDLE_BYTES, read_bundle

ID_BYTES = 16
NONCE_BYTES = 24
SEALED_MIN = NONCE_BYTES + 1 + 16
SEALED_MAX = NONCE_BYTES + BUNDLE_BYTES + 16
FRAME_BYTES = 1 + 1 + 1 + ID_BYTES + 5 + SEALED_MAX
_FOUR_BYTES = 2**32 - 1


@dataclass(frozen=True)
class Invitation(Structure):
    kind: Annotated[str, Text(8)]
    relay: Annotated[str, Text(256)]
    secret: Bytes32

    @classmethod
    def read(cls, item: Item) -> Invitation:
        invitation = super().read(item)
        if invitation.kind != "relay":
            raise Refused("malformed", "another kind of invitation")
        return invitation

    def room(self) -> bytes:
        return room_of(self.secret)


def room_of(secret: bytes) -> bytes:
    return tagged_hash("room", secret)


@dataclass(frozen=True)
class Letter:
    id: bytes
    sealed: bytes


@dataclass(frozen=True)
class Taken:
    id: bytes


@dataclass(frozen=True)
class Beat:
    pass


def read_frame(data: bytes) -> Letter | Taken | Beat:
    """Refuses: too-large, malformed, type-unknown."""
    if len(data) > FRAME_BYTES:
        raise Refused("too-large", "frame")
    reader = Reader(data)
    count = _head(reader, 4)
    kind = _head(reader, 0)
    frame: Letter | Taken | Beat
    if kind == 1:
        frame, fields = Letter(_bytes(reader, ID_BYTES, ID_BYTES), _bytes(reader, SEALED_MIN, SEALED_MAX)), 3
    elif kind == 2:
        frame, fields = Taken(_bytes(reader, ID_BYTES, ID_BYTES)), 2
    elif kind == 3:
        frame, fields = Beat(), 1
    else:
        raise Refused("type-unknown", f"frame {kind}")
    if count != fields or reader.at != len(data):
        raise Refused("malformed", "fields")
    return frame


def _head(reader: Reader, expected: int) -> int:
    major, count = reader.head()
    if major != expected or count > _FOUR_BYTES:
        raise Refused("malformed", "frame")
    return count


def _bytes(reader: Reader, low: int, high: int) -> bytes:
    length = _head(reader, 2)
    if not low <= length <= high:
        raise Refused("malformed", f"{length} bytes")
    return reader.take(length)


def open_letter(secret: bytes, side: str, letter: Letter) -> list[bytes]:
    """The messages of a letter that came to `side`. Refuses: document-mismatch, and what a bundle is refused with."""
    sender = {"inviter": "guest", "guest": "inviter"}[side]
    place = encode([room_of(secret), sender, letter.id])
    nonce, ciphertext = letter.sealed[:NONCE_BYTES], letter.sealed[NONCE_BYTES:]
    try:
        body = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, place, nonce, secret)
    except nacl.exceptions.CryptoError:
        raise Refused("document-mismatch", "it does not open") from None
    return read_bundle(body)
