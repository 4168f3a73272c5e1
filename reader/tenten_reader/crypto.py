"""Suites, hashes, signatures: docs/spec/crypto.md.

Ed25519 is libsodium's (PyNaCl); ES256 is OpenSSL's, with the checks that it leaves out: r and s in range, s at most
n/2. Nothing here is decided by how a library happens to parse: lengths are checked first.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import nacl.bindings
import nacl.exceptions
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .cbor import Item, encode
from .refusal import Refused
from .structure import Structure

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ALGORITHMS = {"Ed25519": -19, "ES256": -9}
KEY_BYTES = {"Ed25519": 32, "ES256": 33}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tagged_hash(tag: str, content: Item) -> bytes:
    """`hash(tag, content)`."""
    return sha256(encode("tenten/1/" + tag) + encode(content))


@dataclass(frozen=True)
class CoseKey(Structure):
    """A public key: 32 bytes of Ed25519, or a compressed point of P-256."""

    suite: str
    public: bytes

    @classmethod
    def read(cls, item: Item) -> CoseKey:
        if not isinstance(item, dict):
            raise Refused("malformed", "not a key")
        x = item.get(-2)
        if not isinstance(x, bytes) or len(x) != 32:
            raise Refused("malformed", "x of a key")
        if item == {1: 1, -1: 6, -2: x} and type(item[1]) is int:
            return cls("Ed25519", x)
        y = item.get(-3)
        if isinstance(y, bool) and item == {1: 2, -1: 1, -2: x, -3: y} and type(item[1]) is type(item[-1]) is int:
            return cls("ES256", (b"\x03" if y else b"\x02") + x)
        raise Refused("malformed", "a key of no suite")

    def item(self) -> Item:
        if self.suite == "Ed25519":
            return {1: 1, -1: 6, -2: self.public}
        return {1: 2, -1: 1, -2: self.public[1:], -3: self.public[0] == 3}

    @property
    def key_id(self) -> bytes:
        return tagged_hash("key", self.item())


def signature_input(suite: str, kind: str, payload: bytes) -> bytes:
    """`cbor(sigStructure)`: what is signed."""
    protected = encode({1: ALGORITHMS[suite]})
    return encode(["Signature1", protected, f"tenten/1/{kind}".encode("ascii"), payload])


def verify_raw(suite: str, public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of a suite over plain bytes holds: "One verdict"."""
    if suite not in KEY_BYTES or len(public) != KEY_BYTES[suite] or len(signature) != 64:
        return False
    if suite == "Ed25519":
        try:
            nacl.bindings.crypto_sign_open(signature + message, public)
        except nacl.exceptions.BadSignatureError:
            return False
        return True
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2) or public[0] not in (2, 3):
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True


def verify(key: CoseKey, kind: str, payload: Item, signature: bytes) -> bool:
    """Whether `key` signed `payload` as the type `kind`."""
    return verify_encoded(key, kind, encode(payload), signature)


def verify_encoded(key: CoseKey, kind: str, payload: bytes, signature: bytes) -> bool:
    """The same, over the payload's encoding."""
    return verify_raw(key.suite, key.public, signature_input(key.suite, kind, payload), signature)


@dataclass(frozen=True)
class SecretKey:
    """A key to sign with: 32 bytes, an RFC 8032 seed or a scalar of P-256, big-endian."""

    suite: str
    secret: bytes

    @property
    def public(self) -> CoseKey:
        if self.suite == "Ed25519":
            return CoseKey("Ed25519", nacl.bindings.crypto_sign_seed_keypair(self.secret)[0])
        point = self._p256().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return CoseKey("ES256", point)

    def _p256(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret, "big"), ec.SECP256R1())

    def sign(self, kind: str, payload: Item) -> bytes:
        """64 bytes over the `sigStructure` of this type and payload."""
        message = signature_input(self.suite, kind, encode(payload))
        if self.suite == "Ed25519":
            expanded = nacl.bindings.crypto_sign_seed_keypair(self.secret)[1]
            return nacl.bindings.crypto_sign(message, expanded)[:64]
        r, s = decode_dss_signature(self._p256().sign(message, ec.ECDSA(SHA256())))
        s = min(s, P256_ORDER - s)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def merkle_root(entry: bytes, index: int, size: int, path: tuple[bytes, ...]) -> bytes | None:
    """The root to which `path` leads from `entry` at `index`; None where it leads nowhere. "Merkle trees"."""
    if index >= size:
        return None
    result, position, last = sha256(b"\x00" + entry), index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if position % 2 == 1 or position == last:
            result = sha256(b"\x01" + sibling + result)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            result = sha256(b"\x01" + result + sibling)
        position, last = position // 2, last // 2
    return result if last == 0 else None
