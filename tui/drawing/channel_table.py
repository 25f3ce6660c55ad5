"""The channels as a table: what flows now beside what is set and what is allowed at most."""

from tui import texts, wording
from tui.lines import Line, Span, fit, line
from tui.palette import channel_style
from tui.view import ChannelRow, View
from tui.widgets.big_digits import ROWS, big_number

WIDTH = 57
_MARK = 4
_NAME = 19
_NOW = 13
_FLAT_NOW = 9
_SET = 7


def table_lines(view: View, rows_per_channel: int) -> list[Line]:
    """Return a heading and the channels; with three rows each, NOW is in big digits."""
    is_big = rows_per_channel >= ROWS
    now = texts.HEAD_NOW_SET if view.full_text else texts.HEAD_NOW
    lines = [_heading(now, _NOW if is_big else _FLAT_NOW)]
    for row in view.rows:
        drawn = _big_row(view, row) if is_big else [_flat_row(row)]
        lines += [*drawn, *[line()] * (rows_per_channel - len(drawn))]
    return lines


def _heading(now: str, now_width: int) -> Line:
    text = (
        f" {texts.HEAD_CHANNEL:<3}{texts.HEAD_NAME:<{_NAME}}{now:>{now_width}}"
        f"{texts.HEAD_SET:>{_SET}}  {texts.HEAD_CAP}"
    )
    return line((fit(text, WIDTH), "dim"))


def _mark(row: ChannelRow) -> Span:
    return (f"{'>' if row.is_chosen else ' '}{row.number:<3}", _name_style(row))


def _name_style(row: ChannelRow) -> str:
    return "chosen" if row.is_chosen else channel_style(row.number)


def _now_style(row: ChannelRow) -> str:
    return "alarm" if row.now_ua is None else "bold"


def _flat_row(row: ChannelRow) -> Line:
    now = f"{row.now_text} {texts.STALE}" if row.now_ua is None else row.now_text
    cap = f"{row.cap_text:<4} {_up_to(row) or row.text.cap_reason}"
    return line(
        _mark(row),
        (fit(row.short_title, _NAME), _name_style(row)),
        " " * (_FLAT_NOW - len(now)),
        (now, _now_style(row)),
        f"{row.level_text:>{_SET}}  {fit(cap, _rest(_FLAT_NOW))}",
    )


def _up_to(row: ChannelRow) -> str:
    return "" if row.full_text is None else texts.UP_TO.format(full=row.full_text)


def _rest(now_width: int) -> int:
    return WIDTH - _MARK - _NAME - now_width - _SET - 2


def _side_and_site(row: ChannelRow) -> str:
    site = wording.words(row.text.site)
    return f"{row.text.side}, {site}" if row.text.side else site


def _big_row(view: View, row: ChannelRow) -> list[Line]:
    digits = big_number(row.now_text, is_ascii=view.is_ascii)
    names = (_mark(row)[0] + fit(row.text.name, _NAME), f"    {_side_and_site(row)}", "    ")
    under = texts.STALE if row.now_ua is None else ""
    note = ", ".join(part for part in (under, _up_to(row)) if part)
    sets = ("", row.level_text, "")
    caps = ("", row.cap_text, row.text.cap_reason)
    return [
        line(
            (fit(names[index] if index < 2 else f"    {note}", _NAME + 4), style),
            (fit(digits[index].rjust(_NOW), _NOW), _now_style(row) if under else "bold"),
            (f"{sets[index]:>{_SET}}", "bold"),
            f"  {fit(caps[index], _rest(_NOW))}",
        )
        for index, style in enumerate((_name_style(row), "dim", "warn"))
    ]
