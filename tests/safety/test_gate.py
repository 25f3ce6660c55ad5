from dataclasses import replace

import pytest
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    SECOND_US,
    TABLE,
    Bench,
    burst,
    channel,
    limits,
    plan,
    shape,
    stage,
)

from drivers.interface import Alive, Connected, LossKind, OutputLost, SetUpConfirmed
from protocols.errors import DeviceError, LimitViolation, PlanningError, SessionRefusal
from protocols.plan import Plan, PlannedStage
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, Waveform, symmetric_output
from safety.checks import check_plan
from safety.state import Mode


def two_channels():
    return plan(
        channels=(channel(1), channel(2)),
        stages=(stage(bursts=(burst(1), burst(2)), shapes=(shape(1), shape(2))),),
    )


def refused(bench, *outputs, at_us=None):
    """Write a frame that must be refused; return what was wrong with it."""
    with pytest.raises(LimitViolation) as found:
        bench.gate.output(bench.frame(*outputs), bench.now_us if at_us is None else at_us)
    return found.value


def flowing(level_ua=20_000, of=None, device=DEVICE):
    """Return a bench whose channel 1 is at its level, in the middle of a contraction."""
    return Bench(of, device).arm().raise_to(level_ua).ramp_to(level_ua)


# Opening -----------------------------------------------------------------------------------------


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
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    bench.gate.open(bench.limits, 5)
    assert bench.gate.state.mode is Mode.OPEN
    assert bench.gate.limits == bench.limits


def test_a_connection_that_begins_anew_must_be_answered_anew():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.connect(1)
    assert bench.gate.state.is_connected is False


# Setting up --------------------------------------------------------------------------------------


def test_nothing_can_be_set_up_before_a_session_is_open():
    bench = Bench()
    with pytest.raises(SessionRefusal, match="Open a session first"):
        bench.gate.set_up(bench.setup, 0)


def test_a_train_is_permitted_and_armed_when_the_device_confirms_it():
    bench = Bench().arm()
    assert [permit.subject for permit in bench.stimulator.permits] == [bench.setup]
    assert bench.gate.state.mode is Mode.ARMED


def test_a_frame_before_the_confirmation_is_refused_and_latches():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    bench.gate.set_up(bench.setup, 0)
    found = refused(bench, symmetric_output(1, 0, 300))
    assert str(found) == (
        "frame while the gate is not armed: 1 frame asked, 0 frame allowed (train asked for)"
    )


def test_a_second_set_up_waits_for_the_first():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    bench.gate.set_up(bench.setup, 0)
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
    of = plan(
        channels=(channel(1), channel(5)),
        stages=(
            stage(shapes=(shape(1),), period_us=10_000),
            stage(shapes=(shape(5),), period_us=10_000),
        ),
    )
    bench = Bench(of).arm()
    with pytest.raises(LimitViolation, match="pulse period of all modules"):
        bench.gate.set_up(TrainSetup(period_us=10_000, channels=(1, 5)), 1)


def test_another_train_than_the_one_asked_for_latches():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    bench.gate.set_up(bench.setup, 0)
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
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    bench.gate.set_up(bench.setup, 0)
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


# Levels ------------------------------------------------------------------------------------------


def test_a_level_can_be_raised_only_while_armed():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
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


# Frames ------------------------------------------------------------------------------------------


def test_a_frame_within_all_limits_reaches_the_driver_with_its_permit():
    bench = flowing(20_000)
    assert bench.stimulator.permits[-1].subject.outputs[0].current_ua == 20_000
    assert bench.gate.state.channels[0].output_ua == 20_000


def test_a_current_above_the_level_is_refused_and_named():
    bench = flowing(10_000)
    found = refused(bench, symmetric_output(1, 11_000, 300))
    assert (found.limit, found.channel, found.asked) == ("current", 1, 11_000)
    assert (found.allowed, found.source) == (10_000, "level set by hand")


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


