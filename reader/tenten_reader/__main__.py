"""`python3 -m tenten_reader`: see reader/README.md."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from .evidence import verify_evidence
from .identity import Trust, verify_trust_list
from .refusal import Refused
from .vectors import command as vectors
from .vectors import mutants
from .wallet import hostile
from .wallet.commands import add_commands


def evidence(given: argparse.Namespace) -> None:
    """Says whom a case file convicts, under a trust list of the pinned operator."""
    trust_list = verify_trust_list(given.trust_list.read_bytes(), bytes.fromhex(given.pin), 0, int(time.time()))
    verdict = verify_evidence(given.evidence.read_bytes(), Trust(trust_list))
    print(json.dumps({"kind": verdict.kind, "culprit": verdict.culprit.hash.hex(), "output": verdict.output.hex()}))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tenten_reader", description="Tenten, read by a second implementation.")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    help = "hold, pay and receive value"
    add_commands(parts.add_parser("wallet", help=help, description=help))
    help = "cheat a payee, and see what it says"
    hostile.add_command(parts.add_parser("hostile", help=help, description=help))
    help = "judge the vectors of a folder; 1 if this reader disagrees anywhere"
    vectors.add_command(parts.add_parser("vectors", help=help, description=help))
    help = "write vectors that are changed in one place each, with this reader's verdicts"
    mutants.add_command(parts.add_parser("mutants", help=help, description=help))
    help = "say whom evidence convicts"
    judging = parts.add_parser("evidence", help=help, description=help)
    judging.add_argument("evidence", type=Path, help="the file that holds it")
    judging.add_argument("--trust-list", type=Path, required=True, help="the file of a signed trust list")
    judging.add_argument("--pin", required=True, help="the id of the operator that must have signed the list, hex")
    judging.set_defaults(run=evidence)
    given = parser.parse_args()
    try:
        return given.run(given) or 0
    except Refused as refused:
        print(json.dumps({"refused": refused.code, "detail": refused.detail}), flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
