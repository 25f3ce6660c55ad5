"""The session machine: what follows from each happening and from time going by (pure).

Every function takes a session and returns the one that follows, with the requests it makes of the
world. It decides nothing about what is permitted (that is the gate's) and reads no clock.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nmes.session import rules
from nmes.session.actions import (
    AbandonDevice,
    AcknowledgeWish,
    ArmWish,
    Connect,
    Facts,
    FaultSeen,
    FindWish,
    FinishWish,
    Happening,
    LeaveWish,
    PauseWish,
    Record,
    RecordRise,
    Request,
    ResumeWish,
    RiseRecorded,
    RiseRefused,
    SetLevel,
    SetUp,
    SetUpHeld,
    StartWish,
    StepWish,
    StopDevice,
    StopHeld,
    StopWish,
    Tell,
    Wish,
    ZeroWish,
)
from nmes.session.output import NEVER_US
from nmes.session.program import last_burst_end_us, next_burst, resume_time_us, stage_end_us
from nmes.session.session import Halt, Session, home_stage
from nmes.session.states import SessionState, Trigger, after
from nmes.session.stepping import (
    granted_rise,
    is_locked,
    recent_ups_us,
    step_size_ua,
    wait_us,
)
from nmes.session.view import phase_now
from protocols.errors import SessionRefusal
from protocols.plan import PlannedStage
from protocols.pulses import TrainSetup

Outcome = tuple[Session, tuple[Request, ...]]
Outputs = tuple[int, ...]


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


# Arming and finding the level ------------------------------------------------------------------


def _arm(session: Session, _: ArmWish, __: int, ___: Facts) -> Outcome:
    halt = session.halt
    if halt is not None and not halt.is_acknowledged:
        raise SessionRefusal("Acknowledge the stop first, then arm again.")
    armed = replace(
        _zeroed(session),
        state=after(session.state, Trigger.ARM),
        halt=None,
        setup=None,
        setup_is_asked=False,
    )
    return armed, (Connect(setup=session.stage.setup),)


def _set_up_held(session: Session, happening: SetUpHeld, _: int, __: Facts) -> Outcome:
    state = after(session.state, Trigger.SET_UP_DONE)
    held = replace(session, state=state, setup=happening.setup, setup_is_asked=False)
    if session.state is not SessionState.CONNECTING:
        return held, ()
    fields: dict[str, object] = {"identity": happening.identity}
    return held, (Record(event="armed", fields=fields, is_vital=False),)


def _find(session: Session, wish: FindWish, now_us: int, facts: Facts) -> Outcome:
    index = _known(session, wish.channel)
    found = replace(
        session,
        state=after(session.state, Trigger.FIND_LEVEL),
        selected=wish.channel,
        find_channel=wish.channel,
        find_zero_us=now_us + facts.rest_left_us[index],
        pending=None,
    )
    zeroed, requests = _lowered(found, wish.channel, 0)
    record = Record(event="find_level", fields={"channel": wish.channel}, is_vital=False)
    return zeroed, (*requests, record)


def _start(session: Session, _: StartWish, now_us: int, facts: Facts) -> Outcome:
    state = after(session.state, Trigger.START)
    if not any(session.levels_ua):
        raise SessionRefusal("All levels are 0 mA: find the level of a channel first (f).")
    started = _going_on(replace(session, state=state, find_channel=None), now_us, facts)
    cycle = started.held_us // started.stage.cycle_us
    fields: dict[str, object] = {"stage": started.stage_index, "cycle": cycle}
    return started, (Record(event="start", fields=fields, is_vital=True), _stage_record(started))


def _going_on(session: Session, now_us: int, facts: Facts) -> Session:
    """Set the stage's clock so that the next burst comes after its rest and a countdown."""
    stage = session.stage
    time_us = session.held_us
    begins_burst = any(burst.start_us == time_us % stage.cycle_us for burst in stage.bursts)
    following = next_burst(stage, None, time_us)
    burst_us = time_us if begins_burst or following is None else following.start_us
    wait_us = max(rules.GET_READY_US, *facts.rest_left_us)
    lead_us = max(0, wait_us - (burst_us - time_us))
    return replace(session, zero_us=now_us + lead_us - time_us, pending=None)


# Levels ----------------------------------------------------------------------------------------


