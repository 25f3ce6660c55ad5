"""Every frame on the wire as a line of text, written beside the loop.

A trace is a help, never a duty: what it cannot write it drops, and nothing waits for it.
"""

import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from protocols.errors import RecordError


class Words(Protocol):
    """Puts the bytes of one direction into hex and words."""

    def lines(self, data: bytes) -> list[str]:
        """Return a line for each frame completed by these bytes."""
        ...


class TraceFile:
    """A file of frames; times are seconds on the system's monotonic clock."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise RecordError(f"The trace {path} cannot be written: {error.strerror}.") from error
        self._waiting: SimpleQueue[tuple[int, str, Words, bytes]] = SimpleQueue()
        threading.Thread(target=self._write, name="trace", daemon=True).start()

    def put(self, now_us: int, way: str, words: Words, data: bytes) -> None:
        """Take bytes that went `way`; returns at once."""
        self._waiting.put((now_us, way, words, data))

    def _write(self) -> None:
        try:
            with self._file:
                while True:
                    now_us, way, words, data = self._waiting.get()
                    for line in words.lines(data):
                        self._file.write(f"{now_us / 1e6:.6f} {way} {line}\n")
        except OSError as error:
            sys.stderr.write(f"trace ended: {error}\n")
