"""What a session looks like at a moment: phases and counts for the screen and the record (pure)."""

from dataclasses import replace

from nmes.session.program import (
    Phase,
    current_burst,
    elapsed_us,
    next_burst,
    phase_at,
)
from nmes.session.session import Session, find_stage, rise_us
from nmes.session.states import SessionState

_OFF = Phase(word="off", left_us=0, cue="", next_cue="")


def phase_now(session: Session, channel: int | None, now_us: int) -> Phase:
    """Return the phase of a channel, None: of the session as a whole."""
    if session.state is SessionState.RUNNING:
        if session.countdown_us(now_us) > 0:
            return _getting_ready(session, channel, now_us)
        return _running(session, channel, session.stage_time_us(now_us))
    found = session.find_channel
    is_finding = session.state is SessionState.FINDING and channel in (None, found)
    return _finding(session, found, now_us) if is_finding and found is not None else _OFF


def _running(session: Session, channel: int | None, time_us: int) -> Phase:
    phase = phase_at(session.stage, channel, time_us)
    timed = current_burst(session.stage, channel, time_us)
    if phase.word != "hold" or timed is None:
        return phase
    is_rising = time_us < timed.start_us + rise_us(session, timed.burst, time_us)
    return replace(phase, word="ramp_up") if is_rising else phase


def _getting_ready(session: Session, channel: int | None, now_us: int) -> Phase:
    # One before the held time, so that a burst which begins exactly there is the next one.
    following = next_burst(session.stage, channel, session.held_us - 1)
    if following is None:  # the stage's last rest, or a stage without this channel
        left_us = session.countdown_us(now_us)
        return Phase(word="get_ready", left_us=left_us, cue="Get ready", next_cue="")
    left_us = session.zero_us + following.start_us - now_us
    return Phase(word="get_ready", left_us=left_us, cue="Get ready", next_cue=following.burst.cue)


def _finding(session: Session, channel: int, now_us: int) -> Phase:
    countdown_us = session.countdown_us(now_us)
    if countdown_us > 0:
        return Phase(word="rest", left_us=countdown_us, cue="Rest", next_cue="Find the level")
    return phase_at(find_stage(session, channel), channel, now_us - session.find_zero_us)


def elapsed_now_us(session: Session, now_us: int) -> int:
    """Return the time of the program gone by."""
    return elapsed_us(session.plan, session.stage_index, session.stage_time_us(now_us))
