"""Mutates every function of the safety layer with mutmut; the tests must notice each mutant.

    python -m verification.mutation [--children N] [NAME ...]

A NAME such as `safety.levels*` judges a part only. mutmut's own exit code proves nothing: with a
survivor it is 0. Here every mutant must be killed, or have run out of time, which is noticed too.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from verification.report import tool_version, write_report
from verification.scratch import scratch_copy

NOTICED = ("killed", "timeout")


def run(folder: Path, names: list[str], children: int) -> None:
    """Let mutmut judge the mutants of these names, all if none are given."""
    command = ["-m", "mutmut", "run", "--max-children", str(children), *names]
    with (folder / "mutmut.log").open("wb") as log:
        subprocess.run([sys.executable, *command], cwd=folder, stdout=log, check=False)


def statuses(folder: Path) -> dict[str, str]:
    """Return what became of every mutant."""
    command = [sys.executable, "-m", "mutmut", "results", "--all", "true"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    pairs = (line.strip().rpartition(": ") for line in told.stdout.splitlines())
    return {name: status for name, _, status in pairs if name.startswith("safety.")}


def figures(folder: Path) -> dict[str, int]:
    """Return mutmut's own count of what became of the mutants."""
    command = [sys.executable, "-m", "mutmut", "export-cicd-stats"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    counted: dict[str, int] = json.loads((folder / "mutants/mutmut-cicd-stats.json").read_text())
    return counted


def is_clean(counted: dict[str, int]) -> bool:
    """Whether every mutant was noticed, and there were any at all."""
    return 0 < counted["total"] == sum(counted[status] for status in NOTICED)


def module_of(mutant: str) -> str:
    """Return the module of a mutant's name, "safety.levels.x_wait_us__mutmut_3"."""
    return mutant.split(".")[1]


def main() -> int:
    """Mutate, count, report; return 0 only if nothing survived."""
    options = _options()
    began = time.monotonic()
    with scratch_copy() as folder:
        run(folder, options.names, options.children)
        found = statuses(folder)
        if not found:
            print((folder / "mutmut.log").read_text(errors="replace")[-3000:])
            return 1
        unnoticed = {name: status for name, status in found.items() if status not in NOTICED}
        if options.names:
            unnoticed = {n: s for n, s in unnoticed.items() if s != "not checked"}
        for name, status in sorted(unnoticed.items()):
            print(f"{status}: {name}\n{_difference(folder, name)}")
        counted = figures(folder)
    seconds = round(time.monotonic() - began)
    print(f"{len(unnoticed)} unnoticed; {counted}; {seconds} s")
    if options.names:
        return 1 if unnoticed else 0
    by_module = dict(sorted(Counter(map(module_of, found)).items()))
    write_report(
        "mutation",
        {
            "tool": tool_version("mutmut"),
            "figures": counted,
            "mutants_by_module": by_module,
            "seconds": seconds,
        },
    )
    return 0 if is_clean(counted) else 1


def _difference(folder: Path, name: str) -> str:
    command = [sys.executable, "-m", "mutmut", "show", name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verification.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the safety layer; all if none")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
