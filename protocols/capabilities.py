"""What a stimulator can make and report: the device's side of the vocabulary.

A driver declares it honestly; plans are made against it, and what a device cannot do is said by
name instead of being invented.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from protocols.pulses import SECOND_PHASE_FACTOR, Waveform

SERIAL_BUSY_MAX_PERMILLE = 999
"""How much of the time a source that serves all channels in turn may be busy, where it says so."""


LEADS_OUT = ("leads out of the stimulator", "pads off", "stimulator off")


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
    `serial_overhead_us` is None unless all channels share one source that makes their pulses one
    after another, each with so much besides; together they leave a thousandth of the period free.
    `source_ua` is None unless the device only passes on what another one makes: the current of each
    channel of that, which may flow in full whatever the device is set to. `refresh_us` is None
    unless an output ends by itself when it is not repeated by then. `lacks` says what must be told
    before the device can be used, "" if nothing. `contact_from_ua` is the current from which on an
    open electrode is noticed, where the device reports one. `overrun_us` is how much longer than
    it was confirmed an output may flow each time, beginning and end together, where that counts.
    `has_fleeting_errors`: it tells of an error only when asked, and an update starts again what the
    error has stopped.
    `is_slow_to_lower`: a frame that lowers an output to 0 may end it later than `stop_time_us`.
    `by_hand` are the steps by which a person ends an output whose end the device has not confirmed.
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
    serial_overhead_us: int | None = None
    source_ua: tuple[int, ...] | None = None
    refresh_us: int | None = None
    lacks: str = ""
    contact_from_ua: int = 0
    overrun_us: int = 0
    has_fleeting_errors: bool = False
    is_slow_to_lower: bool = False
    by_hand: tuple[str, ...] = LEADS_OUT

    def full_ua(self, channel: int) -> int | None:
        """Return what may flow in a channel at any level; None where that is its level."""
        return None if self.source_ua is None else self.source_ua[channel - 1]

    def period_min_us(self, channels: tuple[int, ...]) -> int:
        """Return the shortest period when these channels share one train."""
        modules = {(channel - 1) // self.channels_per_module for channel in channels}
        return self.period_min_us_by_modules[len(modules) - 1]

    def serial_period_us(self, pulses_us: Iterable[int]) -> int:
        """Return the shortest period into which pulses go one after another; 0 if they need not.

        `pulses_us` holds the widths of both phases of each channel, added up.
        """
        if self.serial_overhead_us is None:
            return 0
        overhead_us = self.interphase_gap_us + self.serial_overhead_us
        busy_us = sum(pulse_us + overhead_us for pulse_us in pulses_us)
        return -(-busy_us * 1_000 // SERIAL_BUSY_MAX_PERMILLE)

    def step_ua(self, waveforms: Iterable[Waveform]) -> int:
        """Return the finest step of current at which both phases of such pulses are on the grid."""
        is_uneven = Waveform.ASYMMETRIC_BIPHASIC in waveforms
        return self.current_step_ua * (SECOND_PHASE_FACTOR if is_uneven else 1)


def in_order(steps: Iterable[str]) -> str:
    """Return steps of which the first is done first, numbered, on one line."""
    return ", ".join(f"{number} {step}" for number, step in enumerate(steps, start=1))
