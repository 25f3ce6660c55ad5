"""How the session screen uses its window: table, wide table, or tiles. Pure."""

from dataclasses import dataclass

from tui.drawing.channel_tiles import tiles_height
from tui.widgets.big_digits import ROWS

WIDE = 100
TILES_WIDTH, TILES_HEIGHT = 120, 40
FIXED_LINES = 11
FEWEST_PANE_LINES = 4
MOST_ROWS_PER_LANE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """Heights in lines. In tiles the plot stands below the channels, else beside them."""

    is_tiles: bool
    rows_per_channel: int
    channels_height: int
    rows_per_lane: int
    plot_height: int
    panes_height: int
    has_plan: bool
    past_us: int


def arrange(width: int, height: int, channels: int) -> Arrangement:
    """Return the arrangement for a window of at least 80x24."""
    space = height - FIXED_LINES
    if width >= TILES_WIDTH and height >= TILES_HEIGHT:
        return _tiles(space, channels)
    rows = ROWS if 1 + channels * ROWS <= space - FEWEST_PANE_LINES else 1
    channels_height = 1 + channels * rows
    return Arrangement(
        is_tiles=False,
        rows_per_channel=rows,
        channels_height=channels_height,
        rows_per_lane=rows,
        plot_height=channels_height,
        panes_height=space - channels_height,
        has_plan=width >= WIDE,
        past_us=24_000_000 if width >= WIDE else 12_000_000,
    )


def _tiles(space: int, channels: int) -> Arrangement:
    tiles = tiles_height(channels)
    room = space - tiles - FEWEST_PANE_LINES - 3
    rows = max(1, min(MOST_ROWS_PER_LANE, room // channels))
    plot = 1 + channels * rows
    return Arrangement(
        is_tiles=True,
        rows_per_channel=1,
        channels_height=tiles,
        rows_per_lane=rows,
        plot_height=plot,
        panes_height=space - tiles - plot,
        has_plan=True,
        past_us=30_000_000,
    )
