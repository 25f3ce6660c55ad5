"""When the gate takes up a session: closed until then, with all levels at nothing."""

from dataclasses import replace

import pytest
from support.gate_moments import open_gate, refused, two_channels
from support.safety_bench import DEVICE, Bench, limits

from protocols.errors import PlanningError, SessionRefusal
from protocols.pulses import symmetric_output
from safety.state import Mode


def test_a_new_gate_lets_nothing_through():
    bench = Bench()
    assert refused(bench, symmetric_output(1, 0, 300)).allowed == 0
    assert bench.stimulator.calls == ["stop"]


def test_a_session_opens_only_on_a_device_that_has_answered():
    bench = Bench()
    with pytest.raises(SessionRefusal, match="No stimulator has answered yet"):
        bench.gate.open(bench.limits, 0)


def test_a_session_opens_with_all_levels_at_nothing():
    bench = Bench(two_channels()).arm()
    assert [channel.level_ua for channel in bench.gate.state.channels] == [0, 0]


def test_limits_made_for_another_device_are_refused():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    with pytest.raises(PlanningError, match="the limits are made for bench"):
        bench.gate.open(limits(device=replace(DEVICE, title="Other")), 0)


def test_a_session_cannot_be_opened_over_one_that_is_armed():
    bench = Bench().arm()
    with pytest.raises(SessionRefusal, match="The gate is train confirmed"):
        bench.gate.open(bench.limits, 0)


def test_a_session_can_be_opened_again_before_anything_is_set_up():
    bench = open_gate()
    bench.gate.open(bench.limits, 5)
    assert bench.gate.state.mode is Mode.OPEN
    assert bench.gate.limits == bench.limits


def test_a_connection_that_begins_anew_must_be_answered_anew():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.connect(1)
    assert bench.gate.state.is_connected is False


def test_a_session_opened_anew_holds_no_train_of_the_one_before():
    bench = Bench().arm()
    bench.gate.stop(bench.now_us)
    bench.gate.poll(bench.now_us)
    bench.gate.open(bench.limits, bench.now_us)
    assert bench.gate.state.setup is None
