"""Judges of single pages: encoding, crypto, identity, evidence. Each takes the input of a vector and returns what is
accepted, as JSON, or refuses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .. import cbor
from ..cbor import Item
from ..crypto import CoseKey, merkle_root, sha256, signature_input, tagged_hash, verify_encoded, verify_raw
from ..definitions import DEFINITION_BYTES, verify_definition
from ..evidence import EVIDENCE_BYTES, verify_evidence
from ..identity import Trust, TrustList, verify_trust_list
from ..fog import FOG_ANSWER_BYTES
from ..meters import tick_hash
from ..orders import ENROLMENT_BYTES, REPLY_BYTES
from ..refusal import Refused
from ..structure import shape_of
from .injson import structure
from .rules import RULES


@dataclass(frozen=True)
class Input:
    """The input of a vector: what the file gives, with the vector's own over it."""

    values: dict[str, Any]

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def data(self, name: str) -> bytes:
        return bytes.fromhex(self.values[name])

    def data_or_none(self, name: str) -> bytes | None:
        value = self.values.get(name)
        return None if value is None else bytes.fromhex(value)

    def all_data(self, name: str) -> list[bytes]:
        return [bytes.fromhex(value) for value in self.values.get(name) or []]

    @property
    def trust(self) -> Trust:
        """Fresh for each vector: no certificate was verified before."""
        return Trust(TrustList.decode(self.data("trustList")))

    @property
    def now(self) -> int | None:
        return self.values.get("now")


def judge_item(given: Input) -> Any:
    data = given.data("bytes")
    item = cbor.decode(data)
    assert cbor.encode(item) == data
    return {"diagnostic": diagnostic(item)}


def diagnostic(item: Item) -> str:
    """RFC 8949 section 8."""
    if isinstance(item, bytes):
        return f"h'{item.hex()}'"
    if isinstance(item, list):
        return "[" + ", ".join(diagnostic(entry) for entry in item) + "]"
    if isinstance(item, dict):
        return "{" + ", ".join(f"{diagnostic(key)}: {diagnostic(value)}" for key, value in item.items()) + "}"
    return json.dumps(item, ensure_ascii=False)


_MOST_BYTES = {
    "crossingQuestion": EVIDENCE_BYTES,
    "crossingReply": EVIDENCE_BYTES,
    "certificate": 1_024,
    "definition": DEFINITION_BYTES,
    "definitionDraft": DEFINITION_BYTES,
    "enrolment": ENROLMENT_BYTES,
    "evidence": EVIDENCE_BYTES,
    "fogAnswer": FOG_ANSWER_BYTES,
    "excess": EVIDENCE_BYTES,
    "misbehaviour": EVIDENCE_BYTES,
    "outcome": EVIDENCE_BYTES,
    "receipt": EVIDENCE_BYTES,
    "reply": REPLY_BYTES,
    "rulingReply": 2 * REPLY_BYTES,
    "rulingRequest": EVIDENCE_BYTES + 7,
}


def judge_structure(given: Input) -> Any:
    name, data = given.values["structure"], given.data("bytes")
    shape = shape_of(RULES[name])
    value = shape.read(cbor.decode(data, _MOST_BYTES.get(name, cbor.MESSAGE_BYTES)))
    assert value.encode() == data
    return {"value": structure(value)}


def judge_hash(given: Input) -> Any:
    tag, content = given.values["tag"], given.data("content")
    if tag in ("lock", "enrolment"):
        return {"hash": sha256(content).hex()}
    if tag == "tick":
        return {"hash": tick_hash(content[:32], content[32:]).hex()}
    return {"hash": tagged_hash(tag, cbor.decode(content, len(content))).hex()}


def judge_signature(given: Input) -> Any:
    holds = verify_raw(given.values["suite"], given.data("key"), given.data("message"), given.data("signature"))
    if not holds:
        raise Refused("signature-invalid")
    return {}


def judge_signed(given: Input) -> Any:
    key = CoseKey.decode(given.data("key"))
    kind, payload = given.values["type"], given.data("payload")
    if not verify_encoded(key, kind, payload, given.data("signature")):
        raise Refused("signature-invalid")
    return {"sigStructure": signature_input(key.suite, kind, payload).hex(), "keyId": key.key_id.hex()}


def judge_path(given: Input) -> Any:
    path = tuple(given.all_data("path"))
    root = merkle_root(given.data("entry"), given.values["index"], given.values["size"], path)
    if root is None:
        raise Refused("issue-proof-invalid")
    return {"root": root.hex()}


def judge_trust_list(given: Input) -> Any:
    signed = verify_trust_list(
        given.data("bytes"), given.data("pinnedSigner"), given.values["minimumVersion"], given.values["now"]
    )
    trust = Trust(signed)
    operators = [entry.id for entry in signed.body.operators]
    return {
        "version": signed.body.version,
        "operators": [operator.hex() for operator in operators],
        "counted": [operator.hex() for operator in operators if trust.operator(operator) is not None],
    }


def judge_certificate(given: Input) -> Any:
    certificate = given.trust.certificate(given.data("certificate"))
    if given.now is not None:
        certificate.check_dates(given.now)
    return {
        "hash": certificate.hash.hex(),
        "operator": certificate.operator.hex(),
        "key": structure(certificate.key),
        "profile": structure(certificate.profile),
    }


def judge_definition(given: Input) -> Any:
    verified = verify_definition(given.data("definition"), given.data("operator"), given.trust)
    return {
        "id": verified.body.id.hex(),
        "body": structure(verified.body),
        "proposer": verified.proposer.hash.hex(),
        "approvers": [approver.hash.hex() for approver in verified.approvers],
    }


def judge_evidence(given: Input) -> Any:
    verdict = verify_evidence(given.data("evidence"), given.trust)
    return {
        "kind": verdict.kind,
        "culprit": verdict.culprit.hash.hex(),
        "output": verdict.output.hex(),
        "excused": None if verdict.excused is None else verdict.excused.hash.hex(),
    }
