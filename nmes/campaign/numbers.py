"""The table of limits as plain data, read by a parse of its own.

The judge and the generator of a campaign look numbers up here; nothing of `safety` is imported.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[2] / "safety" / "limits.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The sections of the table that bound pulses and rhythm, by the names of its keys."""

    ceiling: dict[str, int]
    behaviour: dict[str, int]
    classes: dict[str, dict[str, Any]]
    sites: dict[str, dict[str, Any]]
    pad_zones: dict[str, list[str]]


@cache
def numbers() -> Numbers:
    """Return the table that the program is delivered with."""
    return numbers_of(TABLE.read_text(encoding="utf-8"))


def numbers_of(text: str) -> Numbers:
    """Return the numbers of a table's text."""
    table = tomllib.loads(text)
    return Numbers(
        ceiling={key: entry["value"] for key, entry in table["ceiling"].items()},
        behaviour={key: entry["value"] for key, entry in table["behaviour"].items()},
        classes=table["timing_classes"],
        sites=table["sites"],
        pad_zones=table["pad_zones"],
    )
