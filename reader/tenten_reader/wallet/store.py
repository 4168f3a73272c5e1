"""One file that one process owns. `commit` returns when the new state is durable: whoever tells comes after.

The new state is written beside the old one, flushed, and renamed over it, and the folder is flushed too, so that a
crash leaves the one or the other whole.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from .. import cbor
from ..refusal import Refused
from .records import State

_NO_LIMIT = 2**40


class Store:
    """The state of one wallet, on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise Refused("wallet-in-use") from None

    def exists(self) -> bool:
        return self._path.exists()

    def read(self) -> State:
        """Refuses: state-damaged."""
        try:
            return State.read(cbor.decode(self._path.read_bytes(), _NO_LIMIT, _NO_LIMIT, _NO_LIMIT))
        except (OSError, Refused) as why:
            raise Refused("state-damaged", str(why)) from None

    def commit(self, state: State) -> None:
        """Makes the state durable, or raises."""
        beside = self._path.with_suffix(".new")
        descriptor = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(state.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        os.close(self._lock)
