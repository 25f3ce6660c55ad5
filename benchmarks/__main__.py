"""`python -m benchmarks`: run the comparisons and print them as JSON."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.figure import Figure, Run
from nmes.commands.progress import progress
from nmes.settings import HOME_VARIABLE

MODULES = {
    "encode": "encoding",
    "decode": "decoding",
    "round_trip": "round_trip",
    "period": "period",
    "plot": "plot",
    "rehearse": "rehearsals",
    "help": "start_up",
    "memory": "memory",
    "load": "loading",
    "stop": "stop_latency",
}
PEERS = ("pysciencemode", "pyserial", "textual", "textual-plot", "pydantic", "ruamel.yaml")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whatever the figures are: they are for people to judge."""
    options = _parser().parse_args(argv)
    names = options.only or list(MODULES)
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        os.environ[HOME_VARIABLE] = home
        load_before = os.getloadavg()
        figures = _measure(names, is_quick=options.quick)
    report = {
        "conditions": _conditions(load_before, is_quick=options.quick),
        "figures": [asdict(figure) for figure in figures],
        "took_s": round(time.monotonic() - begun_s, 1),
    }
    text = json.dumps(report, indent=2, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=MODULES, metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it there, too")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that all runs")
    parser.epilog = f"NAME is one of {', '.join(MODULES)}; --only may be repeated."
    return parser


def _measure(names: Sequence[str], *, is_quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    with progress("benchmarks", "benchmarks") as show:
        for done, name in enumerate(names):
            show(done, len(names))
            figures += _benchmark(name)(Run(is_quick=is_quick, tell=_teller(name)))
        show(len(names), len(names))
    return figures


def _benchmark(name: str) -> Callable[[Run], list[Figure]]:
    benchmark: Callable[[Run], list[Figure]] = import_module(f"benchmarks.{MODULES[name]}").figures
    return benchmark


def _teller(name: str) -> Callable[[str], None]:
    """Return what writes the present step where no bar is seen."""

    def tell(step: str) -> None:
        if not sys.stderr.isatty():
            sys.stderr.write(f"{name}: {step}\n")

    return tell


def _conditions(load: tuple[float, float, float], *, is_quick: bool) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": is_quick,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load of the machine before and after": [round(load[0], 1), round(os.getloadavg()[0], 1)],
        "versions": {name: version(name) for name in PEERS},
    }


if __name__ == "__main__":
    sys.exit(main())
