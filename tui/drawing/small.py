"""What remains when the window is too small: the stop line and the currents, nothing else."""

from tui import texts
from tui.drawing.bars import current_of, output_line
from tui.lines import Line, fit_line, line, wrapped
from tui.terminal import MIN_HEIGHT, MIN_WIDTH
from tui.view import View


def small_lines(view: View | None, width: int, height: int, *, stop_is_live: bool) -> list[Line]:
    """Return the stop line first, then the currents, then what to do, as far as there is room."""
    lines: list[Line] = []
    if stop_is_live:
        lines.append(fit_line(line((texts.STOP_KEYS_SHORT, "block")), width, "block"))
    if view is not None and stop_is_live:
        lines += [output_line(view, width)]
        lines += [_current_line(view, width, index) for index in range(len(view.rows))]
    advice = texts.TOO_SMALL.format(
        width=width, height=height, min_width=MIN_WIDTH, min_height=MIN_HEIGHT
    )
    after = texts.TOO_SMALL_STILL_ON if stop_is_live else texts.TOO_SMALL_NO_ARMING
    lines += [line(text) for text in wrapped(f"{advice} {after}", width)]
    return lines[:height]


def _current_line(view: View, width: int, index: int) -> Line:
    row = view.rows[index]
    now = current_of(row)
    stale = f" {texts.STALE}" if row.now_ua is None else ""
    level = texts.TILE_SET.format(level=row.level_text)
    mark = ">" if row.is_chosen else " "
    style = "alarm" if row.now_ua is None else "bold"
    return fit_line(line(mark, (f"{now}{stale}", style), f"  {level}"), width)
