"""Oracles O1 to O6: computed with numpy, and by summing one second sampled each µs."""

from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.predicates import (
    balancing_current_ua,
    fits_period,
    frequency_mhz,
    is_balanced,
    is_charge_within,
    is_density_within,
    is_energy_within,
    is_power_density_within,
    is_rms_within,
    period_max_us,
    period_min_us,
    pulse_heat,
)


def heat(current_ua, width_us):
    return pulse_heat(current_ua, width_us, current_ua, width_us)


# name, current µA, width µs, frequency mHz, area mm², r.m.s. nA, charge nC, energy nJ
ORACLES = [
    ("quadriceps", 80_000, 300, 50_000, 4500, 13_856_406, 24_000, 1_920_000),
    ("hand", 20_000, 200, 35_000, 804, 2_366_432, 4_000, 80_000),
    ("calf", 50_000, 250, 40_000, 2500, 7_071_068, 12_500, 625_000),
    ("extreme corner", 140_000, 500, 150_000, 2500, 54_221_767, 70_000, 9_800_000),
    ("pelvic floor", 30_000, 250, 35_000, 2500, 3_968_627, 7_500, 225_000),
]
IDS = [oracle[0] for oracle in ORACLES]


@pytest.mark.parametrize(
    ("_", "current", "width", "f", "area", "rms_na", "q", "e"), ORACLES, ids=IDS
)
def test_the_charge_of_an_oracle_is_its_limit_to_the_last_nanocoulomb(
    _, current, width, f, area, rms_na, q, e
):
    assert is_charge_within(current, width, q)
    assert not is_charge_within(current, width, q - 1)
    assert not is_charge_within(current + 1, width, q)


@pytest.mark.parametrize(
    ("_", "current", "width", "f", "area", "rms_na", "q", "e"), ORACLES, ids=IDS
)
def test_the_rms_current_of_an_oracle_lies_between_two_microamperes(
    _, current, width, f, area, rms_na, q, e
):
    below_ua = rms_na // 1000
    assert is_rms_within(heat(current, width), f, below_ua + 1)
    assert not is_rms_within(heat(current, width), f, below_ua)


@pytest.mark.parametrize(
    ("_", "current", "width", "f", "area", "rms_na", "q", "e"), ORACLES, ids=IDS
)
def test_the_pulse_energy_of_an_oracle_is_its_limit(_, current, width, f, area, rms_na, q, e):
    # e is in nJ: a load a thousand times as high makes µJ of it
    assert is_energy_within(heat(current, width), 500_000, e)
    assert not is_energy_within(heat(current, width), 500_000, e - 1)


def test_the_extreme_corner_fails_the_published_rms_and_density_limits():
    corner = heat(140_000, 500)
    assert not is_rms_within(corner, 150_000, 50_000)
    assert not is_density_within(corner, 150_000, 2500, 20_000)


@pytest.mark.parametrize(
    "oracle", [ORACLES[0], ORACLES[1], ORACLES[2], ORACLES[4]], ids=lambda o: o[0]
)
def test_the_other_oracles_pass_all_published_limits(oracle):
    _, current, width, f, area, *_ = oracle
    assert is_rms_within(heat(current, width), f, 50_000)
    assert is_density_within(heat(current, width), f, area, 20_000)
    assert is_power_density_within(heat(current, width), f, 500, area, 2500)
    assert is_energy_within(heat(current, width), 500, 300_000)


def test_a_monophasic_pulse_has_half_the_heat_and_is_refused_as_unbalanced():
    monophasic = pulse_heat(50_000, 250, 0, 250)
    assert is_rms_within(monophasic, 40_000, 5_000)
    assert not is_rms_within(monophasic, 40_000, 4_999)
    assert not is_balanced(50_000, 250, 0, 250)


# The largest amplitude each published limit allows: width, frequency, area, then for 2 mA/cm²,
# 50 mA r.m.s. and 0.25 W/cm² in nA. Areas are in mm² × 10⁶, so that the round pad
# is whole; it was given with six decimals, which leaves 5 nA open.
LARGEST = [
    (300, 50_000, 4_500_000_000, 519_615_242, 288_675_135, 866_025_404),
    (250, 40_000, 2_500_000_000, 353_553_391, 353_553_391, 790_569_415),
    (200, 35_000, 804_247_719, 135_942_676, 422_577_127, 535_939_669),
    (400, 100_000, 2_500_000_000, 176_776_695, 176_776_695, 395_284_708),
    (500, 150_000, 2_500_000_000, 129_099_445, 129_099_445, 288_675_135),
    (450, 80_000, 804_247_719, 59_945_084, 186_338_998, 236_327_177),
]


@pytest.mark.parametrize(("width", "f", "area", "density_na", "rms_na", "power_na"), LARGEST)
def test_the_largest_amplitude_at_the_density_limit_is_that_of_the_table(
    width, f, area, density_na, rms_na, power_na
):
    # an area a million times as large bears currents a million times as large: µA become pA
    density_pa = density_na * 1000
    assert is_density_within(heat(density_pa - 5000, width), f, area, 20_000)
    assert not is_density_within(heat(density_pa + 5000, width), f, area, 20_000)


