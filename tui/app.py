"""The application: keys in, intents out, reports in, screens drawn.

The stop keys are taken in `on_event`, before Textual looks at focus, bindings or maximised widgets.
The heartbeat comes from the same queue as the keys: a screen that hangs falls silent, and the
engine turns output off.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import PurePath
from typing import ClassVar, cast

from textual import events
from textual.app import App

from nmes.link.messages import (
    Arm,
    AskCatalogue,
    AskSessions,
    Intent,
    Leave,
    Prepare,
    Report,
    ScreeningQuestions,
    Snapshot,
    StillHere,
    Summary,
)
from tui import texts
from tui.bells import FAULT_BELLS, bells_due
from tui.controls import Asked, Controls
from tui.engine_link import EngineLink
from tui.keys import is_quit_key, stop_key_name
from tui.palette import THEME
from tui.placement import Placement
from tui.screening import Screening, needs_screening
from tui.screens.base import NmesScreen
from tui.screens.gone import GoneScreen
from tui.screens.placement import PlacementScreen
from tui.screens.screening import ScreeningScreen
from tui.screens.session import SessionScreen
from tui.screens.start import StartScreen
from tui.screens.stopped import StoppedScreen
from tui.screens.summary import SummaryScreen
from tui.situation import STOPPED_STATES, ScreenName, Situation
from tui.terminal import needs_ascii
from tui.view import View, view_of

HEARTBEAT_S = 0.1
TICK_S = 0.1
TICKS_PER_NUMBERS = 2
BELL_GAP_S = 0.4


class NmesApp(App[None]):
    """The screen of one engine. It never talks to a device and keeps no time of the session."""

    # All at once: a style sheet read when its screen comes up would delay the screen of a stop.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        f"screens/{name}.tcss"
        for name in (
            *("base", "start", "screening", "placement"),
            *("session", "stopped", "summary", "gone"),
        )
    ]
    TITLE = texts.PROGRAM
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        link: EngineLink,
        *,
        start: Prepare | None = None,
        clock: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        is_ascii: bool = False,
    ) -> None:
        super().__init__()
        self.register_theme(THEME)
        self.theme = THEME.name
        self._link = link
        self._clock = clock
        self._ticks = 0
        self._keys_pressed = 0
        self._is_leaving = False
        self._shown: ScreenName = "start"
        self.start = start
        self.zone = zone
        self.is_ascii = is_ascii
        self.cues_sound = True
        self.situation = Situation()
        self.controls = Controls(self.situation)
        self.placement = Placement()
        self.screening = Screening()
        self._screens: dict[ScreenName, NmesScreen] = {
            "start": StartScreen(),
            "screening": ScreeningScreen(),
            "placement": PlacementScreen(),
            "session": SessionScreen(),
            "stopped": StoppedScreen(),
            "summary": SummaryScreen(),
            "gone": GoneScreen(),
        }

    # Life ------------------------------------------------------------------------------------

    async def on_mount(self) -> None:
        """Show the first screen, begin to beat."""
        for name, screen in self._screens.items():
            self.install_screen(screen, name)
        self._link.send(AskCatalogue())
        self._link.send(AskSessions())
        if self.start is not None:
            self.prepare(self.start)
        self._shown = self.situation.screen_name()
        await self.push_screen(self._shown)
        self.set_interval(HEARTBEAT_S, self._beat, name="heartbeat")
        self.set_interval(TICK_S, self.tick, name="drawing")
        self.run_worker(self._read_reports(), name="reports")
        if not self.is_headless:
            self._take_signals()
            _settle_memory()

    def _take_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self._end_on_signal, number.name))
        # Textual would suspend here; a suspended screen cannot stop anything.
        loop.add_signal_handler(signal.SIGTSTP, partial(self._stop_on_signal, "SIGTSTP"))

    def _stop_on_signal(self, name: str) -> None:
        if self.situation.stop_is_live:
            self.stop(texts.SIGNALLED.format(signal=name))

    def _end_on_signal(self, name: str) -> None:
        self._stop_on_signal(name)
        self.leave()

    def _beat(self) -> None:
        if self._link.is_alive:
            self._link.send(StillHere(keys_pressed=self._keys_pressed))

    def leave(self) -> None:
        """Close the session and end."""
        code = self.situation.exit_code
        if self.situation.stop_is_live and self.situation.stop_sent_us is None:
            self.stop(texts.PROGRAM_LEFT)
        self._is_leaving = True
        if self._link.is_alive and self.situation.prepared is not None:
            self._link.send(Leave())
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        """Leave; while output is possible this key never arrives here."""
        self.leave()

    # Stop ------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Take a stop key before anything else looks at it."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._stops(event.key):
                self.stop(texts.YOU_PRESSED.format(key=stop_key_name(event.key)))
                event.stop()
                event.prevent_default()
                return
            self._keys_pressed += 1
        await super().on_event(event)

    def _stops(self, key: str) -> bool:
        if stop_key_name(key) is None:
            return False
        if self.situation.stop_is_live:
            return not (is_quit_key(key) and self.situation.nobody_answers(self.now_us()))
        is_stopped = self.situation.state in STOPPED_STATES and not self.situation.has_ended
        return is_stopped and not is_quit_key(key)

    def stop(self, cause: str) -> None:
        """Write the stop; drawing comes after."""
        self._link.stop_now(cause)
        if self.situation.stop_sent_us is None:
            self.situation.stop_sent_us = self.now_us()
        cast(StoppedScreen, self._screens["stopped"]).cancel()
        self.call_later(self._redraw)

    # What screens may use --------------------------------------------------------------------

    def now_us(self) -> int:
        """Return the screen's monotonic time."""
        return int(self._clock() * 1_000_000)

    def send(self, intent: Intent) -> None:
        """Send one intent."""
        if isinstance(intent, Arm):
            self.situation.arm_sent_us = self.now_us()
        self._link.send(intent)

    def ask(self, asked: Asked) -> None:
        """Send the intent, or show the words why not."""
        if isinstance(asked, str):
            self.situation.remark(asked, "i", self.now_us())
        elif asked is not None:
            self.send(asked)

    def prepare(self, asked: Prepare) -> None:
        """Ask the engine for a plan; before a person's, for what that person must be asked."""
        self.situation.asked = asked
        self.situation.refusal = None
        self.situation.is_looking = False
        self._link.send(self.screening.question(asked) if needs_screening(asked) else asked)

    def view(self) -> View | None:
        """Return what to draw now."""
        return view_of(
            self.situation,
            self.controls,
            self.now_us(),
            cues_sound=self.cues_sound,
            is_ascii=self.is_ascii,
        )

    # Reports ---------------------------------------------------------------------------------

    async def _read_reports(self) -> None:
        async for report in self._link.reports():
            await self.take(report)
        self.situation.has_ended = True
        if not self._is_leaving:
            self._ring(FAULT_BELLS)
            await self._follow()

    async def take(self, report: Report) -> None:
        """Remember a report and show what follows from it at once; the rest waits for its tick."""
        before = self.situation.snapshot
        self.situation.take(report, self.now_us())
        if isinstance(report, ScreeningQuestions):
            self.screening.follow(report)
        elif isinstance(report, Summary):
            self.screening.begin()
        if not isinstance(report, Snapshot):
            await self._follow()
            self._redraw()
            return
        self.controls.follow_engine(self.now_us())
        self._ring(bells_due(before, report, cues_sound=self.cues_sound))
        await self._follow()
        if before is None or _moment(before) != _moment(report):
            self._redraw()

    async def _follow(self) -> None:
        """Show the screen that belongs to now."""
        name = self.situation.screen_name()
        if name == self._shown or not self._is_drawable:
            return
        self._shown = name
        screen = self._screens[name]
        if isinstance(screen, StoppedScreen | SummaryScreen):
            screen.begin()
        await self.switch_screen(name)

    # Drawing ---------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Draw the plot ten times a second, numbers five times."""
        await self._follow()
        self._ticks += 1
        if self._ticks % TICKS_PER_NUMBERS == 0:
            self._redraw()
            return
        screen = self._screens[self._shown]
        if isinstance(screen, SessionScreen) and self._is_drawable:
            screen.draw_plot()

    @property
    def _is_drawable(self) -> bool:
        """Whether there is still, or already, something to draw on."""
        return bool(self.screen_stack) and not self._is_leaving

    def _redraw(self) -> None:
        screen = self._screens[self._shown]
        if self._is_drawable and screen.is_attached:
            screen.redraw()

    def _ring(self, times: int) -> None:
        for index in range(times):
            if index == 0:
                self.bell()
            else:
                self.set_timer(BELL_GAP_S * index, self.bell)


def _settle_memory() -> None:
    """Keep what lives by now out of collections: a whole one would hold a key up for 50 ms."""
    gc.collect()
    gc.freeze()


def _moment(snapshot: Snapshot) -> object:
    """Return what must be seen at once when it changes; the rest is drawn with the next tick."""
    levels = tuple(channel.level_ua for channel in snapshot.channels)
    return (
        snapshot.state,
        snapshot.phase,
        snapshot.output_is_possible,
        snapshot.selected_channel,
        snapshot.steps_are_locked,
        snapshot.stop,
        levels,
    )


def run_app(link: EngineLink, start: Prepare | None = None) -> int:
    """Run the screen on this terminal until it is left; return the exit code.

    However it ends, the link is closed, and with it any output.
    """
    is_ascii = needs_ascii(os.environ, sys.stdout.encoding)
    app = NmesApp(link, start=start, is_ascii=is_ascii)
    try:
        app.run(mouse=False)
    finally:
        link.close()
    return app.return_code or 0