def test_a_width_that_the_plan_does_not_have_is_refused():
    found = refused(flowing(5_000), symmetric_output(1, 1_000, 301))
    assert (found.limit, found.asked, found.allowed) == ("pulse shape of the plan", 301, 300)


def test_a_width_of_another_stage_is_refused_in_this_train():
    of = plan(stages=(stage(), stage(shapes=(shape(width_us=200),), period_us=40_000)))
    assert (
        refused(flowing(5_000, of), symmetric_output(1, 1_000, 200)).limit
        == "pulse shape of the plan"
    )


def test_a_width_of_no_asymmetric_pulse_is_told_with_the_first_width_of_the_plan():
    of = plan(
        channels=(channel(waveform=Waveform.ASYMMETRIC_BIPHASIC),),
        stages=(stage(shapes=(shape(1, 300, 1200),)),),
    )
    bench = Bench(of, BOTH_WAVEFORMS).arm().raise_to(4_000)
    found = refused(bench, symmetric_output(1, 1_000, 301))
    assert (found.limit, found.asked, found.allowed) == ("pulse shape of the plan", 301, 300)


def test_a_silent_channel_may_have_no_width_at_all():
    bench = flowing(5_000)
    bench.gate.output(bench.frame(symmetric_output(1, 0, 0)), bench.now_us)
    assert bench.gate.state.is_silent


def test_a_current_without_a_width_is_refused():
    assert refused(flowing(5_000), symmetric_output(1, 1_000, 0)).limit == "pulse shape of the plan"


@pytest.mark.parametrize("second_ua", [4_999, 5_001, 0, -5_000])
def test_a_charge_that_is_not_carried_back_is_refused(second_ua):
    output = replace(symmetric_output(1, 5_000, 300), second_current_ua=second_ua)
    found = refused(flowing(5_000), output)
    assert (found.limit, found.asked, found.allowed) == (
        "charge carried back",
        second_ua * 300,
        1_500_000,
    )


def test_a_second_phase_alone_is_refused():
    output = replace(symmetric_output(1, 0, 300), second_current_ua=1)
    assert refused(flowing(5_000), output).limit == "charge carried back"


def test_an_asymmetric_pulse_that_is_balanced_passes():
    of = plan(
        channels=(channel(waveform=Waveform.ASYMMETRIC_BIPHASIC),),
        stages=(stage(shapes=(shape(1, 300, 1200),)),),
    )
    bench = Bench(of, replace(BOTH_WAVEFORMS, current_step_ua=500)).arm().raise_to(4_000)
    output = ChannelOutput(
        channel=1,
        current_ua=2_000,
        pulse_width_us=300,
        second_current_ua=500,
        second_width_us=1200,
    )
    bench.gate.output(bench.frame(output), bench.now_us)
    assert bench.gate.state.channels[0].output_ua == 2_000


def test_an_asymmetric_pulse_whose_second_phase_is_off_the_grid_is_refused():
    of = plan(
        channels=(channel(waveform=Waveform.ASYMMETRIC_BIPHASIC),),
        stages=(stage(shapes=(shape(1, 300, 1200),)),),
    )
    bench = Bench(of, replace(BOTH_WAVEFORMS, current_step_ua=500)).arm().raise_to(4_000)
    output = ChannelOutput(
        channel=1,
        current_ua=1_000,
        pulse_width_us=300,
        second_current_ua=250,
        second_width_us=1200,
    )
    found = refused(bench, output)
    assert (found.limit, found.asked, found.allowed) == ("current step", 1_000, 2_000)


SERIAL = replace(
    DEVICE,
    period_step_us=250,
    period_min_us_by_modules=(500, 500),
    interphase_gap_us=100,
    serial_overhead_us=60,
)


def eight_channels(period_us: int) -> Plan:
    """Eight pulses of 900 µs, which with 60 µs each take 7680 µs."""
    numbers = range(1, 9)
    return plan(
        channels=tuple(channel(number) for number in numbers),
        stages=(
            stage(
                shapes=tuple(shape(number, 400) for number in numbers),
                bursts=tuple(burst(number) for number in numbers),
                period_us=period_us,
            ),
        ),
    )


