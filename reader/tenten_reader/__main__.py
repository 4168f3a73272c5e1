"""`python3 -m tenten_reader`: see reader/README.md."""

from __future__ import annotations

import argparse
import json
import sys

from .refusal import Refused
from .vectors import command as vectors
from .wallet import hostile
from .wallet.commands import add_commands


def main() -> int:
    parser = argparse.ArgumentParser(prog="tenten_reader", description="Tenten, read by a second implementation.")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    help = "hold, pay and receive value"
    add_commands(parts.add_parser("wallet", help=help, description=help))
    help = "cheat a payee, and see what it says"
    hostile.add_command(parts.add_parser("hostile", help=help, description=help))
    help = "judge the vectors of a folder; 1 if this reader disagrees anywhere"
    vectors.add_command(parts.add_parser("vectors", help=help, description=help))
    given = parser.parse_args()
    try:
        return given.run(given) or 0
    except Refused as refused:
        print(json.dumps({"refused": refused.code, "detail": refused.detail}), flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
