"""Figure 4: how exactly frames leave every 20 ms beside a busy screen.

Engine and bare loop run at the same time under the same load, each before a simulator of its own,
whose trace says when frames arrived. The engine's frames are those of ramps that step every 20 ms.
"""

import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.eight_channels import PERIOD_US
from benchmarks.engine_session import choice, engine, start, traced_simulator
from benchmarks.figure import Figure, Run, percentile
from benchmarks.plot import busy_screen
from benchmarks.processes import line_process

DRIFT_AIM_US_PER_S = 100
FRAME = "StartChannelListMode"
BIN_US = 1_000
PAUSE_US = 150_000
"""Times further apart than this are a hold or a rest of the protocol, not a late frame."""
EARLIEST_PERCENT = 10
"""Load makes frames late, never early: the grid shows in the earliest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regularity:
    """How far steps of 20 ms were off, in µs, and how the whole grid drifted."""

    errors_us: tuple[float, ...]
    drift_us_per_s: float

    @property
    def median_us(self) -> float:
        """The median error."""
        return statistics.median(self.errors_us)

    @property
    def p99_us(self) -> float:
        """The error that one step in a hundred exceeds."""
        return percentile(self.errors_us, 99)

    def report(self) -> dict[str, float]:
        """Return the raw numbers."""
        return {
            "median µs": round(self.median_us, 1),
            "p99 µs": round(self.p99_us, 1),
            "max µs": round(max(self.errors_us), 1),
            "drift µs/s": round(self.drift_us_per_s, 2),
            "steps": len(self.errors_us),
        }


def figures(run: Run) -> list[Figure]:
    """Return the engine's regularity beside that of a bare loop."""
    ours, bare = _measure(run)
    median, p99 = ours.median_us / bare.median_us, ours.p99_us / bare.p99_us
    drift = abs(ours.drift_us_per_s)
    against = "time.sleep to absolute deadlines, at the same time"
    what = "frames every 20 ms beside a redrawing screen and a busy process"
    raw = {"nmes": ours.report(), "bare loop": bare.report()}
    return [
        Figure(
            name="period error, median",
            what=f"{what}; median error of a period",
            ratio=round(median, 2),
            against=against,
            aim="<= 2 x its error",
            met=median <= 2,
            raw=raw,
        ),
        Figure(
            name="period error, p99",
            what=f"{what}; 99th percentile",
            ratio=round(p99, 2),
            against=against,
            aim="<= 1.5 x its error",
            met=p99 <= 1.5,
        ),
        Figure(
            name="drift",
            what=f"{what}; drift of the grid in µs per s",
            ratio=round(drift, 2),
            against="the system's monotonic clock",
            aim=f"< {DRIFT_AIM_US_PER_S} µs/s",
            met=drift < DRIFT_AIM_US_PER_S,
        ),
    ]


def _measure(run: Run) -> tuple[Regularity, Regularity]:
    duration_s = run.pick(8, 90)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        device = stack.enter_context(traced_simulator(folder, "engine"))
        other = stack.enter_context(traced_simulator(folder, "bare"))
        session = stack.enter_context(engine(folder))
        run.tell("finding levels")
        operator = start(session, choice(folder, port=device.port, repetitions=60))
        stack.enter_context(busy_screen())
        stack.enter_context(line_process("benchmarks.busy"))
        loop = stack.enter_context(line_process("benchmarks.deadline_loop", other.port))
        loop.hear()
        run.tell(f"frames for {duration_s} s")
        began = len(device.arrivals(FRAME))
        session.run_for(duration_s, operator.react)
        engine_s = [arrival.at_s for arrival in device.arrivals(FRAME)[began:]]
        loop_s = [arrival.at_s for arrival in other.arrivals(FRAME)]
    return regularity(engine_s), regularity(loop_s)


def regularity(arrivals_s: Sequence[float]) -> Regularity:
    """Judge times that should lie on one grid of 20 ms, with pauses between."""
    steps_us = ((later - earlier) * 1e6 for earlier, later in pairwise(arrivals_s))
    errors_us = tuple(abs(us - PERIOD_US) for us in steps_us if us < PAUSE_US)
    return Regularity(errors_us=errors_us, drift_us_per_s=_drift(arrivals_s))


def _drift(arrivals_s: Sequence[float]) -> float:
    """Compare the place of the grid in the first and in the last third."""
    places_us = _places_us(arrivals_s)
    third = len(places_us) // 3
    first_us = percentile(places_us[:third], EARLIEST_PERCENT)
    last_us = percentile(places_us[-third:], EARLIEST_PERCENT)
    return (last_us - first_us) / (arrivals_s[-third // 2] - arrivals_s[third // 2])


def _places_us(arrivals_s: Sequence[float]) -> list[float]:
    """Return where in their period times lie, cut where fewest do: just before most do."""
    places_us = [at_s * 1e6 % PERIOD_US for at_s in arrivals_s]
    fullest_us = BIN_US * statistics.mode(place_us // BIN_US for place_us in places_us)
    return [(place_us - fullest_us + 2 * BIN_US) % PERIOD_US for place_us in places_us]
