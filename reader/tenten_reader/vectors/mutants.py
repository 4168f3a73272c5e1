"""`python3 -m tenten_reader mutants`: vectors, each changed in one place, with what this reader makes of them.

Written in the format of vectors/README.md, so that another implementation can be held to the same verdicts. What is
changed is one field of the input that a peer could have sent; what a vector is given beside it stays.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from ..cbor import Item, decode, encode
from ..refusal import Refused
from .command import judged

# Of each judge the field that a peer sends.
FIELDS = {
    "item": "bytes",
    "structure": "bytes",
    "trustList": "bytes",
    "bundle": "bytes",
    "invitation": "invitation",
    "relayFrame": "frame",
    "certificate": "certificate",
    "approval": "approval",
    "freezeList": "bytes",
    "frozen": "token",
    "appeal": "appeal",
    "appealOutcome": "outcome",
    "ticks": "terms",
    "token": "token",
    "refund": "token",
    "request": "request",
    "transfer": "transfer",
    "payer": "message",
    "payee": "message",
    "receipt": "receipt",
    "documents": "manifest",
    "sealed": "content",
    "evidence": "evidence",
    "excess": "excess",
    "enrolment": "enrolment",
    "order": "order",
    "claim": "claim",
    "statement": "statement",
    "falseStatement": "falseStatement",
    "ruling": "ruling",
    "sealProof": "proof",
    "sealRules": "leaf",
    "sealCosignature": "word",
    "sealRefusal": "word",
    "agreement": "agreement",
    "quote": "quote",
    "quoting": "quote",
    "crossingSource": "shown",
    "crossingDestination": "shown",
    "ruleBook": "ruleBook",
    "outcome": "outcome",
    "misbehaviour": "misbehaviour",
}
_STRANGE: list[Item] = [None, True, 0, -1, 1, 2, 7, 16, 2**31, 2**53, 2**63 - 1, 2**63, b"", bytes(32), bytes(64), "", [], {}]


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One change of an encoding: of a byte, or of an item that is encoded again."""
    if chance.random() < 0.25:
        return _bytes_changed(data, chance)
    try:
        item = decode(data, len(data), len(data), len(data))
    except Refused:
        return _bytes_changed(data, chance)
    places = list(_places(item))
    if not places:
        return encode(_changed(item, chance))
    holder, key = chance.choice(places)
    _change_at(holder, key, chance)
    return encode(item)


def _bytes_changed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    kind = chance.randrange(4)
    if kind == 0:
        return data[:at] + data[at + 1 :]
    if kind == 1:
        return data[:at] + bytes([chance.randrange(256)]) + data[at:]
    if kind == 2:
        return data[:at]
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _places(item: Item) -> Any:
    """Every place of an item inside of another: a list and an index, or a map and a key."""
    if isinstance(item, list):
        for index, entry in enumerate(item):
            yield item, index
            yield from _places(entry)
    elif isinstance(item, dict):
        for key, value in item.items():
            yield item, key
            yield from _places(value)


def _change_at(holder: Any, key: Any, chance: random.Random) -> None:
    kind = chance.randrange(8)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif kind == 2 and isinstance(holder, list):
        other = chance.randrange(len(holder))
        holder[key], holder[other] = holder[other], holder[key]
    elif kind == 3 and isinstance(holder, dict):
        holder[chance.choice([0, 2, 3, 6, "x"])] = holder[key]
    else:
        holder[key] = _changed(holder[key], chance)


def _changed(item: Item, chance: random.Random) -> Item:
    if chance.randrange(3) == 0:
        return chance.choice(_STRANGE)
    if isinstance(item, bool) or item is None:
        return chance.choice(_STRANGE)
    if isinstance(item, int):
        return max(-(2**63), min(2**63, item + chance.choice([-1, 1, 2, 256])))
    if isinstance(item, bytes):
        return _bytes_changed(item, chance)
    if isinstance(item, str):
        return item + chance.choice(["x", "\U0001f4b4", "é" * 40])
    if isinstance(item, list):
        return item * chance.choice([0, 2, 9, 33, 70])
    return {**item, chance.randrange(10): 0}


def write(source: Path, target: Path, count: int, seed: int) -> int:
    """Mutants of a file of vectors, as such a file; how many."""
    file = json.loads(source.read_text("utf-8"))
    field = FIELDS.get(file["judge"])
    if field is None:
        return 0
    chance = random.Random(f"{seed} {source.name}")
    vectors = []
    sent = [vector for vector in file["vectors"] if {**file["given"], **vector["input"]}.get(field) is not None]
    for number in range(count):
        vector = chance.choice(sent)
        given = {**file["given"], **vector["input"]}
        changed = mutate(bytes.fromhex(given[field]), chance).hex()
        if changed == "" or changed == given[field]:
            continue
        expect = judged(file["judge"], {**given, field: changed})
        name = f"mutant {number} of: {vector['comment']}"
        vectors.append({"comment": name, "input": {**vector["input"], field: changed}, "expect": expect})
    target.write_text(json.dumps({**file, "vectors": vectors}), "utf-8")
    return len(vectors)


def run(given: argparse.Namespace) -> None:
    given.out.mkdir(parents=True, exist_ok=True)
    paths = sorted(given.folder.glob("*.json"))
    total = sum(write(path, given.out / path.name, given.count, given.seed) for path in paths)
    print(json.dumps({"mutants": total, "seed": given.seed}))


def add_command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of the vectors")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--count", type=int, default=100, help="mutants of a file (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same mutants (default: 1)")
    parser.set_defaults(run=run)
