"""Figure 9: a protocol of 200 lines, read, validated, planned and checked."""

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.eight_channels import LINES, write_protocol
from benchmarks.figure import Figure, Run
from benchmarks.processes import line_process

AIM_MS = 50
PARSER = "bare ruamel.yaml parse"


def figures(run: Run) -> list[Figure]:
    """Return the first load of a process and later ones."""
    rounds = run.pick(3, 15)
    reports = []
    with tempfile.TemporaryDirectory() as folder:
        path = write_protocol(Path(folder))
        for round_number in range(rounds):
            run.tell(f"round {round_number + 1} of {rounds}")
            with line_process("benchmarks.load_once", str(path)) as process:
                reports.append(json.loads(process.hear()))
    medians_ms = {name: statistics.median(r[name] for r in reports) for name in reports[0]}
    raw = {"ms, median": {name: round(value, 1) for name, value in medians_ms.items()}}
    return [
        _figure("load, cold", "the first in a process", medians_ms["first"], medians_ms, raw),
        _figure("load, warm", "later ones", medians_ms["later"], medians_ms, {}),
    ]


def _figure(
    name: str,
    which: str,
    took_ms: float,
    medians_ms: dict[str, float],
    raw: dict[str, dict[str, float]],
) -> Figure:
    return Figure(
        name=name,
        what=f"{LINES} lines read, validated, planned and checked, {which}; processor time",
        ratio=round(took_ms / medians_ms[PARSER], 2),
        against=f"{PARSER} of the same text",
        aim=f"<= {AIM_MS} ms",
        met=took_ms <= AIM_MS,
        raw=raw,
    )
