"""Figure 10: from a stop line on the link to the stop frame at the device; current flows."""

import random
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.engine_session import (
    EngineSession,
    TracedSimulator,
    choice,
    engine,
    start,
    traced_simulator,
)
from benchmarks.figure import Figure, Run, percentile
from benchmarks.processes import LineProcess, line_process
from nmes.link.messages import Acknowledge, Arm, Intent, Report, Start, StepLevel
from nmes.link.script import STEP_EVERY_US

AIM_MS = 20.0
STOP = "StopChannelListMode"
FLUSH_S = 0.2
"""The simulator's trace is written within this time."""
LEVEL_UA = {1: 2_000}


def figures(run: Run) -> list[Figure]:
    """Return the engine's latency beside that of a bare relay."""
    stops = run.pick(5, 40)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        device = stack.enter_context(traced_simulator(folder, "engine"))
        other = stack.enter_context(traced_simulator(folder, "bare"))
        session = stack.enter_context(engine(folder))
        relay = stack.enter_context(line_process("benchmarks.stop_relay", other.port))
        relay.hear()
        start(session, choice(folder, port=device.port, repetitions=200), LEVEL_UA)
        ours_ms, bare_ms = [], []
        for number in range(stops):
            run.tell(f"stop {number + 1} of {stops}")
            if number:
                _run_again(session)
            session.run_for(0.1 + random.random() * 0.9, _silent)
            bare_ms.append(_relayed_ms(relay, other))
            ours_ms.append(_stopped_ms(session, device))
    ratio = statistics.median(ours_ms) / statistics.median(bare_ms)
    worst_ms = percentile(ours_ms, 99)
    return [
        Figure(
            name="stop latency",
            what="stop line written on the link, stop frame at the device, current flowing; time",
            ratio=round(ratio, 2),
            against="a process that relays a line as ready-made bytes",
            aim=f"p99 <= {AIM_MS:g} ms",
            met=worst_ms <= AIM_MS,
            raw={"ms, nmes": _spread(ours_ms), "ms, bare relay": _spread(bare_ms)},
        )
    ]


def _spread(values_ms: list[float]) -> dict[str, float]:
    return {
        "p50": round(statistics.median(values_ms), 3),
        "p99": round(percentile(values_ms, 99), 3),
        "stops": len(values_ms),
    }


def _silent(_: Report) -> list[Intent]:
    return []


def _stopped_ms(session: EngineSession, device: TracedSimulator) -> float:
    if session.state != "running":
        raise RuntimeError(f"the session is {session.state}")
    written_s = time.monotonic()
    session.client.stop_now("benchmark")
    session.run_for(FLUSH_S, _silent)
    return _first_after_ms(device, written_s)


def _relayed_ms(relay: LineProcess, device: TracedSimulator) -> float:
    written_s = time.monotonic()
    relay.tell("stop")
    time.sleep(FLUSH_S)  # until the trace is written
    return _first_after_ms(device, written_s)


def _first_after_ms(device: TracedSimulator, written_s: float) -> float:
    after_s = [a.at_s for a in device.arrivals(STOP) if a.at_s >= written_s - 1e-6]
    if not after_s:
        raise RuntimeError("no stop reached the device")
    return (min(after_s) - written_s) * 1e3


def _run_again(session: EngineSession) -> None:
    """Acknowledge, arm, find the level and start, as after every stop."""
    session.run_until(lambda: session.state == "stopped", _silent, 5)
    session.send(Acknowledge(), Arm(confirmed_channels=tuple(range(1, 9))))
    session.run_until(lambda: session.state == "armed", _silent, 5)
    session.run_for(STEP_EVERY_US / 1e6, _silent)
    session.send(StepLevel(channel=1, direction="up", is_coarse=True, sequence=1))
    session.run_for(0.1, _silent)
    session.send(Start())
    session.run_until(lambda: session.state == "running", _silent, 5)
