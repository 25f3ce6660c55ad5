"""A short session of a driver with a simulator process, in real time, several side by side."""

import csv
import select
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from support.conformance import Course, Entry, settle_us
from support.simulator_process import Simulator

from drivers.interface import (
    Connected,
    DeviceEvent,
    OutputConfirmed,
    OutputLost,
    Permit,
    SetUpConfirmed,
    StopConfirmed,
)
from drivers.port import open_port
from hardware_sim.pulses import Pulse
from protocols.pulses import OutputFrame, TrainSetup

PATIENCE_S = 40.0
LOOK_US = 20_000
BEYOND_WATCHDOG_US = 200_000


def now_us() -> int:
    return time.monotonic_ns() // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A frame and when it flows alone: once it is in force, until the next one is written."""

    frame: OutputFrame
    from_us: int
    until_us: int


@dataclass
class RealSession:
    """Connect, set up, put out, keep alive for longer than the watchdog, change, stop."""

    entry: Entry
    simulator: Simulator
    record: Path
    events: list[DeviceEvent] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    written_us: int = 0
    stopped_us: int = 0
    _serial: int = 0
    _exchanged_us: int = 0

    def __post_init__(self) -> None:
        driver = self.entry.driver
        self.able = driver.capabilities
        self.course = Course(able=self.able)
        self.driver = driver.make(open_port(self.simulator.port, driver.serial_settings), None)
        self._course = self._play()
        self._is_done: Callable[[], bool] = lambda: True
        self.is_over = False

    def turn(self) -> None:
        """Hear what came, go on if what was waited for has happened."""
        self.events += self.driver.poll(now_us())
        if any(isinstance(event, OutputLost) for event in self.events):
            self._end()
        while not self.is_over and self._is_done():
            try:
                self._is_done = next(self._course)
            except StopIteration:
                self._end()

    def wait_us(self) -> int:
        """How long nothing is due unless bytes arrive."""
        due_us = self.driver.next_deadline_us()
        return max(0, min(LOOK_US, LOOK_US if due_us is None else due_us - now_us()))

    def _end(self) -> None:
        self.is_over = True
        self.driver.close()

    def _play(self) -> Iterator[Callable[[], bool]]:
        self.driver.connect(now_us())
        yield self._heard(Connected)
        yield lambda: self.driver.is_ready
        self.driver.set_up(self._permit(self.course.setup), now_us())
        yield self._heard(SetUpConfirmed)
        for frame, for_us in zip(self.course.frames, self._times_us(), strict=False):
            yield from self._hold(frame, for_us)
        self.stopped_us = now_us()
        self.driver.stop(self.stopped_us)
        yield self._heard(StopConfirmed)
        yield self._passed(self.able.stop_time_us + 2 * self.course.setup.period_us)

    def _times_us(self) -> tuple[int, int]:
        settle = settle_us(self.able, self.course.setup)
        return (self.able.watchdog_us or 0) + settle + BEYOND_WATCHDOG_US, settle + 300_000

    def _hold(self, frame: OutputFrame, for_us: int) -> Iterator[Callable[[], bool]]:
        """Put a frame out and keep it flowing."""
        yield lambda: self.driver.is_ready
        self._write(frame)
        self.written_us = self.written_us or self._exchanged_us
        yield self._heard(OutputConfirmed)
        from_us = now_us() + settle_us(self.able, self.course.setup)
        is_over = self._passed(for_us)
        while not is_over():
            yield lambda: is_over() or (self.driver.is_ready and now_us() >= self._due_us())
            if not is_over():
                self._feed(frame)
        self.flows.append(Flow(frame=frame, from_us=from_us, until_us=now_us()))

    def _due_us(self) -> int:
        return self._exchanged_us + (self.able.refresh_us or self.able.keep_alive_us)

    def _feed(self, frame: OutputFrame) -> None:
        if self.able.refresh_us is not None:
            self._write(frame)
        else:
            self._exchanged_us = now_us()
            self.driver.keep_alive(self._exchanged_us)

    def _write(self, frame: OutputFrame) -> None:
        self._exchanged_us = now_us()
        self.driver.output(self._permit(frame), self._exchanged_us)

    def _permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def _heard(self, kind: type[DeviceEvent]) -> Callable[[], bool]:
        known = len(self.events)
        return lambda: any(isinstance(event, kind) for event in self.events[known:])

    def _passed(self, for_us: int) -> Callable[[], bool]:
        end_us = now_us() + for_us
        return lambda: now_us() >= end_us

    def pulses(self) -> list[Pulse]:
        """The record of the simulator, on the clock of this process."""
        zero_us = round(self.simulator.zero_s * 1_000_000)
        with self.record.open(encoding="ascii", newline="") as lines:
            return [_pulse(row, zero_us) for row in csv.DictReader(lines)]


def _pulse(row: dict[str, str], zero_us: int) -> Pulse:
    return Pulse(
        time_us=zero_us + round(float(row["time_s"]) * 1_000_000),
        channel=int(row["channel"]),
        current_ma=float(row["current_ma"]),
        pulse_width_us=int(row["pulse_width_us"]),
        second_current_ma=float(row["second_current_ma"]),
        second_width_us=int(row["second_width_us"]),
        gap_us=int(row["gap_us"]),
    )


def play(sessions: Sequence[RealSession]) -> None:
    """Play all of them to their ends, side by side."""
    end_s = time.monotonic() + PATIENCE_S
    while going := [session for session in sessions if not session.is_over]:
        if time.monotonic() > end_s:
            raise TimeoutError(f"{[session.entry.name for session in going]} did not end")
        for session in going:
            session.turn()
        going = [session for session in going if not session.is_over]
        places = [place for session in going if (place := session.driver.fileno()) is not None]
        wait_us = min((session.wait_us() for session in going), default=0)
        select.select(places, [], [], wait_us / 1_000_000)
