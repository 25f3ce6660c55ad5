"""What the tests of the command line share: what a command answered, and its text in one line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nmes.service.preparation import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """What was printed, as if nothing had been wrapped."""
        return " ".join(self.out.split())


Nmes = Callable[..., Answer]
Protocol = Callable[..., Path]
Judged = Callable[..., Judgement]


def line_of(file: Path, text: str) -> int:
    """The number of the only line with this text."""
    (line,) = (n for n, line in enumerate(file.read_text().splitlines(), 1) if text in line)
    return line
