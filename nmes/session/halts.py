"""How a session pauses, ends, stops and faults, and what may follow (pure)."""

from dataclasses import replace

from nmes.session import rules
from nmes.session.actions import (
    AbandonDevice,
    AcknowledgeWish,
    Facts,
    FaultSeen,
    FinishWish,
    LeaveWish,
    Outcome,
    PauseWish,
    Record,
    Request,
    StopDevice,
    StopHeld,
    StopWish,
    Tell,
)
from nmes.session.levels import with_level, without_levels
from nmes.session.output import fade_times_us
from nmes.session.program import resume_time_us
from nmes.session.session import Halt, Session
from nmes.session.states import SessionState, Trigger, after
from protocols.capabilities import in_order
from protocols.errors import SessionRefusal

SILENT_SCREEN = "the screen fell silent"
OPERATOR = "the operator"

# Pausing ---------------------------------------------------------------------------------------


def pause(session: Session, _: PauseWish, now_us: int, facts: Facts) -> Outcome:
    """Let the output fade and hold the place in the program."""
    paused = replace(
        held(session, now_us, after(session.state, Trigger.PAUSE)),
        paused_us=now_us,
        fading_ua=facts.outputs_ua,
        fade_us=fade_times_us(session, facts.outputs_ua, now_us),
        pending=None,
    )
    return paused, (_pause_record(OPERATOR),)


def hushed(session: Session, cause: str, now_us: int) -> Outcome:
    """Take the output to 0 at once and hold the place; with a stop if that ends it sooner."""
    if session.is_slow_to_lower and not _had_faded(session):
        return stopped(session, cause, now_us)
    state = after(session.state, Trigger.HUSH)
    zeros = (0,) * len(session.levels_ua)
    hushed_now = replace(
        held(session, now_us, state),
        fading_ua=zeros,
        find_channel=None,
        pending=None,
    )
    if session.state is SessionState.FINDING:
        return _unfound(hushed_now, cause)
    if session.state is SessionState.PAUSED:
        return hushed_now, ()
    return replace(hushed_now, paused_us=now_us), (_pause_record(cause),)


def _had_faded(session: Session) -> bool:
    """Whether a pause had taken the output to 0 when the screen was last heard."""
    is_paused = session.state is SessionState.PAUSED
    return is_paused and session.heard_us > session.paused_us + max(session.fade_us)


def _unfound(session: Session, cause: str) -> Outcome:
    """Levels that were being found are found anew: nothing rises without a hand on a key."""
    requests: list[Request] = []
    for planned in session.plan.channels:
        session, lowering = with_level(session, planned.number, 0)
        requests.extend(lowering)
    return session, (*requests, Tell(mark="!", text=f"{cause}: all levels are 0 again."))


def _pause_record(cause: str) -> Record:
    return Record(event="pause", fields={"cause": cause}, is_vital=False)


def held(session: Session, now_us: int, state: SessionState) -> Session:
    """Leave the running clock: remember where the program goes on."""
    held_us = session.held_us
    if session.state is SessionState.RUNNING:
        held_us = resume_time_us(session.stage, session.stage_time_us(now_us))
    return replace(session, state=state, held_us=held_us)


# Ending ----------------------------------------------------------------------------------------


def finish(session: Session, _: FinishWish, now_us: int, __: Facts) -> Outcome:
    """End early, in good order."""
    finished = without_levels(held(session, now_us, after(session.state, Trigger.FINISH)))
    ended = halt("ended early by the operator", "", now_us)
    return replace(finished, halt=ended), (StopDevice(),)


def leave(session: Session, _: LeaveWish, __: int, ___: Facts) -> Outcome:
    """Close a session whose device is known to be silent, or given up."""
    state = after(session.state, Trigger.LEAVE)
    _refuse_open_stop(session)
    return replace(session, state=state), ()


def acknowledge(session: Session, _: AcknowledgeWish, __: int, ___: Facts) -> Outcome:
    """Take note that the cause of a stop was read: the first step of a re-arm."""
    state = after(session.state, Trigger.ACKNOWLEDGE)
    read = None if session.halt is None else replace(session.halt, is_acknowledged=True)
    acknowledged = replace(session, state=state, halt=read)
    return acknowledged, (Record(event="acknowledge", fields={}, is_vital=True),)


def refuse_arming(session: Session) -> None:
    """Raise SessionRefusal while the last stop is unread or its device not known to be silent."""
    if session.halt is not None and not session.halt.is_acknowledged:
        raise SessionRefusal("Acknowledge the stop first, then arm again.")
    _refuse_open_stop(session)


def _refuse_open_stop(session: Session) -> None:
    if session.halt is not None and not session.halt.is_settled:
        raise SessionRefusal("The device has not confirmed the stop yet: wait a moment.")


# Stopping --------------------------------------------------------------------------------------


def halt(cause: str, advice: str, now_us: int) -> Halt:
    """Return the halt that begins now."""
    return Halt(
        cause=cause,
        advice=advice,
        at_us=now_us,
        is_emergency=False,
        confirmed_us=None,
        abandon_us=None,
        is_abandoned=False,
        is_acknowledged=False,
    )


