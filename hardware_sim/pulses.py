"""One stimulation pulse as it leaves the device."""

from dataclasses import dataclass

GAP_US = 100
NARROWEST_PULSE_US = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A biphasic rectangle: two phases of opposite sign with a gap between them.

    ``time_us`` is when the first phase begins, on the clock that the device was given; channels
    count from 1. Source: ScienceMode2 description 1.24, section 1.2 and figure 2.
    """

    time_us: int
    channel: int
    current_ma: int
    pulse_width_us: int
    second_current_ma: int
    second_width_us: int
    gap_us: int = GAP_US

    @property
    def net_charge_nc(self) -> int:
        """Charge left behind by the two phases as delivered (mA x us = nC)."""
        return self.current_ma * self.pulse_width_us + self.second_current_ma * self.second_width_us


@dataclass(frozen=True, slots=True, kw_only=True)
class ClippedPulse(Pulse):
    """A pulse for which the supply did not suffice.

    The current of a phase is its mean, in whole mA; the net charge is exact all the same.
    """

    left_behind_nc: int

    @property
    def net_charge_nc(self) -> int:
        """Charge left behind by the two phases as delivered."""
        return self.left_behind_nc


def delivered_width_us(requested_us: int) -> int:
    """Return the width that the device makes of a request: 1-19 us are raised, 0 is no pulse."""
    return max(requested_us, NARROWEST_PULSE_US) if requested_us else 0
