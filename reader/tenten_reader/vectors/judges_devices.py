"""Judges of devices: docs/spec/devices.md."""

from __future__ import annotations

from typing import Any

from ..devices import check_delegated
from ..excess import verify_excess
from .injson import structure
from .judges import Input


def judge_delegations(given: Input) -> Any:
    certificate = given.trust.certificate(given.data("certificate"))
    values = given.values
    bound = certificate.profile.responsible
    now, purpose, amount = values["now"], values.get("purpose"), int(values["amount"])
    check_delegated(certificate.operator, certificate.key, bound, purpose, amount, now)
    if bound is None:
        return {"party": None, "terms": None}
    return {"party": structure(bound.delegations[0].by), "terms": structure(bound.given)}


def judge_excess(given: Input) -> Any:
    convicted = verify_excess(given.data("excess"), given.trust)
    return {
        "kind": convicted.kind,
        "key": structure(convicted.key),
        "certificate": convicted.certificate.hash.hex(),
        "reset": convicted.reset,
    }
