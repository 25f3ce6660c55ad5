"""The lines at the edges of the session screen: title, output, progress, device, advice, keys."""

from protocols.capabilities import in_order
from tui import texts, wording
from tui.lines import Line, Span, fit_line, line, spread, wrapped
from tui.situation import LIVE_STATES, Remark
from tui.view import ChannelRow, View


def title_line(view: View, width: int) -> Line:
    """Return who, what, which stage, and SIMULATED where it is."""
    left = f" {view.patient}  {view.prepared.title}"
    right = (f"{_stage(view)} ", "bold")
    mark = simulated_mark(is_simulated=view.prepared.is_simulated)
    return spread(line((left, "bold")), line("  ", right, *mark), width)


def simulated_mark(*, is_simulated: bool) -> tuple[Span, ...]:
    """Return the mark of a simulated device; nothing for a real one."""
    return ((f" {texts.SIMULATED} ", "sim"),) if is_simulated else ()


def _stage(view: View) -> str:
    snapshot, stages = view.snapshot, view.prepared.stages
    if snapshot.state == "finding":
        numbers = [row.number for row in view.rows]
        return texts.FINDING_TITLE.format(
            number=view.chosen.number,
            index=numbers.index(view.chosen.number) + 1,
            count=len(numbers),
        )
    if snapshot.state not in {"running", "paused"} or snapshot.stage_index >= len(stages):
        return ""
    stage = stages[snapshot.stage_index]
    return texts.STAGE.format(
        index=snapshot.stage_index + 1, count=len(stages), name=stage.name
    ).strip()


def output_line(view: View, width: int) -> Line:
    """Return the bar that tells whether current can flow: reverse video and words when it can."""
    stop = f"{texts.STOP_KEYS_SHORT} "
    if view.stop_is_unconfirmed:
        return _bar(f" {texts.OUTPUT_UNKNOWN}   {not_confirmed(view)}", stop, "alarm", width)
    if view.stop_is_sent:
        return _bar(f" {texts.STOP_SENT}   {texts.STOP_SENT_HINT}", stop, "alarm", width)
    if stop_is_open(view):
        return _bar(f" {texts.OUTPUT_UNKNOWN}   {texts.STOP_SENT_HINT}", stop, "alarm", width)
    if is_unknown(view):
        unknown = f"{texts.UNKNOWN_CURRENT} mA   {stale_text(view)}"
        return _bar(f" {texts.OUTPUT_UNKNOWN}   {unknown}", stop, "alarm", width)
    if view.snapshot.output_is_possible or view.snapshot.state in LIVE_STATES:
        return _bar(f" {_what_flows(view, width - len(stop))}", stop, "on", width)
    return fit_line(line((f" {texts.OUTPUT_OFF}   {_why_off(view)}", "bold")), width)


_WAITING = {
    "connecting": texts.WORD_CONNECTING,
    "armed": texts.WORD_ARMED,
    "paused": texts.WORD_PAUSED,
}
"""States in which nothing flows until a key is pressed."""


def _what_flows(view: View, width: int) -> str:
    """Return that output is on and the currents, or in which state it waits at 0 mA."""
    snapshot = view.snapshot
    waits = snapshot.state in _WAITING and snapshot.lead_in_us == 0
    if waits and all(row.now_ua == 0 for row in view.rows):
        return texts.LIVE_AT_ZERO.format(state=_WAITING[snapshot.state])
    currents = currents_text(view)
    if len(currents) > width - len(texts.OUTPUT_ON) - 6:
        currents = short_currents_text(view)
    return f"{texts.OUTPUT_ON}   {currents}"


def not_confirmed(view: View) -> str:
    """Return that a stop was not confirmed, and what is to be done first of all."""
    return texts.NOT_CONFIRMED.format(first=view.prepared.by_hand[0].upper())


def steps_by_hand(view: View) -> str:
    """Return what is to be done where no answer comes."""
    return texts.NOT_CONFIRMED_HINT.format(steps=in_order(view.prepared.by_hand))


def stop_is_open(view: View) -> bool:
    """Tell whether there was a stop that no device has confirmed."""
    stop = view.snapshot.stop
    return stop is not None and stop.confirmed_after_us is None


def is_unknown(view: View) -> bool:
    """Tell whether current may flow that nothing confirms."""
    if not view.is_stale:
        return False
    if view.snapshot.output_is_possible:
        return True
    return view.unconfirmed_for_us is not None and view.snapshot.state in LIVE_STATES


def stale_text(view: View) -> str:
    """Return the word STALE with the age of the last answer."""
    if view.unconfirmed_for_us is None:
        return f"{texts.STALE}: {texts.NEVER_ANSWERED}"
    return texts.STALE_FOR.format(seconds=f"{view.unconfirmed_for_us / 1_000_000:.1f}")


