"""Figure 8: the engine's memory during a session."""

import re
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.engine_session import children, choice, engine, start
from benchmarks.figure import Figure, Run
from benchmarks.processes import running
from nmes.link.messages import Intent, Report

AIM_MIB = 45.0
GROWTH_AIM_MIB = 0.25
SAMPLE_S = 1.0
IMPORTS_ALONE = ["-c", "import pydantic, serial, ruamel.yaml, time; time.sleep(3600)"]
"""It sleeps so that its memory can be read; it is ended after that."""


def figures(run: Run) -> list[Figure]:
    """Return the engine's memory, and what it grew by."""
    return memory(run, "rehastim2", "engine memory", run.pick(20, 600))


def memory(run: Run, device: str, name: str, duration_s: float) -> list[Figure]:
    """Return the same for a device."""
    samples = _sample(run, device, duration_s)
    engine_mib = [rss for rss, *_ in samples]
    highest = max(engine_mib)
    fifth = max(1, len(engine_mib) // 5)
    growth = statistics.median(engine_mib[-fifth:]) - statistics.median(
        engine_mib[fifth : 2 * fifth]
    )
    rss, pss, simulator, guard = samples[-1]
    raw = {
        "MiB at the end": {
            "engine RSS": round(rss, 1),
            "engine PSS": round(pss, 1),
            "its simulator RSS": round(simulator, 1),
            "its guard RSS": round(guard, 1),
        },
        "MiB, engine RSS at the start": round(engine_mib[0], 2),
        "s sampled": round(len(samples) * SAMPLE_S),
    }
    bare = _bare_mib()
    return [
        Figure(
            name=name,
            what="highest resident set of the engine process during a session, 8 channels; MiB",
            ratio=round(highest / bare, 2),
            against=f"python that has imported pydantic, pyserial, ruamel.yaml: {bare:.1f} MiB",
            aim=f"<= {AIM_MIB:g} MiB",
            met=highest <= AIM_MIB,
            raw=raw | {"MiB, highest": round(highest, 1)},
        ),
        Figure(
            name=f"{name}, growth",
            what="resident set at the end less that after the first fifth; MiB",
            ratio=round(growth, 3),
            against="itself",
            aim=f"<= {GROWTH_AIM_MIB:g} MiB",
            met=growth <= GROWTH_AIM_MIB,
        ),
    ]


def _sample(run: Run, device: str, duration_s: float) -> list[tuple[float, float, float, float]]:
    """Return RSS and PSS of the engine and RSS of its simulator and guard, once a second."""
    samples: list[tuple[float, float, float, float]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        session = stack.enter_context(engine(folder))
        run.tell("finding levels")
        operator = start(session, choice(folder, port=None, repetitions=300, device=device))
        simulator, guard = sorted(children(session.client.pid), key=_is_guard)
        next_s = time.monotonic()

        def react(report: Report) -> list[Intent]:
            nonlocal next_s
            if time.monotonic() >= next_s:
                next_s += SAMPLE_S
                rss, pss = _mib(session.client.pid)
                samples.append((rss, pss, _mib(simulator)[0], _mib(guard)[0]))
                run.tell(f"{len(samples)} s of {duration_s} s")
            return operator.react(report)

        session.run_for(duration_s, react)
    return samples


def _bare_mib() -> float:
    """Return the resident set of an interpreter with the engine's three dependencies."""
    import sys

    with running([sys.executable, *IMPORTS_ALONE]) as process:
        time.sleep(1.5)  # until all is imported, which such a process cannot tell
        return _mib(process.pid)[0]


def _is_guard(pid: int) -> bool:
    return b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _mib(pid: int) -> tuple[float, float]:
    """Return resident and proportional set size."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    rss, pss = (re.search(rf"^{name}: +(\d+) kB", text, re.MULTILINE) for name in ("Rss", "Pss"))
    if rss is None or pss is None:
        raise RuntimeError("the system does not tell the size of a process")
    return int(rss[1]) / 1024, int(pss[1]) / 1024
