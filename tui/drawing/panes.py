"""The panes below the channels: events, plan, help."""

from datetime import tzinfo

from tui import texts, wording
from tui.lines import Line, Span, fit, line, wrapped
from tui.view import View

_MARK = 4
_MARK_STYLE = {"i": "", "!": "warn", "!!": "alarm"}


def event_lines(view: View, width: int, height: int, zone: tzinfo | None) -> list[Line]:
    """Return the newest events first, whole, as many as fit under the heading."""
    rows = [_heading(texts.EVENTS_HEADING, width)]
    for event in reversed(view.events):
        if len(rows) >= height:
            break
        mark: Span = (f"{event.mark:>2} ", _MARK_STYLE[event.mark])
        clock = wording.clock_text(event.utc, zone)
        first, *more = wrapped(f"{clock} {event.text}", width - _MARK, " " * (len(clock) + 1))
        rows.append(line(" ", mark, first))
        rows += [line(" " * _MARK + row) for row in more]
    if len(rows) == 1:
        rows.append(line((f"    {texts.NO_EVENTS}", "dim")))
    return rows[:height]


def plan_lines(view: View, width: int, height: int) -> list[Line]:
    """Return the stages, the one of now marked."""
    rows = [_heading(texts.PLAN_HEADING, width)]
    is_begun = view.snapshot.state in {"running", "paused", "finished"}
    for index, stage in enumerate(view.prepared.stages):
        text = texts.PLAN_ROW.format(
            name=stage.name,
            cycles=stage.cycles,
            seconds=wording.current_text(stage.cycle_us // 1000),
        )
        is_now = is_begun and index == view.snapshot.stage_index
        done = texts.STAGE_DONE if is_begun and index < view.snapshot.stage_index else ""
        row = f" {'>' if is_now else ' '}{text}"
        rows.append(line((fit(f"{fit(row, width - 6)} {done}", width), "bold" if is_now else "")))
    return rows[:height]


def help_pages(width: int, height: int) -> list[list[Line]]:
    """Return what each key does, whole, on as many pages as it takes."""
    rows = _help_rows(width)
    room = max(1, height - 1)
    pages = [rows[first : first + room] for first in range(0, len(rows), room)]
    return [
        [_help_heading(index + 1, len(pages), width), *page] for index, page in enumerate(pages)
    ]


def _help_rows(width: int) -> list[Line]:
    """Return one entry per line, or two where both fit."""
    column = max(len(text) for text in texts.HELP) + 1
    if 2 * column > width:
        return [line(f" {text}") for text in texts.HELP]
    half = -(-len(texts.HELP) // 2)
    pairs = zip(texts.HELP[:half], (*texts.HELP[half:], ""), strict=False)
    return [line(f" {fit(left, width // 2 - 1)} {right}") for left, right in pairs]


def _help_heading(page: int, count: int, width: int) -> Line:
    heading = texts.HELP_HEADING
    if count > 1:
        heading = texts.HELP_HEADING_PAGE.format(page=page, count=count)
    after = texts.HELP_MORE if page < count else texts.HELP_CLOSES
    return _heading(f"{heading}  {after}", width)


def _heading(text: str, width: int) -> Line:
    rule = "─" * max(0, width - len(text) - 2)
    return line(f" {text} ", (rule, "rule"))
