"""What a stimulator can make and report: the device's side of the vocabulary.

A driver declares it honestly; plans are made against it, and what a device cannot do is said by
name instead of being invented.
"""

from dataclasses import dataclass
from enum import StrEnum

from protocols.pulses import Waveform


class Report(StrEnum):
    """What a device can tell about itself while it stimulates."""

    OUTPUT_MODE = "whether it is stimulating"
    ELECTRODE_FAULT = "an open electrode, without naming the channel"
    ELECTRODE_FAULT_CHANNEL = "the channel of an open electrode"
    DELIVERED_CURRENT = "the current delivered"
    IMPEDANCE = "the electrode impedance"
    CLIPPING = "an output clipped by a high load"
    BATTERY = "its battery"
    EMERGENCY_SWITCH = "its emergency switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one device model can make.

    A module is a group of `channels_per_module` channels that share a current source;
    `period_min_us_by_modules[n - 1]` is the shortest period when n modules are in use.
    `stop_time_us` is the declared longest time from a written stop to no further pulse,
    `watchdog_us` the silence after which the device stops by itself (None: never).
    """

    device: str
    title: str
    channels: int
    channels_per_module: int
    waveforms: frozenset[Waveform]
    interphase_gap_us: int
    current_step_ua: int
    current_max_ua: int
    pulse_width_min_us: int
    pulse_width_max_us: int
    pulse_width_step_us: int
    period_step_us: int
    period_min_us_by_modules: tuple[int, ...]
    period_max_us: int
    has_unequal_rates: bool
    reports: frozenset[Report]
    stop_time_us: int
    watchdog_us: int | None
    keep_alive_us: int
    is_research_only: bool

    def period_min_us(self, channels: tuple[int, ...]) -> int:
        """Return the shortest period when these channels share one train."""
        modules = {(channel - 1) // self.channels_per_module for channel in channels}
        return self.period_min_us_by_modules[len(modules) - 1]
