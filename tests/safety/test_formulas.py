"""Oracles O1 to O5 and the asymmetric one, to the six decimals they were measured with."""

import pytest

from safety.formulas import (
    Train,
    average_current_ma,
    current_at_charge_ma,
    current_at_energy_ma,
    current_at_power_ma,
    current_at_rms_ma,
    deliverable_ma,
    electrical_duty,
    margin_percent,
    occupied,
    phase_charge_uc,
    power_w,
    pulse_energy_mj,
    rms_current_ma,
    second_current_ma,
)


def symmetric(width_us, frequency_hz, gap_us=0):
    return Train(
        width_us=width_us, second_width_us=width_us, gap_us=gap_us, frequency_hz=frequency_hz
    )


def six(value):
    return pytest.approx(value, abs=5.1e-7, rel=0)


# current, width, frequency, area, charge, density, energy, rms, J, average, P, P/A, duty
ORACLES = {
    "quadriceps": (
        80,
        300,
        50,
        45,
        24.0,
        0.533333,
        1.92,
        13.856406,
        0.307920,
        2.4,
        0.096,
        0.002133,
        0.03,
    ),
    "hand": (
        20,
        200,
        35,
        8.042477,
        4.0,
        0.497359,
        0.08,
        2.366432,
        0.294242,
        0.28,
        0.0028,
        0.000348,
        0.014,
    ),
    "calf": (50, 250, 40, 25, 12.5, 0.5, 0.625, 7.071068, 0.282843, 1.0, 0.025, 0.001, 0.02),
    "corner": (140, 500, 150, 25, 70.0, 2.8, 9.8, 54.221767, 2.168871, 21.0, 1.47, 0.0588, 0.15),
    "pelvic": (
        30,
        250,
        35,
        25,
        7.5,
        0.3,
        0.225,
        3.968627,
        0.158745,
        0.525,
        0.007875,
        0.000315,
        0.0175,
    ),
}


@pytest.mark.parametrize("name", ORACLES)
def test_every_figure_of_an_oracle_is_met(name):
    current, width, rate, area, charge, density, energy, rms, j, average, p, pa, duty = ORACLES[
        name
    ]
    train = symmetric(width, rate)
    assert phase_charge_uc(current, train) == six(charge)
    assert phase_charge_uc(current, train) / area == six(density)
    assert pulse_energy_mj(current, train, 500) == six(energy)
    assert rms_current_ma(current, train) == six(rms)
    assert rms_current_ma(current, train) / area == six(j)
    assert average_current_ma(current, train) == six(average)
    assert power_w(current, train, 500) == six(p)
    assert power_w(current, train, 500) / area == six(pa)
    assert electrical_duty(train) == six(duty)


def test_an_asymmetric_pulse_is_balanced_and_counts_both_phases():
    train = Train(width_us=300, second_width_us=1200, gap_us=0, frequency_hz=40)
    assert second_current_ma(60, train) == six(15.0)
    assert rms_current_ma(60, train) == six(7.348469)
    assert pulse_energy_mj(60, train, 500) == six(0.675)
    assert phase_charge_uc(60, train) == six(18.0)


# width, frequency, area, then the largest current at 2 mA/cm², 50 mA r.m.s. and 0.25 W/cm²
LARGEST = [
    (300, 50, 45, 519.615242, 288.675135, 866.025404),
    (250, 40, 25, 353.553391, 353.553391, 790.569415),
    (200, 35, 8.042477, 135.942676, 422.577127, 535.939669),
    (400, 100, 25, 176.776695, 176.776695, 395.284708),
    (500, 150, 25, 129.099445, 129.099445, 288.675135),
    (450, 80, 8.042477, 59.945084, 186.338998, 236.327177),
]


@pytest.mark.parametrize(("width", "rate", "area", "density", "rms", "power"), LARGEST)
def test_the_largest_amplitudes_are_those_of_the_table(width, rate, area, density, rms, power):
    train = symmetric(width, rate)
    close = {"abs": 1.5e-5, "rel": 0}  # the round pad is given with six decimals only
    assert current_at_rms_ma(2 * area, train) == pytest.approx(density, **close)
    assert current_at_rms_ma(50, train) == pytest.approx(rms, **close)
    assert current_at_power_ma(0.25 * area, train, 500) == pytest.approx(power, **close)


def test_the_current_at_a_charge_carries_that_charge():
    train = symmetric(300, 50)
    assert phase_charge_uc(current_at_charge_ma(15, train), train) == six(15)


def test_the_current_at_an_energy_has_that_energy():
    train = symmetric(500, 50)
    assert pulse_energy_mj(current_at_energy_ma(300, train, 500), train, 500) == six(300)


def test_the_gap_takes_part_of_the_period_but_no_duty():
    train = symmetric(400, 1000, gap_us=100)
    assert occupied(train) == six(0.9)
    assert electrical_duty(train) == six(0.8)


def test_a_supply_limits_the_current_into_a_high_load():
    assert deliverable_ma(100, 500, 150) == 100
    assert deliverable_ma(100, 2000, 150) == 75


def test_a_margin_is_negative_above_the_limit_and_bottomless_where_nothing_is_allowed():
    assert margin_percent(30, 40) == 25
    assert margin_percent(50, 40) == -25
    assert margin_percent(1, 0) == float("-inf")
