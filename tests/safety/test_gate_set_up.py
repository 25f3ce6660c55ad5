"""Which trains the gate lets a driver set up, and what its confirmation arms."""

import pytest
from support.gate_moments import flowing, refused, setting_up, two_channels, two_modules
from support.safety_bench import Bench, channel, plan

from drivers.interface import SetUpConfirmed
from protocols.errors import DeviceError, LimitViolation, SessionRefusal
from protocols.pulses import TrainSetup, symmetric_output
from safety.state import Mode


def test_nothing_can_be_set_up_before_a_session_is_open():
    bench = Bench()
    with pytest.raises(SessionRefusal, match="Open a session first"):
        bench.gate.set_up(bench.setup, 0)


def test_a_train_is_permitted_and_armed_when_the_device_confirms_it():
    bench = Bench().arm()
    assert [permit.subject for permit in bench.stimulator.permits] == [bench.setup]
    assert bench.gate.state.mode is Mode.ARMED


def test_a_frame_before_the_confirmation_is_refused_and_latches():
    bench = setting_up()
    found = refused(bench, symmetric_output(1, 0, 300))
    assert str(found) == (
        "frame while the gate is not armed: 1 frame asked, 0 frame allowed (train asked for)"
    )


def test_a_second_set_up_waits_for_the_first():
    bench = setting_up()
    with pytest.raises(SessionRefusal, match="has not answered the last command"):
        bench.gate.set_up(bench.setup, 1)


def test_a_set_up_waits_until_the_device_is_ready():
    bench = Bench().arm()
    bench.stimulator.is_ready = False
    with pytest.raises(SessionRefusal, match="has not answered the last command"):
        bench.gate.set_up(bench.setup, 1)
    assert bench.gate.latched is None


def test_a_set_up_waits_until_a_stop_is_confirmed():
    bench = Bench().arm()
    bench.gate.stop(10)
    with pytest.raises(SessionRefusal, match="has not answered the last command"):
        bench.gate.set_up(bench.setup, 11)
    bench.gate.poll(12)
    bench.gate.set_up(bench.setup, 13)
    assert bench.gate.state.mode is Mode.SETTING_UP


def test_a_set_up_while_current_flows_is_refused_and_changes_nothing():
    bench = flowing(5_000)
    with pytest.raises(LimitViolation) as found:
        bench.gate.set_up(bench.setup, bench.now_us)
    assert (found.value.limit, found.value.channel) == ("current during set-up", 1)
    assert (found.value.asked, found.value.allowed) == (5_000, 0)
    assert bench.gate.state.mode is Mode.ARMED


@pytest.mark.parametrize(
    ("setup", "limit"),
    [
        (TrainSetup(period_us=20_500, channels=(1,)), "pulse period"),
        (TrainSetup(period_us=20_000, channels=(3,)), "channel in use"),
        (TrainSetup(period_us=20_000, channels=()), "channels, each once and in order"),
        (TrainSetup(period_us=20_000, channels=(2, 1)), "channels, each once and in order"),
        (TrainSetup(period_us=20_000, channels=(1, 1)), "channels, each once and in order"),
    ],
)
def test_a_train_that_the_plan_does_not_have_is_refused(setup, limit):
    bench = Bench(two_channels()).arm()
    with pytest.raises(LimitViolation) as found:
        bench.gate.set_up(setup, 1)
    assert (found.value.limit, found.value.source) == (limit, "plan")
    assert len(bench.stimulator.permits) == 1


def test_a_train_of_a_channel_without_a_pulse_in_the_plan_is_refused():
    bench = Bench(plan(channels=(channel(1), channel(2)))).arm()
    with pytest.raises(LimitViolation) as found:
        bench.gate.set_up(TrainSetup(period_us=20_000, channels=(2,)), 1)
    assert str(found.value) == "channel 2: pulse period: 20000 µs asked, 0 µs allowed (plan)"


def test_a_train_of_some_of_the_channels_may_be_set_up():
    bench = Bench(two_channels()).arm()
    bench.gate.set_up(TrainSetup(period_us=20_000, channels=(2,)), 1)
    assert bench.gate.state.mode is Mode.SETTING_UP


def test_a_train_that_is_too_fast_for_both_modules_is_refused():
    bench = Bench(two_modules(10_000)).arm()
    with pytest.raises(LimitViolation, match="pulse period of all modules"):
        bench.gate.set_up(TrainSetup(period_us=10_000, channels=(1, 5)), 1)


def test_another_train_than_the_one_asked_for_latches():
    bench = setting_up()
    other = TrainSetup(period_us=30_000, channels=(1,))
    bench.stimulator.events = [SetUpConfirmed(at_us=0, setup=other)]
    bench.gate.poll(1)
    assert bench.gate.state.mode is Mode.LATCHED
    assert str(bench.gate.latched) == (
        "trains not asked for: 1 train asked, 0 train allowed (device)"
    )
    assert (bench.stimulator.calls[-1], bench.stimulator.times_us[-1]) == ("stop", 1)


def test_a_frame_before_any_train_is_refused_as_that():
    bench = Bench()
    with pytest.raises(LimitViolation) as found:
        bench.write(0)
    assert found.value.limit == "frame without a train or an answer"


def test_a_confirmation_that_a_stop_overtook_arms_nothing():
    bench = setting_up()
    bench.gate.stop(1)
    bench.gate.poll(2)
    assert bench.gate.state.mode is Mode.OPEN
    assert bench.gate.latched is None


def test_a_set_up_that_the_driver_fails_at_latches_and_stops():
    bench = Bench().arm()
    bench.stimulator.failure = DeviceError("broken")
    with pytest.raises(DeviceError, match="broken"):
        bench.gate.set_up(bench.setup, 1)
    assert str(bench.gate.latched) == (
        "set-up that must not fail (DeviceError: broken): 1 failure asked, 0 failure allowed (gate)"
    )
    assert bench.stimulator.calls[-1] == "stop"


def test_levels_outlive_another_set_up():
    bench = Bench().arm().raise_to(4_000)
    bench.gate.set_up(bench.setup, bench.now_us)
    assert bench.gate.level_ua(1) == 4_000


def test_a_set_up_that_fails_stops_the_device_at_that_moment():
    bench = Bench().open()
    bench.wait(7_000)
    bench.stimulator.failure = DeviceError("the line is gone")
    with pytest.raises(DeviceError):
        bench.gate.set_up(bench.setup, bench.now_us)
    assert (bench.stimulator.calls[-1], bench.stimulator.times_us[-1]) == ("stop", bench.now_us)
