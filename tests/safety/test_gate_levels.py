"""How the gate lets levels rise, in steps with waits between them, and fall at once."""

import pytest
from support.gate_moments import open_gate, two_channels
from support.safety_bench import Bench, channel, plan

from protocols.errors import LimitViolation, SessionRefusal


def test_a_level_can_be_raised_only_while_armed():
    bench = open_gate()
    with pytest.raises(SessionRefusal, match="only while the stimulator is armed"):
        bench.gate.raise_level(1, 1_000, 0)


def test_a_level_above_the_cap_is_refused_and_its_layer_named():
    of = plan(channels=(channel(site="wrist_extensors", area_mm2=4500),))
    bench = Bench(of).arm().raise_to(50_000)
    with pytest.raises(LimitViolation) as found:
        bench.gate.raise_level(1, 50_001, bench.now_us)
    assert (found.value.limit, found.value.allowed) == ("level", 50_000)
    assert found.value.source == "site wrist_extensors"


def test_a_refused_level_changes_nothing_and_does_not_latch():
    bench = Bench().arm()
    with pytest.raises(LimitViolation):
        bench.gate.raise_level(1, 3_000, 0)
    assert bench.gate.level_ua(1) == 0
    assert bench.gate.latched is None
    assert "stop" not in bench.stimulator.calls


def test_a_step_is_no_larger_than_the_coarse_one():
    bench = Bench().arm()
    with pytest.raises(LimitViolation) as found:
        bench.gate.raise_level(1, 2_001, 0)
    assert (found.value.limit, found.value.asked, found.value.allowed) == ("step", 2_001, 2_000)
    bench.gate.raise_level(1, 2_000, 0)
    assert bench.gate.level_ua(1) == 2_000


@pytest.mark.parametrize(
    ("step_ua", "wait_us"), [(2_000, 400_000), (1_500, 300_000), (1_000, 250_000)]
)
def test_a_step_must_wait_for_the_one_before(step_ua, wait_us):
    bench = Bench().arm()
    bench.gate.raise_level(1, step_ua, 0)
    with pytest.raises(LimitViolation) as found:
        bench.gate.raise_level(1, step_ua + 1, wait_us - 1)
    assert str(found.value) == (
        "channel 1: wait still missing: 1 µs asked, 0 µs allowed (level slew)"
    )
    bench.gate.raise_level(1, step_ua + 1, wait_us)
    assert bench.gate.level_ua(1) == step_ua + 1


def test_channels_wait_for_themselves_only():
    bench = Bench(two_channels()).arm()
    bench.gate.raise_level(1, 2_000, 0)
    bench.gate.raise_level(2, 2_000, 0)
    assert bench.gate.level_ua(2) == 2_000


def test_a_thousand_presses_in_a_second_are_four_steps():
    bench = Bench().arm()
    for press in range(1000):
        try:
            bench.gate.raise_level(1, bench.gate.level_ua(1) + 1_000, press * 1_000)
        except LimitViolation:
            continue
    assert bench.gate.level_ua(1) == 4_000


@pytest.mark.parametrize("to_ua", [True, 1_000.0, float("nan"), None])
def test_a_level_that_is_no_whole_number_is_refused(to_ua):
    bench = Bench().arm()
    with pytest.raises(LimitViolation) as found:
        bench.gate.raise_level(1, to_ua, 0)
    assert str(found.value) == "channel 1: inexact values: 1 value asked, 0 value allowed (gate)"


def test_a_level_at_a_time_that_is_no_whole_number_is_refused():
    bench = Bench().arm()
    with pytest.raises(LimitViolation, match="inexact values"):
        bench.gate.raise_level(1, 1_000, float("nan"))


def test_raising_to_less_lowers():
    bench = Bench().arm().raise_to(5_000)
    bench.gate.raise_level(1, 1_000, bench.now_us)
    assert bench.gate.level_ua(1) == 1_000


def test_lowering_is_immediate_and_never_raises():
    bench = Bench().arm().raise_to(5_000)
    bench.gate.lower_level(1, 9_000)
    assert bench.gate.level_ua(1) == 5_000
    bench.gate.lower_level(1, 2_000)
    assert bench.gate.level_ua(1) == 2_000
    bench.gate.lower_level(1, -1)
    assert bench.gate.level_ua(1) == 0


def test_all_levels_can_be_zeroed_at_once():
    bench = Bench(two_channels()).arm().raise_to(5_000, 1).raise_to(3_000, 2)
    bench.gate.zero_levels()
    assert [channel.level_ua for channel in bench.gate.state.channels] == [0, 0]


def test_a_channel_outside_the_session_has_no_level():
    bench = Bench().arm()
    with pytest.raises(KeyError):
        bench.gate.level_ua(4)


def test_a_channel_that_is_not_used_is_named():
    with pytest.raises(KeyError, match=r"^2$"):
        Bench().arm().gate.level_ua(2)
