"""When current must have ended although no further frame came: the gate's own deadlines."""

from safety.pairs import paired
from safety.session_limits import ChannelRules, SessionLimits
from safety.state import ChannelState, GateState
from safety.verdict import Violation, breach


def overtime(state: GateState, limits: SessionLimits, now_us: int) -> Violation | None:
    """Return which time has run out while current flows, tolerance included."""
    tolerance_us = limits.behaviour.timing_tolerance_us
    flowing = _flowing(state, limits)
    for channel, rules in flowing:
        most = rules.limits.on_max_us
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
    flowing = _flowing(state, limits)
    ends_us = [channel.on_since_us + rules.limits.on_max_us.value for channel, rules in flowing]
    if flowing and state.session_from_us is not None:
        ends_us.append(state.session_from_us + limits.session_max_us.value)
    return min(ends_us) + tolerance_us + 1 if ends_us else None


def _flowing(state: GateState, limits: SessionLimits) -> list[tuple[ChannelState, ChannelRules]]:
    """Return the channels with current and what bounds each; both stand in the same order."""
    pairs = paired(state.channels, limits.channels)
    return [pair for pair in pairs if pair[0].output_ua != 0]
