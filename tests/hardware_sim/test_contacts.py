"""What the skin makes of a pulse: the figures are those of a numerical solution of the circuit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.contacts import HEALTHY_OHM, Contact
from hardware_sim.pulses import Pulse
from hardware_sim.rehastim2.commands import HIGHEST_CURRENT_MA, WIDEST_PULSE_US
from hardware_sim.rehastim2.dialect import SUPPLY_V

STEP_US = 0.01


def pulse(current_ma: int = 60, width_us: int = 400) -> Pulse:
    return Pulse(
        time_us=0,
        channel=1,
        current_ma=current_ma,
        pulse_width_us=width_us,
        second_current_ma=-current_ma,
        second_width_us=width_us,
    )


def euler_charges_nc(asked: Pulse, ohm: float, supply_v: float) -> tuple[float, float]:
    """Charge of both phases, stepped through in time, for the circuit of a drying pad."""
    series, leak, farad = 1500.0, 20_000.0, 60e-9
    scale = ohm / 5924
    series, leak, farad = series * scale, leak * scale, farad / scale
    volt, charges = 0.0, []
    for sign, width_us in (
        (1, asked.pulse_width_us),
        (0, asked.gap_us),
        (-1, asked.pulse_width_us),
    ):
        charge = 0.0
        for _ in range(round(width_us / STEP_US)):
            wanted = sign * asked.current_ma / 1000
            most = (supply_v - sign * volt) / series
            current = sign * max(0.0, min(abs(wanted), most))
            volt += (current - volt / leak) / farad * STEP_US * 1e-6
            charge += abs(current) * STEP_US * 1000
        charges.append(charge)
    return charges[0], charges[2]


def test_a_drying_pad_takes_less_charge_in_the_first_phase_than_in_the_second() -> None:
    # 60 mA and 400 us into the drying pad of the reference circuit at 150 V: 10.42 and 16.57 uC.
    delivered = Contact(ohm=5924, supply_v=150).delivered(pulse())
    assert (delivered.current_ma, delivered.second_current_ma) == (26, -41)
    assert delivered.net_charge_nc == pytest.approx(10_420 - 16_570, abs=10)


@pytest.mark.parametrize(
    ("ohm", "current_ma", "width_us"),
    [(4000, 60, 300), (9000, 30, 250), (2500, 120, 500), (9000, 100, 250)],
)
def test_the_closed_form_agrees_with_the_circuit_stepped_through_in_time(
    ohm: int, current_ma: int, width_us: int
) -> None:
    asked = pulse(current_ma, width_us)
    first_nc, second_nc = euler_charges_nc(asked, ohm, SUPPLY_V)
    delivered = Contact(ohm=ohm, supply_v=SUPPLY_V).delivered(asked)
    assert delivered.current_ma == round(first_nc / width_us)
    assert delivered.second_current_ma == -round(second_nc / width_us)
    assert delivered.net_charge_nc == pytest.approx(first_nc - second_nc, abs=20)


@given(
    current_ma=st.integers(min_value=1, max_value=HIGHEST_CURRENT_MA),
    width_us=st.integers(min_value=20, max_value=WIDEST_PULSE_US),
)
def test_a_healthy_pair_of_pads_changes_no_pulse_of_this_device(
    current_ma: int, width_us: int
) -> None:
    asked = pulse(current_ma, width_us)
    assert Contact(ohm=HEALTHY_OHM, supply_v=SUPPLY_V).delivered(asked) is asked


@pytest.mark.parametrize(("current_ma", "is_clipped"), [(30, False), (31, True)])
def test_at_300_us_the_current_is_clipped_above_the_supply_by_the_load(
    current_ma: int, is_clipped: bool
) -> None:
    asked = pulse(current_ma, 300)
    delivered = Contact(ohm=5000, supply_v=150).delivered(asked)
    assert (delivered.net_charge_nc < 0) is is_clipped


@given(
    ohm=st.floats(min_value=100, max_value=10_000),
    supply_v=st.floats(min_value=1, max_value=200),
    current_ma=st.integers(min_value=1, max_value=HIGHEST_CURRENT_MA),
    width_us=st.integers(min_value=20, max_value=WIDEST_PULSE_US),
)
def test_clipping_never_adds_current_and_the_second_phase_is_never_the_weaker_one(
    ohm: float, supply_v: float, current_ma: int, width_us: int
) -> None:
    delivered = Contact(ohm=ohm, supply_v=supply_v).delivered(pulse(current_ma, width_us))
    assert 0 <= delivered.current_ma <= -delivered.second_current_ma <= current_ma
    assert delivered.net_charge_nc <= 0
