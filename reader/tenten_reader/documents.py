"""Documents and how they are sealed: docs/spec/handover.md, "Documents"; HPKE is RFC 9180, base mode, single shot."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .messages import DocumentMessage, Manifest, document_hash
from .refusal import Refused
from .structure import Bytes, Bytes32, Number, Structure

_INFO = b"tenten/1/document"
_KEM = b"KEM" + (0x0020).to_bytes(2, "big")
_SUITE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0020, 0x0001, 0x0003))


@dataclass(frozen=True)
class SealedContent(Structure):
    enc: Bytes32
    ciphertext: Annotated[bytes, Bytes(16, 65536)]


@dataclass(frozen=True)
class DocumentPlace(Structure):
    bundle: Bytes32
    position: Annotated[int, Number(0, 59)]


def check_documents(manifest: Manifest | None, messages: Sequence[DocumentMessage], key: bytes | None) -> list[bytes]:
    """The documents that a manifest lists, in their order; `key` opens those that were sealed to it.

    Refuses: document-missing, document-mismatch.
    """
    if manifest is None:
        return []
    found: list[bytes] = []
    for position, entry in enumerate(manifest.documents):
        place = DocumentPlace(manifest.data_hash, position)
        message = next((m for m in messages if (m.bundle, m.position) == (place.bundle, position)), None)
        content = None if message is None else _content(message, place, key)
        if content is None:
            raise Refused("document-missing", f"document {position}")
        if len(content) != entry.size or document_hash(manifest.salt, content) != entry.hash:
            raise Refused("document-mismatch", f"document {position}")
        found.append(content)
    return found


def _content(message: DocumentMessage, place: DocumentPlace, key: bytes | None) -> bytes | None:
    """A document that does not open counts as missing."""
    try:
        return message.content if key is None else open_sealed(key, place, message.content)
    except Refused:
        return None


def check_document_key(public: bytes) -> None:
    """Refuses, with key-refused, a key under which every agreement has one outcome: RFC 7748 section 6.1."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Refused("key-refused", "document key") from None


def seal(public: bytes, place: DocumentPlace, document: bytes) -> bytes:
    """An encoded `sealedContent` that only the holder of the X25519 key `public` opens."""
    ephemeral = X25519PrivateKey.generate()
    enc = _raw(ephemeral)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    cipher, nonce = _schedule(shared, enc, public)
    return SealedContent(enc, cipher.encrypt(nonce, document, place.encode())).encode()


def open_sealed(secret: bytes, place: DocumentPlace, content: bytes) -> bytes:
    """The document. Refuses: malformed, document-mismatch where it does not open."""
    sealed = SealedContent.decode(content)
    return open_hpke(X25519PrivateKey.from_private_bytes(secret), sealed.enc, sealed.ciphertext, place.encode())


def open_hpke(key: X25519PrivateKey, enc: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """What was sealed to this key with this associated data. Refuses: document-mismatch."""
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(enc))
        cipher, nonce = _schedule(shared, enc, _raw(key))
        return cipher.decrypt(nonce, ciphertext, associated)
    except (InvalidTag, ValueError):
        raise Refused("document-mismatch", "it does not open") from None


def document_key(secret: bytes) -> bytes:
    """The X25519 key to which documents are sealed that `secret` opens."""
    return _raw(X25519PrivateKey.from_private_bytes(secret))


def _raw(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, hashlib.sha256)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    block, output, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.digest(key, block + labelled + bytes([counter]), hashlib.sha256)
        output, counter = output + block, counter + 1
    return output[:length]


def _schedule(exchanged: bytes, enc: bytes, public: bytes) -> tuple[ChaCha20Poly1305, bytes]:
    """RFC 9180 sections 4.1 and 5.1, mode base: the cipher and its first nonce."""
    secret = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", exchanged), b"shared_secret", enc + public, 32)
    psk_id_hash = _extract(_SUITE, b"", b"psk_id_hash", b"")
    info_hash = _extract(_SUITE, b"", b"info_hash", _INFO)
    context = b"\x00" + psk_id_hash + info_hash
    extracted = _extract(_SUITE, secret, b"secret", b"")
    key = _expand(_SUITE, extracted, b"key", context, 32)
    return ChaCha20Poly1305(key), _expand(_SUITE, extracted, b"base_nonce", context, 12)
