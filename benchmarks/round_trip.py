"""Figure 3: a frame out, its acknowledgement in, over a pseudo-terminal."""

import json
import statistics
from contextlib import ExitStack
from functools import partial

from benchmarks.figure import Figure, Run, in_turns, median_ratio, percentile
from benchmarks.processes import LineProcess, line_process
from benchmarks.round_trip_client import KINDS

TRIPS_PER_ROUND = 200


def figures(run: Run) -> list[Figure]:
    """Return the round trip beside the others', each with the same device of its own."""
    all_us: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with ExitStack() as stack:
        clients = {kind: _client(stack, kind) for kind in KINDS}

        def trips(kind: str) -> float:
            took_us: list[float] = json.loads(clients[kind].ask(str(TRIPS_PER_ROUND)))
            all_us[kind] += took_us
            return statistics.median(took_us)

        contenders = {kind: partial(trips, kind) for kind in KINDS}
        for contender in contenders.values():
            contender()
        rounds_us = in_turns(contenders, run.pick(5, 40), run.tell)
    ratio = median_ratio(rounds_us["nmes"], rounds_us["pysciencemode"])
    bare = median_ratio(rounds_us["nmes"], rounds_us["pyserial"])
    return [
        Figure(
            name="round trip",
            what="8-channel frame made and written, acknowledgement read and checked; time",
            ratio=round(ratio, 2),
            against="pysciencemode 1.1.5 start_stimulation, busy waiting",
            aim="<= 1 x its time",
            met=ratio <= 1,
            raw={
                "µs, median": {k: round(statistics.median(v), 1) for k, v in all_us.items()},
                "µs, p99": {k: round(percentile(v, 99), 1) for k, v in all_us.items()},
                "ratio to bare pyserial, frame ready-made, answer unchecked": round(bare, 2),
                "trips of each": len(all_us["nmes"]),
            },
        )
    ]


def _client(stack: ExitStack, kind: str) -> LineProcess:
    device = stack.enter_context(line_process("benchmarks.tiny_device"))
    client = stack.enter_context(line_process("benchmarks.round_trip_client", kind, device.hear()))
    if client.hear() != "ready":
        raise RuntimeError(f"the {kind} client did not start")
    return client
