"""Logs: docs/spec/log.md. Proofs, keys of notes, checkpoints and cosignatures."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from .crypto import sha256, verify_raw
from .refusal import Refused

ENTRY_BYTES = 65_535
NOTE_BYTES = 131_072
SIGNATURES = 100
PROOF_HASHES = 63
SAFE = 2**53 - 1
EMPTY_ROOT = sha256(b"")
WHITE_SPACE = frozenset("\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))))
KEY_TYPES = {1: "note", 4: "cosignature"}


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= SAFE


def _are_hashes(path: list[bytes], *roots: bytes) -> bool:
    return len(path) <= PROOF_HASHES and all(len(each) == 32 for each in (*path, *roots))


def is_included(entry: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    return is_hash_included(leaf_hash(entry), index, size, path, root)


def is_hash_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """The same, of the hash of a leaf."""
    if not (_is_size(index) and _is_size(size) and index < size and _are_hashes(path, root)):
        return False
    place, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(each, found)
            while not place & 1 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, each)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: list[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2, and what the page says of equal sizes and of none."""
    if not (_is_size(old_size) and _is_size(new_size) and old_size <= new_size):
        return False
    if not _are_hashes(path, old_root, new_root):
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    if not path:
        return False
    hashes = [old_root, *path] if old_size & (old_size - 1) == 0 else path
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(each, older), node_hash(each, newer)
            while not place & 1 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, each)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


@dataclass(frozen=True)
class NoteKey:
    name: str
    key_id: int
    type: str
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    size: int
    root: bytes
    extensions: list[str]
    cosignatures: list[tuple[str, int]]


def _base64(text: str) -> bytes | None:
    """Strict: the one text of its bytes."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return found if base64.b64encode(found).decode("ascii") == text else None


def _is_name(name: str) -> bool:
    return name != "" and not any(c in WHITE_SPACE or c == "+" or ord(c) < 0x20 or 0xD800 <= ord(c) <= 0xDFFF for c in name)


def read_key(text: str) -> NoteKey:
    """`name+id+base64`."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    found = _base64(encoded)
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > 4096 or not found:
        raise Refused("malformed", "a key")
    if not _is_name(name) or re.fullmatch("[0-9a-f]{8}", key_id) is None:
        raise Refused("malformed", "name and id of a key")
    if found[0] not in KEY_TYPES:
        raise Refused("type-unknown", "a key of another type")
    if len(found) != 33 or sha256(name.encode() + b"\n" + found)[:4].hex() != key_id:
        raise Refused("malformed", "not the id of this key")
    return NoteKey(name, int(key_id, 16), KEY_TYPES[found[0]], found[1:])


def _lines_of_signatures(block: str) -> list[tuple[str, int, bytes]]:
    lines = block.split("\n")
    if len(lines) < 2 or lines.pop() != "":
        raise Refused("malformed", "no signatures")
    if len(lines) > SIGNATURES:
        raise Refused("too-many", "signatures")
    signatures = []
    for line in lines:
        parts = line[2:].split(" ")
        found = _base64(parts[1]) if len(parts) == 2 else None
        if not line.startswith("\u2014 ") or not _is_name(parts[0]) or found is None or len(found) < 5:
            raise Refused("malformed", "a line of signatures")
        signatures.append((parts[0], int.from_bytes(found[:4], "big"), found[4:]))
    return signatures


def _verified(text: bytes, signatures: list[tuple[str, int, bytes]], keys: list[NoteKey]) -> list[tuple[str, int]]:
    """Names and times of the signatures of these keys, each of which must hold."""
    verified = []
    for name, key_id, signature in signatures:
        known = [key for key in keys if (key.name, key.key_id) == (name, key_id)]
        if not known:
            continue
        times = [at for at in (_time_if_held(text, signature, key) for key in known) if at is not None]
        if not times:
            raise Refused("signature-invalid", name)
        verified.append((name, times[0]))
    return verified


def _time_if_held(text: bytes, signature: bytes, key: NoteKey) -> int | None:
    if key.type == "note":
        return 0 if verify_raw("Ed25519", key.public, text, signature) else None
    at = int.from_bytes(signature[:8], "big")
    message = b"cosignature/v1\ntime %d\n" % at + text
    held = len(signature) == 72 and at <= SAFE and verify_raw("Ed25519", key.public, message, signature[8:])
    return at if held else None


def open_checkpoint(note: bytes, origin: str, keys: list[NoteKey], witnesses: list[NoteKey]) -> Checkpoint:
    if len(note) > NOTE_BYTES:
        raise Refused("too-large", "a note")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("malformed", "no UTF-8") from None
    split = whole.rfind("\n\n")
    if any(ord(c) < 0x20 and c != "\n" for c in whole) or split < 0 or not whole.endswith("\n"):
        raise Refused("malformed", "no note")
    signatures = _lines_of_signatures(whole[split + 2 :])
    text = whole[: split + 1]
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or "" in lines:
        raise Refused("malformed", "no checkpoint")
    root = _base64(lines[2])
    if re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]) is None or int(lines[1]) > SAFE or root is None or len(root) != 32:
        raise Refused("malformed", "size and root")
    if lines[0] != origin:
        raise Refused("malformed", "another log")
    if not _verified(text.encode(), signatures, [key for key in keys if key.type == "note"]):
        raise Refused("signature-invalid", "nobody signed it")
    cosignatures = _verified(text.encode(), signatures, [key for key in witnesses if key.type == "cosignature"])
    return Checkpoint(int(lines[1]), root, lines[3:], cosignatures)