def test_pulses_that_do_not_fit_one_after_another_into_a_period_are_refused():
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    table = replace(TABLE, sites=fast)
    exact = replace(SERIAL, period_step_us=1)
    assert limits(eight_channels(7_688), exact, table).channels
    with pytest.raises(LimitViolation) as found:
        limits(eight_channels(7_687), exact, table)
    assert str(found.value) == (
        "pulses one after another: 7687 µs asked, 7688 µs allowed (device bench)"
    )


def test_the_check_says_how_fast_pulses_can_follow_one_another():
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    table = replace(TABLE, sites=fast)
    assert check_plan(eight_channels(7_750), table, SERIAL).is_usable
    found = check_plan(eight_channels(7_500), table, SERIAL).findings
    errors = [finding for finding in found if finding.severity == "error"]
    assert {(e.quantity, e.source, round(e.allowed, 2)) for e in errors} == {
        ("frequency", "device bench", round(1_000_000 / 7_688, 2))
    }
    assert [error.channel for error in errors] == list(range(1, 9))


def half(*numbers: int, width_us: int = 400) -> PlannedStage:
    return stage(
        shapes=tuple(shape(number, width_us) for number in numbers),
        bursts=tuple(burst(number) for number in numbers),
        period_us=7_500,
    )


@pytest.mark.parametrize("others", [(), (half(1, width_us=50),), (half(8, width_us=50),)])
def test_a_train_of_more_channels_than_fit_into_its_period_is_refused(others):
    """Every stage of the plan fits, all channels together do not, whatever else they may have."""
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    numbers = range(1, 9)
    of = plan(
        channels=tuple(channel(number) for number in numbers),
        stages=(half(1, 2, 3, 4), half(5, 6, 7, 8), *others),
    )
    bench = Bench(of, SERIAL, replace(TABLE, sites=fast)).open()
    with pytest.raises(LimitViolation) as found:
        bench.gate.set_up(TrainSetup(period_us=7_500, channels=tuple(numbers)), 0)
    assert (found.value.limit, found.value.allowed) == ("pulses one after another", 7_688)


def test_a_device_that_makes_its_pulses_at_once_needs_no_room_for_them():
    at_once = replace(SERIAL, serial_overhead_us=None)
    assert at_once.serial_period_us([600] * 8) == 0


@pytest.mark.parametrize("current_ua", [1_500, -1_000])
def test_a_current_off_the_grid_of_the_device_is_refused(current_ua):
    found = refused(flowing(5_000), symmetric_output(1, current_ua, 300))
    assert (found.limit, found.asked, found.allowed) == ("current step", current_ua, 1_000)


@pytest.mark.parametrize(
    "field", ["channel", "current_ua", "pulse_width_us", "second_current_ua", "second_width_us"]
)
@pytest.mark.parametrize("value", [True, 1_000.0, float("nan"), None, "1000"])
def test_a_value_that_is_no_whole_number_is_refused(field, value):
    output = replace(symmetric_output(1, 1_000, 300), **{field: value})
    assert str(refused(flowing(5_000), output)) == (
        "channel 1: inexact values: 1 value asked, 0 value allowed (gate)"
    )


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


# Slew --------------------------------------------------------------------------------------------


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


# Rhythm ------------------------------------------------------------------------------------------


def on_for(bench, on_us):
    """Let current flow from now on for so long, then end it."""
    bench.write(1_000)
    bench.wait(on_us)
    bench.write(0)


def started():
    bench = Bench().arm().raise_to(2_000)
    bench.write(0)
    bench.wait(100_000)
    return bench


