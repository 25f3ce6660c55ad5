"""Stopping, abandoning and closing the gate, in every state it can be in."""

import pytest
from support.gate_moments import (
    armed_gate,
    flowing,
    latched_gate,
    open_gate,
    refused,
    setting_up,
)
from support.safety_bench import Bench

from drivers.interface import Connected
from protocols.pulses import symmetric_output
from safety.state import Mode


def closed_gate():
    return Bench()


@pytest.mark.parametrize(
    ("make", "before", "after"),
    [
        (closed_gate, Mode.CLOSED, Mode.CLOSED),
        (open_gate, Mode.OPEN, Mode.OPEN),
        (setting_up, Mode.SETTING_UP, Mode.OPEN),
        (armed_gate, Mode.ARMED, Mode.OPEN),
        (flowing, Mode.ARMED, Mode.OPEN),
        (latched_gate, Mode.LATCHED, Mode.LATCHED),
    ],
)
def test_a_stop_is_never_refused(make, before, after):
    bench = make()
    assert bench.gate.state.mode is before
    bench.gate.stop(bench.now_us)
    assert bench.stimulator.calls[-1] == "stop"
    assert bench.gate.state.mode is after
    assert bench.gate.state.is_silent
    assert bench.gate.state.setup is None
    assert all(channel.level_ua == 0 for channel in bench.gate.state.channels)


def test_a_stop_does_not_wait_for_an_answer():
    bench = flowing(5_000)
    bench.stimulator.is_ready = False
    bench.gate.stop(bench.now_us)
    assert bench.stimulator.calls[-1] == "stop"


def test_after_a_stop_output_waits_for_a_new_set_up():
    bench = flowing(5_000)
    bench.gate.stop(bench.now_us)
    bench.gate.poll(bench.now_us)
    found = refused(bench, symmetric_output(1, 0, 300))
    assert str(found) == (
        "frame without a train or an answer: 1 frame asked, 0 frame allowed (gate)"
    )


def test_a_stop_that_is_confirmed_is_noted():
    bench = flowing(5_000)
    bench.gate.stop(bench.now_us)
    assert bench.gate.state.is_stop_pending
    bench.gate.poll(bench.now_us)
    assert bench.gate.state.is_stop_pending is False


def test_a_device_that_answers_anew_has_stopped():
    bench = Bench()
    bench.gate.stop(0)
    bench.stimulator.events = [Connected(at_us=1, identity="bench")]
    bench.gate.poll(1)
    assert bench.gate.state.is_stop_pending is False


def test_after_a_stop_the_same_session_goes_on_from_nothing():
    bench = flowing(5_000)
    bench.gate.stop(bench.now_us)
    bench.gate.poll(bench.now_us)
    bench.gate.set_up(bench.setup, bench.now_us)
    bench.gate.poll(bench.now_us)
    assert bench.gate.state.mode is Mode.ARMED
    assert bench.gate.level_ua(1) == 0


@pytest.mark.parametrize("make", [closed_gate, open_gate, setting_up, flowing])
def test_abandoning_silences_and_closes(make):
    bench = make()
    bench.gate.abandon(bench.now_us)
    assert bench.stimulator.calls[-1] == "abandon"
    assert bench.gate.state.mode is Mode.CLOSED
    assert not bench.gate.state.is_connected
    assert bench.gate.state.is_silent


def test_abandoning_frees_no_latch():
    bench = latched_gate()
    bench.gate.abandon(bench.now_us)
    assert bench.gate.state.mode is Mode.LATCHED


def test_closing_a_silent_gate_closes_the_port():
    bench = armed_gate()
    bench.gate.close()
    bench.gate.close()
    assert bench.stimulator.calls[-2:] == ["close", "close"]
    assert "stop" not in bench.stimulator.calls
    assert bench.gate.state.mode is Mode.CLOSED


def test_closing_while_current_flows_stops_first():
    bench = flowing(5_000)
    bench.gate.close()
    assert bench.stimulator.calls[-2:] == ["stop", "close"]
