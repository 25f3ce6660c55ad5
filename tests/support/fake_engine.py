"""An engine that plays a session by the clock, to look at screens: `python fake_engine.py`.

It answers every intent, but it is no session machine: nothing here is judged or limited.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import screen_scenes as scenes

from nmes.link.messages import (
    Acknowledge,
    Arm,
    AskCatalogue,
    AskSessions,
    ChannelNow,
    Event,
    FindLevel,
    Finish,
    Intent,
    Leave,
    Pause,
    Prepare,
    Report,
    Resume,
    Snapshot,
    Start,
    StepLevel,
    StopNow,
    ZeroLevel,
)
from tui.foresight import planned_shares

SNAPSHOT_S = 0.05


class FakeEngine:
    """An EngineLink that plays its engine. `channels` is the number of channels of every plan."""

    def __init__(
        self, channels: int = 2, *, side_is_open: bool = False, stale: bool = False
    ) -> None:
        self.is_alive = True
        self._channels = channels
        self._side_is_open = side_is_open
        self._is_stale = stale
        self._said: asyncio.Queue[Report | None] = asyncio.Queue()
        self._state = "idle"
        self._levels = [0] * channels
        self._selected = 1
        self._began = time.monotonic()
        self._position_us = 0
        self._sequence = 0
        self._stop: StopNow | None = None
        self._connected_at = 0.0

    def send(self, intent: Intent) -> None:
        """Answer an intent."""
        match intent:
            case AskCatalogue():
                self._said.put_nowait(scenes.catalogue())
            case AskSessions():
                self._said.put_nowait(scenes.sessions())
            case Prepare():
                is_open = self._side_is_open and not intent.sides
                self._said.put_nowait(scenes.prepared(self._channels, side_is_open=is_open))
            case Arm():
                self._state, self._connected_at, self._stop = "connecting", time.monotonic(), None
                self._levels = [0] * self._channels
            case FindLevel():
                self._state, self._selected = "finding", intent.channel
            case Start() | Resume():
                self._state, self._began = "running", time.monotonic()
                self._tell("i", "the program runs")
            case StepLevel():
                self._step(intent)
            case ZeroLevel():
                self._levels[intent.channel - 1] = 0
            case Pause():
                self._state = "paused"
                self._tell("i", "paused")
            case Finish():
                self._state = "finished"
                self._said.put_nowait(scenes.summary())
            case Leave():
                self._state = "idle"
                if self._stop is not None:
                    self._said.put_nowait(scenes.summary())
                self._stop = None
            case Acknowledge():
                pass

    def _step(self, intent: StepLevel) -> None:
        step_ua = (2_000 if intent.is_coarse else 1_000) * (1 if intent.direction == "up" else -1)
        index = intent.channel - 1
        self._levels[index] = max(0, self._levels[index] + step_ua)
        self._tell("i", f"channel {intent.channel}: {self._levels[index] // 1000} mA")

    def _tell(self, mark: str, text: str) -> None:
        utc = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._said.put_nowait(
            Event.model_validate({"at_us": 0, "utc": utc, "mark": mark, "text": text})
        )

    def stop_now(self, cause: str) -> None:
        """Stop; the file named by STOPS gets the cause."""
        if "STOPS" in os.environ:
            Path(os.environ["STOPS"]).write_text(cause)
        self._state = "stopped"
        self._levels = [0] * self._channels
        self._stop = StopNow(
            cause=cause,
            advice="Ask the patient before anything else.",
            is_emergency=False,
            at_utc=time.strftime("%Y-%m-%dT%H:%M:%S.204Z", time.gmtime()),
            confirmed_after_us=None if self._is_stale else 5_400,
            is_acknowledged=False,
        )

    async def reports(self) -> AsyncIterator[Report]:
        """Yield answers and 20 snapshots a second."""
        while self.is_alive:
            while not self._said.empty():
                report = self._said.get_nowait()
                if report is not None:
                    yield report
            yield self._snapshot()
            await asyncio.sleep(SNAPSHOT_S)  # the pace of an engine's snapshots

    def _snapshot(self) -> Snapshot:
        now = time.monotonic()
        if self._state == "connecting" and now - self._connected_at > 0.6:
            self._state = "armed"
        self._sequence += 1
        since_us = int((now - self._began) * 1_000_000)
        cycle_us = scenes.CYCLE_US if self._state == "running" else 6_000_000
        share, phase, left_us = _phase(since_us % cycle_us, cycle_us)
        shares = [share] * self._channels
        if self._state == "running":
            shares = self._planned(since_us)
        elif self._state != "finding":
            shares, phase = [0.0] * self._channels, "off"
        now_ua = [
            int(level * share) // 1000 * 1000
            for level, share in zip(self._levels, shares, strict=True)
        ]
        if self._state == "finding":
            now_ua = [ua if i + 1 == self._selected else 0 for i, ua in enumerate(now_ua)]
        next_cue = "RELAX 10 s" if phase in {"ramp_up", "hold"} else "CONTRACT 6 s"
        return scenes.snapshot(
            self._state,
            self._channels,
            sequence=self._sequence,
            at_us=int(now * 1_000_000),
            phase=phase,
            phase_left_us=left_us,
            cue="push the knee down" if phase in {"ramp_up", "hold"} else "let go",
            next_cue=next_cue,
            position_us=since_us,
            stage_index=0,
            contractions_done=since_us // cycle_us if self._state == "running" else 0,
            elapsed_us=since_us,
            remaining_us=640_000_000 - since_us,
            selected_channel=self._selected,
            stop=self._stop,
            confirmed_age_us=None
            if self._state in {"idle", "connecting"}
            else self._age_us(since_us),
            channels=tuple(
                ChannelNow.model_validate(
                    {"number": i + 1, "now_ua": now_ua[i], "level_ua": level, "phase": phase}
                )
                for i, level in enumerate(self._levels)
            ),
        )

    def _planned(self, since_us: int) -> list[float]:
        plan = scenes.prepared(self._channels)
        numbers = [channel.number for channel in plan.channels]
        now = np.zeros(1, dtype=np.int64)
        shares = planned_shares(plan.stages, numbers, 0, since_us, now)
        return [float(share) for share in shares[:, 0]]

    def _age_us(self, since_us: int) -> int:
        return 800_000 if self._is_stale and since_us % 10_000_000 > 6_000_000 else 30_000

    def play(self) -> None:
        """Begin in the middle of a program."""
        self._state, self._levels = "running", [20_000] * self._channels

    def close(self) -> None:
        """End."""
        self.is_alive = False


def _phase(at_us: int, cycle_us: int) -> tuple[float, str, int]:
    on_us = 6_000_000 if cycle_us > 6_000_000 else 2_000_000
    ramp_us = 1_000_000 if cycle_us > 6_000_000 else 500_000
    if at_us < ramp_us:
        return at_us / ramp_us, "ramp_up", ramp_us - at_us
    if at_us < on_us - ramp_us:
        return 1.0, "hold", on_us - at_us
    if at_us < on_us:
        return (on_us - at_us) / ramp_us, "ramp_down", cycle_us - at_us
    left_us = cycle_us - at_us
    return 0.0, "get_ready" if left_us < 3_000_000 else "rest", left_us


if __name__ == "__main__":
    from tui.app import run_app

    engine = FakeEngine(
        int(os.environ.get("CHANNELS", "2")),
        side_is_open="SIDE" in os.environ,
        stale="STALE" in os.environ,
    )
    if "PLAY" in os.environ:
        engine.play()
    sys.exit(run_app(engine, scenes.BENCH if "START" in os.environ else None))