def stop(session: Session, wish: StopWish, now_us: int, _: Facts) -> Outcome:
    """Stop; a second wish within 2 s is the emergency stop, a later one writes a stop once more."""
    if session.is_live:
        return stopped(session, wish.cause, now_us)
    last = session.halt
    is_second = last is not None and now_us - last.at_us <= rules.SECOND_STOP_US
    if last is None or not is_second or last.is_emergency:
        return session, (StopDevice(),)
    return _emergency(session, last, wish.cause, now_us)


def stopped(session: Session, cause: str, now_us: int) -> Outcome:
    """Write a stop, take all levels to 0, hold the place."""
    state = after(session.state, Trigger.STOP)
    begun = halt(cause, "To go on, the session must be armed again.", now_us)
    silent = replace(without_levels(held(session, now_us, state)), halt=begun)
    return silent, (StopDevice(), _stop_record(cause, is_emergency=False))


def _stop_record(cause: str, *, is_emergency: bool) -> Record:
    fields: dict[str, object] = {"cause": cause, "is_emergency": is_emergency}
    return Record(event="stop", fields=fields, is_vital=True)


def _emergency(session: Session, last: Halt, cause: str, now_us: int) -> Outcome:
    pressed = replace(
        last,
        is_emergency=True,
        abandon_us=_abandon_us(session, last.at_us, now_us),
        advice="The port is being closed: a device that notices it stops by itself.",
        is_acknowledged=False,  # whoever has read the stop has not read this
    )
    state = after(session.state, Trigger.FAULT)
    record = _stop_record(cause, is_emergency=True)
    return replace(session, state=state, halt=pressed), (StopDevice(), record)


def _abandon_us(session: Session, stopped_us: int, now_us: int) -> int:
    """Return when a device is given up that was told to stop then; a slow one has its own time."""
    soon_us = now_us + rules.ABANDON_AFTER_US
    is_slow = session.stop_due_us > session.behaviour.stop_zero_max_us
    return max(soon_us, stopped_us + session.stop_due_us) if is_slow else soon_us


def stop_held(session: Session, _: StopHeld, now_us: int, __: Facts) -> Outcome:
    """Take note that the device confirmed the stop."""
    last = session.halt
    if last is None or last.confirmed_us is not None:
        return session, ()
    fields: dict[str, object] = {"after_us": now_us - last.at_us}
    record = Record(event="stop_confirmed", fields=fields, is_vital=False)
    return replace(session, halt=replace(last, confirmed_us=now_us)), (record,)


def fault(session: Session, seen: FaultSeen, now_us: int, _: Facts) -> Outcome:
    """Stop because something failed; once halted nothing can flow that a fault could end."""
    if not session.is_live:
        return session, ()
    begun = replace(
        halt(seen.detail, seen.advice, now_us),
        is_emergency=True,
        abandon_us=_abandon_us(session, now_us, now_us),
    )
    state = after(session.state, Trigger.FAULT)
    faulted = replace(without_levels(held(session, now_us, state)), halt=begun)
    fields: dict[str, object] = {
        "code": seen.code,
        "detail": seen.detail,
        "channel": seen.channel,
    }
    record = Record(event="fault", fields=fields, is_vital=True)
    told = (Tell(mark="!!", text=seen.advice),) if seen.advice else ()
    return faulted, (StopDevice(), record, *told)


def watched_stop(session: Session, now_us: int) -> Outcome:
    """Make an emergency of a stop that nobody confirms, then give the device up."""
    last = session.halt
    if last is None or last.is_abandoned:
        return session, ()
    if last.abandon_us is not None and now_us >= last.abandon_us:
        return _abandoned(session, last, now_us)
    is_overdue = now_us - last.at_us > session.stop_due_us
    if last.is_emergency or last.confirmed_us is not None or not is_overdue:
        return session, ()
    cause = f"{last.cause}; not confirmed within {session.stop_due_us // 1000} ms"
    return _emergency(session, last, cause, now_us)


def _abandoned(session: Session, last: Halt, now_us: int) -> Outcome:
    if last.confirmed_us is not None:
        return replace(session, halt=replace(last, is_abandoned=True)), (AbandonDevice(),)
    # Without a train held since arming there was nothing to put out, so nothing to be warned of.
    could_flow = session.setup is not None
    by_hand = f"NOT CONFIRMED. Now: {in_order(session.by_hand)}."
    advice = f"{by_hand} {last.advice}" if could_flow else last.advice
    given_up = replace(last, is_abandoned=True, advice=advice)
    fields: dict[str, object] = {"after_us": now_us - last.at_us}
    record = Record(event="stop_unconfirmed", fields=fields, is_vital=True)
    told = (Tell(mark="!!", text=by_hand),) if could_flow else ()
    is_doubtful = session.is_doubtful or could_flow
    return replace(session, halt=given_up, is_doubtful=is_doubtful), (
        AbandonDevice(),
        record,
        *told,
    )
