"""What each channel should put out at a time, and when that next changes (pure)."""

from dataclasses import dataclass, replace

from nmes.session.program import current_burst
from nmes.session.session import (
    Session,
    find_ramp_us,
    find_stage,
    rise_us,
    shape_of,
    train_stage,
)
from nmes.session.states import SessionState
from protocols.envelope import next_change_us, stage_current_ua
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup

NEVER_US = 2**62
TICK_US = 10_000
"""How soon to look again while an output is still on its way to its envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The frame written last, in the order of the plan's channels.

    `rest_left_us` is the rest that each channel still needs before current may flow in it again.
    """

    at_us: int
    outputs_ua: tuple[int, ...]
    rest_left_us: tuple[int, ...]


def frame_at(session: Session, now_us: int, written: Written) -> OutputFrame:
    """Return the frame for now. Needs a set-up in force.

    Falls are free; rises keep to the slope of their ramp, so that a stall or a step in level never
    becomes a jump.
    """
    setup = session.setup
    if setup is None:
        raise ValueError("no train is set up")
    outputs = []
    for channel in setup.channels:
        index = session.index(channel)
        ramp_us = ramp_up_us(session, channel, now_us)
        last_ua, elapsed_us = written.outputs_ua[index], now_us - written.at_us
        ceiling_ua = risen_ua(session, index, ramp_us, last_ua, elapsed_us)
        wanted_ua = _wanted_ua(session, channel, now_us, written)
        outputs.append(_shaped(session, channel, min(wanted_ua, ceiling_ua)))
    return OutputFrame(setup=setup, outputs=tuple(outputs))


def risen_ua(session: Session, index: int, ramp_us: int, last_ua: int, elapsed_us: int) -> int:
    """Return how far an output may have risen since the last frame, on the device's grid."""
    counted_us = min(elapsed_us, session.behaviour.slew_elapsed_max_us)
    slope_ua = session.levels_ua[index] * counted_us // ramp_us
    return (last_ua + slope_ua + session.step_ua) // session.step_ua * session.step_ua


def _wanted_ua(session: Session, channel: int, now_us: int, written: Written) -> int:
    """Return the envelope's current, but nothing in a rest and no rise once a burst falls.

    A level raised while its burst falls, or after it has been lowered to nothing, would otherwise
    begin a second burst within the first.
    """
    index = session.index(channel)
    last_ua = written.outputs_ua[index]
    if last_ua == 0 and written.rest_left_us[index] > 0:
        return 0
    envelope_ua = target_ua(session, channel, now_us)
    return min(envelope_ua, last_ua) if _is_falling(session, channel, now_us) else envelope_ua


def _is_falling(session: Session, channel: int, now_us: int) -> bool:
    stage, time_us = session.stage, session.stage_time_us(now_us)
    if session.state is SessionState.FINDING and session.find_channel is not None:
        stage = find_stage(session, session.find_channel)
        time_us = now_us - session.find_zero_us
    timed = current_burst(stage, channel, time_us)
    return timed is not None and time_us >= timed.fall_us


def target_ua(session: Session, channel: int, now_us: int) -> int:
    """Return the current the envelope asks of a channel now."""
    level_ua = session.level_ua(channel)
    if session.countdown_us(now_us) > 0:
        return 0
    match session.state:
        case SessionState.RUNNING:
            time_us = session.stage_time_us(now_us)
            current_ua = stage_current_ua(
                session.stage, channel, level_ua, session.step_ua, time_us
            )
            return min(current_ua, _rising_ua(session, channel, level_ua, time_us))
        case SessionState.FINDING if channel == session.find_channel:
            return stage_current_ua(
                find_stage(session, channel),
                channel,
                level_ua,
                session.step_ua,
                now_us - session.find_zero_us,
            )
        case SessionState.PAUSED:
            return _fading_ua(session, channel, now_us)
        case _:
            return 0


def ramp_up_us(session: Session, channel: int, now_us: int) -> int:
    """Return the time in which the channel's present burst rises to its level."""
    if session.state is SessionState.FINDING:
        return find_ramp_us(session)
    time_us = session.stage_time_us(now_us)
    timed = current_burst(session.stage, channel, time_us)
    if timed is None:  # nothing rises
        return session.behaviour.resume_ramp_min_us
    return rise_us(session, timed.burst, time_us)


