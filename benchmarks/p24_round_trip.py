"""Figure 14: an update out to a P24, its acknowledgement in, over one pseudo-terminal."""

import json
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from benchmarks import science_mode_peer
from benchmarks.figure import Figure, Run, in_turns, median_ratio, percentile
from benchmarks.processes import line_process
from benchmarks.update_client import update_client

TRIPS = {"nmes": 200, "science-mode-4": 10, "pyserial": 200}
AIM, BARE_AIM = 1 / 60, 5


def figures(run: Run) -> list[Figure]:
    """Return the round trip beside the others', all in turns on the same port."""
    rounds_us, all_us = _measure(run, "benchmarks.tiny_p24", run.pick(2, 20))
    _, simulated_us = _measure(run, "hardware_sim", run.pick(1, 3), "p24")
    theirs = median_ratio(rounds_us["nmes"], rounds_us["science-mode-4"])
    bare = median_ratio(rounds_us["nmes"], rounds_us["pyserial"])
    what = "8-channel update made and written, acknowledgement read and checked; time"
    return [
        Figure(
            name="P24 round trip",
            what=what,
            ratio=round(theirs, 4),
            against=f"{science_mode_peer.VERSION} update, looking every 10 ms",
            aim="<= 1/60 of its time",
            met=theirs <= AIM,
            raw={
                "µs, median": _medians(all_us),
                "µs, p99": {k: round(percentile(v, 99), 1) for k, v in all_us.items()},
                "trips": {k: len(v) for k, v in all_us.items()},
                "µs, median, before the simulated P24, which takes 2 ms": _medians(simulated_us),
            },
        ),
        Figure(
            name="P24 round trip, the line alone",
            what=what,
            ratio=round(bare, 2),
            against="bare pyserial on the same port, update ready-made, answer unchecked",
            aim=f"<= {BARE_AIM} x its time",
            met=bare <= BARE_AIM,
        ),
    ]


def _medians(all_us: Mapping[str, list[float]]) -> dict[str, float]:
    return {kind: round(statistics.median(us), 1) for kind, us in all_us.items()}


def _measure(
    run: Run, module: str, rounds: int, *arguments: str
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return the median of each round, and all times, of every contender before one device."""
    all_us: dict[str, list[float]] = {kind: [] for kind in TRIPS}
    with ExitStack() as stack:
        port = stack.enter_context(line_process(module, *arguments)).hear()
        clients = {kind: stack.enter_context(update_client(kind, port)) for kind in TRIPS}

        def trips(kind: str) -> float:
            took_us: list[float] = json.loads(clients[kind].ask(f"trips {TRIPS[kind]}"))
            all_us[kind] += took_us
            return statistics.median(took_us)

        contenders = {kind: partial(trips, kind) for kind in TRIPS}
        return in_turns(contenders, rounds, run.tell), all_us