def _step(session: Session, wish: StepWish, now_us: int, facts: Facts) -> Outcome:
    index = _known(session, wish.channel)
    chosen = replace(session, selected=wish.channel)
    from_ua = session.levels_ua[index]
    if not wish.is_up:
        lower_ua = max(0, from_ua - step_size_ua(session, wish))
        return _lowered(replace(chosen, pending=None), wish.channel, lower_ua)
    if is_locked(session, now_us):
        return chosen, (Tell(mark="i", text="Unlocked: press again to raise the level."),)
    pending = granted_rise(session, wish, now_us, facts)
    ups_us = (*recent_ups_us(session, now_us), now_us)
    rise = RecordRise(channel=wish.channel, from_ua=from_ua, to_ua=pending.to_ua)
    return replace(chosen, pending=pending, recent_ups_us=ups_us), (rise,)


def _rise_recorded(session: Session, _: RiseRecorded, now_us: int, __: Facts) -> Outcome:
    pending = session.pending
    if pending is None:
        return session, ()
    index = session.index(pending.channel)
    rise_ua = pending.to_ua - session.levels_ua[index]
    return replace(
        session,
        pending=None,
        levels_ua=_placed(session.levels_ua, index, pending.to_ua),
        step_ready_us=now_us + wait_us(session, rise_ua),
    ), ()


def _rise_refused(session: Session, refused: RiseRefused, _: int, __: Facts) -> Outcome:
    return replace(session, pending=None), (Tell(mark="!", text=refused.reason),)


def _zero(session: Session, wish: ZeroWish, _: int, __: Facts) -> Outcome:
    _known(session, wish.channel)
    chosen = replace(session, selected=wish.channel, pending=None)
    return _lowered(chosen, wish.channel, 0)


def _lowered(session: Session, channel: int, level_ua: int) -> Outcome:
    index = session.index(channel)
    levels = session.levels_ua
    if levels[index] == level_ua:
        return session, ()
    lower = replace(
        session,
        levels_ua=_placed(levels, index, level_ua),
        felt_ua=_placed(session.felt_ua, index, min(session.felt_ua[index], level_ua)),
    )
    fields: dict[str, object] = {
        "channel": channel,
        "from_ua": levels[index],
        "to_ua": level_ua,
        "state": session.state.value,
    }
    return lower, (
        SetLevel(channel=channel, to_ua=level_ua),
        Record(event="level", fields=fields, is_vital=False),
    )


def _placed(amounts: tuple[int, ...], index: int, amount: int) -> tuple[int, ...]:
    return (*amounts[:index], amount, *amounts[index + 1 :])


# Pause, end, stop, fault -----------------------------------------------------------------------


def _pause(session: Session, _: PauseWish, now_us: int, facts: Facts) -> Outcome:
    state = after(session.state, Trigger.PAUSE)
    fade_us = max((burst.ramp_down_us for burst in session.stage.bursts), default=1)
    return _halted(session, state, now_us, facts.outputs_ua, max(1, fade_us), "the operator")


def _hushed(session: Session, now_us: int) -> Outcome:
    """Output 0 at once, position held: the screen has fallen silent."""
    state = after(session.state, Trigger.HUSH)
    silent = (0,) * len(session.levels_ua)
    return _halted(session, state, now_us, silent, 1, "the screen fell silent")


def _halted(
    session: Session,
    state: SessionState,
    now_us: int,
    fading_ua: tuple[int, ...],
    fade_us: int,
    cause: str,
) -> Outcome:
    held_us = session.held_us
    if session.state is SessionState.RUNNING:
        held_us = resume_time_us(session.stage, session.stage_time_us(now_us))
    halted = replace(
        session,
        state=state,
        held_us=held_us,
        paused_us=now_us,
        fading_ua=fading_ua,
        fade_us=fade_us,
        find_channel=None,
        pending=None,
    )
    return halted, (Record(event="pause", fields={"cause": cause}, is_vital=False),)


def _resume(session: Session, _: ResumeWish, now_us: int, facts: Facts) -> Outcome:
    state = after(session.state, Trigger.RESUME)
    if session.setup_is_asked:
        raise SessionRefusal("The device is being set up: try again in a moment.")
    levels: list[Request] = []
    resumed = session
    if now_us - session.paused_us > rules.LEVEL_KEPT_US:
        for planned in session.plan.channels:
            half_ua = session.level_ua(planned.number) // 2 // session.step_ua * session.step_ua
            resumed, requests = _lowered(resumed, planned.number, half_ua)
            levels.extend(requests)
    going = _going_on(replace(resumed, state=state), now_us, facts)
    cycle, in_cycle_us = divmod(session.held_us, session.stage.cycle_us)
    is_resting = in_cycle_us >= last_burst_end_us(session.stage)
    limits = [
        {"channel": planned.number, "limit_ua": going.level_ua(planned.number)}
        for planned in going.plan.channels
    ]
    fields: dict[str, object] = {"limits": limits}
    record = Record(event="resume", fields=fields, is_vital=True)
    return replace(going, gentle_cycle=cycle + is_resting), (*levels, record)


