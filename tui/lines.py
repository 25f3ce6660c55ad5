"""Lines of styled text as plain values, testable without a screen."""

import textwrap
from collections.abc import Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[str, str]
"""A piece of text and the name of its style in tui.palette; "" is ordinary."""

Line: TypeAlias = tuple[Span, ...]

EMPTY: Line = ()


def line(*parts: str | Span) -> Line:
    """Return a line made of texts and spans."""
    return tuple((part, "") if isinstance(part, str) else part for part in parts)


def plain(styled: Line) -> str:
    """Return the text of a line."""
    return "".join(text for text, _ in styled)


def fit(text: str, width: int) -> str:
    """Return the text cut or padded on the right to the width."""
    if len(text) > width:
        text = text[: max(0, width - 1)] + "…" if width > 0 else ""
    return text.ljust(width)


def fit_line(styled: Line, width: int, fill: str = "") -> Line:
    """Return the line cut or padded to the width; `fill` is the style of the padding."""
    spans: list[Span] = []
    left = width
    for text, style in styled:
        if len(text) > left:
            text = fit(text, left)
        if text:
            spans.append((text, style))
        left -= len(text)
    if left > 0:
        spans.append((" " * left, fill))
    return tuple(spans)


def spread(left: Line, right: Line, width: int, fill: str = "") -> Line:
    """Return both lines in one, the right one flush right; the left one gives way."""
    space = max(0, width - len(plain(right)))
    return fit_line(left, space, fill) + fit_line(right, min(width, len(plain(right))))


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return the text broken into lines; lines after the first are indented."""
    return textwrap.wrap(text, max(8, width), subsequent_indent=indent) or [""]


def beside(panes: Sequence[tuple[Sequence[Line], int]], height: int, gap: Span) -> list[Line]:
    """Return panes (lines and width) next to each other, `gap` between them."""
    rows: list[Line] = []
    for index in range(height):
        row: Line = ()
        for position, (pane, width) in enumerate(panes):
            cell = pane[index] if index < len(pane) else EMPTY
            row += ((gap,) if position else ()) + fit_line(cell, width)
        rows.append(row)
    return rows
