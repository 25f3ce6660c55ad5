"""One stimulation pulse as it leaves the device."""

from dataclasses import dataclass

GAP_US = 100
NARROWEST_PULSE_US = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A biphasic rectangle: two phases of opposite sign with a gap between them.

    ``time_us`` is when the first phase begins, on the clock that the device was given; channels
    count from 1. Source: ScienceMode2 description 1.24, section 1.2 and figure 2.

    Of a clipped phase the current is the mean, in whole mA; the net charge is exact all the same.
    """

    time_us: int
    channel: int
    current_ma: int
    pulse_width_us: int
    second_current_ma: int
    second_width_us: int
    gap_us: int = GAP_US
    clipped_net_charge_nc: int | None = None

    @property
    def net_charge_nc(self) -> int:
        """Charge left behind by the two phases as delivered (mA x us = nC)."""
        if self.clipped_net_charge_nc is not None:
            return self.clipped_net_charge_nc
        return self.current_ma * self.pulse_width_us + self.second_current_ma * self.second_width_us


def delivered_width_us(requested_us: int) -> int:
    """Return the width that the device makes of a request: 1-19 us are raised, 0 is no pulse."""
    return max(requested_us, NARROWEST_PULSE_US) if requested_us else 0
