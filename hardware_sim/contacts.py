"""What hangs at the channels: healthy pads, a bad contact, nothing at all.

The circuit of a pad pair is a series resistance and a leaking capacitor (resistance parallel to
it), in the proportions of a drying gel pad. Its size is given as one impedance: voltage over
current at the end of a phase of 300 µs. The output stage cannot exceed its supply: current that
would need more is clipped, in the second phase less than in the first, since the charged capacitor
then helps. A clipped pulse is therefore not balanced. All figures of the circuit are our design.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from hardware_sim.pulses import ClippedPulse, Pulse

OPEN_ABOVE_OHM = 10_000
SHORT_BELOW_OHM = 100
HEALTHY_OHM = 500
"""Load of a channel about which nothing was said; no current of this device is clipped by it."""

TIME_CONSTANT_US = 1200.0
MEASURED_AT_US = 300.0
SERIES_PART = 1500 / 20_000
"""Series resistance as a part of the leak of the capacitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One channel's pads and the supply that drives them."""

    ohm: float
    supply_v: float

    @property
    def is_conducting(self) -> bool:
        """Whether the test impulse before a pulse finds neither an open circuit nor a short."""
        return SHORT_BELOW_OHM <= self.ohm <= OPEN_ABOVE_OHM

    def delivered(self, pulse: Pulse) -> Pulse:
        """Return what flows of a pulse; the same one if nothing is clipped."""
        first_nc, _, second_nc = self.charges_nc(
            (
                (pulse.current_ma, pulse.pulse_width_us),
                (0, pulse.gap_us),
                (pulse.second_current_ma, pulse.second_width_us),
            )
        )
        asked_nc = pulse.current_ma * pulse.pulse_width_us
        if round(first_nc) == asked_nc and round(second_nc) == -asked_nc:
            return pulse
        return ClippedPulse(
            time_us=pulse.time_us,
            channel=pulse.channel,
            current_ma=round(first_nc / pulse.pulse_width_us),
            pulse_width_us=pulse.pulse_width_us,
            second_current_ma=round(second_nc / pulse.second_width_us),
            second_width_us=pulse.second_width_us,
            gap_us=pulse.gap_us,
            left_behind_nc=round(first_nc) + round(second_nc),
        )

    def charges_nc(self, points: Sequence[tuple[float, float]]) -> list[float]:
        """Return what flows in each of several points (mA, us), the capacitor empty before."""
        charges, volt = [], 0.0
        for current_ma, width_us in points:
            if current_ma == 0:
                charge_nc, volt = 0.0, volt * exp(-width_us / TIME_CONSTANT_US)
            else:
                sign = 1 if current_ma > 0 else -1
                charge_nc, volt = self._phase(abs(current_ma), width_us, sign * volt)
                charge_nc, volt = sign * charge_nc, sign * volt
            charges.append(charge_nc)
        return charges

    def _phase(self, current_ma: float, width_us: float, start_v: float) -> tuple[float, float]:
        """Return charge and the capacitor's last voltage; that at the start counts along it."""
        leak_ohm = self.ohm / (SERIES_PART + 1 - exp(-MEASURED_AT_US / TIME_CONSTANT_US))
        series_ohm = leak_ohm * SERIES_PART
        current_a = current_ma / 1000
        free_us = self._unclipped_us(current_a, series_ohm, leak_ohm, start_v)
        free_us = min(free_us, width_us)
        end_v = current_a * leak_ohm
        volt = end_v + (start_v - end_v) * exp(-free_us / TIME_CONSTANT_US)
        clipped_us = width_us - free_us
        if clipped_us <= 0:
            return current_ma * width_us, volt
        end_v = self.supply_v * leak_ohm / (series_ohm + leak_ohm)
        fast_us = TIME_CONSTANT_US * series_ohm / (series_ohm + leak_ohm)
        decay = exp(-clipped_us / fast_us)
        charge_v_us = (self.supply_v - end_v) * clipped_us - (volt - end_v) * fast_us * (1 - decay)
        charge_nc = current_ma * free_us + charge_v_us / series_ohm * 1000
        return charge_nc, end_v + (volt - end_v) * decay

    def _unclipped_us(
        self, current_a: float, series_ohm: float, leak_ohm: float, start_v: float
    ) -> float:
        """Return how long the supply suffices."""
        if current_a * series_ohm + start_v > self.supply_v:
            return 0.0
        excess_v = current_a * (series_ohm + leak_ohm) - self.supply_v
        if excess_v <= 0:
            return float("inf")
        return -TIME_CONSTANT_US * log(excess_v / (current_a * leak_ohm - start_v))


NOTHING = Contact(ohm=float("inf"), supply_v=0.0)
