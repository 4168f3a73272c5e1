"""Passkeys: docs/spec/passkeys.md. What an authenticator and a browser say, read and checked as the page orders it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from .crypto import P256_ORDER, CoseKey, sha256, verify_raw
from .refusal import Refused

_LIMIT = 4096
_UP, _UV, _BE, _BS, _AT, _ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(frozen=True)
class AuthenticatorData:
    relying_party: bytes
    flags: int
    count: int
    credential: tuple[bytes, CoseKey] | None


def check_client(data: bytes, kind: str, challenge: bytes) -> str:
    """The origin. Refuses: too-large, malformed, authentication-failed."""
    if len(data) > _LIMIT:
        raise Refused("too-large", "client data")
    try:
        said = json.loads(data.decode("utf-8-sig"))
    except ValueError:
        raise Refused("malformed", "client data") from None
    if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in ("type", "challenge", "origin")):
        raise Refused("malformed", "client data")
    if not isinstance(said.get("crossOrigin", False), bool):
        raise Refused("malformed", "client data")
    written = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
    if said["type"] != kind or said["challenge"] != written or said.get("crossOrigin", False) or "topOrigin" in said:
        raise Refused("authentication-failed", "client data")
    origin: str = said["origin"]
    return origin


def check_authenticator(data: bytes, relying_party: str) -> AuthenticatorData:
    """Refuses: too-large, malformed, key-refused, authentication-failed."""
    parsed = parse_authenticator(data)
    if parsed.relying_party != sha256(relying_party.encode()) or parsed.flags & (_UP | _UV) != _UP | _UV:
        raise Refused("authentication-failed", "authenticator data")
    return parsed


def parse_authenticator(data: bytes) -> AuthenticatorData:
    if len(data) > _LIMIT:
        raise Refused("too-large", "authenticator data")
    if len(data) < 37:
        raise Refused("malformed", "authenticator data")
    flags = data[32]
    if flags & _BS and not flags & _BE:
        raise Refused("malformed", "backed up, and could not be")
    rest, credential = data[37:], None
    if flags & _AT:
        length = int.from_bytes(rest[16:18], "big")
        if len(rest) < 18 or not 1 <= length <= 1023 or len(rest) < 18 + length:
            raise Refused("malformed", "credential")
        key, taken = _read_key(rest[18 + length :])
        credential, rest = (rest[18 : 18 + length], key), rest[18 + length + taken :]
    if bool(rest) != bool(flags & _ED):
        raise Refused("malformed", "extensions")
    return AuthenticatorData(data[:32], flags, int.from_bytes(data[33:37], "big"), credential)


def _read_key(data: bytes) -> tuple[CoseKey, int]:
    head, x, y = data[:10].hex(), data[10:42], data[45:77]
    if head in ("a4010103272006215820", "a4010103322006215820") and len(x) == 32:
        return CoseKey("Ed25519", x), 42
    if head in ("a5010203262001215820", "a5010203282001215820") and data[42:45].hex() == "225820" and len(y) == 32:
        return CoseKey("ES256", bytes([2 + y[-1] % 2]) + x), 77
    raise Refused("key-refused", "of no encoding that CTAP2 prescribes")


def check_registration(challenge: bytes, relying_party: str, data: bytes, client: bytes) -> tuple[bytes, CoseKey, str, int]:
    """Credential id, key, origin and count of what is registered."""
    origin = check_client(client, "webauthn.create", challenge)
    parsed = check_authenticator(data, relying_party)
    if parsed.credential is None:
        raise Refused("malformed", "no credential")
    return *parsed.credential, origin, parsed.count


def check_assertion(
    challenge: bytes, key: CoseKey, relying_party: str, origin: str, count: int, data: bytes, client: bytes, signature: bytes
) -> int:
    """The count to keep."""
    if check_client(client, "webauthn.get", challenge) != origin:
        raise Refused("authentication-failed", "another page")
    parsed = check_authenticator(data, relying_party)
    plain = _plain(signature) if key.suite == "ES256" else signature
    if not verify_raw(key.suite, key.public, data + sha256(client), plain):
        raise Refused("authentication-failed", "signature")
    if (parsed.count or count) and parsed.count <= count:
        raise Refused("authentication-failed", "count")
    return parsed.count


def _plain(signature: bytes) -> bytes:
    """r and s with the lower s; nothing where they are not the one encoding of two scalars in DER."""
    if len(signature) < 2 or signature[0] != 0x30 or signature[1] != len(signature) - 2 or signature[1] > 0x7F:
        return b""
    numbers, at = [], 2
    while at < len(signature):
        length = signature[at + 1] if at + 1 < len(signature) else 0
        content = signature[at + 2 : at + 2 + length]
        number = int.from_bytes(content, "big")
        if signature[at] != 2 or len(content) != length or not 0 < number < P256_ORDER:
            return b""
        if length != number.bit_length() // 8 + 1:
            return b""
        numbers.append(number)
        at += 2 + length
    if len(numbers) != 2:
        return b""
    r, s = numbers
    return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")