def _finish(session: Session, _: FinishWish, now_us: int, __: Facts) -> Outcome:
    finished = _zeroed(_held(session, now_us, after(session.state, Trigger.FINISH)))
    return replace(finished, halt=_halt("ended early by the operator", "", now_us)), (StopDevice(),)


def _stop(session: Session, wish: StopWish, now_us: int, _: Facts) -> Outcome:
    if session.is_live:
        return _stopped(session, wish.cause, now_us)
    return _stop_again(session, wish, now_us)


def _stopped(session: Session, cause: str, now_us: int) -> Outcome:
    state = after(session.state, Trigger.STOP)
    halt = _halt(cause, "To go on, the session must be armed again.", now_us)
    stopped = replace(_zeroed(_held(session, now_us, state)), halt=halt)
    fields: dict[str, object] = {"cause": cause, "is_emergency": False}
    return stopped, (StopDevice(), Record(event="stop", fields=fields, is_vital=True))


def _stop_again(session: Session, wish: StopWish, now_us: int) -> Outcome:
    halt = session.halt
    is_second = halt is not None and now_us - halt.at_us <= rules.SECOND_STOP_US
    if halt is None or not is_second or halt.is_emergency:
        return session, (StopDevice(),)
    return _emergency(session, halt, wish.cause, now_us)


def _emergency(session: Session, halt: Halt, cause: str, now_us: int) -> Outcome:
    pressed = replace(
        halt,
        is_emergency=True,
        abandon_us=now_us + rules.ABANDON_AFTER_US,
        advice="The port is being closed, so that the device stops by itself as well.",
    )
    fields: dict[str, object] = {"cause": cause, "is_emergency": True}
    state = after(session.state, Trigger.FAULT)
    return replace(session, state=state, halt=pressed), (
        StopDevice(),
        Record(event="stop", fields=fields, is_vital=True),
    )


def _stop_held(session: Session, _: StopHeld, now_us: int, __: Facts) -> Outcome:
    halt = session.halt
    if halt is None or halt.confirmed_us is not None:
        return session, ()
    fields: dict[str, object] = {"after_us": now_us - halt.at_us}
    confirmed = replace(halt, confirmed_us=now_us)
    record = Record(event="stop_confirmed", fields=fields, is_vital=False)
    return replace(session, halt=confirmed), (record,)


def _fault(session: Session, fault: FaultSeen, now_us: int, _: Facts) -> Outcome:
    if not session.is_live:
        return session, ()
    halt = _halt(fault.detail, fault.advice, now_us)
    halt = replace(halt, is_emergency=True, abandon_us=now_us + rules.ABANDON_AFTER_US)
    faulted = replace(
        _zeroed(_held(session, now_us, after(session.state, Trigger.FAULT))), halt=halt
    )
    fields: dict[str, object] = {
        "code": fault.code,
        "detail": fault.detail,
        "channel": fault.channel,
    }
    told = (Tell(mark="!!", text=fault.advice),) if fault.advice else ()
    return faulted, (StopDevice(), Record(event="fault", fields=fields, is_vital=True), *told)


def _acknowledge(session: Session, _: AcknowledgeWish, __: int, ___: Facts) -> Outcome:
    state = after(session.state, Trigger.ACKNOWLEDGE)
    halt = session.halt
    if halt is None:
        return session, ()
    acknowledged = replace(session, state=state, halt=replace(halt, is_acknowledged=True))
    return acknowledged, (Record(event="acknowledge", fields={}, is_vital=True),)


def _leave(session: Session, _: LeaveWish, __: int, ___: Facts) -> Outcome:
    halt = session.halt
    if halt is not None and halt.confirmed_us is None and not halt.is_abandoned:
        raise SessionRefusal("The device has not confirmed the stop yet: wait a moment.")
    return replace(session, state=after(session.state, Trigger.LEAVE)), ()


def _halt(cause: str, advice: str, now_us: int) -> Halt:
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


def _held(session: Session, now_us: int, state: SessionState) -> Session:
    """Leave the running clock: remember where the program goes on if it is armed again."""
    held_us = session.held_us
    if session.state is SessionState.RUNNING:
        held_us = resume_time_us(session.stage, session.stage_time_us(now_us))
    return replace(session, state=state, held_us=held_us)


