"""Figure 7: how long a person waits for `nmes --help`."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial

from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.processes import REPOSITORY

AIM_MS = 100
BARE = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-c", "import sys; from nmes.cli import main; sys.exit(main())", "--help"]


def figures(run: Run) -> list[Figure]:
    """Return the start of the program beside that of the interpreter."""
    contenders = {"nmes --help": partial(_took_ms, HELP), "bare": partial(_took_ms, BARE)}
    for contender in contenders.values():
        contender()
    took_ms = in_turns(contenders, run.pick(15, 41), run.tell)
    pairs = zip(took_ms["nmes --help"], took_ms["bare"], strict=True)
    over_ms = statistics.median(ours - bare for ours, bare in pairs)
    return [
        Figure(
            name="nmes --help",
            what="from start to end of the process; time",
            ratio=round(median_ratio(took_ms["nmes --help"], took_ms["bare"]), 2),
            against="python -c pass",
            aim=f"<= {AIM_MS} ms more",
            met=over_ms <= AIM_MS,
            raw={
                "ms more, median": round(over_ms, 1),
                "ms, median": {n: round(statistics.median(v), 1) for n, v in took_ms.items()},
            },
        )
    ]


def _took_ms(command: Sequence[str]) -> float:
    begun_s = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=REPOSITORY)
    return (time.perf_counter() - begun_s) * 1e3
