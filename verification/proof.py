"""Proves the contracts with CrossHair: each must be confirmed for all whole numbers.

    python -m verification.proof

CrossHair's own exit code says nothing of what it could not decide, so its report is counted.
"""

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

from verification.report import tool_version, write_report

CONTRACTS = Path(__file__).with_name("contracts")
SECONDS_PER_CONTRACT = 30
_LINE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): (?P<kind>\w+): (?P<text>.*)$")


def contract_files() -> tuple[Path, ...]:
    """Return the modules that hold contracts."""
    return tuple(sorted(path for path in CONTRACTS.glob("*.py") if path.stem != "__init__"))


def contracts(path: Path) -> dict[str, int]:
    """Return how many things each function of a module promises."""
    functions = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    promised = {
        node.name: len(re.findall(r"^\s*post:", ast.get_docstring(node) or "", re.MULTILINE))
        for node in functions
        if isinstance(node, ast.FunctionDef)
    }
    return {name: count for name, count in promised.items() if count}


def check(path: Path) -> list[str]:
    """Return what CrossHair says of a module, a line for each contract."""
    command = ["-m", "crosshair", "check", "--analysis_kind=PEP316", "--report_all"]
    limit = f"--per_condition_timeout={SECONDS_PER_CONTRACT}"
    # CrossHair decides by the path on which a value was made: its walk must be the same every time.
    run = subprocess.run(
        [sys.executable, *command, limit, str(path)],
        capture_output=True,
        text=True,
        cwd=CONTRACTS.parents[1],
        env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"},
        check=False,
    )
    return (run.stdout + run.stderr).splitlines()


def judged(path: Path, lines: list[str]) -> tuple[int, list[str]]:
    """Return how many contracts were confirmed, and every line that says anything else."""
    confirmed, others = 0, []
    for line in lines:
        found = _LINE.match(line)
        if found is not None and found["text"] == "Confirmed over all paths.":
            confirmed += 1
        elif line.strip():
            others.append(line)
    missing = sum(contracts(path).values()) - confirmed
    if missing:
        others.append(f"{path.name}: {missing} of its contracts were not confirmed")
    return confirmed, others


def main() -> int:
    """Prove all contracts; return 0 only if every one is confirmed."""
    began = time.monotonic()
    confirmed: dict[str, int] = {}
    open_ends: list[str] = []
    for path in contract_files():
        confirmed[path.stem], others = judged(path, check(path))
        open_ends += others
    for line in open_ends:
        print(line)
    print(f"{sum(confirmed.values())} contracts confirmed, {len(open_ends)} remarks")
    write_report(
        "proof",
        {
            "tool": tool_version("crosshair-tool"),
            "confirmed": confirmed,
            "not_confirmed": len(open_ends),
            "seconds": round(time.monotonic() - began),
        },
    )
    return 1 if open_ends else 0


if __name__ == "__main__":
    sys.exit(main())
