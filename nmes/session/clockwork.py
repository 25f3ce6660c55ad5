"""What follows in a session from time going by alone (pure)."""

from collections.abc import Callable
from dataclasses import replace

from nmes.session import rules
from nmes.session.actions import Outcome, Record, Request, SetUp, StopDevice, Tell
from nmes.session.halts import SILENT_SCREEN, halt, hushed, stopped, watched_stop
from nmes.session.levels import without_levels
from nmes.session.output import NEVER_US, TICK_US
from nmes.session.program import last_burst_end_us, stage_end_us
from nmes.session.session import Session, home_stage
from nmes.session.states import SessionState, Trigger, after
from nmes.session.view import phase_now
from protocols.plan import PlannedStage
from protocols.pulses import TrainSetup

Outputs = tuple[int, ...]
"""What was written last, in the order of the plan's channels."""


def advance(session: Session, now_us: int, outputs_ua: Outputs) -> Outcome:
    """Return what follows from time alone: silence, absence, stages, unconfirmed stops."""
    requests: list[Request] = []
    for rule in _RULES:
        session, asked = rule(session, now_us, outputs_ua)
        requests.extend(asked)
    return session, tuple(requests)


def next_wake_us(session: Session, now_us: int) -> int:
    """Return the next time at which `advance` has something to do, if nothing else happens."""
    wakes = [NEVER_US, *_stop_wakes(session)]
    if session.is_live:
        wakes.append(session.heard_us + rules.SCREEN_SILENT_PAUSE_US + 1)
        wakes.append(session.heard_us + rules.SCREEN_SILENT_STOP_US + 1)
    if session.is_live and not session.operator_is_script:
        prompt_us = session.present_us + session.behaviour.presence_prompt_us + 1
        wakes += [prompt_us, prompt_us + session.behaviour.presence_grace_us]
    if session.state is SessionState.RUNNING:
        wakes.append(session.zero_us + session.held_us)
        wakes.append(session.zero_us + _last_rest_us(session.stage))
        wakes.append(session.zero_us + stage_end_us(session.plan, session.stage_index))
    if session.setup is not None and _owes_train(session, now_us):
        wakes.append(now_us + TICK_US)
    return min(wake for wake in wakes if wake > now_us)


def _stop_wakes(session: Session) -> tuple[int, ...]:
    last = session.halt
    if last is None or last.is_abandoned:
        return ()
    if last.abandon_us is not None:
        return (last.abandon_us,)
    return (last.at_us + session.stop_due_us + 1,)


# Who is there ----------------------------------------------------------------------------------


def _watch_screen(session: Session, now_us: int, _: Outputs) -> Outcome:
    silent_us = now_us - session.heard_us
    if not session.is_live or silent_us <= rules.SCREEN_SILENT_PAUSE_US:
        return session, ()
    if silent_us > rules.SCREEN_SILENT_STOP_US:
        return stopped(session, SILENT_SCREEN, now_us)
    is_fading = session.state is SessionState.PAUSED and any(session.fading_ua)
    if is_fading or session.state in (SessionState.FINDING, SessionState.RUNNING):
        return hushed(session, SILENT_SCREEN, now_us)
    return session, ()


def _watch_operator(session: Session, now_us: int, _: Outputs) -> Outcome:
    if session.operator_is_script or not session.is_live:
        return session, ()
    behaviour = session.behaviour
    absent_us = now_us - session.present_us
    if absent_us > behaviour.presence_prompt_us + behaviour.presence_grace_us:
        return stopped(session, "no operator for 6 minutes", now_us)
    if absent_us > behaviour.presence_prompt_us and not session.is_prompted:
        prompt = Tell(mark="!", text="Still there? Press any key within 60 s, or it stops.")
        return replace(session, is_prompted=True), (prompt,)
    return session, ()


def _watch_stop(session: Session, now_us: int, _: Outputs) -> Outcome:
    return watched_stop(session, now_us)


# The program -----------------------------------------------------------------------------------


def _keep_train(session: Session, now_us: int, outputs_ua: Outputs) -> Outcome:
    """Have the device hold the train that is needed next; until it does, time does not run on."""
    wanted = _wanted_train(session, now_us)
    if session.setup is None or wanted in (None, session.setup):
        return session, ()
    waiting = _waiting(session, wanted, now_us)
    if wanted is None or session.setup_is_asked or any(outputs_ua):
        return waiting, ()
    return replace(waiting, setup_is_asked=True), (SetUp(setup=wanted),)


def _owes_train(session: Session, now_us: int) -> bool:
    """Whether another train must be asked for as soon as nothing flows any more."""
    return not session.setup_is_asked and _wanted_train(session, now_us) not in (
        None,
        session.setup,
    )


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


def _go_through_stages(session: Session, now_us: int, _: Outputs) -> Outcome:
    if session.state is not SessionState.RUNNING:
        return session, ()
    time_us = session.stage_time_us(now_us)
    if session.stage_index < len(session.plan.stages) - 1:
        return _towards_next_stage(session, time_us)
    if time_us < stage_end_us(session.plan, session.stage_index):
        return session, ()
    return _complete(session, now_us)


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
        gentle_cycle=0 if session.gentle_cycle == stage.cycles else None,
    )
    return advanced, (stage_record(advanced),)


def stage_record(session: Session) -> Record:
    """Return the record of the stage that begins."""
    stage = session.stage
    fields: dict[str, object] = {
        "index": session.stage_index,
        "name": stage.name,
        "kind": stage.kind,
        "period_us": stage.setup.period_us,
    }
    return Record(event="stage", fields=fields, is_vital=False)


def _complete(session: Session, now_us: int) -> Outcome:
    completed = replace(
        without_levels(session),
        state=after(session.state, Trigger.COMPLETE),
        held_us=stage_end_us(session.plan, session.stage_index),
        halt=halt("the program is complete", "", now_us),
    )
    return completed, (StopDevice(), Tell(mark="i", text="The program is complete."))


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
_RULES: tuple[Callable[[Session, int, Outputs], Outcome], ...] = (
    _watch_screen,
    _watch_operator,
    _watch_stop,
    _keep_train,
    _go_through_stages,
    _feel,
)
