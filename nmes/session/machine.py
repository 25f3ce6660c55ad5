"""The session machine: what follows from each happening (pure).

Every function takes a session and returns the one that follows, with the requests it makes of the
world. It decides nothing about what is permitted (that is the gate's) and reads no clock. What
follows from time alone is the subject of `nmes.session.clockwork`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nmes.session import condition, halts, levels, rules
from nmes.session.actions import (
    AcknowledgeWish,
    ArmWish,
    Connect,
    Facts,
    FaultSeen,
    FindWish,
    FinishWish,
    Happening,
    LeaveWish,
    Outcome,
    PauseWish,
    Record,
    Request,
    ResumeWish,
    RiseRecorded,
    RiseRefused,
    SetUpHeld,
    StartWish,
    StatusSeen,
    StepWish,
    StopHeld,
    StopWish,
    Wish,
    ZeroWish,
)
from nmes.session.clockwork import stage_record
from nmes.session.program import last_burst_end_us, next_burst
from nmes.session.session import Condition, Session
from nmes.session.states import SessionState, Trigger, after
from nmes.session.stepping import refuse_without_contact
from protocols.errors import SessionRefusal


def happen(session: Session, happening: Happening, now_us: int, facts: Facts) -> Outcome:
    """Return what follows from one happening; SessionRefusal if a wish cannot be granted."""
    handler = _HANDLERS[type(happening)]
    return handler(session, happening, now_us, facts)


def heard(session: Session, now_us: int) -> Session:
    """Return the session after any sign of life of the screen."""
    return replace(session, heard_us=now_us)


def touched(session: Session, now_us: int) -> Session:
    """Return the session after a key that need not have asked for anything: somebody is there."""
    return replace(session, present_us=now_us, is_prompted=False)


def asked(session: Session, wish: Wish, now_us: int) -> Session:
    """Return the session after a wish, whether or not it was granted."""
    is_up = isinstance(wish, StepWish) and wish.is_up
    step_us = now_us if is_up else session.step_us
    return replace(touched(session, now_us), input_us=now_us, step_us=step_us)


def _arm(session: Session, _: ArmWish, __: int, ___: Facts) -> Outcome:
    state = after(session.state, Trigger.ARM)
    halts.refuse_arming(session)
    arming = replace(
        levels.without_levels(session),
        state=state,
        halt=None,
        setup=None,
        setup_is_asked=False,
        condition=Condition(),
    )
    return arming, (Connect(setup=session.stage.setup),)


def _set_up_held(session: Session, happening: SetUpHeld, _: int, __: Facts) -> Outcome:
    if not session.is_live:
        return session, ()  # a stop has overtaken it
    state = after(session.state, Trigger.SET_UP_DONE)
    holding = replace(
        session, state=state, setup=happening.setup, setup_is_asked=False, is_doubtful=False
    )
    if session.state is not SessionState.CONNECTING:
        return holding, ()
    fields: dict[str, object] = {"identity": happening.identity}
    return holding, (Record(event="armed", fields=fields, is_vital=False),)


def _find(session: Session, wish: FindWish, now_us: int, facts: Facts) -> Outcome:
    index = levels.known_index(session, wish.channel)
    refuse_without_contact(session, wish.channel)
    finding = replace(
        session,
        state=after(session.state, Trigger.FIND_LEVEL),
        selected=wish.channel,
        find_channel=wish.channel,
        find_zero_us=now_us + facts.rest_left_us[index],
        pending=None,
    )
    zeroed, requests = levels.with_level(finding, wish.channel, 0)
    record = Record(event="find_level", fields={"channel": wish.channel}, is_vital=False)
    return zeroed, (*requests, record)


def _start(session: Session, _: StartWish, now_us: int, facts: Facts) -> Outcome:
    state = after(session.state, Trigger.START)
    refuse_without_contact(session, *session.stage.setup.channels)
    if not any(session.levels_ua):
        raise SessionRefusal("All levels are 0 mA: find the level of a channel first (f).")
    started = _going_on(replace(session, state=state, find_channel=None), now_us, facts)
    cycle = started.held_us // started.stage.cycle_us
    fields: dict[str, object] = {"stage": started.stage_index, "cycle": cycle}
    return started, (Record(event="start", fields=fields, is_vital=True), stage_record(started))


def _resume(session: Session, _: ResumeWish, now_us: int, facts: Facts) -> Outcome:
    state = after(session.state, Trigger.RESUME)
    refuse_without_contact(session, *session.stage.setup.channels)
    if session.setup_is_asked:
        raise SessionRefusal("The device is being set up: try again in a moment.")
    rested, lowering = _halved_if_late(session, now_us)
    cycle, in_cycle_us = divmod(session.held_us, session.stage.cycle_us)
    is_resting = in_cycle_us >= last_burst_end_us(session.stage)
    going = _going_on(replace(rested, state=state), now_us, facts)
    limits = [
        {"channel": planned.number, "limit_ua": going.level_ua(planned.number)}
        for planned in going.plan.channels
    ]
    record = Record(event="resume", fields={"limits": limits}, is_vital=True)
    return replace(going, gentle_cycle=cycle + is_resting), (*lowering, record)


def _halved_if_late(session: Session, now_us: int) -> Outcome:
    """Halve all levels after a long pause: what was tolerable then may be too much now."""
    requests: list[Request] = []
    if now_us - session.paused_us > rules.LEVEL_KEPT_US:
        for planned in session.plan.channels:
            half_ua = session.level_ua(planned.number) // 2 // session.step_ua * session.step_ua
            session, lowering = levels.with_level(session, planned.number, half_ua)
            requests.extend(lowering)
    return session, tuple(requests)


def _going_on(session: Session, now_us: int, facts: Facts) -> Session:
    """Set the stage's clock so that the next burst comes after its rest and a countdown."""
    stage = session.stage
    time_us = session.held_us
    # One before the held time, so that a burst which begins exactly there is the next one.
    following = next_burst(stage, None, time_us - 1)
    burst_us = time_us if following is None else following.start_us
    wait_us = max(rules.GET_READY_US, *facts.rest_left_us)
    lead_us = max(0, wait_us - (burst_us - time_us))
    return replace(session, zero_us=now_us + lead_us - time_us, pending=None)


_Handler = Callable[[Session, Any, int, Facts], Outcome]
_HANDLERS: dict[type, _Handler] = {
    ArmWish: _arm,
    FindWish: _find,
    StartWish: _start,
    StepWish: levels.step,
    ZeroWish: levels.zero,
    PauseWish: halts.pause,
    ResumeWish: _resume,
    FinishWish: halts.finish,
    StopWish: halts.stop,
    AcknowledgeWish: halts.acknowledge,
    LeaveWish: halts.leave,
    SetUpHeld: _set_up_held,
    StatusSeen: condition.status_seen,
    StopHeld: halts.stop_held,
    FaultSeen: halts.fault,
    RiseRecorded: levels.rise_recorded,
    RiseRefused: levels.rise_refused,
}
