"""The engine's end of the link: standard input and output, never waited for.

Reports that cannot be written yet wait in order; of snapshots only the newest waits.
"""

import os
from collections import deque

from nmes.link.lines import LineReader, line_of
from nmes.link.messages import (
    INTENTS,
    Arm,
    FindLevel,
    Intent,
    Report,
    Resume,
    Snapshot,
    Start,
    StepLevel,
    Stop,
)
from protocols.errors import LinkError

READ_BYTES = 65_536
REPORTS_WAITING_MAX = 10_000
"""A screen that has not read so much is no longer there."""
OVERRULED = (Arm, FindLevel, Start, Resume, StepLevel)
"""What leads towards output: void if a stop was pressed after it."""


class LinkServer:
    """Reads intents and writes reports; `is_lost` once the screen is gone or makes no sense."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.is_lost = False
        self.why_lost = ""
        self._reader: LineReader[Intent] = LineReader(INTENTS)
        self._waiting: deque[bytes] = deque()
        self._partial = b""
        self._snapshot: Snapshot | None = None

    @property
    def has_more_to_write(self) -> bool:
        """Whether the screen has not yet taken everything."""
        return bool(self._partial or self._waiting or self._snapshot) and not self.is_lost

    def receive(self) -> list[Intent]:
        """Return what has arrived; a stop comes first, and overrules what stood before it."""
        if self.is_lost:
            return []
        try:
            data = os.read(self.read_fd, READ_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            return self._lose(f"the screen's link failed: {error}")
        if not data:
            return self._lose("the screen is gone")
        try:
            intents = self._reader.receive(data)
        except LinkError as error:
            return self._lose(f"the screen made no sense: {error}")
        return _stop_first(intents)

    def send(self, report: Report) -> None:
        """Write a report, or keep it until the screen takes it."""
        if isinstance(report, Snapshot):
            self._snapshot = report
        else:
            self._waiting.append(line_of(report))
        self.flush()

    def flush(self) -> None:
        """Write what waits, as far as the screen takes it now."""
        while not self.is_lost:
            if not self._partial:
                self._partial = self._next_line()
            if not self._partial:
                return
            try:
                written = os.write(self.write_fd, self._partial)
            except BlockingIOError:
                if len(self._waiting) > REPORTS_WAITING_MAX:
                    self._lose("the screen no longer reads")
                return
            except OSError:
                self._lose("the screen is gone")
                return
            self._partial = self._partial[written:]

    def _next_line(self) -> bytes:
        if self._waiting:
            return self._waiting.popleft()
        snapshot, self._snapshot = self._snapshot, None
        return line_of(snapshot) if snapshot else b""

    def _lose(self, why: str) -> list[Intent]:
        self.is_lost = True
        self.why_lost = why
        return []


def _stop_first(intents: list[Intent]) -> list[Intent]:
    """Return the intents with the stops in front, without what a stop was meant to undo."""
    stops = [intent for intent in intents if isinstance(intent, Stop)]
    last = max((place for place, intent in enumerate(intents) if intent in stops), default=-1)
    kept = [
        intent
        for place, intent in enumerate(intents)
        if not isinstance(intent, Stop) and (place > last or not isinstance(intent, OVERRULED))
    ]
    return [*stops, *kept]
