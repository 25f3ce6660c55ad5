"""How fast an output may rise at the gate."""

import pytest
from support.gate_moments import flowing, refused
from support.safety_bench import SECOND_US, Bench

from protocols.errors import LimitViolation
from protocols.pulses import symmetric_output


def test_an_output_rises_with_its_ramp_and_one_step_of_the_device():
    # 20 mA in 2 s: 50 ms give 0.5 mA, and one step of 1 mA
    bench = Bench().arm().raise_to(20_000)
    bench.write(0)
    bench.wait(50_000)
    assert bench.gate.reachable_ua(1, bench.now_us) == 1_500
    found = refused(bench, symmetric_output(1, 2_000, 300))
    assert (found.limit, found.asked, found.allowed) == ("rise of the output", 2_000, 1_500)


def test_the_last_current_the_slew_allows_passes():
    bench = Bench().arm().raise_to(20_000)
    bench.write(0)
    bench.wait(100_000)
    bench.write(2_000)
    assert bench.gate.state.channels[0].output_ua == 2_000


def test_a_stall_counts_as_a_tenth_of_a_second():
    bench = Bench().arm().raise_to(20_000)
    bench.write(0)
    bench.wait(30 * SECOND_US)
    assert bench.gate.reachable_ua(1, bench.now_us) == 2_000
    refused(bench, symmetric_output(1, 3_000, 300))


def test_a_level_raised_in_the_hold_is_reached_by_the_same_slew():
    bench = flowing(20_000)
    bench.gate.raise_level(1, 22_000, bench.now_us)
    bench.wait(20_000)
    assert bench.gate.reachable_ua(1, bench.now_us) == 21_220


def test_falls_are_free():
    bench = flowing(20_000)
    bench.wait(1)
    bench.write(1_000)
    assert bench.gate.state.channels[0].output_ua == 1_000


def test_a_faster_ramp_is_allowed_for_the_next_burst():
    bench = Bench().arm().raise_to(20_000)
    bench.write(0)
    bench.gate.allow_ramp(1, 500_000)
    bench.wait(100_000)
    assert bench.gate.reachable_ua(1, bench.now_us) == 5_000


def test_the_burst_after_has_the_default_ramp_again():
    bench = Bench().arm().raise_to(20_000)
    bench.gate.allow_ramp(1, 500_000)
    bench.wait(50_000)
    bench.write(1_000)
    bench.wait(50_000)
    bench.write(0)
    assert bench.gate.state.channels[0].ramp_up_us == 2_000_000


def test_a_ramp_faster_than_the_class_allows_is_refused():
    bench = Bench().arm()
    with pytest.raises(LimitViolation) as found:
        bench.gate.allow_ramp(1, 499_999)
    assert (found.value.limit, found.value.allowed) == ("ramp up", 500_000)
    assert found.value.source == "timing class cyclic"
    assert bench.gate.latched is None


def test_a_ramp_cannot_be_changed_while_it_runs():
    bench = flowing(5_000)
    with pytest.raises(LimitViolation) as found:
        bench.gate.allow_ramp(1, 600_000)
    assert (found.value.limit, found.value.allowed) == ("ramp during a burst", 2_000_000)


@pytest.mark.parametrize("ramp_up_us", [True, 5e5, float("nan")])
def test_a_ramp_that_is_no_whole_number_is_refused(ramp_up_us):
    with pytest.raises(LimitViolation, match="inexact values"):
        Bench().arm().gate.allow_ramp(1, ramp_up_us)


def test_nothing_is_reachable_while_the_gate_is_not_armed():
    bench = Bench()
    assert bench.gate.reachable_ua(1, 0) == 0
    bench.arm()
    bench.gate.set_up(bench.setup, 0)
    assert bench.gate.reachable_ua(1, 0) == 0


def test_nothing_is_reachable_on_a_channel_outside_the_train():
    assert Bench().arm().raise_to(2_000).gate.reachable_ua(2, 10**6) == 0


def test_nothing_is_reachable_above_the_level():
    bench = flowing(5_000)
    bench.wait(100_000)
    assert bench.gate.reachable_ua(1, bench.now_us) == 5_000