@pytest.mark.parametrize(("width", "f", "area", "density_na", "rms_na", "power_na"), LARGEST)
def test_the_largest_amplitude_at_the_rms_limit_is_that_of_the_table(
    width, f, area, density_na, rms_na, power_na
):
    assert is_rms_within(heat(rms_na - 1, width), f, 50_000_000)
    assert not is_rms_within(heat(rms_na + 1, width), f, 50_000_000)


@pytest.mark.parametrize(("width", "f", "area", "density_na", "rms_na", "power_na"), LARGEST)
def test_the_largest_amplitude_at_the_power_limit_is_that_of_the_table(
    width, f, area, density_na, rms_na, power_na
):
    # currents in nA make a power a million times as large, and so is the area
    assert is_power_density_within(heat(power_na - 5, width), f, 500, area, 2500)
    assert not is_power_density_within(heat(power_na + 5, width), f, 500, area, 2500)


def test_boundary_of_the_rms_limit():
    assert is_rms_within(heat(129_099, 500), 150_000, 50_000)
    assert not is_rms_within(heat(129_100, 500), 150_000, 50_000)


def test_boundary_of_the_density_limit_on_25_cm2():
    assert is_density_within(heat(129_099, 500), 150_000, 2500, 20_000)
    assert not is_density_within(heat(129_100, 500), 150_000, 2500, 20_000)


def test_boundary_of_the_power_limit_on_25_cm2():
    assert is_power_density_within(heat(288_675, 500), 150_000, 500, 2500, 2500)
    assert not is_power_density_within(heat(288_676, 500), 150_000, 500, 2500, 2500)


def test_boundary_of_the_density_limit_on_a_round_pad():
    # 804.2477193 mm²: both sides times 10⁷ keep it whole
    assert is_density_within(heat(59_945 * 10**7, 450), 80_000, 8_042_477_193, 20_000)
    assert not is_density_within(heat(59_946 * 10**7, 450), 80_000, 8_042_477_193, 20_000)


def test_boundary_of_the_density_limit_with_the_margin_for_the_device():
    # 16.666 µA/mm²: (16666 · 2500)² · 10³ = 2 · I² · 500 · 150000
    assert is_density_within(heat(107_578, 500), 150_000, 2500, 16_666)
    assert not is_density_within(heat(107_579, 500), 150_000, 2500, 16_666)


def test_each_limit_holds_to_the_last_unit_of_heat():
    assert is_rms_within(7 * 7 * 10**9, 1, 7)
    assert not is_rms_within(7 * 7 * 10**9 + 1, 1, 7)
    assert is_density_within(7 * 7 * 10**3, 1, 7, 1)
    assert not is_density_within(7 * 7 * 10**3 + 1, 1, 7, 1)
    assert is_power_density_within(21 * 10**15, 1, 1, 7, 3)
    assert not is_power_density_within(21 * 10**15 + 1, 1, 1, 7, 3)
    assert is_energy_within(7 * 10**12, 1, 7)
    assert not is_energy_within(7 * 10**12 + 1, 1, 7)


def test_boundary_of_the_energy_limit():
    assert is_energy_within(heat(774_596, 500), 500, 300_000)
    assert not is_energy_within(heat(774_597, 500), 500, 300_000)


def test_a_pulse_must_end_before_its_period_does():
    assert fits_period(450, 99, 450, 1_000_000)
    assert not fits_period(450, 100, 450, 1_000_000)


def test_both_phases_of_an_asymmetric_pulse_count():
    pulse = pulse_heat(60_000, 300, 15_000, 1200)
    assert is_balanced(60_000, 300, 15_000, 1200)
    assert is_rms_within(pulse, 40_000, 7_349)
    assert not is_rms_within(pulse, 40_000, 7_348)
    assert is_energy_within(pulse, 500, 675)
    assert not is_energy_within(pulse, 500, 674)


def test_a_charge_that_is_off_by_one_picocoulomb_is_not_balanced():
    assert not is_balanced(60_001, 300, 15_000, 1200)


def test_a_balancing_current_is_rounded_up():
    assert balancing_current_ua(60_000, 300, 1200) == 15_000
    assert balancing_current_ua(60_001, 300, 1200) == 15_001


def test_frequencies_are_rounded_up_and_periods_to_the_safe_side():
    assert frequency_mhz(20_000) == 50_000
    assert frequency_mhz(28_500) == 35_088
    assert period_min_us(150) == 6_667
    assert period_min_us(50) == 20_000
    assert period_max_us(1) == 1_000_000
    assert period_max_us(3) == 333_333
    assert period_min_us(1) == 1_000_000
    assert frequency_mhz(1) == 1_000_000_000


@given(period_us=st.integers(1, 2_000_000), limit_hz=st.integers(1, 2_000))
def test_a_period_bound_says_the_same_as_its_frequency(period_us, limit_hz):
    assert (period_us >= period_min_us(limit_hz)) == (frequency_mhz(period_us) <= limit_hz * 1000)


@given(
    current_ua=st.integers(0, 200_000),
    width_us=st.integers(1, 600),
    frequency=st.integers(1_000, 150_000),
    rms_ua=st.integers(1, 60_000),
)
def test_the_rms_predicate_agrees_with_an_integer_square_root(
    current_ua, width_us, frequency, rms_ua
):
    largest_ua = isqrt(rms_ua**2 * 10**9 // (2 * width_us * frequency))
    assert is_rms_within(heat(current_ua, width_us), frequency, rms_ua) == (
        current_ua <= largest_ua
    )
