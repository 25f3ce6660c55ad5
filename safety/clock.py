"""When current must have ended although no further frame came: the gate's own deadlines."""

from safety.session_limits import SessionLimits
from safety.state import ChannelState, GateState
from safety.verdict import Violation, breach


def overtime(state: GateState, limits: SessionLimits, now_us: int) -> Violation | None:
    """Return which time has run out while current flows, tolerance included."""
    tolerance_us = limits.behaviour.timing_tolerance_us
    flowing = [channel for channel in state.channels if channel.output_ua != 0]
    for channel in flowing:
        most = limits.channel(channel.number).limits.on_max_us
        on_us = now_us - channel.on_since_us
        if on_us > most.value + tolerance_us:
            return breach("on-time", channel.number, on_us, most.value, "µs", most.source)
    if flowing and state.session_from_us is not None:
        most = limits.session_max_us
        session_us = now_us - state.session_from_us
        if session_us > most.value + tolerance_us:
            return breach("session time", None, session_us, most.value, "µs", most.source)
    return None


def deadline_us(state: GateState, limits: SessionLimits) -> int | None:
    """Return the first moment at which a time has run out; None while no current flows."""
    tolerance_us = limits.behaviour.timing_tolerance_us
    flowing = [channel for channel in state.channels if channel.output_ua != 0]
    ends_us = [_burst_end_us(channel, limits) for channel in flowing]
    if flowing and state.session_from_us is not None:
        ends_us.append(state.session_from_us + limits.session_max_us.value)
    return min(ends_us) + tolerance_us + 1 if ends_us else None


def _burst_end_us(channel: ChannelState, limits: SessionLimits) -> int:
    return channel.on_since_us + limits.channel(channel.number).limits.on_max_us.value
