"""Two rows that must be equally long, taken side by side."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

First = TypeVar("First")
Second = TypeVar("Second")


def paired(first: Sequence[First], second: Sequence[Second]) -> Iterator[tuple[First, Second]]:
    """Yield what stands at the same place of both; ValueError if one is longer."""
    return zip(first, second, strict=True)