def test_the_last_moment_of_the_longest_on_time_passes():
    bench = started()
    bench.write(1_000)
    bench.wait(20 * SECOND_US)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_burst_longer_than_its_class_allows_is_refused():
    bench = started()
    bench.write(1_000)
    bench.wait(20 * SECOND_US + 1)
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert (found.limit, found.asked, found.allowed) == ("on-time", 20_000_001, 20_000_000)
    assert found.source == "timing class cyclic"


def test_falling_does_not_restart_the_on_time():
    bench = started()
    bench.write(1_000)
    bench.wait(50_000)
    bench.write(2_000)
    bench.wait(15 * SECOND_US)
    bench.write(1_000)
    bench.wait(5 * SECOND_US)
    assert refused(bench, symmetric_output(1, 1_000, 300)).limit == "on-time"


def test_a_rest_is_as_long_as_the_burst_before_it_less_the_tolerance():
    bench = started()
    on_for(bench, 10 * SECOND_US)
    bench.wait(9_750_000)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_rest_that_is_too_short_is_refused():
    bench = started()
    on_for(bench, 10 * SECOND_US)
    bench.wait(9_749_999)
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert str(found) == (
        "channel 1: rest still missing: 1 µs asked, 0 µs allowed (timing class cyclic)"
    )


def test_a_short_burst_still_needs_the_shortest_rest():
    bench = started()
    on_for(bench, 100_000)
    bench.wait(750_000 - 1)
    assert bench.gate.reachable_ua(1, bench.now_us) == 0
    bench.wait(1)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_silent_frames_do_not_lengthen_a_rest():
    bench = started()
    on_for(bench, 2 * SECOND_US)
    bench.wait(SECOND_US)
    bench.write(0)
    bench.wait(750_000)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_stop_begins_a_rest():
    bench = started()
    bench.write(1_000)
    bench.wait(4 * SECOND_US)
    bench.gate.stop(bench.now_us)
    assert bench.gate.state.channels[0].rest_until_us == bench.now_us + 3_750_000


def test_a_rest_owed_from_an_earlier_connection_is_kept():
    bench = Bench().arm()
    bench.gate.rest_on(1, bench.now_us + 5_000_000)
    assert bench.gate.state.channels[0].rest_until_us == bench.now_us + 5_000_000


def test_a_rest_is_never_made_shorter():
    bench = Bench().arm().raise_to(10_000).ramp_to(10_000)
    bench.gate.stop(bench.now_us)
    until_us = bench.gate.state.channels[0].rest_until_us
    bench.gate.rest_on(1, until_us - 1)
    assert bench.gate.state.channels[0].rest_until_us == until_us
    bench.gate.rest_on(1, until_us + 1)
    assert bench.gate.state.channels[0].rest_until_us == until_us + 1


def test_no_rest_is_kept_for_a_channel_that_is_not_used():
    with pytest.raises(KeyError):
        Bench().arm().gate.rest_on(2, 5_000_000)


def test_a_continuous_class_needs_no_rest():
    of = plan(
        channels=(channel(site="sensory_limb"),),
        stages=(stage(shapes=(shape(width_us=250),)),),
        timing_class="continuous_sensory",
    )
    bench = Bench(of).arm().raise_to(2_000)
    for current_ua in (0, 1_000, 0, 1_000):
        bench.wait(100_000)
        bench.write(current_ua, width_us=250)
    assert bench.gate.latched is None


def test_the_session_ends_an_hour_after_its_first_current():
    bench = started()
    assert bench.gate.session_ends_us is None
    bench.write(1_000)
    assert bench.gate.session_ends_us == bench.now_us + 3600 * SECOND_US


def an_hour_later(extra_us):
    bench = started()
    on_for(bench, SECOND_US)
    bench.wait(3599 * SECOND_US + extra_us)
    return bench


def test_current_at_the_end_of_the_session_passes():
    bench = an_hour_later(0)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_current_after_the_end_of_the_session_is_refused():
    bench = an_hour_later(1)
    assert bench.gate.reachable_ua(1, bench.now_us) == 0
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert (found.limit, found.asked, found.allowed) == (
        "session time",
        3600 * SECOND_US + 1,
        3600 * SECOND_US,
    )


