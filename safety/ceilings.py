"""The largest current of one pulse shape in one train, found with the exact predicates."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from safety.limits import ChannelLimits, Most
from safety.predicates import (
    balancing_current_ua,
    is_charge_within,
    is_density_within,
    is_energy_within,
    is_power_density_within,
    is_rms_within,
    pulse_heat,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The widths of a balanced pulse, and how often it comes."""

    width_us: int
    second_width_us: int
    frequency_mhz: int

    def heat(self, current_ua: int) -> int:
        """Return the squared current of both phases over their widths, in µA²·µs."""
        second_ua = balancing_current_ua(current_ua, self.width_us, self.second_width_us)
        return pulse_heat(current_ua, self.width_us, second_ua, self.second_width_us)


def current_ceiling(pulse: Pulse, limits: ChannelLimits, load_ohm: int) -> Most:
    """Return the largest current that passes no limit, and the limit that is passed above it."""
    rate, area = pulse.frequency_mhz, limits.area_mm2.value
    charge, rms = limits.phase_charge_nc, limits.rms_current_ua
    density, power = limits.rms_density_ua_per_mm2_x1000, limits.power_density_uw_per_mm2
    energy = limits.pulse_energy_uj

    def ceiling(name: str, bound: Most, holds: Callable[[int], bool]) -> Most:
        current_ua = largest(limits.current_ua.value, holds)
        return Most(value=current_ua, source=f"{name}, {bound.source}")

    ceilings = (
        limits.current_ua,
        ceiling(
            "phase charge", charge, lambda i: is_charge_within(i, pulse.width_us, charge.value)
        ),
        ceiling("r.m.s. current", rms, lambda i: is_rms_within(pulse.heat(i), rate, rms.value)),
        ceiling(
            "current density",
            density,
            lambda i: is_density_within(pulse.heat(i), rate, area, density.value),
        ),
        ceiling(
            "power density",
            power,
            lambda i: is_power_density_within(pulse.heat(i), rate, load_ohm, area, power.value),
        ),
        ceiling(
            "pulse energy",
            energy,
            lambda i: is_energy_within(pulse.heat(i), load_ohm, energy.value),
        ),
    )
    return min(ceilings, key=lambda bound: bound.value)


def largest(most_ua: int, holds: Callable[[int], bool]) -> int:
    """Return the largest current up to `most_ua` for which a monotone predicate holds; else 0."""
    return bisect_left(range(1, most_ua + 1), True, key=lambda current_ua: not holds(current_ua))
