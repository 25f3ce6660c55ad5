"""Mutates the tables and their readers with cosmic-ray, which changes what mutmut leaves alone.

    python -m verification.second_opinion

It also changes constants, what decorators hold and what stands outside functions, and rewrites the
files on disk: so it works on a copy. Each mutant costs a fresh run of the tests of its module.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from verification.report import tool_version, write_report
from verification.scratch import scratch_copy

MODULES = ("safety/table.py", "safety/reading.py", "safety/exact.py", "safety/limits.py")
TESTS = ("test_table.py", "test_limits.py", "test_session_words.py", "test_values.py")

CONFIGURATION = """
[cosmic-ray]
module-path = [{modules}]
timeout = 60.0
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""


def configure(folder: Path) -> None:
    """Write what is to be changed, and by which tests it is to be noticed."""
    tests = " ".join(f"tests/safety/{name}" for name in TESTS)
    options = "-x -q -p no:cacheprovider -p no:xdist --hypothesis-profile=mutation"
    command = f"{sys.executable} -m pytest {options} {tests}"
    modules = ", ".join(f'"{module}"' for module in MODULES)
    text = CONFIGURATION.format(modules=modules, command=command)
    (folder / "cosmic.toml").write_text(text, encoding="utf-8")


def cosmic_ray(folder: Path, *words: str) -> str:
    """Run one command of cosmic-ray; CalledProcessError if it fails."""
    command = [sys.executable, "-m", "cosmic_ray.cli", *words]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout


def outcomes(folder: Path) -> list[dict[str, Any]]:
    """Return of every mutant its module, what was changed, and what became of it."""
    dumped = cosmic_ray(folder, "dump", "session.sqlite")
    pairs = [json.loads(line) for line in dumped.splitlines() if line.strip()]
    return [
        {
            "module": str(item["mutations"][0]["module_path"]),
            "operator": item["mutations"][0]["operator_name"],
            "outcome": (result or {}).get("test_outcome", "not run"),
            "diff": (result or {}).get("diff") or "",
        }
        for item, result in pairs
    ]


def changed_lines(diff: str) -> str:
    """Return what was taken out and put in, without its surroundings."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return "\n".join(line for line in lines if line.startswith(("-", "+")))


def main() -> int:
    """Mutate the modules, print what survived, report; return 0 only if every mutant ran."""
    began = time.monotonic()
    with scratch_copy() as folder:
        configure(folder)
        cosmic_ray(folder, "init", "cosmic.toml", "session.sqlite")
        cosmic_ray(folder, "baseline", "cosmic.toml")
        cosmic_ray(folder, "exec", "cosmic.toml", "session.sqlite")
        found = outcomes(folder)
    survivors = [one for one in found if one["outcome"] == "survived"]
    for one in survivors:
        print(f"{one['module']} {one['operator']}\n{changed_lines(one['diff'])}")
    counted = dict(Counter(one["outcome"] for one in found))
    print(f"{counted} of {len(found)}")
    write_report(
        "second_opinion",
        {
            "tool": tool_version("cosmic-ray"),
            "outcomes": counted,
            "mutants_by_module": dict(Counter(one["module"] for one in found)),
            "survived": [
                {"module": one["module"], "change": changed_lines(one["diff"]).splitlines()}
                for one in survivors
            ],
            "seconds": round(time.monotonic() - began),
        },
    )
    return 1 if counted.get("not run") else 0


if __name__ == "__main__":
    sys.exit(main())
