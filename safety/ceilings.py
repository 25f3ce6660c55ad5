"""The largest current of one pulse shape in one train, found with the exact predicates."""

from bisect import bisect_left
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


def binding_bound(
    current_ua: int, pulse: Pulse, limits: ChannelLimits, load_ohm: int
) -> str | None:
    """Return the first limit that this current passes, with its layer; None if it passes none."""
    width, second_width = pulse.width_us, pulse.second_width_us
    second_ua = balancing_current_ua(current_ua, width, second_width)
    heat = pulse_heat(current_ua, width, second_ua, second_width)
    frequency, area = pulse.frequency_mhz, limits.area_mm2.value
    charge, rms = limits.phase_charge_nc, limits.rms_current_ua
    density, power = limits.rms_density_ua_per_mm2_x1000, limits.power_density_uw_per_mm2
    energy = limits.pulse_energy_uj
    judged = (
        (current_ua <= limits.current_ua.value, "", limits.current_ua),
        (is_charge_within(current_ua, width, charge.value), "phase charge, ", charge),
        (is_rms_within(heat, frequency, rms.value), "r.m.s. current, ", rms),
        (is_density_within(heat, frequency, area, density.value), "current density, ", density),
        (
            is_power_density_within(heat, frequency, load_ohm, area, power.value),
            "power density, ",
            power,
        ),
        (is_energy_within(heat, load_ohm, energy.value), "pulse energy, ", energy),
    )
    for holds, quantity, bound in judged:
        if not holds:
            return quantity + bound.source
    return None


def current_ceiling(pulse: Pulse, limits: ChannelLimits, load_ohm: int) -> Most:
    """Return the largest current that passes no limit, and what would be passed one µA above it."""
    passing = bisect_left(
        range(1, limits.current_ua.value + 1),
        True,
        key=lambda current_ua: binding_bound(current_ua, pulse, limits, load_ohm) is not None,
    )
    bound = binding_bound(passing + 1, pulse, limits, load_ohm)
    return Most(value=passing, source=str(bound))
