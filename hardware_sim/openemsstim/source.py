"""The separate stimulator whose pulses the board passes on, and how much of them.

The board makes no pulse. The unit runs freely, whether relays are closed or not; its second output
pulses half a period after its first.
"""

from dataclasses import dataclass

from hardware_sim.contacts import Contact
from hardware_sim.line import NEVER_US
from hardware_sim.pulses import Point, Pulse, shaped_pulse

SUPPLY_V = 100
"""What the unit drives at most [design]."""
WIPER_STEPS = 256
SECOND_PHASES = {"symmetric_biphasic": 1, "asymmetric_biphasic": 4, "monophasic": 0}
"""Waveforms: how often longer and lower the second phase is; 0 is no second phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is set by hand at the unit, its current for each of two outputs."""

    currents_ua: tuple[int, int] = (20_000, 30_000)
    pulse_width_us: int = 250
    period_us: int = 25_000
    waveform: str = "symmetric_biphasic"
    is_on: bool = True

    def shape(self, current_ua: int) -> tuple[Point, ...]:
        """Return a pulse of about that current, balanced exactly if it has two phases."""
        factor = SECOND_PHASES[self.waveform]
        if factor == 0:
            return (Point(current_ua=current_ua, duration_us=self.pulse_width_us),)
        second_ua = current_ua // factor
        return (
            Point(current_ua=second_ua * factor, duration_us=self.pulse_width_us),
            Point(current_ua=-second_ua, duration_us=self.pulse_width_us * factor),
        )


def passed_ua(current_ua: int, wiper: int) -> int:
    """Return what the board lets through: all at wiper 0, 1/256 at 255, evenly between [design]."""
    return current_ua * (WIPER_STEPS - wiper) // WIPER_STEPS


class ExternalUnit:
    """The unit at work; channels count from 0, its first pulse is at `start_us`."""

    def __init__(self, source: Source, start_us: int) -> None:
        self._source = source
        self._start_us = start_us

    def next_us(self, channel: int, from_us: int) -> int:
        """Return when the next pulse of an output begins, at the earliest at that time."""
        if not self._source.is_on:
            return NEVER_US
        period_us = self._source.period_us
        first_us = self._start_us + channel * period_us // 2
        return first_us + max(0, -(-(from_us - first_us) // period_us)) * period_us

    def pulse(
        self, channel: int, wiper: int, contact: Contact | None, time_us: int
    ) -> Pulse | None:
        """Return what reaches the skin of a pulse; None if nothing does."""
        points = self._source.shape(passed_ua(self._source.currents_ua[channel], wiper))
        points = points if contact is None else _flowing(contact, points)
        if not any(point.current_ua for point in points):
            return None
        return shaped_pulse(time_us, channel + 1, points)


def _flowing(contact: Contact, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return each point with its mean current, none if nothing hangs there."""
    if contact.supply_v == 0:
        return ()
    charges_nc = contact.charges_nc([(p.current_ua / 1000, p.duration_us) for p in points])
    return tuple(
        Point(current_ua=round(charge_nc * 1000 / point.duration_us), duration_us=point.duration_us)
        for point, charge_nc in zip(points, charges_nc, strict=True)
    )
