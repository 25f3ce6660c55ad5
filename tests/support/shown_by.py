"""Which tests docs/safety.md names, and which of them a run of the suite did not pass."""

import re
from collections.abc import Iterable
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "safety.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def named(text: str) -> list[tuple[str, str]]:
    """The tests that a text names, each as its file below `tests/` and its function."""
    return NAMED.findall(text)


def not_shown(text: str, passed: Iterable[str]) -> list[str]:
    """The tests that a text names of which no case is among the node ids that passed."""
    ran = {node.partition("[")[0].removeprefix("tests/") for node in passed}
    return sorted({f"{file}::{name}" for file, name in named(text)} - ran)
