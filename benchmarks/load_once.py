"""Loads, plans and checks one protocol in a fresh process: `python -m benchmarks.load_once FILE`.

Prints, as JSON, the processor time in ms of the first time, of later ones, and of its parts.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from drivers import registry
from nmes.service.preparation import judge
from protocols.loading import load_text
from protocols.yaml_reading import read_yaml

LATER = 7


def main() -> None:
    """Measure and print."""
    path = Path(sys.argv[1])
    capabilities = registry.load("rehastim2").capabilities
    text = path.read_text(encoding="utf-8")

    def whole() -> None:
        judge(load_text(path.read_bytes(), str(path)), capabilities)

    times_ms = [_ms(whole) for _ in range(1 + LATER)]
    parts_ms = {
        "bare ruamel.yaml parse": lambda: sum(1 for _ in YAML(typ="safe", pure=True).parse(text)),
        "read with line numbers": lambda: read_yaml(text, "protocol"),
        "read and validate": lambda: load_text(text, ""),
    }
    report = {"first": times_ms[0], "later": statistics.median(times_ms[1:])}
    for name, part in parts_ms.items():
        report[name] = statistics.median(_ms(part) for _ in range(LATER))
    sys.stdout.write(json.dumps(report) + "\n")


def _ms(work: Callable[[], object]) -> float:
    begun_s = time.process_time()
    work()
    return (time.process_time() - begun_s) * 1e3


if __name__ == "__main__":
    main()