def _zeroed(session: Session) -> Session:
    """Return the session with every level 0 and nothing pending."""
    zeros = (0,) * len(session.levels_ua)
    return replace(
        session,
        levels_ua=zeros,
        felt_ua=zeros,
        fading_ua=zeros,
        fade_us=0,
        pending=None,
        find_channel=None,
        gentle_cycle=None,
    )


def _known(session: Session, channel: int) -> int:
    try:
        return session.index(channel)
    except ValueError as error:
        raise SessionRefusal(f"This protocol has no channel {channel}.") from error


# Time ------------------------------------------------------------------------------------------


def advance(session: Session, now_us: int, outputs_ua: tuple[int, ...]) -> Outcome:
    """Return what follows from time alone: silence, absence, stages, unconfirmed stops.

    `outputs_ua` was written last, in the order of the plan's channels.
    """
    requests: list[Request] = []
    for rule in _RULES_OF_TIME:
        session, asked = rule(session, now_us, outputs_ua)
        requests.extend(asked)
    return session, tuple(requests)


def _watch_screen(session: Session, now_us: int, _: Outputs) -> Outcome:
    silent_us = now_us - session.heard_us
    if not session.is_live or silent_us <= rules.SCREEN_SILENT_PAUSE_US:
        return session, ()
    if silent_us > rules.SCREEN_SILENT_STOP_US:
        return _stopped(session, "the screen fell silent", now_us)
    if session.state in (SessionState.FINDING, SessionState.RUNNING):
        return _hushed(session, now_us)
    if session.state is SessionState.PAUSED and session.fade_us > 1:
        return _hushed(session, now_us)
    return session, ()


def _watch_operator(session: Session, now_us: int, _: Outputs) -> Outcome:
    if session.operator_is_script or not session.is_live:
        return session, ()
    behaviour = session.behaviour
    idle_us = now_us - session.present_us
    if idle_us > behaviour.presence_prompt_us + behaviour.presence_grace_us:
        return _stopped(session, "no operator for 6 minutes", now_us)
    if idle_us > behaviour.presence_prompt_us and not session.is_prompted:
        prompt = Tell(mark="!", text="Still there? Press any key within 60 s, or it stops.")
        return replace(session, is_prompted=True), (prompt,)
    return session, ()


def _watch_stop(session: Session, now_us: int, _: Outputs) -> Outcome:
    halt = session.halt
    if halt is None or halt.is_abandoned:
        return session, ()
    if halt.abandon_us is not None and now_us >= halt.abandon_us:
        return _abandoned(session, halt, now_us)
    is_overdue = now_us - halt.at_us > session.behaviour.stop_zero_max_us
    if halt.is_emergency or halt.confirmed_us is not None or not is_overdue:
        return session, ()
    return _emergency(session, halt, f"{halt.cause}; not confirmed within 200 ms", now_us)


def _abandoned(session: Session, halt: Halt, now_us: int) -> Outcome:
    advice = halt.advice
    requests: tuple[Request, ...] = (AbandonDevice(),)
    if halt.confirmed_us is None:
        advice = "NOT CONFIRMED: pull the leads off the pads, then switch the device off."
        fields: dict[str, object] = {"after_us": now_us - halt.at_us}
        requests = (
            *requests,
            Record(event="stop_unconfirmed", fields=fields, is_vital=True),
            Tell(mark="!!", text=advice),
        )
    abandoned = replace(halt, is_abandoned=True, advice=advice)
    return replace(session, halt=abandoned), requests


def _go_through_stages(session: Session, now_us: int, _: Outputs) -> Outcome:
    if session.state is not SessionState.RUNNING:
        return session, ()
    time_us = session.stage_time_us(now_us)
    if session.stage_index == len(session.plan.stages) - 1:
        if time_us >= stage_end_us(session.plan, session.stage_index):
            return _complete(session, now_us)
        return session, ()
    return _towards_next_stage(session, time_us)


def _towards_next_stage(session: Session, time_us: int) -> Outcome:
    stage = session.stage
    following = session.plan.stages[session.stage_index + 1]
    if time_us < stage.duration_us or session.setup != following.setup:
        return session, ()
    advanced = replace(
        session,
        stage_index=session.stage_index + 1,
        zero_us=session.zero_us + stage.duration_us,
        held_us=0,
        gentle_cycle=None,
    )
    return advanced, (_stage_record(advanced),)


