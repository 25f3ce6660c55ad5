"""A widget of fixed lines that repaints only the lines that changed."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.lines import EMPTY, Line
from tui.palette import style_of
from tui.wording import to_ascii


class TextPanel(Widget):
    """Shows lines made by a pure function; the function decides widths and what is cut."""

    DEFAULT_CSS = "TextPanel { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines from the top; what does not fit is not drawn."""
        before, self._lines = self._lines, tuple(lines)
        for row in range(min(self.size.height, max(len(before), len(lines)))):
            if _at(before, row) != _at(self._lines, row):
                self.refresh(Region(0, row, self.size.width, 1))

    def show_whole(self, lines: Sequence[Line]) -> None:
        """Show these lines and take the height that they need; others give way."""
        self.styles.height = len(lines)
        self.show(lines)

    def on_show(self) -> None:
        """Paint all: what changed out of sight was never painted."""
        self.refresh()

    def on_resize(self) -> None:
        """Paint all: lines that changed while there was no room for them were never painted."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the widget."""
        base = self.rich_style
        is_ascii = getattr(self.app, "is_ascii", False)
        segments = [
            Segment(to_ascii(text) if is_ascii else text, base + style_of(style))
            for text, style in _at(self._lines, y)
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


def _at(lines: tuple[Line, ...], row: int) -> Line:
    return lines[row] if row < len(lines) else EMPTY
