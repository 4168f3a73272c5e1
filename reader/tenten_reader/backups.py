"""Recovery codes and the keys of a backup: docs/spec/backups.md."""

from __future__ import annotations

import unicodedata

import nacl.bindings
import nacl.exceptions
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from . import cbor
from .crypto import sha256
from .documents import open_hpke
from .refusal import Refused

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PLACE = b"tenten/1/recoverable"
_BYTES = 16 * 1024 * 1024
_SUITES = {1: "Ed25519", 2: "ES256"}


def read_code(typed: str) -> str:
    """The code as it was written. Refuses: unlock-failed where it is none."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if not _passed_over(c))
    plain = plain.replace("I", "1").replace("L", "1").replace("O", "0")
    if len(plain) != 28 or any(letter not in LETTERS for letter in plain):
        raise Refused("unlock-failed", "no recovery code")
    bits = 0
    for letter in plain:
        bits = bits << 5 | LETTERS.index(letter)
    entropy = (bits >> 20).to_bytes(15, "big")
    digest = sha256(cbor.encode("tenten/1/recovery-code") + cbor.encode(entropy))
    if bits & 0xFFFFF != int.from_bytes(digest[:3], "big") >> 4:
        raise Refused("unlock-failed", "checksum")
    return "-".join(plain[i : i + 4] for i in range(0, 28, 4))


def _passed_over(character: str) -> bool:
    """White space, what has the property Dash, and the long vowel mark."""
    return character.isspace() or unicodedata.category(character) == "Pd" or character in "\u2212\u207b\u208b\u2053\u30fc"


def open_keys(content: bytes, secret: str) -> tuple[bytes, list[dict[str, str]]]:
    """State key and keys, as the vectors write them. Refuses: unlock-failed, state-damaged."""
    item = _damaged(content)
    if isinstance(item, list) and len(item) == 3 and item[0] == 2:
        return _under_code(item, secret)
    return _content(_damaged(_open_envelope(item, "backup", secret)), _private_key)


def _under_code(item: list[cbor.Item], secret: str) -> tuple[bytes, list[dict[str, str]]]:
    _, envelope, sealed = item
    if not isinstance(envelope, bytes) or not isinstance(sealed, bytes):
        raise Refused("state-damaged", "keysUnderCode")
    opened = _damaged(_open_envelope(_damaged(envelope), "recovery", read_code(secret)))
    match opened:
        case [bytes(recovery_key), bytes(backup_key)] if len(recovery_key) == len(backup_key) == 32:
            pass
        case _:
            raise Refused("state-damaged", "recoveryKeys")
    plain = _open(backup_key, _PLACE, sealed)
    if plain is None:
        raise Refused("state-damaged", "sealedKeys")
    key = X25519PrivateKey.from_private_bytes(recovery_key)

    def unsealed(item: cbor.Item) -> dict[str, str]:
        match item:
            case [bytes(enc), bytes(ciphertext)] if len(enc) == 32 and 16 <= len(ciphertext) <= 256:
                pass
            case _:
                raise Refused("state-damaged", "sealedKey")
        try:
            return _private_key(_damaged(open_hpke(key, enc, ciphertext, _PLACE)))
        except Refused:
            raise Refused("state-damaged", "sealedKey") from None

    return _content(_damaged(plain), unsealed)


def _content(item: cbor.Item, key: object) -> tuple[bytes, list[dict[str, str]]]:
    match item:
        case [bytes(state_key), list(keys)] if len(state_key) == 32 and len(keys) <= 65_536:
            return state_key, [key(each) for each in keys]  # type: ignore[operator]
    raise Refused("state-damaged", "no list of keys")


def _private_key(item: cbor.Item) -> dict[str, str]:
    match item:
        case [1, int(suite), bytes(public), bytes(private)] if suite in _SUITES and len(public) in (32, 33) and len(private) == 32:
            return {"kind": "signing", "suite": _SUITES[suite], "publicKey": public.hex(), "privateKey": private.hex()}
        case [2, bytes(public), bytes(private)] if len(public) == len(private) == 32:
            return {"kind": "document", "publicKey": public.hex(), "privateKey": private.hex()}
    raise Refused("state-damaged", "privateKey")


def _open_envelope(item: cbor.Item, purpose: str, passphrase: str) -> bytes:
    match item:
        case [1, [1, bytes(salt), int(operations), int(memory)] as method, bytes(sealed)]:
            if len(salt) != 16 or not 2 <= operations <= 4 or not 1 << 26 <= memory <= 1 << 30:
                raise Refused("state-damaged", "method")
        case [1, [2] | [3], bytes(sealed)]:
            if len(sealed) < 40:
                raise Refused("state-damaged", "sealed")
            raise Refused("unlock-failed", "another way to unlock")
        case _:
            raise Refused("state-damaged", "envelope")
    if len(sealed) < 40:
        raise Refused("state-damaged", "sealed")
    typed = unicodedata.normalize("NFKC", passphrase).encode()
    argon = nacl.bindings.crypto_pwhash_ALG_ARGON2ID13
    key = nacl.bindings.crypto_pwhash_alg(32, typed, salt, operations, memory, argon)
    place = cbor.encode("tenten/1/envelope/" + purpose) + cbor.encode(method)
    plain = _open(key, place, sealed)
    if plain is None:
        raise Refused("unlock-failed")
    return plain


def _open(key: bytes, place: bytes, sealed: bytes) -> bytes | None:
    """`nonce ‖ ciphertext ‖ tag` of XChaCha20-Poly1305."""
    if len(sealed) < 40:
        return None
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], place, sealed[:24], key)
    except nacl.exceptions.CryptoError:
        return None


def _damaged(content: bytes) -> cbor.Item:
    """An item of the deterministic encoding. Refuses: state-damaged."""
    try:
        return cbor.decode(content, _BYTES)
    except Refused:
        raise Refused("state-damaged", "no item") from None