def _keep_train(session: Session, now_us: int, outputs_ua: Outputs) -> Outcome:
    """Have the device hold the train that is needed next; until it does, time does not run on."""
    wanted = _wanted_train(session, now_us)
    if session.setup is None or wanted in (None, session.setup):
        return session, ()
    waiting = _waiting(session, wanted, now_us)
    if wanted is None or session.setup_is_asked or any(outputs_ua):
        return waiting, ()
    return replace(waiting, setup_is_asked=True), (SetUp(setup=wanted),)


def _wanted_train(session: Session, now_us: int) -> TrainSetup | None:
    if session.state is SessionState.FINDING and session.find_channel is not None:
        return home_stage(session, session.find_channel).setup
    if session.state is not SessionState.RUNNING:
        return None
    is_last = session.stage_index == len(session.plan.stages) - 1
    if is_last or session.stage_time_us(now_us) < _last_rest_us(session.stage):
        return session.stage.setup
    return session.plan.stages[session.stage_index + 1].setup


def _waiting(session: Session, wanted: TrainSetup | None, now_us: int) -> Session:
    if session.state is SessionState.FINDING:
        return replace(session, find_zero_us=max(session.find_zero_us, now_us))
    is_for_now = wanted == session.stage.setup
    until_us = session.held_us if is_for_now else session.stage.duration_us
    return replace(session, zero_us=max(session.zero_us, now_us - until_us))


def _last_rest_us(stage: PlannedStage) -> int:
    """Return when the rest after the last burst of a stage begins."""
    return (stage.cycles - 1) * stage.cycle_us + last_burst_end_us(stage)


def next_wake_us(session: Session, now_us: int) -> int:
    """Return the next time at which `advance` has something to do, if nothing else happens."""
    wakes = [NEVER_US]
    halt = session.halt
    if halt is not None and not halt.is_abandoned:
        if halt.abandon_us is not None:
            wakes.append(halt.abandon_us)
        elif halt.confirmed_us is None:
            wakes.append(halt.at_us + session.behaviour.stop_zero_max_us + 1)
    if session.is_live and not session.operator_is_script:
        grace_us = session.behaviour.presence_grace_us if session.is_prompted else 0
        wakes.append(session.present_us + session.behaviour.presence_prompt_us + grace_us + 1)
    if session.state is SessionState.RUNNING:
        wakes.extend(_stage_wakes(session))
    return min(wake for wake in wakes if wake > now_us)


def _stage_wakes(session: Session) -> tuple[int, ...]:
    return (
        session.zero_us + session.held_us,
        session.zero_us + _last_rest_us(session.stage),
        session.zero_us + stage_end_us(session.plan, session.stage_index),
    )


def _complete(session: Session, now_us: int) -> Outcome:
    completed = replace(
        _zeroed(session),
        state=after(session.state, Trigger.COMPLETE),
        held_us=stage_end_us(session.plan, session.stage_index),
        halt=_halt("the program is complete", "", now_us),
    )
    return completed, (StopDevice(), Tell(mark="i", text="The program is complete."))


def _stage_record(session: Session) -> Record:
    stage = session.stage
    fields: dict[str, object] = {
        "index": session.stage_index,
        "name": stage.name,
        "kind": stage.kind,
        "period_us": stage.setup.period_us,
    }
    return Record(event="stage", fields=fields, is_vital=False)


def _feel(session: Session, now_us: int, _: Outputs) -> Outcome:
    """Take a level as felt once a contraction has begun to rise to it."""
    if session.felt_ua == session.levels_ua:
        return session, ()
    felt_ua = tuple(
        level_ua if phase_now(session, planned.number, now_us).word in _FELT else felt_ua
        for planned, level_ua, felt_ua in zip(
            session.plan.channels, session.levels_ua, session.felt_ua, strict=True
        )
    )
    return replace(session, felt_ua=felt_ua), ()


_FELT = ("ramp_up", "hold")
_RULES_OF_TIME = (
    _watch_screen,
    _watch_operator,
    _watch_stop,
    _keep_train,
    _go_through_stages,
    _feel,
)

_Handler = Callable[[Session, Any, int, Facts], Outcome]
_HANDLERS: dict[type, _Handler] = {
    ArmWish: _arm,
    FindWish: _find,
    StartWish: _start,
    StepWish: _step,
    ZeroWish: _zero,
    PauseWish: _pause,
    ResumeWish: _resume,
    FinishWish: _finish,
    StopWish: _stop,
    AcknowledgeWish: _acknowledge,
    LeaveWish: _leave,
    SetUpHeld: _set_up_held,
    StopHeld: _stop_held,
    FaultSeen: _fault,
    RiseRecorded: _rise_recorded,
    RiseRefused: _rise_refused,
}