def next_change_at_us(session: Session, now_us: int, written: Written) -> int:
    """Return the earliest time after now at which the frame would be another one."""
    if session.setup is None:
        return NEVER_US
    wake_us = NEVER_US
    for channel in session.setup.channels:
        last_ua = written.outputs_ua[session.index(channel)]
        if _wanted_ua(session, channel, now_us, written) != last_ua:
            return now_us + TICK_US
        wake_us = min(wake_us, _channel_change_us(session, channel, now_us))
    return wake_us


def _channel_change_us(session: Session, channel: int, now_us: int) -> int:
    level_ua = session.level_ua(channel)
    if session.state is SessionState.RUNNING:
        time_us = session.stage_time_us(now_us)
        if _gentle_rise(session, channel, time_us) is not None:
            return now_us + TICK_US
        change_us = next_change_us(session.stage, channel, level_ua, session.step_ua, time_us)
        return NEVER_US if change_us is None else session.zero_us + change_us
    if session.state is SessionState.FINDING and channel == session.find_channel:
        time_us = max(0, now_us - session.find_zero_us)
        stage = find_stage(session, channel)
        change_us = next_change_us(stage, channel, level_ua, session.step_ua, time_us)
        return NEVER_US if change_us is None else session.find_zero_us + change_us
    is_fading = session.state is SessionState.PAUSED and _fading_ua(session, channel, now_us) > 0
    return now_us + TICK_US if is_fading else NEVER_US


def _gentle_rise(session: Session, channel: int, time_us: int) -> tuple[int, int] | None:
    """Return start and length of a rise that a pause makes longer; None if none is under way."""
    if session.gentle_cycle != time_us // session.stage.cycle_us:
        return None
    timed = current_burst(session.stage, channel, time_us)
    if timed is None:
        return None
    ramp_us = rise_us(session, timed.burst, time_us)
    is_under_way = timed.burst.ramp_up_us < ramp_us and time_us - timed.start_us < ramp_us
    return (timed.start_us, ramp_us) if is_under_way else None


def _rising_ua(session: Session, channel: int, level_ua: int, time_us: int) -> int:
    """Return how far a burst that rises gently has risen; the whole level otherwise."""
    rise = _gentle_rise(session, channel, time_us)
    if rise is None:
        return level_ua
    start_us, ramp_us = rise
    risen = level_ua * (time_us - start_us) // ramp_us
    return risen // session.step_ua * session.step_ua


def fade_times_us(session: Session, outputs_ua: tuple[int, ...], now_us: int) -> tuple[int, ...]:
    """Return how long each output takes to 0 on the slope of its burst's ramp down.

    On that slope no output ends later than its burst would have.
    """
    time_us = session.stage_time_us(now_us)
    return tuple(
        _fade_time_us(session, planned.number, output_ua, time_us)
        for planned, output_ua in zip(session.plan.channels, outputs_ua, strict=True)
    )


def _fade_time_us(session: Session, channel: int, output_ua: int, time_us: int) -> int:
    timed = current_burst(session.stage, channel, time_us)
    level_ua = session.level_ua(channel)
    if timed is None or level_ua == 0:
        return 0
    top_ua = level_ua * timed.burst.share_permille // 1000
    return timed.burst.ramp_down_us * min(output_ua, top_ua) // max(1, top_ua)


def _fading_ua(session: Session, channel: int, now_us: int) -> int:
    index = session.index(channel)
    fade_us = session.fade_us[index]
    left_us = fade_us - (now_us - session.paused_us)
    if left_us <= 0:
        return 0
    fading_ua = session.fading_ua[index] * left_us // fade_us
    return min(fading_ua, session.levels_ua[index]) // session.step_ua * session.step_ua


def silent_frame(session: Session, setup: TrainSetup) -> OutputFrame:
    """Return the frame of a train that puts out nothing."""
    holding = replace(session, setup=setup)
    silent = tuple(_shaped(holding, channel, 0) for channel in setup.channels)
    return OutputFrame(setup=setup, outputs=silent)


def _shaped(session: Session, channel: int, current_ua: int) -> ChannelOutput:
    shape = shape_of(train_stage(session), channel)
    width_us = shape.pulse_width_us
    return ChannelOutput(
        channel=channel,
        current_ua=current_ua,
        pulse_width_us=width_us,
        second_current_ua=current_ua * width_us // shape.second_width_us,
        second_width_us=shape.second_width_us,
    )
