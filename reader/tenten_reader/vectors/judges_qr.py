"""The judge of QR codes: docs/spec/transports.md, "QR codes"."""

from __future__ import annotations

from typing import Any

from ..qr import Progress, QrReader
from .judges import Input


def judge_qr(given: Input) -> Any:
    reader = QrReader()
    said: dict[str, Any] = {}
    for text in given.get("codes"):
        read = reader.take(text)
        if isinstance(read, Progress):
            said = {"have": read.have, "count": read.count}
        else:
            return {
                "id": None if read.id is None else read.id.hex(),
                "messages": [message.hex() for message in read.messages],
            }
    return said