def currents_text(view: View) -> str:
    """Return the confirmed current of every channel on one line."""
    return "  ".join(current_of(row) for row in view.rows)


def current_of(row: ChannelRow) -> str:
    """Return the confirmed current of a channel; where it is only a setting, with its bound."""
    if row.full_text is None or not row.now_ua:
        return texts.CHANNEL_CURRENT.format(number=row.number, current=row.now_text)
    return texts.CHANNEL_SETTING.format(number=row.number, current=row.now_text, full=row.full_text)


def short_currents_text(view: View) -> str:
    """Return the confirmed currents in the order of the channels, in as little room as possible."""
    currents = " ".join(row.now_text for row in view.rows)
    if view.full_text:
        return texts.SETTINGS.format(currents=currents, full=view.full_text)
    return texts.CURRENTS.format(currents=currents)


def _why_off(view: View) -> str:
    if view.unconfirmed_for_us is None:
        return texts.NEVER_ANSWERED
    return texts.OUTPUT_OFF_ZERO


def _bar(left: str, right: str, style: str, width: int) -> Line:
    return spread(line((left, style)), line((right, style)), width, style)


def progress_line(view: View, width: int) -> Line:
    """Return contractions done as bar and numbers, time done and time left."""
    snapshot = view.snapshot
    done = texts.CONTRACTIONS.format(
        done=snapshot.contractions_done, planned=snapshot.contractions_planned
    )
    times = "   ".join(
        (
            texts.ELAPSED.format(time=wording.minutes_seconds(snapshot.elapsed_us)),
            texts.REMAINING.format(time=wording.minutes_seconds(snapshot.remaining_us)),
        )
    )
    right = f"  {done}   {times} "
    bar = bar_text(
        snapshot.contractions_done, snapshot.contractions_planned, width - len(right) - 1
    )
    return fit_line(line(f" {bar}", (right, "bold")), width)


def bar_text(part: int, whole: int, width: int) -> str:
    """Return a bar `[###---]` of that width."""
    inner = max(1, width - 2)
    done = min(inner, inner * part // whole) if whole > 0 else 0
    return f"[{'#' * done}{'-' * (inner - done)}]"


def device_line(view: View, width: int) -> Line:
    """Return how the device answers, whether the session is recorded, and which device it is."""
    snapshot = view.snapshot
    reply = texts.REPLY_NONE
    if snapshot.reply_us is not None:
        reply = texts.REPLY.format(reply=wording.milliseconds(snapshot.reply_us))
    missed = texts.MISSED.format(count=snapshot.replies_missed)
    parts: list[Span | str] = [f" {reply}   ", (missed, "warn" if snapshot.replies_missed else "")]
    parts += ["   ", _recording(view), "   "]
    parts += [] if view.cues_sound else [texts.CUES_QUIET, "   "]
    kind = texts.SIMULATED if view.prepared.is_simulated else texts.REAL_DEVICE
    return fit_line(line(*parts, (kind, "bold"), f" {view.prepared.device_title}"), width)


def _recording(view: View) -> Span:
    if view.snapshot.is_recording:
        return texts.RECORDING, ""
    return texts.NOT_RECORDING, "warn"


def remark_line(remark: Remark | None, fallback: str, width: int) -> Line:
    """Return the advice of the moment, or what is always worth saying."""
    if remark is None:
        return fit_line(line(f" {fallback}"), width)
    return fit_line(line((f" {remark.mark} {remark.text}", _remark_style(remark))), width)


def remark_lines(remark: Remark | None, width: int) -> list[Line]:
    """Return the advice of the moment in as many lines as it needs, at least one."""
    if remark is None:
        return [line()]
    rows = wrapped(f"{remark.mark} {remark.text}", width - 2, "  ")
    return [line((f" {row}", _remark_style(remark))) for row in rows]


def _remark_style(remark: Remark) -> str:
    return "warn" if remark.mark == "!" else "bold"


def key_line(keys: str, width: int) -> Line:
    """Return the line of keys."""
    return fit_line(line((f" {keys}", "dim")), width)


def stop_line(width: int) -> Line:
    """Return the line that names the stop keys, in reverse video."""
    return fit_line(line((f" {texts.STOP_KEYS_LINE}", "block")), width, "block")


def doubtful_line(steps: str, width: int) -> Line:
    """Return the last line of screens on which something may flow that no key can end."""
    return fit_line(line((f" {texts.OUTPUT_UNKNOWN} - {steps}", "alarm")), width, "alarm")


def off_line(width: int) -> Line:
    """Return the last line of screens on which nothing can flow."""
    return fit_line(line((f" {texts.OUTPUT_OFF}", "bold"), f" - {texts.OUTPUT_OFF_IDLE}"), width)
