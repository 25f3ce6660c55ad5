"""Figure 6: sessions in virtual time."""

import statistics
import time

from benchmarks.figure import Figure, Run
from nmes.commands.choices import sides
from nmes.rehearsal import rehearse
from protocols.loading import library

AIM = 500
NAMED = "quad_tka"


def figures(run: Run) -> list[Figure]:
    """Return how many times faster than real time rehearsals are."""
    names = [entry.name for entry in library()]
    speeds: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    rounds = run.pick(1, 3)
    for round_number in range(rounds):
        for name in names:
            run.tell(f"{name}, round {round_number + 1} of {rounds}")
            speeds[name].append(_speed(name))
    by_cpu = {name: statistics.median(cpu for cpu, _ in found) for name, found in speeds.items()}
    by_wall = {name: statistics.median(wall for _, wall in found) for name, found in speeds.items()}
    raw = {
        "x real time, processor time": {name: round(speed) for name, speed in by_cpu.items()},
        "x real time, time that went by here": {n: round(speed) for n, speed in by_wall.items()},
    }
    mean = statistics.fmean(by_cpu.values())
    return [
        _figure(f"rehearse {NAMED}", by_cpu[NAMED], raw),
        _figure("rehearse, mean of the library", mean, {}),
    ]


def _figure(name: str, speed: float, raw: dict[str, dict[str, int]]) -> Figure:
    return Figure(
        name=name,
        what="whole session in virtual time: engine, gate, driver, simulated device; speed",
        ratio=round(speed),
        against="real time",
        aim=f">= {AIM} x",
        met=speed >= AIM,
        raw=raw,
    )


def _speed(name: str) -> tuple[float, float]:
    """Return virtual time by processor time and by wall time."""
    protocol = next(entry.protocol for entry in library() if entry.name == name)
    chosen = sides(protocol, (), default="right")
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    rehearsal = rehearse(name, device="sim:rehastim2", levels_ua=None, sides=chosen)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    virtual_s = rehearsal.virtual_us / 1e6
    return virtual_s / cpu_s, virtual_s / wall_s
