"""How the level of a channel is raised, and which ramp its next burst may have."""

from safety.session_limits import ChannelRules
from safety.state import ChannelState
from safety.table import Behaviour
from safety.verdict import Violation, breach


def judge_raise(
    channel: ChannelState, rules: ChannelRules, behaviour: Behaviour, to_ua: int, now_us: int
) -> ChannelState | Violation:
    """Judge a level raised by hand; a raise to what is there or less is a lowering."""
    if not (int is type(to_ua) is type(now_us)):
        return breach("inexact values", channel.number, 1, 0, "value", "gate")
    step_ua = to_ua - channel.level_ua
    if step_ua <= 0:
        return lowered(channel, to_ua)
    cap = rules.limits.current_ua
    if to_ua > cap.value:
        return breach("level", channel.number, to_ua, cap.value, "µA", cap.source)
    if step_ua > behaviour.step_coarse_ua:
        return breach(
            "step", channel.number, step_ua, behaviour.step_coarse_ua, "µA", "coarse step"
        )
    if now_us < channel.raise_from_us:
        missing_us = channel.raise_from_us - now_us
        return breach("wait still missing", channel.number, missing_us, 0, "µs", "level slew")
    return channel._replace(level_ua=to_ua, raise_from_us=now_us + wait_us(step_ua, behaviour))


def wait_us(step_ua: int, behaviour: Behaviour) -> int:
    """Return how long after such a step the next one may follow."""
    slew_us = -(-step_ua * 1_000_000 // behaviour.level_slew_ua_per_s)
    return max(slew_us, -(-1_000_000 // behaviour.steps_per_s_max))


def lowered(channel: ChannelState, to_ua: int) -> ChannelState:
    """Return the channel at a lower level; never at a higher one, never below 0."""
    return channel._replace(level_ua=max(0, min(channel.level_ua, to_ua)))


def judge_ramp(
    channel: ChannelState, rules: ChannelRules, ramp_up_us: int
) -> ChannelState | Violation:
    """Judge the ramp of the next burst; the ramp of a burst in progress stands."""
    least = rules.limits.ramp_up_min_us
    if type(ramp_up_us) is not int:
        return breach("inexact values", channel.number, 1, 0, "value", "gate")
    if channel.output_ua != 0:
        return breach(
            "ramp during a burst", channel.number, ramp_up_us, channel.ramp_up_us, "µs", "gate"
        )
    if ramp_up_us < least.value:
        return breach("ramp up", channel.number, ramp_up_us, least.value, "µs", least.source)
    return channel._replace(ramp_up_us=ramp_up_us)
