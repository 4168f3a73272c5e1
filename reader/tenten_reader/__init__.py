"""A second implementation of Tenten, written from docs/spec alone: it shares no line with the first.

Each module is named after the page of the specification that it follows, and says so. What is refused raises
`Refused` with a code of docs/spec/encoding.md; any other exception is a bug of this reader.
"""

import sys

try:
    import cryptography  # noqa: F401
    import nacl  # noqa: F401
except ModuleNotFoundError as missing:
    sys.exit(
        f"tenten_reader: this Python has no {missing.name}. Install Debian's python3-cryptography and python3-nacl, "
        "and run it with the Python that they belong to: /usr/bin/python3 -m tenten_reader"
    )
