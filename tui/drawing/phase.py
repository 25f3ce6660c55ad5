"""The block that tells the patient's part: word, seconds, cue, and what comes next."""

from dataclasses import dataclass

from tui import texts, wording
from tui.lines import Line, fit, fit_line, line
from tui.view import View
from tui.widgets.big_digits import ROWS, big_number

_WORD = 24
_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The word of the moment; the block is filled while the patient works (`is_effort`)."""

    word: str
    seconds: str
    hint: str
    is_effort: bool


def headline(view: View) -> Headline:
    """Return what to tell now."""
    snapshot = view.snapshot
    if view.engine_is_silent:
        return _plain(texts.WORD_SILENT, _silent_hint(view))
    match snapshot.state:
        case "connecting":
            hint = texts.CONNECTING_HINT.format(device=view.prepared.device_title)
            return _plain(texts.WORD_CONNECTING, hint)
        case "armed":
            return _plain(texts.WORD_ARMED, texts.ARMED_HINT.format(number=view.chosen.number))
        case "finished":
            return _plain(texts.WORD_FINISHED, texts.FINISHED_HINT)
    if snapshot.lead_in_us > 0:
        return Headline(
            word=texts.WORD_GET_READY,
            seconds=wording.seconds_left(snapshot.lead_in_us),
            hint=snapshot.cue,
            is_effort=False,
        )
    if snapshot.state == "paused":
        return _plain(texts.WORD_PAUSED, texts.PAUSED_HINT)
    return Headline(
        word=texts.PHASE_WORDS[snapshot.phase],
        seconds=wording.seconds_left(snapshot.phase_left_us),
        hint=snapshot.cue,
        is_effort=snapshot.phase in {"ramp_up", "hold"},
    )


def _silent_hint(view: View) -> str:
    if view.stop_is_unconfirmed:
        return texts.SILENT_STOPPED_HINT
    return texts.SILENT_HINT.format(first=view.prepared.by_hand[0])


def _plain(word: str, hint: str) -> Headline:
    return Headline(word=word, seconds="", hint=hint, is_effort=False)


def phase_lines(view: View, width: int) -> list[Line]:
    """Return the block of three lines, seconds in big digits, and the line of what comes next."""
    told = headline(view)
    digits = big_number(told.seconds, is_ascii=view.is_ascii) if told.seconds else ("",) * ROWS
    column = _WORD if told.seconds else len(told.word) * 2 + 2
    words = ("", wording.spaced(told.word), "")
    hints = ("", told.hint, texts.SECONDS_UNIT if told.seconds else "")
    style = "block" if told.is_effort else "bold"
    lines: list[Line] = []
    for row in range(ROWS):
        digit_column = _DIGITS if told.seconds else 0
        text = f"   {fit(words[row], column)}{digits[row].rjust(digit_column)}   {hints[row]}"
        lines.append(((fit(text, width), style),))
    return [*lines, fit_line(line(f" {next_text(view)}"), width)]


def next_text(view: View) -> str:
    """Return what comes after the phase of now."""
    snapshot = view.snapshot
    if view.engine_is_silent:
        return ""
    if snapshot.state == "connecting":
        return texts.CONNECTING_NEXT
    if snapshot.state == "paused" and snapshot.lead_in_us == 0:
        return texts.PAUSED_NEXT
    if snapshot.state == "finding":
        return texts.FINDING_NEXT
    return texts.NEXT_CUE.format(cue=snapshot.next_cue) if snapshot.next_cue else ""