def test_silence_after_the_end_of_the_session_passes():
    bench = an_hour_later(1)
    bench.write(0)
    assert bench.gate.latched is None


# Clock -------------------------------------------------------------------------------------------


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


# Losses ------------------------------------------------------------------------------------------


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


# Stop --------------------------------------------------------------------------------------------


def closed_gate():
    return Bench()


def open_gate():
    bench = Bench()
    bench.gate.connect(0)
    bench.gate.poll(0)
    bench.gate.open(bench.limits, 0)
    return bench


def setting_up():
    bench = open_gate()
    bench.gate.set_up(bench.setup, 0)
    return bench


def armed_gate():
    return Bench().arm()


def latched_gate():
    bench = flowing(5_000)
    refused(bench, symmetric_output(1, 9_000, 300))
    return bench


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


# Acknowledging -----------------------------------------------------------------------------------


def test_a_latched_gate_opens_only_after_it_is_acknowledged():
    bench = latched_gate()
    with pytest.raises(SessionRefusal, match="The gate is shut until acknowledged"):
        bench.gate.open(bench.limits, bench.now_us)
    bench.gate.reset()
    assert bench.gate.latched is None
    bench.gate.open(bench.limits, bench.now_us)
    assert bench.gate.state.mode is Mode.OPEN


@pytest.mark.parametrize(
    "act",
    [
        lambda bench: bench.gate.set_up(bench.setup, bench.now_us),
        lambda bench: bench.gate.raise_level(1, 1_000, bench.now_us),
        lambda bench: bench.gate.allow_ramp(1, 500_000),
    ],
)
def test_a_latched_gate_takes_no_wishes(act):
    bench = latched_gate()
    with pytest.raises(SessionRefusal, match="The gate is shut until acknowledged"):
        act(bench)


def test_an_acknowledged_gate_still_lets_nothing_through():
    bench = latched_gate()
    bench.gate.reset()
    refused(bench, symmetric_output(1, 0, 300))


def test_there_must_be_something_to_acknowledge():
    with pytest.raises(SessionRefusal, match="nothing to acknowledge"):
        armed_gate().gate.reset()


def test_an_acknowledged_session_begins_from_nothing():
    bench = latched_gate()
    bench.gate.reset()
    assert bench.gate.state.channels == ()
    assert bench.gate.limits is None
    assert bench.gate.session_ends_us is None


# Passing through ---------------------------------------------------------------------------------


def test_what_carries_no_current_passes_through():
    bench = Bench()
    assert bench.gate.capabilities == DEVICE
    assert bench.gate.is_ready
    assert bench.gate.fileno() == 7


def test_other_events_pass_through_untouched():
    bench = armed_gate()
    before = bench.gate.state
    alive = Alive(at_us=3, sent_us=2)
    bench.stimulator.events = [alive]
    assert bench.gate.poll(3) == (alive,)
    assert bench.gate.state == before


def test_a_channel_that_is_not_used_is_named():
    with pytest.raises(KeyError, match=r"^2$"):
        Bench().arm().gate.level_ua(2)


def test_a_session_opened_anew_holds_no_train_of_the_one_before():
    bench = Bench().arm()
    bench.gate.stop(bench.now_us)
    bench.gate.poll(bench.now_us)
    bench.gate.open(bench.limits, bench.now_us)
    assert bench.gate.state.setup is None


def test_a_set_up_that_fails_stops_the_device_at_that_moment():
    bench = Bench().open()
    bench.wait(7_000)
    bench.stimulator.failure = DeviceError("the line is gone")
    with pytest.raises(DeviceError):
        bench.gate.set_up(bench.setup, bench.now_us)
    assert (bench.stimulator.calls[-1], bench.stimulator.times_us[-1]) == ("stop", bench.now_us)
