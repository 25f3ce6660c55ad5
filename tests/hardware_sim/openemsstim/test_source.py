"""The separate unit: what reaches the skin of its pulses, and how it is chosen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_openemsstim import MS, SECOND_US, BoardBench

from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.openemsstim.options import read_options
from hardware_sim.openemsstim.source import passed_ua


@given(current_ua=st.integers(0, 200_000), wiper=st.integers(0, 254))
def test_a_higher_wiper_never_lets_more_through_and_none_more_than_all(
    current_ua: int, wiper: int
) -> None:
    assert passed_ua(current_ua, wiper + 1) <= passed_ua(current_ua, wiper) <= current_ua


def test_the_unit_runs_freely_and_its_outputs_take_turns() -> None:
    bench = BoardBench(source_hz="50").send_frames("C0I40T5000G", "C1I40T5000G")
    bench.run_for(SECOND_US)
    of_first, of_second = ([p.time_us for p in bench.pulses if p.channel == n] for n in (1, 2))
    assert {time_us % 20_000 for time_us in of_first} == {0}
    assert {time_us % 20_000 for time_us in of_second} == {10_000}


@pytest.mark.parametrize(
    ("waveform", "points"),
    [
        ("symmetric_biphasic", [(9218, 250), (-9218, 250)]),
        ("asymmetric_biphasic", [(9216, 250), (-2304, 1000)]),
        ("monophasic", [(9218, 250)]),
    ],
)
def test_a_pulse_has_the_shape_that_the_unit_is_set_to(
    waveform: str, points: list[tuple[int, int]]
) -> None:
    bench = BoardBench(waveform=waveform).send_frames("C0I40T600G")
    shapes = {tuple((p.current_ua, p.duration_us) for p in pulse.points) for pulse in bench.pulses}
    assert shapes == {tuple(points)}


def test_each_output_has_its_own_dial() -> None:
    bench = BoardBench(source_ma="10,40", source_us="300").send_frames("C0I127T600G", "C1I127T600G")
    most = {p.channel: (p.points[0].current_ua, p.points[0].duration_us) for p in bench.pulses}
    assert most == {1: (10_000, 300), 2: (40_000, 300)}


def test_nothing_flows_into_a_pad_that_is_off_and_the_board_does_not_notice() -> None:
    bench = BoardBench()
    bench.device.put_contact(1, NOTHING)
    first = len(bench.heard)
    bench.send_frames("C0I40T600G")
    assert bench.pulses == []
    assert bench.said[-1] == "C0I40T600G"
    assert len(bench.heard) == first + 6


def test_what_flows_into_pads_that_touch_is_not_less() -> None:
    bench = BoardBench()
    bench.device.put_contact(1, Contact(ohm=0.0, supply_v=100))
    bench.send_frames("C0I40T600G")
    assert {pulse.points[0].current_ua for pulse in bench.pulses} == {9218}


def test_a_dry_pad_clips_and_leaves_charge_behind() -> None:
    bench = BoardBench(source_ma="60")
    bench.device.put_contact(1, Contact(ohm=9_000.0, supply_v=100))
    bench.send_frames("C0I127T600G")
    assert all(0 < pulse.current_ma < 20 for pulse in bench.pulses)
    assert all(pulse.net_charge_nc != 0 for pulse in bench.pulses)


def test_a_healthy_pad_put_back_is_noticed_by_the_pulses_only() -> None:
    bench = BoardBench()
    bench.device.put_contact(1, NOTHING)
    bench.send_frames("C0I40T5000G")
    bench.device.put_contact(1, None)
    bench.run_for(100 * MS)
    assert len(bench.pulses) == 4


def test_there_is_no_third_channel() -> None:
    with pytest.raises(ValueError, match="channels are 1 to 2, not 3"):
        BoardBench().device.put_contact(3, NOTHING)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"source_hertz": "40"}, "no option 'source_hertz'; did you mean source_hz?"),
        ({"voltage": "9"}, "no option 'voltage'; known: dialect, boot_s"),
        ({"dialect": "F"}, "dialect=F: it is one of H, P, D"),
        ({"echo": "no"}, "echo=no: it is one of on, off"),
        ({"boot_s": "0.1"}, "boot_s=0.1: it is from 0.5 to 600"),
        ({"source_ma": "1,2,3"}, "source_ma=1,2,3: there are two outputs"),
        ({"source_ma": "201"}, "source_ma=201: it is from 0 to 200"),
        ({"source_us": "wide"}, "source_us=wide: it is a number"),
        ({"source_us": "1/0"}, "source_us=1/0:"),
        ({"source_hz": "nan"}, "source_hz=nan: it is a number"),
    ],
)
def test_an_option_that_does_not_fit_is_named_with_what_would(
    chosen: dict[str, str], why: str
) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(why)):
        read_options(chosen)
