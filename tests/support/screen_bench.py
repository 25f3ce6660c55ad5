"""A therapist at a real terminal, and a simulator whose record and trace tell what came of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.growing_file import GrowingFile
from support.nmes_process import environment, nmes_command
from support.simulator_process import Simulator, running_simulator, wait_until
from support.terminal import Terminal, terminal

PATIENCE_S = 30.0
LOOK_ON_S = 0.5
STARTED_S = 10.0
BETWEEN_KEYS_S = 0.6
TOWARDS_CURRENT = {
    "y arm again": "y",
    "r, then y": "r",
    "f find level": "f",
    "p go on": "p",
    "H O L D": "pageup",
}
"""What the screen offers, and the key that takes it."""
FLOWING_S = 0.060
"""A pulse so recent, and the record is up to 50 ms behind, means that current flows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What came of one press of a stop key; times in s from the key."""

    stop_s: float
    last_pulse_s: float


class ScreenBench:
    """One session on screen with a protocol of one channel."""

    def __init__(self, seat: Terminal, simulator: Simulator, folder: Path) -> None:
        self.seat = seat
        self._zero_s = simulator.zero_s
        self._pulses = GrowingFile(folder / "pulses.csv")
        self._trace = GrowingFile(folder / "trace.txt")
        self._pulse_times_s: list[float] = []
        self._stop_times_s: list[float] = []

    def arm(self) -> None:
        """Tick all three lines of the one channel, go to the check, arm."""
        self.seat.wait_for("space tick", PATIENCE_S)
        for key in ("space", "space", "space", "enter"):
            self.seat.press(key)
        self.seat.wait_for("a = ARM", PATIENCE_S)
        self.seat.press("a")

    def have_current_flow(self) -> None:
        """Arm again if need be, find the level, step up in a hold, and wait for the pulses.

        Does what the screen offers, and so begins anew after a stall of the computer, too.
        """
        begun_s = time.monotonic()
        acted_s = 0.0

        def flows() -> bool:
            nonlocal acted_s
            if any(at_s > begun_s for at_s in self.pulse_times_s()):
                return True
            text = self.seat.text
            offered = [key for words, key in TOWARDS_CURRENT.items() if words in text]
            if offered and time.monotonic() - acted_s > BETWEEN_KEYS_S:
                acted_s = self.seat.press(offered[0])
            return False

        try:
            wait_until(flows, PATIENCE_S)
        except TimeoutError as error:
            raise TimeoutError(f"no current flows:\n{self.seat.text}") from error

    def run_program(self) -> None:
        """Find the level, start the program and wait for its first hold."""
        for is_last in (False, False, True):
            self.have_current_flow()
            self.seat.press("s")
            try:
                self.seat.wait_for("p pause", STARTED_S)
                self.seat.wait_for("H O L D", STARTED_S)
            except TimeoutError:  # a stall of the computer has stopped or paused it
                if is_last:
                    raise
            else:
                return

    def wait_for_flow(self) -> None:
        """Wait until current flows now."""
        wait_until(lambda: time.monotonic() - max(self.pulse_times_s()) < FLOWING_S, PATIENCE_S)

    def press(self, key: str) -> Press:
        """Press a stop key while current flows, and see what comes of it."""
        self.wait_for_flow()
        pressed_s = self.seat.press(key)
        self.seat.wait_for("S T O P P E D", PATIENCE_S)
        wait_until(lambda: any(at_s > pressed_s for at_s in self.stop_times_s()), PATIENCE_S)
        wait_until(lambda: time.monotonic() > pressed_s + LOOK_ON_S, PATIENCE_S)
        return Press(
            stop_s=min(at_s for at_s in self.stop_times_s() if at_s > pressed_s) - pressed_s,
            last_pulse_s=max(self.pulse_times_s()) - pressed_s,
        )

    def pulse_times_s(self) -> list[float]:
        """When each pulse left, on the monotonic clock."""
        lines = self._pulses.new_lines()
        times = [line.partition(",")[0] for line in lines if not line.startswith("time_s")]
        self._pulse_times_s += [self._zero_s + float(time_s) for time_s in times]
        return self._pulse_times_s

    def stop_times_s(self) -> list[float]:
        """When each stop was at the device, on the monotonic clock."""
        stops = [
            line
            for line in self._trace.new_lines()
            if " host>device " in line and " StopChannelListMode " in line
        ]
        self._stop_times_s += [self._zero_s + float(line.partition(" ")[0]) for line in stops]
        return self._stop_times_s


@contextmanager
def screen_bench(folder: Path, protocol: Path) -> Iterator[ScreenBench]:
    """Our own simulator, and the screen on a terminal of 120 x 40."""
    pulses, trace = str(folder / "pulses.csv"), str(folder / "trace.txt")
    with running_simulator("--pulses", pulses, "--trace", trace) as simulator:
        device = (
            "--device",
            "rehastim2",
            "--port",
            simulator.port,
            "--operator",
            "test",
            "--bench",
        )
        command = nmes_command("run", str(protocol), *device)
        with terminal(command, environment(folder), columns=120, rows=40) as seat:
            yield ScreenBench(seat, simulator, folder)
