"""A link to no engine: remembers what the screen sent, says what a test feeds it."""

import asyncio
from collections.abc import AsyncIterator

from nmes.link.messages import Intent, Report, StillHere


class FakeLink:
    """An EngineLink whose engine is the test."""

    def __init__(self) -> None:
        self.sent: list[Intent] = []
        self.stops: list[str] = []
        self.calls: list[str] = []
        self.beats = 0
        self.is_alive = True
        self.is_closed = False
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()

    def send(self, intent: Intent) -> None:
        """Remember an intent; heartbeats are only counted."""
        if isinstance(intent, StillHere):
            self.beats += 1
            return
        self.sent.append(intent)
        self.calls.append(intent.kind)

    def stop_now(self, cause: str) -> None:
        """Remember a stop."""
        self.stops.append(cause)
        self.calls.append("stop")

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what was fed until the engine dies."""
        while (report := await self._reports.get()) is not None:
            yield report

    def feed(self, *reports: Report) -> None:
        """Let the engine say something."""
        for report in reports:
            self._reports.put_nowait(report)

    def die(self) -> None:
        """Let the engine end."""
        self.is_alive = False
        self._reports.put_nowait(None)

    def close(self) -> None:
        """Remember that the link was closed."""
        self.is_closed, self.is_alive = True, False
        self._reports.put_nowait(None)

    def forget(self) -> None:
        """Forget what was sent so far."""
        self.sent.clear()
        self.stops.clear()
        self.calls.clear()
