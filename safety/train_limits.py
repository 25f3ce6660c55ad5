"""What one train of pulses is judged by, worked out once so that a frame costs comparisons only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from protocols.pulses import TrainSetup
from safety.ceilings import Pulse, current_ceiling
from safety.exact import refuse_inexact
from safety.limits import Most
from safety.predicates import frequency_mhz
from safety.session_limits import ChannelRules, SessionLimits, Widths
from safety.shapes import train_violation
from safety.verdict import Violation, breach


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainChannel:
    """One channel of a train: its place among the session's channels, and its largest currents."""

    place: int
    rules: ChannelRules
    ceilings: Mapping[Widths, Most]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainLimits:
    """One train, its channels in its own order, and what bounds the session around it."""

    setup: TrainSetup
    channels: tuple[TrainChannel, ...]
    slew_elapsed_max_us: int
    session_max_us: Most


def train_limits(limits: SessionLimits, setup: TrainSetup) -> TrainLimits | Violation:
    """Return what a train is judged by; a violation if the session has no such train."""
    refuse_inexact(setup, "set-up")
    violation = _misfit(limits, setup)
    if violation is not None:
        return violation
    return TrainLimits(
        setup=setup,
        channels=tuple(_train_channel(limits, number, setup) for number in setup.channels),
        slew_elapsed_max_us=limits.behaviour.slew_elapsed_max_us,
        session_max_us=limits.session_max_us,
    )


def _misfit(limits: SessionLimits, setup: TrainSetup) -> Violation | None:
    """Return why the plan has no such train, or the device none of so many channels."""
    planned = [rules.number for rules in limits.channels]
    strange = [number for number in setup.channels if number not in planned]
    if strange:
        return breach("channel in use", strange[0], 1, 0, "times", "plan")
    if not setup.channels or setup.channels != tuple(sorted(set(setup.channels))):
        asked, allowed = len(setup.channels), len(set(setup.channels))
        return breach("channels, each once and in order", None, asked, allowed, "channels", "plan")
    for number in setup.channels:
        periods_us = limits.channel(number).widths_by_period
        if setup.period_us not in periods_us:
            planned_us = min(periods_us, default=0)
            return breach("pulse period", number, setup.period_us, planned_us, "µs", "plan")
    shapes = [limits.channel(number).widths_by_period[setup.period_us] for number in setup.channels]
    return train_violation(limits.device, setup, [max(map(sum, widths)) for widths in shapes])


def _train_channel(limits: SessionLimits, number: int, setup: TrainSetup) -> TrainChannel:
    rules = limits.channel(number)
    return TrainChannel(
        place=limits.place(number),
        rules=rules,
        ceilings=MappingProxyType(
            {
                widths: current_ceiling(
                    Pulse(
                        width_us=widths[0],
                        second_width_us=widths[1],
                        frequency_mhz=frequency_mhz(setup.period_us),
                    ),
                    rules.limits,
                    limits.load_ohm,
                )
                for widths in rules.widths_by_period[setup.period_us]
            }
        ),
    )
