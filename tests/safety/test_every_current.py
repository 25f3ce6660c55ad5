"""What a solver cannot decide, looked at for every current that there is."""

from dataclasses import replace
from itertools import pairwise

import pytest
from support.safety_bench import TABLE, limits

from safety.ceilings import Pulse, current_ceiling
from safety.limits import Most
from safety.predicates import (
    is_charge_within,
    is_density_within,
    is_energy_within,
    is_power_density_within,
    is_rms_within,
)

HIGHEST_UA = TABLE.ceiling.current_ua


@pytest.mark.parametrize("widths", [(300, 300), (300, 1_200), (50, 4_000)])
def test_more_current_is_more_heat_at_every_current(widths):
    pulse = Pulse(width_us=widths[0], second_width_us=widths[1], frequency_mhz=1)
    heats = (pulse.heat(current_ua) for current_ua in range(HIGHEST_UA + 1))
    assert all(less < more for less, more in pairwise(heats))


BINDING = [
    ("phase_charge_nc", 15_000, 50_000, "phase charge, site"),
    ("rms_current_ua", 10_000, 57_735, "r.m.s. current, site"),
    ("rms_density_ua_per_mm2_x1000", 2_000, 51_961, "current density, site"),
    ("power_density_uw_per_mm2", 10, 54_772, "power density, site"),
    ("pulse_energy_uj", 1_000, 57_735, "pulse energy, site"),
    ("current_ua", 60_000, 60_000, "site"),
]


@pytest.mark.parametrize(("quantity", "value", "cap_ua", "source"), BINDING)
def test_the_ceiling_is_the_last_current_of_all(quantity, value, cap_ua, source):
    pulse = Pulse(width_us=300, second_width_us=300, frequency_mhz=50_000)
    bound = replace(limits().channel(1).limits, **{quantity: Most(value=value, source="site")})
    ceiling = current_ceiling(pulse, bound, 500)

    def is_within(current_ua):
        heat, area = pulse.heat(current_ua), bound.area_mm2.value
        density, power = bound.rms_density_ua_per_mm2_x1000, bound.power_density_uw_per_mm2
        return (
            current_ua <= bound.current_ua.value
            and is_charge_within(current_ua, 300, bound.phase_charge_nc.value)
            and is_rms_within(heat, 50_000, bound.rms_current_ua.value)
            and is_density_within(heat, 50_000, area, density.value)
            and is_power_density_within(heat, 50_000, 500, area, power.value)
            and is_energy_within(heat, 500, bound.pulse_energy_uj.value)
        )

    assert (ceiling.value, ceiling.source) == (cap_ua, source)
    assert all(is_within(i) == (i <= ceiling.value) for i in range(HIGHEST_UA + 1))
