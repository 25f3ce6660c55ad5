"""The formulas of the oracle against values worked out elsewhere, and its bounds."""

from dataclasses import replace

import pytest
from support.campaign_bench import CHANNEL

from nmes.campaign import oracle
from nmes.campaign.devices import P24, REHASTIM2
from nmes.campaign.numbers import numbers
from nmes.campaign.oracle import Channel, PulseOracle, bounds_of

# mA, µs, Hz, cm2, ohm, phases; charge, energy mJ, r.m.s., density, power, power density, duty.
# Worked out with numpy, and by summing a waveform of one second sampled every µs.
ORACLES = {
    "O1": ((80, 300, 50, 45, 500, 2), (24, 1.92, 13.856406, 0.30792, 0.096, 0.002133, 0.03)),
    "O2": ((20, 200, 35, 8.042477, 500, 2), (4, 0.08, 2.366432, 0.294242, 0.0028, 0.000348, 0.014)),
    "O3": ((50, 250, 40, 25, 500, 2), (12.5, 0.625, 7.071068, 0.282843, 0.025, 0.001, 0.02)),
    "O4": ((140, 500, 150, 25, 500, 2), (70, 9.8, 54.221767, 2.168871, 1.47, 0.0588, 0.15)),
    "O5": ((30, 250, 35, 25, 500, 2), (7.5, 0.225, 3.968627, 0.158745, 0.007875, 0.000315, 0.0175)),
    "O6": ((50, 250, 40, 25, 500, 1), (12.5, 0.3125, 5.0, 0.2, 0.0125, 0.0005, 0.01)),
}


@pytest.mark.parametrize("name", ORACLES)
def test_the_formulas_give_the_values_worked_out_elsewhere(name: str) -> None:
    (current, width, rate, area, load, phases), expected = ORACLES[name]
    rms = oracle.rms_ma(current, width, rate, phases)
    power = oracle.power_w(current, width, rate, load, phases)
    found = (
        oracle.charge_uc(current, width),
        oracle.energy_mj(current, width, load, phases),
        rms,
        rms / area,
        power,
        power / area,
        oracle.electrical_duty(width, rate, phases=phases),
    )
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("width_us", "rate_hz", "area_cm2", "density_ma", "rms_ma", "power_ma"),
    [
        (300, 50, 45, 519.615242, 288.675135, 866.025404),
        (250, 40, 25, 353.553391, 353.553391, 790.569415),
        (200, 35, 8.042477, 135.942676, 422.577127, 535.939669),
        (400, 100, 25, 176.776695, 176.776695, 395.284708),
        (500, 150, 25, 129.099445, 129.099445, 288.675135),
        (450, 80, 8.042477, 59.945084, 186.338998, 236.327177),
    ],
)
def test_at_the_largest_current_of_a_published_limit_the_formula_gives_that_limit(
    width_us: int, rate_hz: int, area_cm2: float, density_ma: float, rms_ma: float, power_ma: float
) -> None:
    found = (
        oracle.rms_ma(density_ma, width_us, rate_hz) / area_cm2,
        oracle.rms_ma(rms_ma, width_us, rate_hz),
        oracle.power_w(power_ma, width_us, rate_hz, 500) / area_cm2,
    )
    assert found == pytest.approx((2, 50, 0.25), rel=1e-6)


def big_channel(site: str = "quadriceps_subtetanic", area_cm2: float = 90.0) -> Channel:
    return Channel(
        number=1,
        site=site,
        area_cm2=area_cm2,
        max_current_ma=500,
        widths_us=frozenset({500, 600}),
        periods_us=frozenset({8_000}),
        ramp_up_s=1,
        ramp_down_s=1,
    )


def judge(channel: Channel, current_ma: int, width_us: int, since_us: int) -> set[str]:
    bounds = bounds_of(channel, "cyclic", numbers(), REHASTIM2)
    found = PulseOracle(channel, bounds, 500).judge(
        current_ma, width_us, -current_ma, width_us, since_us
    )
    return {text.split(":")[0] for text in found}


@pytest.mark.parametrize(
    ("pulse", "kind"),
    [
        ((127, 500, 1_000_000), "current"),
        ((100, 600, 1_000_000), "width"),
        ((100, 500, 9_000), "rate"),
        ((126, 500, 8_000), "r.m.s. current"),
    ],
)
def test_a_pulse_beyond_a_bound_of_its_channel_is_found(
    pulse: tuple[int, int, int], kind: str
) -> None:
    assert kind in judge(big_channel(), *pulse)


@pytest.mark.parametrize(("current_ma", "found"), [(69, set[str]()), (70, {"current density"})])
def test_the_density_binds_on_a_small_pad(current_ma: int, found: set[str]) -> None:
    # 10 cm2 x 1.6666 mA/cm2 = I x sqrt(2 x 352 us x 80 Hz): I = 70.2 mA at 350 us, 80 Hz
    deltoid = Channel(
        number=1,
        site="deltoid",
        area_cm2=9.9,
        max_current_ma=100,
        widths_us=frozenset({350}),
        periods_us=frozenset({12_500}),
        ramp_up_s=1,
        ramp_down_s=1,
    )
    assert judge(deltoid, current_ma, 350, 12_500) == found


@pytest.mark.parametrize(("current_ma", "found"), [(112, set[str]()), (113, {"charge"})])
def test_the_charge_of_a_site_binds(current_ma: int, found: set[str]) -> None:
    thigh = Channel(
        number=1,
        site="quadriceps",
        area_cm2=25,
        max_current_ma=120,
        widths_us=frozenset({400}),
        periods_us=frozenset({100_000}),
        ramp_up_s=1,
        ramp_down_s=1,
    )
    assert judge(thigh, current_ma, 400, 100_000) == found


def test_the_second_phase_of_an_asymmetric_pulse_has_a_quarter_of_the_energy() -> None:
    channel = replace(big_channel(), asymmetry=4)
    bounds = bounds_of(channel, "cyclic", numbers(), P24)
    shares = PulseOracle(channel, bounds, 500).shares(40, 250, 25_000)
    # 40 mA x sqrt((250 + 1000 / 16) us x 40 Hz); (40 mA)2 x 500 ohm x 312.5 us
    assert shares["r.m.s. current"][0] == pytest.approx(4.472136, abs=1e-6)
    assert shares["energy"][0] == pytest.approx(0.25, abs=1e-9)
    assert shares["charge"][0] == 10


def test_the_protocols_own_bound_narrows_all_others() -> None:
    assert bounds_of(CHANNEL, "cyclic", numbers(), REHASTIM2).current_ma == 20


def test_the_nearest_share_of_each_limit_is_kept() -> None:
    judged = PulseOracle(CHANNEL, bounds_of(CHANNEL, "cyclic", numbers(), REHASTIM2), 500)
    judged.judge(10, 200, -10, 200, 20_000)
    judged.judge(5, 200, -5, 200, 20_000)
    assert (judged.nearest["current"], judged.nearest["rate"]) == (0.5, 1.0)
