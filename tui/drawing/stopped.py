"""The stopped screen: why, whether the device confirmed, what to do, how to go on."""

from datetime import tzinfo

from nmes.link.messages import StopNow
from tui import texts, wording
from tui.drawing.bars import currents_text, not_confirmed, steps_by_hand, stop_is_open
from tui.lines import Line, fit, fit_line, line, wrapped
from tui.view import View

_LABEL = 9


def stopped_lines(view: View, width: int, zone: tzinfo | None, noted: str) -> list[Line]:
    """Return everything but the title and the lines of keys."""
    stop = view.snapshot.stop
    lines = [line(), *_block(view, stop, width, zone), line()]
    lines += _labelled(texts.LABEL_CAUSE, stop.cause if stop else texts.UNKNOWN_CAUSE, width)
    lines += _labelled(texts.LABEL_ADVICE, stop.advice if stop else "", width)
    if stop_is_open(view) or not view.is_stale:
        lines += _labelled(texts.LABEL_NOW, _now_text(view), width)
    lines += [line(), *_what_happened(noted, width), line()]
    return [*lines, fit_line(line(f" {_way_on(view)}"), width)]


def _way_on(view: View) -> str:
    if view.stop_is_unconfirmed:
        return texts.UNCONFIRMED_EXPLAINED
    return texts.REARM_WAITS if stop_is_open(view) else texts.REARM_EXPLAINED


def _now_text(view: View) -> str:
    stale = f"   {texts.STALE}" if view.is_stale else ""
    return f"{currents_text(view)}{stale}"


def _block(view: View, stop: StopNow | None, width: int, zone: tzinfo | None) -> list[Line]:
    word = wording.spaced(stop_word(view))
    head, below = confirmation(view, stop, zone)
    style = "alarm" if view.stop_is_unconfirmed else "block"
    return [
        ((fit(text, width), style),)
        for text in ("", f"   {word}     {head}", f"   {below}" if below else "", "")
    ]


def stop_word(view: View) -> str:
    """Return STOPPED, EMERGENCY STOP or FAULT."""
    stop = view.snapshot.stop
    if view.snapshot.state == "faulted":
        return texts.FAULT
    return texts.EMERGENCY_STOPPED if stop is not None and stop.is_emergency else texts.STOPPED


def confirmation(view: View, stop: StopNow | None, zone: tzinfo | None) -> tuple[str, str]:
    """Return what is known of the output: headline and the line below it."""
    if view.stop_is_unconfirmed:
        return f"!! {not_confirmed(view)} !!", steps_by_hand(view)
    if stop is None or stop.confirmed_after_us is None:
        return texts.WAITING_CONFIRM, ""
    clock = wording.clock_text(stop.at_utc, zone, with_milliseconds=True)
    if stop.confirmed_after_us == 0:  # nobody to ask, or answered within one turn of the engine
        never = view.unconfirmed_for_us is None
        told = texts.NEVER_CONNECTED if never else texts.CONFIRMED_AT_ONCE
        return texts.ALL_ZERO, told.format(time=clock)
    reply = wording.milliseconds(stop.confirmed_after_us)
    return texts.ALL_ZERO, texts.CONFIRMED_AFTER.format(reply=reply, time=clock)


def _labelled(label: str, text: str, width: int) -> list[Line]:
    rows = wrapped(text, width - _LABEL - 2) if text else []
    return [
        line((f" {label if index == 0 else '':<{_LABEL}}", "dim"), (row, "bold"))
        for index, row in enumerate(rows)
    ]


def _what_happened(noted: str, width: int) -> list[Line]:
    choices = "   ".join(f"{n} {text}" for n, text in enumerate(texts.HAPPENED, start=1))
    heading = f" {texts.WHAT_HAPPENED}"
    if noted:
        heading = f" {texts.NOTED.format(text=noted)}"
    return [fit_line(line(heading), width), fit_line(line(f"   {choices}"), width)]
