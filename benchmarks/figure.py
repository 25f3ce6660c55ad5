"""What a benchmark says: a ratio, what it was measured against, its aim, the raw numbers."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
Raw = Mapping[str, object]
Tell = Callable[[str], None]
"""Told which step of a benchmark begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One comparison. `ratio` is nmes : `against`; `aim` is that bound in words."""

    name: str
    what: str
    ratio: float | None
    against: str
    aim: str
    met: bool
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How much may be done, and whom to tell."""

    is_quick: bool
    tell: Tell

    def pick(self, quick: T, full: T) -> T:
        """Return the size for this run."""
        return quick if self.is_quick else full


def percentile(values: Iterable[float], percent: float) -> float:
    """Return the nearest-rank percentile; ValueError if there are no values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median over rounds of ours : theirs; both were measured in the same rounds."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def in_turns(
    contenders: Mapping[str, Callable[[], float]], rounds: int, tell: Tell
) -> dict[str, list[float]]:
    """Return a number per round and contender; the order turns around with every round."""
    numbers: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(rounds):
        names = list(contenders)
        for name in names if round_number % 2 == 0 else reversed(names):
            tell(f"{name}, round {round_number + 1} of {rounds}")
            numbers[name].append(contenders[name]())
    return numbers


def rounded(values: Mapping[str, Sequence[float]], digits: int = 2) -> dict[str, list[float]]:
    """Return the numbers of all rounds as they are printed."""
    return {name: [round(value, digits) for value in numbers] for name, numbers in values.items()}
