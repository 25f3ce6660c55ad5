"""The application on a stage of tests: a link to no engine, a clock that stands still."""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from support.fake_link import FakeLink
from textual import events
from textual.pilot import Pilot

from nmes.link.messages import Prepare, Report
from tui.app import NmesApp

QUEUES = 3


@dataclass
class Clock:
    """A clock that goes on only when told to."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Stage:
    """One running application without a terminal."""

    app: NmesApp
    link: FakeLink
    clock: Clock
    pilot: Pilot[None]

    async def tell(self, *reports: Report) -> None:
        """Let the engine say something and the screen draw it."""
        for report in reports:
            await self.app.take(report)
        await self.draw()

    async def draw(self) -> None:
        """Let everything that is due be drawn."""
        await self.settle()
        await self.app.tick()
        await self.app.tick()
        await self.settle()

    async def settle(self) -> None:
        """Let every queue run empty: a key goes from application to screen to widget and back."""
        for _ in range(QUEUES):
            await self.pilot.pause(0)

    async def press(self, *keys: str, apart_s: float = 0) -> None:
        """Press keys one after another, as a terminal would send them."""
        for key in keys:
            self.clock.now_s += apart_s
            event = events.Key(key, " " if key == "space" else key if len(key) == 1 else None)
            event.set_sender(self.app)
            self.app.post_message(event)
            await self.settle()

    async def later(self, seconds: float) -> None:
        """Let time pass, without a word of the engine."""
        self.clock.now_s += seconds
        await self.draw()

    @property
    def lines(self) -> list[str]:
        """The text of the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """The text of the screen."""
        return "\n".join(self.lines)

    def kinds(self) -> list[str]:
        """What the screen sent since it was last forgotten."""
        return list(self.link.calls)


@asynccontextmanager
async def on_stage(
    *reports: Report,
    size: tuple[int, int] = (80, 24),
    start: Prepare | None = None,
    is_ascii: bool = False,
) -> AsyncIterator[Stage]:
    """Run the application; the engine has said these reports."""
    link, clock = FakeLink(), Clock()
    app = NmesApp(link, start=start, clock=clock, zone=UTC, is_ascii=is_ascii)
    for report in reports:
        app.situation.take(report, app.now_us())
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, link, clock, pilot)
        await stage.draw()
        link.forget()
        yield stage


def assert_same_text(path: Path, lines: Iterable[str]) -> None:
    """Compare with a golden file; NMES_WRITE_GOLDEN=1 writes it for a person to read."""
    text = "\n".join(lines) + "\n"
    if os.environ.get("NMES_WRITE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
