"""`python -m benchmarks`: run the comparisons and print them as JSON."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.figure import Figure, Run
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
    "p24_encode": "p24_encoding",
    "p24_pulse": "p24_pulse",
    "p24_decode": "p24_decoding",
    "p24_round_trip": "p24_round_trip",
    "p24_stream": "p24_streaming",
    "p24_memory": "p24_memory",
}
PEERS = (
    "pysciencemode",
    "science-mode-4",
    "pyserial",
    "textual",
    "textual-plot",
    "pydantic",
    "ruamel.yaml",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whatever the figures are: they are for people to judge."""
    options = _parser().parse_args(argv)
    names = options.only or list(MODULES)
    begun_s = time.monotonic()
    report: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ[HOME_VARIABLE] = home
        load = os.getloadavg()
        for figures in _measure(names, is_quick=options.quick):
            report = {
                "conditions": _conditions(load, is_quick=options.quick),
                "figures": [asdict(figure) for figure in figures],
                "took_s": round(time.monotonic() - begun_s, 1),
            }
            if options.json:  # after each: a later one that fails must not cost the earlier ones
                options.json.write_text(_json(report), encoding="utf-8")
    sys.stdout.write(_json(report))
    return 0


def _json(report: dict[str, object]) -> str:
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=MODULES, metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it there, too")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that all runs")
    parser.epilog = f"NAME is one of {', '.join(MODULES)}; --only may be repeated."
    return parser


def _measure(names: Sequence[str], *, is_quick: bool) -> Iterator[list[Figure]]:
    """Yield all figures so far, after each benchmark."""
    figures: list[Figure] = []
    with _progress(len(names)) as (done, tell):
        for name in names:
            run = Run(is_quick=is_quick, tell=partial(tell, name))
            figures += import_module(f"benchmarks.{MODULES[name]}").figures(run)
            done()
            yield figures


@contextmanager
def _progress(benchmarks: int) -> Iterator[tuple[Callable[[], None], Callable[[str, str], None]]]:
    """Show on standard error what is being measured; gives what counts one, what tells a step."""
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=benchmarks, step="")

        def tell(name: str, step: str) -> None:
            bar.update(task, step=f"{name}: {step}")

        yield (lambda: bar.advance(task)), tell


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
