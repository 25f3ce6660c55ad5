"""The gate ends by itself what nobody ends, and wakes in time for it."""

import pytest
from support.gate_moments import an_hour_later, started
from support.safety_bench import SECOND_US, Bench

from drivers.interface import LossKind
from protocols.errors import LimitViolation
from safety.state import Mode


def test_a_burst_that_nobody_ends_is_ended_by_the_gate():
    bench = started()
    bench.write(1_000)
    bench.wait(20_250_000)
    assert bench.gate.poll(bench.now_us) == ()
    (lost,) = bench.gate.poll(bench.now_us + 1)
    assert (lost.kind, lost.channel) == (LossKind.WRONG_MODE, 1)
    assert "on-time: 20250001 µs asked, 20000000 µs allowed" in lost.detail
    assert bench.gate.state.mode is Mode.LATCHED
    assert bench.stimulator.calls[-1] == "stop"


def test_a_session_that_nobody_ends_is_ended_by_the_gate():
    bench = an_hour_later(-SECOND_US)
    bench.write(1_000)
    bench.wait(SECOND_US + 250_000)
    assert bench.gate.poll(bench.now_us) == ()
    (lost,) = bench.gate.poll(bench.now_us + 1)
    assert "session time" in lost.detail
    assert lost.channel is None


def test_silence_never_runs_out_of_time():
    bench = an_hour_later(3600 * SECOND_US)
    assert bench.gate.poll(bench.now_us) == ()


def test_a_keep_alive_for_current_whose_time_is_over_is_refused():
    bench = started()
    bench.write(1_000)
    bench.wait(20_250_001)
    with pytest.raises(LimitViolation, match="on-time"):
        bench.gate.keep_alive(bench.now_us)
    assert bench.stimulator.calls[-1] == "stop"


def test_a_keep_alive_is_passed_on():
    bench = Bench().arm()
    bench.gate.keep_alive(5)
    assert bench.stimulator.calls[-1] == "keep_alive"


def test_a_keep_alive_needs_no_session():
    bench = Bench()
    bench.gate.keep_alive(5)
    assert bench.stimulator.calls == ["keep_alive"]


def test_the_gate_wakes_for_the_end_of_a_burst():
    bench = started()
    assert bench.gate.next_deadline_us() is None
    bench.write(1_000)
    assert bench.gate.next_deadline_us() == bench.now_us + 20_250_001


def test_the_gate_wakes_for_the_end_of_the_session():
    bench = an_hour_later(-SECOND_US)
    bench.write(1_000)
    assert bench.gate.next_deadline_us() == bench.now_us + SECOND_US + 250_001


def test_the_earlier_deadline_of_driver_and_gate_holds():
    bench = started()
    bench.write(1_000)
    bench.stimulator.deadline_us = 5
    assert bench.gate.next_deadline_us() == 5


def test_without_a_session_only_the_driver_has_deadlines():
    bench = Bench()
    bench.stimulator.deadline_us = 9
    assert bench.gate.next_deadline_us() == 9
