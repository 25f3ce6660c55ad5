"""What the gate knows: frozen values, and how they follow each other. No judgement, no device."""

from enum import StrEnum
from typing import NamedTuple

from protocols.pulses import TrainSetup
from safety.session_limits import ChannelRules, SessionLimits


class Mode(StrEnum):
    """How far the gate is open."""

    CLOSED = "closed"
    OPEN = "open, no train"
    SETTING_UP = "train asked for"
    ARMED = "train confirmed"
    LATCHED = "shut until acknowledged"


class ChannelState(NamedTuple):
    """One channel as the gate has let it be.

    `output_ua` is the current of the last frame written; if not 0, it flows since `on_since_us`.
    `ramp_up_us` holds for the burst in progress, or the next one.
    """

    number: int
    level_ua: int
    raise_from_us: int
    output_ua: int
    on_since_us: int
    rest_until_us: int
    ramp_up_us: int


class GateState(NamedTuple):
    """The gate at one moment. `channels` stand in the order of the session's limits.

    `session_from_us` is when current first flowed in this session.
    """

    mode: Mode
    is_connected: bool
    is_stop_pending: bool
    setup: TrainSetup | None
    channels: tuple[ChannelState, ...]
    last_write_us: int
    session_from_us: int | None

    @property
    def is_silent(self) -> bool:
        """Whether the last frame written lets no current flow."""
        return all(channel.output_ua == 0 for channel in self.channels)


def closed() -> GateState:
    """Return the state of a gate that nothing has opened."""
    return GateState(
        mode=Mode.CLOSED,
        is_connected=False,
        is_stop_pending=False,
        setup=None,
        channels=(),
        last_write_us=0,
        session_from_us=None,
    )


def opened(state: GateState, limits: SessionLimits, now_us: int) -> GateState:
    """Return the state with a session's channels in it, all at level 0."""
    return state._replace(
        mode=Mode.OPEN,
        channels=tuple(
            ChannelState(
                number=rules.number,
                level_ua=limits.behaviour.start_current_ua,
                raise_from_us=now_us,
                output_ua=0,
                on_since_us=now_us,
                rest_until_us=now_us,
                ramp_up_us=rules.ramp_up_default_us,
            )
            for rules in limits.channels
        ),
        last_write_us=now_us,
        session_from_us=None,
    )


def set_up(state: GateState, setup: TrainSetup, now_us: int) -> GateState:
    """Return the state after a train was asked for; it puts out nothing before it is confirmed."""
    return state._replace(mode=Mode.SETTING_UP, setup=setup, last_write_us=now_us)


def silenced(state: GateState, rules: tuple[ChannelRules, ...], now_us: int) -> GateState:
    """Return the state after a stop: no output, no level, no train."""
    channels = tuple(
        fallen(channel, rules[place], now_us)._replace(level_ua=0)
        for place, channel in enumerate(state.channels)
    )
    mode = Mode.OPEN if state.mode in (Mode.SETTING_UP, Mode.ARMED) else state.mode
    return state._replace(mode=mode, is_stop_pending=True, setup=None, channels=channels)


def with_channel(state: GateState, place: int, channel: ChannelState) -> GateState:
    """Return the state with one channel's state replaced."""
    before, after = state.channels[:place], state.channels[place + 1 :]
    return state._replace(channels=(*before, channel, *after))


def flowing(channel: ChannelState, current_ua: int, now_us: int) -> ChannelState:
    """Return the channel with this current, not 0; its burst goes on, or begins now.

    Taken apart and put together in one order, at a third of what naming the fields costs.
    """
    number, level_ua, raise_from_us, output_ua, on_since_us, rest_until_us, ramp_up_us = channel
    if output_ua == 0:
        on_since_us = now_us
    return ChannelState(
        number, level_ua, raise_from_us, current_ua, on_since_us, rest_until_us, ramp_up_us
    )


def fallen(channel: ChannelState, rules: ChannelRules, now_us: int) -> ChannelState:
    """Return the channel with its output at 0: it rests, its ramp is the default again."""
    if channel.output_ua == 0:
        return channel
    return channel._replace(
        output_ua=0,
        rest_until_us=now_us + rest_us(now_us - channel.on_since_us, rules),
        ramp_up_us=rules.ramp_up_default_us,
    )


def rest_us(on_us: int, rules: ChannelRules) -> int:
    """Return how long a channel must rest after it was on for so long, less the tolerance."""
    share_us = -(-on_us * rules.limits.off_to_on_min_permille.value // 1000)
    asked_us = max(rules.limits.off_min_us.value, share_us)
    return max(0, asked_us - rules.timing_tolerance_us)
