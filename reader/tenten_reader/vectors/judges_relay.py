"""Judges of the relay: docs/spec/transports.md, "Relay"."""

from __future__ import annotations

from typing import Any

from ..relay import Beat, Invitation, Taken, open_letter, read_frame
from .judges import Input


def judge_invitation(given: Input) -> Any:
    invitation = Invitation.decode(given.data("invitation"))
    return {"relay": invitation.relay, "room": invitation.room().hex()}


def judge_relay_frame(given: Input) -> Any:
    frame = read_frame(given.data("frame"))
    if isinstance(frame, Beat):
        return {"kind": "beat"}
    if isinstance(frame, Taken):
        return {"kind": "taken", "id": frame.id.hex()}
    messages = open_letter(given.data("secret"), given.get("side"), frame)
    return {"kind": "letter", "id": frame.id.hex(), "messages": [message.hex() for message in messages]}
