"""The block that tells the patient's part: word, seconds, cue, and what comes next."""

from dataclasses import dataclass

from tui import texts, wording
from tui.lines import Line, fit, fit_line, line
from tui.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The word of the moment; `is_effort` fills the block, otherwise it is framed by rules."""

    word: str
    seconds: str
    hint: str
    is_effort: bool


def headline(view: View) -> Headline:
    """Return what to tell now."""
    snapshot = view.snapshot
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


def _plain(word: str, hint: str) -> Headline:
    return Headline(word=word, seconds="", hint=hint, is_effort=False)


def phase_lines(view: View, width: int) -> list[Line]:
    """Return the block of three lines and the line of what comes next."""
    told = headline(view)
    seconds = texts.SECONDS.format(seconds=told.seconds) if told.seconds else ""
    word = wording.spaced(told.word)
    text = f"    {word:<26}{seconds:>6}     {told.hint}"
    if not seconds:
        text = f"    {word}     {told.hint}"
    if told.is_effort:
        edge: Line = ((fit("", width), "block"),)
        middle: Line = ((fit(text, width), "block"),)
    else:
        edge = (("─" * width, "rule"),)
        middle = ((fit(text, width), "bold"),)
    return [edge, middle, edge, fit_line(line(f" {next_text(view)}"), width)]


def next_text(view: View) -> str:
    """Return what comes after the phase of now."""
    snapshot = view.snapshot
    if snapshot.state == "paused" and snapshot.lead_in_us == 0:
        return texts.PAUSED_NEXT
    if snapshot.state == "finding":
        return texts.FINDING_NEXT
    return texts.NEXT_CUE.format(cue=snapshot.next_cue) if snapshot.next_cue else ""
