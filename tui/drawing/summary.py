"""The summary of a session as its record tells it."""

from datetime import tzinfo

from nmes.link.messages import ChannelSummary, Summary
from tui import texts, wording
from tui.lines import Line, fit, fit_line, line, wrapped

_WIDTHS = (4, 22, 8, 8, 8, 8, 9, 11)


def summary_lines(summary: Summary, width: int, zone: tzinfo | None) -> list[Line]:
    """Return everything but the title and the lines of keys."""
    lines = [line(), *(fit_line(row, width) for row in _heading(summary, zone)), line()]
    lines.append(_table_row(texts.SUMMARY_HEAD, "dim"))
    lines += [_table_row(_cells(channel), "") for channel in summary.channels]
    lines += [line((f" {row}", "dim")) for row in wrapped(texts.SUMMARY_NOTE, width - 2)]
    full = wording.bounds_text(channel.full_ua for channel in summary.channels)
    if full:
        said = texts.SUMMARY_BOUNDS_DOUBT if summary.doubt else texts.SUMMARY_BOUNDS
        bounds = said.format(full=full)
        lines += [line((f" {row}", "warn")) for row in wrapped(bounds, width - 2)]
    lines.append(line())
    lines += _warnings(summary, width)
    lines += [line(), line(f" {texts.SKIN_REMINDER}"), line()]
    record = texts.SUMMARY_RECORD.format(session=summary.session_id, hash=summary.journal_hash)
    return [*lines, *(line((f" {row}", "dim")) for row in wrapped(record, width - 2))]


def _heading(summary: Summary, zone: tzinfo | None) -> list[Line]:
    session = texts.SUMMARY_SESSION.format(
        title=summary.title, patient=summary.patient, operator=summary.operator
    )
    started = texts.SUMMARY_STARTED.format(
        time=wording.clock_text(summary.started_utc, zone),
        outcome=summary.outcome,
        device=summary.device_title,
    )
    done = texts.SUMMARY_TIME.format(
        planned=wording.minutes_seconds(summary.planned_us),
        done=wording.minutes_seconds(summary.done_us),
        ran=wording.minutes_seconds(summary.ran_us),
        share=wording.percent(summary.done_us, summary.planned_us) or "-",
    )
    counts = texts.SUMMARY_COUNTS.format(
        done=summary.contractions_done,
        planned=summary.contractions_planned,
        pauses=summary.pauses,
        stops=summary.stops,
    )
    return [
        line((f" {session}", "bold")),
        line(f" {started}"),
        line((f" {done}", "bold")),
        line((f" {counts}", "bold")),
    ]


def _cells(channel: ChannelSummary) -> tuple[str, ...]:
    side = f" {channel.side}" if channel.side and channel.side != "midline" else ""
    return (
        str(channel.number),
        f"{channel.name}{side}",
        wording.current_text(channel.level_start_ua),
        f"{channel.level_mean_ua / 1000:.1f}",
        wording.current_text(channel.level_max_ua),
        str(channel.contractions),
        str(channel.pulses),
        wording.charge_text(channel.charge_nc),
    )


def _table_row(cells: tuple[str, ...], style: str) -> Line:
    texts_left = [fit(cell, width) for cell, width in zip(cells[:2], _WIDTHS[:2], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(cells[2:], _WIDTHS[2:], strict=True)]
    return line((" " + "".join(texts_left + numbers), style))


def _warnings(summary: Summary, width: int) -> list[Line]:
    said = [f"!! {text}" for text in (summary.doubt, *summary.faults) if text]
    if not said:
        return [line(f" {texts.NO_FAULTS}")]
    return [line((f" {row}", "warn")) for text in said for row in wrapped(text, width - 2, "   ")]
