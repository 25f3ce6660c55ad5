"""The live envelope: a lane per channel, the confirmed past filled, the planned future outlined."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.palette import channel_style, plan_style, style_of
from tui.plot_frame import Frame, Grid, engine_now_us, frame_of
from tui.situation import Situation
from tui.widgets.braille import (
    DOTS_ACROSS,
    braille,
    filled,
    filled_ascii,
    heights_of,
    outlined,
    outlined_ascii,
)
from tui.wording import current_text, to_ascii

PAST_SHARE = 0.6
SHORTEST_DOT_US = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotLayout:
    """Where the lanes are: `label_width` 0 draws no labels; `past_us` is the time drawn left."""

    rows_per_lane: int
    label_width: int
    past_us: int


class EnvelopePlot(Widget):
    """Draws frames by lines; a frame that changes nothing costs nothing."""

    DEFAULT_CSS = "EnvelopePlot { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._layout_now = PlotLayout(rows_per_lane=1, label_width=0, past_us=24_000_000)
        self._rows: list[tuple[str, str, str, int]] = []
        self._drawn: object = None

    def lay_out(self, layout: PlotLayout) -> None:
        """Place the lanes anew with the next frame."""
        if layout != self._layout_now:
            self._layout_now, self._drawn = layout, None

    def on_resize(self) -> None:
        """Draw anew in the new size."""
        self._drawn = None

    @property
    def grid(self) -> Grid:
        """The dots of the widget as it is now."""
        cells = max(4, self.size.width - self._layout_now.label_width - 1)
        past_cells = max(2, int(cells * PAST_SHARE))
        past_dots = past_cells * DOTS_ACROSS
        return Grid(
            past_dots=past_dots,
            future_dots=(cells - past_cells) * DOTS_ACROSS,
            dot_us=max(SHORTEST_DOT_US, self._layout_now.past_us // past_dots),
        )

    def advance(self, situation: Situation, labels: Sequence[str], now_us: int) -> bool:
        """Draw the frame of now; return whether there was anything new to draw."""
        if not situation.history.channels or not self.size.width:
            return False
        grid = self.grid
        engine_us = engine_now_us(situation, now_us)
        column = engine_us // grid.dot_us
        snapshot = situation.snapshot
        levels = tuple(c.level_ua for c in snapshot.channels) if snapshot else ()
        drawn = (column, levels, situation.state, self.size, tuple(labels))
        if drawn == self._drawn:
            return False
        self._drawn = drawn
        frame = frame_of(situation, grid, column, engine_us)
        self._replace(self._rows_of(frame, situation.history.channels, labels))
        return True

    def _rows_of(
        self, frame: Frame, channels: Sequence[int], labels: Sequence[str]
    ) -> list[tuple[str, str, str, int]]:
        past, future = self._texts(frame)
        rows = []
        for lane, number in enumerate(channels):
            label = self._labels(labels[lane], frame.scale_ua[lane])
            for row in range(self._layout_now.rows_per_lane):
                rows.append((label[row], past[lane][row], future[lane][row], number))
        return rows

    def _labels(self, label: str, scale_ua: int) -> list[str]:
        width, rows = self._layout_now.label_width, self._layout_now.rows_per_lane
        if not width:
            return [""] * rows
        scale = f"{current_text(scale_ua)} mA "
        if rows == 1:
            return [label[: width - len(scale) - 1].ljust(width - len(scale)) + scale]
        middle = [" " * width] * (rows - 2)
        return [label[: width - 1].ljust(width), *middle, f"0-{scale}".rjust(width)]

    def _texts(self, frame: Frame) -> tuple[list[list[str]], list[list[str]]]:
        rows = self._layout_now.rows_per_lane
        past = filled(heights_of(frame.delivered, rows), rows)
        future = outlined(heights_of(frame.planned, rows), rows)
        if getattr(self.app, "is_ascii", False):
            return filled_ascii(past), outlined_ascii(future)
        return braille(past), braille(future)

    def _replace(self, rows: list[tuple[str, str, str, int]]) -> None:
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Return one line: label, past, the mark of now, future."""
        base = self.rich_style
        if y >= len(self._rows):
            return Strip.blank(self.size.width, base)
        label, past, future, number = self._rows[y]
        mark = "│"
        if getattr(self.app, "is_ascii", False):
            label, mark = to_ascii(label), "|"
        channel = base + style_of(channel_style(number))
        segments = [
            Segment(label, channel),
            Segment(past, channel),
            Segment(mark, base + style_of("bold")),
            Segment(future, base + style_of(plan_style(number))),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)
