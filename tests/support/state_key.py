"""What makes two moments of the search the same state.

Nothing in session or gate depends on what time it is, only on how long ago or ahead things are; so
the key holds differences. Each is cut off where nothing compares it with more (a screen silent for
more than 500 ms, a stop older than 2 s), and rounded to `GRID_US`, half a step of time. What the
search goes through are always true runs, so a violation that it finds is one; but of moments that
the rounding makes equal only the first is gone on from. `explore` therefore also goes on from some
of the others, and compares where they lead.

Left out, because no rule depends on it: what is only shown or recorded (texts, numbers of records
and permits), and the meter, which decides no more than whether a cycle is done again after a fault;
what acts after longer than any path lasts (session time, and absence unless the model makes it
short); how recently steps were taken before a stop; how long a pause has lasted,
but for whether it is more than a minute; and all of device and program once nothing can flow again.
What the judge knows is part of the key: were the session told something else than the judge, the
two must not be merged.
"""

from collections.abc import Hashable

from support.scripted_world import REPLY_US, ScriptedStimulator
from support.state_rules import DISK_SLOW_US, SCREEN_GONE_US
from support.state_world import World

from nmes.service.conversation import Conversation
from nmes.session import rules
from nmes.session.output import NEVER_US
from nmes.session.session import Halt, Session, find_stage
from nmes.session.states import SessionState
from safety.gate import SafetyGate

Key = tuple[Hashable, ...]

GRID_US = 250_000
"""Clocks that differ by less than about half of this are taken as equal."""

CLOSED: Key = ("closed",)


def key_of(world: World) -> Key:
    """Return the state that a moment belongs to."""
    if world.is_closed:
        return CLOSED
    session, now_us = world.session, world.now_us
    if session.is_live:
        return (*_live_key(world, session, now_us), *_common_key(world, now_us))
    return (*_halted_key(world, session, now_us), *_common_key(world, now_us))


