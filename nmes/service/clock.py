"""The one place where time is read."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from nmes.records.chain import utc_text

# Both go on while the computer sleeps; the monotonic clock of Python does not.
_SLEEPLESS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def monotonic_us() -> int:
    """Return the system's monotonic clock in µs; it never jumps and has no meaning of its own."""
    return time.monotonic_ns() // 1000


def wall_utc() -> str:
    """Return the wall clock, for records only: nothing is ever timed by it."""
    return utc_text(datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Three clocks read at one moment; `sleepless_us` also counts the computer's sleep."""

    monotonic_us: int
    sleepless_us: int
    wall_us: int

    def slept_us(self, since: "Clocks") -> int:
        """Return how long the computer has slept since then."""
        all_us = self.sleepless_us - since.sleepless_us
        return all_us - (self.monotonic_us - since.monotonic_us)

    def wall_moved_us(self, since: "Clocks") -> int:
        """Return how far the wall clock was put forward (or back) since then."""
        return self.wall_us - since.wall_us - (self.sleepless_us - since.sleepless_us)


def read_clocks() -> Clocks:
    """Return all clocks as they are now."""
    return Clocks(
        monotonic_us=monotonic_us(),
        sleepless_us=time.clock_gettime_ns(_SLEEPLESS) // 1000,
        wall_us=time.time_ns() // 1000,
    )
