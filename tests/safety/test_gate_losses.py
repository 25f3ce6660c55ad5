"""What a loss told by the driver, or a failing driver, does to the gate."""

import pytest
from support.gate_moments import flowing

from drivers.interface import LossKind, OutputLost
from protocols.errors import DeviceError


def lost(kind, at_us=0):
    return OutputLost(at_us=at_us, kind=kind, detail="it is gone", advice="look")


@pytest.mark.parametrize("kind", LossKind)
def test_a_lost_output_latches_zeroes_and_stops(kind):
    bench = flowing(10_000)
    bench.stimulator.events = [lost(kind)]
    events = bench.gate.poll(bench.now_us)
    assert events == (lost(kind),)
    assert bench.gate.latched == lost(kind)
    assert bench.gate.state.is_silent
    assert bench.gate.level_ua(1) == 0
    assert bench.stimulator.calls[-1] == "stop"


NO_CONNECTION = (
    LossKind.NOT_FOUND,
    LossKind.WRONG_DEVICE,
    LossKind.PORT,
    LossKind.SILENT,
    LossKind.RESTARTED,
)


@pytest.mark.parametrize("kind", LossKind)
def test_a_connection_that_is_lost_must_be_made_again(kind):
    bench = flowing(10_000)
    bench.stimulator.events = [lost(kind)]
    bench.gate.poll(bench.now_us)
    assert bench.gate.state.is_connected is (kind not in NO_CONNECTION)


def test_every_stop_asked_for_is_written_though_the_last_one_is_unconfirmed():
    bench = flowing()
    for _ in range(3):
        bench.gate.stop(bench.now_us)
    assert bench.stimulator.calls[-3:] == ["stop", "stop", "stop"]


def test_a_second_loss_sends_no_second_stop():
    bench = flowing(10_000)
    bench.stimulator.events = [lost(LossKind.FAULT), lost(LossKind.PORT, 1)]
    bench.gate.poll(bench.now_us)
    assert bench.gate.latched == lost(LossKind.FAULT)
    assert bench.stimulator.calls.count("stop") == 1
    assert not bench.gate.state.is_connected


def test_a_poll_that_fails_latches_and_stops():
    bench = flowing(5_000)
    bench.stimulator.failure = DeviceError("broken")
    with pytest.raises(DeviceError, match="broken"):
        bench.gate.poll(bench.now_us)
    assert bench.gate.latched.limit == "poll that must not fail (DeviceError: broken)"
    assert bench.stimulator.calls[-1] == "stop"