def _grid(time_us: int) -> int:
    """Return a time in units of `GRID_US`."""
    return (time_us + GRID_US // 2) // GRID_US


def _age(at_us: int | None, now_us: int, most_us: int) -> int:
    """Return how long ago something was, no longer than matters; -1 if it never was."""
    return -1 if at_us is None else _grid(min(now_us - at_us, most_us + GRID_US))


def _left(until_us: int, now_us: int) -> int:
    return _grid(max(0, until_us - now_us))


# The session --------------------------------------------------------------------------------------


def _live_key(world: World, session: Session, now_us: int) -> Key:
    device, absent_us = world.live._device, world.absent_us
    return (
        session.state.value,
        session.levels_ua,
        session.felt_ua,
        session.held_us,
        session.gentle_cycle,
        _place_key(session, now_us),
        session.setup is not None,
        session.setup_is_asked,
        session.is_doubtful,
        None if session.pending is None else session.pending.to_ua,
        bool(session.condition.open_channels),
        _age(session.heard_us, now_us, SCREEN_GONE_US + 1),
        None if absent_us is None else _age(session.present_us, now_us, absent_us + 1),
        session.is_prompted,
        _steps_key(session, now_us),
        () if device is None else _device_key(device, now_us),
    )


def _halted_key(world: World, session: Session, now_us: int) -> Key:
    halt, device = session.halt, world.live._device
    is_open = halt is not None and not halt.is_settled
    return (
        session.state.value,
        session.held_us if _may_go_on(world) else 0,
        is_open and session.setup is not None,
        session.is_doubtful,
        None if halt is None else _halt_key(halt, now_us),
        () if device is None else _left_key(device, now_us),
    )


def _steps_key(session: Session, now_us: int) -> Hashable:
    """Return what the next step up depends on; the wish that ends a pause unlocks the steps."""
    is_human_idle = not session.operator_is_script and session.state is SessionState.ARMED
    can_step = session.state is not SessionState.PAUSED and not is_human_idle
    ups_us = [at_us for at_us in session.recent_ups_us if now_us - at_us < rules.UP_STEP_WINDOW_US]
    return (
        _age(session.input_us, now_us, session.behaviour.control_lock_us + 1) if can_step else 0,
        now_us - session.step_us < rules.KEY_REPEAT_US,
        _left(session.step_ready_us, now_us),
        tuple(_grid(now_us - at_us) for at_us in ups_us),
    )


def _place_key(session: Session, now_us: int) -> Hashable:
    """Return where the program, the search for a level or a fading is."""
    if session.state is SessionState.RUNNING:
        return _grid(now_us - session.zero_us)
    if session.state is SessionState.FINDING and session.find_channel is not None:
        in_train_us = now_us - session.find_zero_us
        cycle_us = find_stage(session, session.find_channel).cycle_us
        return _grid(in_train_us if in_train_us < 0 else in_train_us % cycle_us)
    if session.state is SessionState.PAUSED:
        is_kept = now_us - session.paused_us <= rules.LEVEL_KEPT_US
        left_us = [
            max(0, fade_us - (now_us - session.paused_us)) if fading_ua else 0
            for fade_us, fading_ua in zip(session.fade_us, session.fading_ua, strict=True)
        ]
        fading = session.fading_ua if any(left_us) else 0
        return (is_kept, _grid(max(left_us)), fading)
    return None


def _halt_key(halt: Halt, now_us: int) -> Key:
    return (
        halt.is_emergency or _age(halt.at_us, now_us, rules.SECOND_STOP_US + 1),
        halt.confirmed_us is not None,
        None if halt.abandon_us is None or halt.is_abandoned else _left(halt.abandon_us, now_us),
        halt.is_abandoned,
        halt.is_acknowledged,
    )


# Around it ----------------------------------------------------------------------------------------


def _common_key(world: World, now_us: int) -> Key:
    line, disk, judge, live = world.line, world.disk, world.judge, world.live
    waiting = () if live._recorder is None else live._recorder._waiting
    return (
        line.is_mute,
        line.has_contact,
        line.flowing_ua,
        disk.is_slow,
        disk.failure is not None,
        live._recorder is not None,
        min(len(waiting), 2),
        min(disk.waiting, 2),
        _age(disk.waits_from_us, now_us, DISK_SLOW_US + 1),
        world.is_unlinked,
        _judge_key(world, now_us),
        0 if world.model.armings_max is None else judge.armings,
        _rests_key(world, now_us) if world.session.is_live or _may_go_on(world) else (),
    )


def _judge_key(world: World, now_us: int) -> Hashable:
    """Return what the judge knows, which is not what the session knows if something is wrong."""
    judge = world.judge
    if judge.standing != "engaged":
        return judge.standing
    absent_us = world.absent_us
    return (
        _age(judge.heard_us, now_us, SCREEN_GONE_US + 1),
        None if absent_us is None else _age(judge.key_us, now_us, absent_us + 1),
        judge.is_lost,
    )


def _may_go_on(world: World) -> bool:
    """Whether current may ever flow again: not without a record, an operator or after the end."""
    is_ended = world.session.state is SessionState.FINISHED
    can_arm = not is_ended and not world.is_unlinked and world.may_arm
    return can_arm and world.disk.failure is None


def _rests_key(world: World, now_us: int) -> Key:
    return tuple(_left(until_us, now_us) for until_us in _rests_until_us(world).values())


def _rests_until_us(world: World) -> dict[int, int]:
    """Return what the next connection will be told to rest: this one's, or what it was told."""
    device = world.live._device
    own = {} if device is None else device.rests_until_us
    return world.live._rests_until_us | own


def _left_key(device: Conversation, now_us: int) -> Key:
    """Return what a device that was stopped leaves behind."""
    stimulator = device._gate._stimulator
    assert isinstance(stimulator, ScriptedStimulator)
    return _stimulator_key(stimulator, now_us)


def _device_key(device: Conversation, now_us: int) -> Key:
    gate = device._gate
    stimulator = gate._stimulator
    assert isinstance(stimulator, ScriptedStimulator)
    change_us = device._change_us
    return (
        device._is_begun,
        device._wanted is not None,
        device._written is not None,
        device._is_doubtful,
        device._outputs_ua,
        _left(change_us, now_us) if change_us != NEVER_US else -1,
        *_gate_key(gate, now_us),
        *_stimulator_key(stimulator, now_us),
    )


def _gate_key(gate: SafetyGate, now_us: int) -> Key:
    state = gate.state
    channels = tuple(
        (
            channel.level_ua,
            _left(channel.raise_from_us, now_us),
            channel.output_ua,
            _grid(now_us - channel.on_since_us) if channel.output_ua else 0,
            channel.ramp_up_us,
        )
        for channel in state.channels
    )
    most_us = gate.limits.behaviour.slew_elapsed_max_us if gate.limits is not None else 0
    return (
        state.mode.value,
        state.is_connected,
        state.is_stop_pending,
        channels,
        _age(state.last_write_us, now_us, most_us),
        gate.latched is not None,
    )


def _stimulator_key(stimulator: ScriptedStimulator, now_us: int) -> Key:
    command = stimulator.command
    return (
        stimulator.is_connected,
        stimulator.is_closed,
        stimulator.is_lost,
        stimulator.confirmed is not None,
        stimulator.stop_from_us is not None,
        None
        if command is None
        else (
            type(command.answer).__name__,
            _age(command.since_us, now_us, REPLY_US),
            command.is_missed,
        ),
    )
