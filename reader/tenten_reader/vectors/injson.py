"""Structures as the vectors write them in JSON: vectors/README.md, "Decoded structures"."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ..crypto import CoseKey
from ..identity import Claims
from ..seals import SealRule
from ..structure import AmountNumber, BoundList, Enumeration, Nullable, Shape, Structure, fields_of
from .rules import KIND_NAMES


def camel(name: str) -> str:
    """A name of the CDDL, from one of Python's: `merchant_category`, `class_`."""
    first, *rest = name.rstrip("_").split("_")
    return first.lower() + "".join(word.capitalize() for word in rest)


def named(member: IntEnum) -> str:
    """A number of an enumeration, by its name."""
    return member.name.lower().replace("_", "-") if isinstance(member, SealRule) else camel(member.name)


def structure(value: Structure) -> Any:
    """A structure as an object, with `kind` if it is a variant of a union."""
    if isinstance(value, CoseKey):
        return {"suite": value.suite, "bytes": value.public.hex()}
    if isinstance(value, Claims):
        return _claims(value)
    kind = {"kind": KIND_NAMES[type(value)]} if type(value) in KIND_NAMES else {}
    shown = fields_of(type(value))
    if value.TAIL and getattr(value, shown[-1][0]) is None:
        shown = shown[:-1]
    return {**kind, **{camel(name): _field(shape, getattr(value, name)) for name, shape in shown}}


def _claims(claims: Claims) -> Any:
    return {
        "authorityHint": claims.authority_hint.hex(),
        "expiresAt": claims.expires_at,
        "notBefore": claims.not_before,
        "serial": claims.serial.hex(),
        "confirmation": {"key": structure(claims.key)},
        "profile": structure(claims.profile),
    }


def _field(shape: Shape, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(shape, Nullable):
        return _field(shape.inner, value)
    if isinstance(shape, BoundList):
        return [_field(shape.entry, entry) for entry in value]
    if isinstance(shape, AmountNumber):
        return str(value)
    if isinstance(shape, Enumeration):
        return named(value)
    if isinstance(value, Structure):
        return structure(value)
    if isinstance(value, bytes):
        return value.hex()
    return value
