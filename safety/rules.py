"""The judgement of a frame: from what is known and asked to what is then known, without a device.

Each function returns the new state, or the one Violation that refuses it.
"""

from protocols.pulses import ChannelOutput, OutputFrame
from safety.predicates import is_balanced
from safety.session_limits import ChannelRules
from safety.state import ChannelState, GateState, Mode, fallen, flowing
from safety.train_limits import TrainChannel, TrainLimits
from safety.verdict import Violation, breach

NO_PULSE = (0, 0)
"""The widths of a channel that is told to make no pulse at all."""


def judge_output(
    state: GateState, frame: OutputFrame, train: TrainLimits, now_us: int
) -> GateState | Violation:
    """Judge a frame that is about to be written now."""
    is_silent = frame.is_silent
    violation = _frame_violation(state, frame, train, now_us)
    if violation is None and not is_silent:
        violation = _session_violation(state, train, now_us)
    if violation is not None:
        return violation
    elapsed_us = min(now_us - state.last_write_us, train.slew_elapsed_max_us)
    channels = list(state.channels)
    for index, bounds in enumerate(train.channels):
        output = frame.outputs[index]
        verdict = judge_channel(channels[bounds.place], output, bounds, elapsed_us, now_us)
        if isinstance(verdict, Violation):
            return verdict
        channels[bounds.place] = verdict
    begins = state.session_from_us is None and not is_silent
    return GateState(
        mode=state.mode,
        is_connected=state.is_connected,
        is_stop_pending=state.is_stop_pending,
        setup=state.setup,
        channels=tuple(channels),
        last_write_us=now_us,
        session_from_us=now_us if begins else state.session_from_us,
    )


def judge_channel(
    channel: ChannelState,
    output: ChannelOutput,
    bounds: TrainChannel,
    elapsed_us: int,
    now_us: int,
) -> ChannelState | Violation:
    """Judge what one channel would put out from now on."""
    violation = _pulse_violation(channel, output, bounds)
    if violation is not None:
        return violation
    if output.current_ua == 0:
        return fallen(channel, bounds.rules, now_us)
    violation = _time_violation(channel, bounds.rules, now_us) or _rise_violation(
        channel, output.current_ua, bounds.rules, elapsed_us
    )
    if violation is not None:
        return violation
    return flowing(channel, output.current_ua, now_us)


def highest_rise_ua(channel: ChannelState, rules: ChannelRules, elapsed_us: int) -> int:
    """Return the highest current that the ramp lets this channel reach, from its last frame."""
    return (
        channel.output_ua
        + channel.level_ua * elapsed_us // channel.ramp_up_us
        + rules.current_step_ua
    )


def reachable_ua(state: GateState, bounds: TrainChannel, train: TrainLimits, now_us: int) -> int:
    """Return the highest current that a frame written now may hold for one channel.

    It is not on the device's grid. Pulse limits take no part in it: no level is above them.
    """
    channel = state.channels[bounds.place]
    if _time_violation(channel, bounds.rules, now_us) is not None:
        return 0
    if _session_violation(state, train, now_us) is not None:
        return 0
    elapsed_us = min(now_us - state.last_write_us, train.slew_elapsed_max_us)
    return min(channel.level_ua, highest_rise_ua(channel, bounds.rules, elapsed_us))


def _frame_violation(
    state: GateState, frame: OutputFrame, train: TrainLimits, now_us: int
) -> Violation | None:
    """Return what is wrong with the frame as a whole, or with its moment."""
    if state.mode is not Mode.ARMED:
        return breach("frame while the gate is not armed", None, 1, 0, "frame", state.mode.value)
    if frame.setup != train.setup:
        asked_us, allowed_us = frame.setup.period_us, train.setup.period_us
        return breach("train in force, its period", None, asked_us, allowed_us, "µs", "set-up")
    if len(frame.outputs) != len(train.channels):
        asked, allowed = len(frame.outputs), len(train.channels)
        return breach("channels in a frame", None, asked, allowed, "channels", "set-up")
    if type(now_us) is not int:
        return breach("inexact times", None, 1, 0, "time", "clock")
    if now_us < state.last_write_us:
        return breach("time that runs forward", None, now_us, state.last_write_us, "µs", "clock")
    return None


def _session_violation(state: GateState, train: TrainLimits, now_us: int) -> Violation | None:
    if state.session_from_us is None:
        return None
    session_us = now_us - state.session_from_us
    most = train.session_max_us
    if session_us <= most.value:
        return None
    return breach("session time", None, session_us, most.value, "µs", most.source)


def _pulse_violation(
    channel: ChannelState, output: ChannelOutput, bounds: TrainChannel
) -> Violation | None:
    """Return what is wrong with the pulse itself, whenever it comes."""
    number = channel.number
    place, current_ua, width_us, second_ua, second_width_us = output
    exact = int is type(place) is type(current_ua) is type(width_us)
    if not (exact and int is type(second_ua) is type(second_width_us)):
        return breach("inexact values", number, 1, 0, "value", "gate")
    if place != number:
        return breach("channel in its place", number, place, number, "number", "set-up")
    if current_ua == 0 and second_ua == 0 and (width_us, second_width_us) == NO_PULSE:
        return None
    ceiling = bounds.ceilings.get((width_us, second_width_us))
    if ceiling is None:
        planned_us = min(bounds.ceilings)[0]
        return breach("pulse shape of the plan", number, width_us, planned_us, "µs", "plan")
    if not is_balanced(current_ua, width_us, second_ua, second_width_us):
        charge, back = current_ua * width_us, second_ua * second_width_us
        return breach("charge carried back", number, back, charge, "pC", "charge balance")
    if current_ua < 0 or current_ua % bounds.rules.current_step_ua != 0:
        step_ua = bounds.rules.current_step_ua
        return breach("current step", number, current_ua, step_ua, "µA", "device")
    if current_ua > ceiling.value:
        return breach("current", number, current_ua, ceiling.value, "µA", ceiling.source)
    if current_ua > channel.level_ua:
        return breach("current", number, current_ua, channel.level_ua, "µA", "level set by hand")
    return None


def _time_violation(channel: ChannelState, rules: ChannelRules, now_us: int) -> Violation | None:
    """Return why current may not flow now: the rest is too short, or the burst too long."""
    if channel.output_ua == 0:
        if now_us >= channel.rest_until_us:
            return None
        missing_us = channel.rest_until_us - now_us
        source = rules.limits.off_min_us.source
        return breach("rest still missing", channel.number, missing_us, 0, "µs", source)
    on_us, most = now_us - channel.on_since_us, rules.limits.on_max_us
    if on_us <= most.value:
        return None
    return breach("on-time", channel.number, on_us, most.value, "µs", most.source)


def _rise_violation(
    channel: ChannelState, current_ua: int, rules: ChannelRules, elapsed_us: int
) -> Violation | None:
    highest_ua = highest_rise_ua(channel, rules, elapsed_us)
    if current_ua <= highest_ua:
        return None
    return breach("rise of the output", channel.number, current_ua, highest_ua, "µA", "ramp up")
