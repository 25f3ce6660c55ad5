"""Which frames pass the gate, and how one that does not latches it."""

import pytest
from support.gate_moments import flowing, refused, two_channels
from support.safety_bench import Bench

from protocols.errors import DeviceError, LimitViolation
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output
from safety.state import Mode


def test_a_frame_within_all_limits_reaches_the_driver_with_its_permit():
    bench = flowing(20_000)
    assert bench.stimulator.permits[-1].subject.outputs[0].current_ua == 20_000
    assert bench.gate.state.channels[0].output_ua == 20_000


def test_a_refused_frame_latches_stops_and_zeroes():
    bench = flowing(10_000)
    found = refused(bench, symmetric_output(1, 11_000, 300))
    assert str(bench.gate.latched) == str(found)
    assert bench.gate.state.mode is Mode.LATCHED
    assert bench.gate.state.is_silent
    assert bench.gate.level_ua(1) == 0
    assert bench.stimulator.calls[-1] == "stop"


def test_a_refused_frame_never_reaches_the_driver():
    bench = flowing(10_000)
    before = len(bench.stimulator.permits)
    refused(bench, symmetric_output(1, 11_000, 300))
    assert len(bench.stimulator.permits) == before


def test_the_first_reason_of_a_latch_stands():
    bench = flowing(10_000)
    first = refused(bench, symmetric_output(1, 11_000, 300))
    refused(bench, symmetric_output(1, 0, 300))
    assert str(bench.gate.latched) == str(first)


def test_a_frame_when_the_device_is_not_ready_is_refused():
    bench = flowing(5_000)
    bench.stimulator.is_ready = False
    assert (
        refused(bench, symmetric_output(1, 5_000, 300)).limit
        == "frame without a train or an answer"
    )


def test_a_frame_of_another_train_is_refused():
    bench = flowing(5_000)
    frame = OutputFrame(
        setup=TrainSetup(period_us=25_000, channels=(1,)), outputs=(symmetric_output(1, 0, 300),)
    )
    with pytest.raises(LimitViolation) as found:
        bench.gate.output(frame, bench.now_us)
    assert (found.value.limit, found.value.asked) == ("train in force, its period", 25_000)


@pytest.mark.parametrize("outputs", [(), (symmetric_output(1, 0, 300),) * 2])
def test_a_frame_with_too_few_or_too_many_channels_is_refused(outputs):
    assert refused(flowing(5_000), *outputs).limit == "channels in a frame"


def test_channels_in_another_order_are_refused():
    bench = Bench(two_channels()).arm()
    found = refused(bench, symmetric_output(2, 0, 300), symmetric_output(1, 0, 300))
    assert (found.limit, found.asked) == ("channel in its place", 2)


@pytest.mark.parametrize("now_us", [float("nan"), 1e9, True])
def test_a_time_that_is_no_whole_number_is_refused(now_us):
    bench = flowing(5_000)
    assert str(refused(bench, symmetric_output(1, 5_000, 300), at_us=now_us)) == (
        "inexact times: 1 time asked, 0 time allowed (clock)"
    )


def test_time_that_runs_backwards_is_refused():
    bench = flowing(5_000)
    found = refused(bench, symmetric_output(1, 5_000, 300), at_us=bench.now_us - 1)
    assert (found.limit, found.asked) == ("time that runs forward", bench.now_us - 1)


def test_a_check_that_fails_counts_as_a_refusal():
    bench = flowing(5_000)
    with pytest.raises(LimitViolation, match="check that must not fail") as found:
        bench.gate.output(None, bench.now_us)
    assert isinstance(found.value.__cause__, AttributeError)
    assert bench.gate.state.mode is Mode.LATCHED
    assert bench.stimulator.calls[-1] == "stop"


def test_a_write_that_fails_latches_and_stops():
    bench = flowing(5_000)
    bench.stimulator.failure = DeviceError("broken")
    with pytest.raises(DeviceError, match="broken"):
        bench.write(5_000)
    assert bench.gate.latched.limit == "output that must not fail (DeviceError: broken)"
    assert bench.stimulator.calls[-1] == "stop"


def test_permits_are_numbered_upwards_for_the_whole_life_of_a_gate():
    bench = flowing(10_000)
    bench.gate.stop(bench.now_us)
    bench.gate.poll(bench.now_us)
    bench.gate.set_up(bench.setup, bench.now_us)
    serials = [permit.serial for permit in bench.stimulator.permits]
    assert serials == sorted(set(serials))
    assert serials[0] == 1
