"""The pages of the placement screen: pads in words, ticks, and the check of the plan."""

from nmes.link.messages import ChannelText, PadText, Prepared
from tui import texts, wording
from tui.drawing.bars import simulated_mark
from tui.lines import Line, fit, fit_line, line, spread, wrapped
from tui.palette import channel_style
from tui.placement import Placement

_LABEL = 11
_SEVERITY_STYLE = {"error": "alarm", "warning": "warn", "info": ""}


def placement_title(prepared: Prepared, placement: Placement, width: int) -> Line:
    """Return which page this is, and SIMULATED where it is."""
    number = placement.number
    title = texts.CHECK_TITLE
    if number is not None:
        title = texts.PLACEMENT_TITLE.format(
            number=number, index=placement.page + 1, count=len(placement.numbers)
        )
    mark = simulated_mark(is_simulated=prepared.is_simulated)
    return spread(line((f" {title}   {prepared.title}", "bold")), line(*mark), width)


def channel_lines(
    prepared: Prepared, placement: Placement, width: int, *, side_is_free: bool
) -> list[Line]:
    """Return the page of one channel."""
    channel = next(c for c in prepared.channels if c.number == placement.number)
    lines = [line(), *_channel_heading(channel, width, side_is_free=side_is_free), line()]
    for pad in channel.pads:
        lines += _pad_lines(pad, width)
    lines += [line(), *_labelled(texts.LABEL_POSITION, prepared.position, width)]
    lines += _labelled(texts.LABEL_WATCH, "; ".join(prepared.watch_for), width)
    return [*lines, line(), *_tick_lines(channel, placement, width)]


def _channel_heading(channel: ChannelText, width: int, *, side_is_free: bool) -> list[Line]:
    style = channel_style(channel.number)
    heading = line(
        (f" {texts.HEAD_CHANNEL} {channel.number}  ", style),
        (f"{channel.name}", style),
        f"   {wording.words(channel.site)}   ",
        _side(channel, side_is_free=side_is_free),
    )
    pulses = texts.PULSES.format(
        width=channel.pulse_width_us,
        frequency=wording.frequency_text(channel.period_us),
        waveform=wording.words(channel.waveform),
    )
    text = texts.CAP if channel.full_ua is None else texts.CAP_OF_SETTING
    cap = text.format(cap=wording.current_text(channel.cap_ua), reason=channel.cap_reason)
    rows = [fit_line(heading, width), line((fit(f" {pulses}; {cap}", width), "dim"))]
    if channel.full_ua is not None:
        full = wording.current_text(channel.full_ua)
        rows.append(fit_line(line((f" {texts.ANY_SETTING.format(full=full)}", "warn")), width))
    if channel.suggested_start_ua is not None:
        current = wording.current_text(channel.suggested_start_ua)
        rows.append(line((f" {texts.SUGGESTED_START.format(current=current)}", "dim")))
    return rows


def _side(channel: ChannelText, *, side_is_free: bool) -> tuple[str, str]:
    if channel.side_is_open or channel.side is None:
        return texts.SIDE_IS_OPEN, "alarm"
    side = channel.side.upper()
    return (texts.SIDE_CHOSEN.format(side=side) if side_is_free else side), "bold"


def _pad_lines(pad: PadText, width: int) -> list[Line]:
    area = texts.PAD_AREA.format(area=wording.centimetres_squared(pad.gel_area_mm2))
    name = texts.PAD.format(name=pad.name)
    head = line((f" {name}", "bold"), f"  {area}, {wording.words(pad.zone)}, {pad.aspect}")
    rows = wrapped(pad.placement, width - _LABEL - 2)
    return [fit_line(head, width), *(line(" " * (_LABEL + 1) + row) for row in rows)]


def _labelled(label: str, text: str, width: int) -> list[Line]:
    if not text:
        return []
    rows = wrapped(text, width - _LABEL - 2)
    return [
        line((f" {label if index == 0 else '':<{_LABEL}}", "dim"), row)
        for index, row in enumerate(rows)
    ]


def _tick_lines(channel: ChannelText, placement: Placement, width: int) -> list[Line]:
    side = f", {channel.side}" if channel.side else ""
    lead = texts.TICK_LEAD.format(number=channel.number, name=channel.name, side=side)
    rows = []
    for index, text in enumerate((texts.TICK_SKIN, texts.TICK_PADS, lead)):
        box = "[x]" if placement.is_ticked(channel.number, index) else "[ ]"
        is_here = index == placement.cursor
        row = f" {'>' if is_here else ' '} {box} {text}"
        rows.append(line((fit(row, width), "chosen" if is_here else "")))
    return rows


def check_lines(prepared: Prepared, width: int) -> list[Line]:
    """Return the whole check: findings with their severity, then what goes unnoticed."""
    lines = [line(), line((f" {texts.CHECK_HEADING}", "bold"))]
    if not prepared.findings:
        lines.append(line(f"   {texts.NO_FINDINGS}"))
    order = list(_SEVERITY_STYLE)
    for finding in sorted(prepared.findings, key=lambda f: order.index(f.severity)):
        lines += _finding_lines(finding.severity, finding.text, width)
    lines += [line(), line((f" {texts.UNDETECTABLE_HEADING}", "bold"))]
    for text in prepared.undetectable or (texts.NOTHING_UNDETECTABLE,):
        lines += [line(f"   {row}") for row in wrapped(f"- {text}", width - 4, "  ")]
    return lines


def _finding_lines(severity: str, text: str, width: int) -> list[Line]:
    mark, word = texts.MARKS[severity], texts.SEVERITY[severity]
    rows = wrapped(text, width - 15)
    first = line(f"   {mark:<3}", (f"{word:<8}", _SEVERITY_STYLE[severity]), f" {rows[0]}")
    return [first, *(line(" " * 15 + row) for row in rows[1:])]


def state_lines(
    prepared: Prepared, placement: Placement, width: int, *, window_is_small: bool
) -> Line:
    """Return what is still needed before arming, or that it is possible."""
    needs = placement.needs(prepared, window_is_small=window_is_small)
    if needs:
        return fit_line(line((f" {texts.ARM_NEEDS.format(needs='; '.join(needs))}", "warn")), width)
    return fit_line(line((f" {texts.CAN_ARM}", "bold")), width)


def scrolled(lines: list[Line], first: int, height: int) -> tuple[list[Line], int]:
    """Return the lines that fit from `first` on, with marks of more; and `first` put in range."""
    first = max(0, min(first, len(lines) - height))
    shown = lines[first : first + height]
    if first > 0:
        shown[0] = line((f"   ... {texts.MORE_ABOVE}", "dim"))
    if first + height < len(lines):
        shown[-1] = line((f"   ... {texts.MORE_BELOW}", "dim"))
    return shown, first
