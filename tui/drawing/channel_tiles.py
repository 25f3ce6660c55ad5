"""The channels as tiles with big digits, for windows with room."""

from tui import texts, wording
from tui.drawing.bars import bar_text
from tui.lines import Line, beside, fit, line
from tui.palette import channel_style
from tui.view import ChannelRow, View
from tui.widgets.big_digits import big_number

TILES_PER_ROW = 4
WIDEST_TILE = 48
TILE_HEIGHT = 7


def tiles_height(channels: int) -> int:
    """Return how many lines the tiles of so many channels take."""
    rows = -(-channels // TILES_PER_ROW)
    return TILE_HEIGHT if rows == 1 else rows * TILE_HEIGHT - 1


def tile_lines(view: View, width: int) -> list[Line]:
    """Return all tiles, four to a row."""
    per_row = min(TILES_PER_ROW, len(view.rows))
    tile_width = min(WIDEST_TILE, (width - 1 - 3 * (per_row - 1)) // per_row)
    height = TILE_HEIGHT if len(view.rows) <= TILES_PER_ROW else TILE_HEIGHT - 1
    lines: list[Line] = []
    for first in range(0, len(view.rows), TILES_PER_ROW):
        tiles = [
            (_tile(view, row, tile_width), tile_width)
            for row in view.rows[first : first + TILES_PER_ROW]
        ]
        if lines:
            lines.append(line(("─" * width, "rule")))
        lines += [line(" ", *row) for row in beside(tiles, height, (" │ ", "rule"))]
    return lines


def _tile(view: View, row: ChannelRow, width: int) -> list[Line]:
    style = "chosen" if row.is_chosen else channel_style(row.number)
    mark = ">" if row.is_chosen else " "
    title = fit(f"{texts.HEAD_CHANNEL} {row.number} {mark} {row.title}", width)
    is_unknown = row.now_ua is None
    number_style = "alarm" if is_unknown else "bold"
    beside_number = _beside_number(row)
    digits = big_number(row.now_text, is_ascii=view.is_ascii)
    limits = (
        f"{texts.TILE_SET.format(level=row.level_text)}  "
        f"{texts.TILE_CAP.format(cap=row.cap_text, reason=row.text.cap_reason)}"
    )
    return [
        line((title, style)),
        *(
            line("  ", (digits[index], number_style), (beside_number[index], "bold"))
            for index in range(3)
        ),
        line((fit(limits, width), "bold")),
        line((_level_bar(row, width), channel_style(row.number))),
        line((fit(_pulse_text(row), width), "dim")),
    ]


def _beside_number(row: ChannelRow) -> tuple[str, str, str]:
    """Return what stands right of each line of the big number."""
    full = row.full_text
    setting, up_to = ("", "") if full is None else (texts.TILE_SETTING, texts.UP_TO)
    word = texts.STALE if row.now_ua is None else setting
    unit = f"{texts.TILE_UNIT}, {up_to.format(full=full)}" if up_to else texts.TILE_UNIT
    return "", f"  {word}" if word else "", f" {unit}"


def _level_bar(row: ChannelRow, width: int) -> str:
    cap = row.cap_text
    return f"{bar_text(row.level_ua, row.text.cap_ua, width - len(cap))}{cap}"


def _pulse_text(row: ChannelRow) -> str:
    width_us, period_us = row.text.pulse_width_us, row.text.period_us
    return f"{width_us} µs  {wording.frequency_text(period_us)} Hz  {wording.words(row.text.site)}"
