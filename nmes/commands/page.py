"""Text for a terminal: wrapped to its width, in letters that its encoding has."""

import shutil
import sys
import textwrap
from collections.abc import Iterable

from tui.wording import to_ascii

NARROWEST, WIDEST = 40, 100
LABEL_WIDTH = 12


def page_width() -> int:
    """Return how many columns to fill: the terminal's, within what can be read."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))


def can_write(text: str, encoding: str | None) -> bool:
    """Whether an encoding has all these letters; a stream without an encoding has every one."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def writable(text: str, encoding: str | None) -> str:
    """Return the text with a substitute, one for one, for every letter the encoding lacks."""
    if can_write(text, encoding):
        return text
    return "".join(c if can_write(c, encoding) else to_ascii(c) for c in text)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to standard output at once, so that errors printed later come after them."""
    print(writable("\n".join(lines), sys.stdout.encoding), flush=True)


def print_errors(lines: Iterable[str]) -> None:
    """Print lines to standard error."""
    for line in lines:
        print(writable(line, sys.stderr.encoding), file=sys.stderr, flush=True)


def paragraph(text: str, width: int, *, indent: int = 0, hanging: int = 0) -> list[str]:
    """Return a text in lines, indented; `hanging` is what lines after the first get on top."""
    return _wrapped(text, width, " " * indent, " " * (indent + hanging))


def labelled(label: str, text: str, width: int) -> list[str]:
    """Return a paragraph that hangs behind its label; a long label has a line of its own."""
    head = f"{label:{LABEL_WIDTH}}"
    if len(label) < LABEL_WIDTH:
        return _wrapped(text, width, head, " " * LABEL_WIDTH)
    indent = " " * LABEL_WIDTH
    return [label, *_wrapped(text, width, indent, indent)]


def listed(label: str, items: Iterable[str], width: int) -> list[str]:
    """Return items behind their label, each with a dash; nothing if there are none."""
    lines: list[str] = []
    for item in items:
        head = f"{'' if lines else label:{LABEL_WIDTH}}- "
        lines += _wrapped(item, width, head, " " * len(head))
    return lines


def _wrapped(text: str, width: int, first: str, later: str) -> list[str]:
    words = " ".join(text.split())
    return textwrap.wrap(words, width, initial_indent=first, subsequent_indent=later)
