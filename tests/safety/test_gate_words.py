"""What the gate says when it refuses: whole sentences, as a person or a record reads them."""

import pytest
from support.gate_moments import two_channels, two_modules
from support.safety_bench import BOTH_WAVEFORMS, SECOND_US, Bench, channel, plan, shape, stage

from drivers.interface import Connected, LossKind, OutputLost
from protocols.errors import LimitTableError, LimitViolation, SessionRefusal
from protocols.pulses import OutputFrame, TrainSetup, Waveform, symmetric_output


def flowing(level_ua=5_000, of=None):
    return Bench(of).arm().raise_to(level_ua).ramp_to(level_ua)


def words(act):
    with pytest.raises(LimitViolation) as refused:
        act()
    return str(refused.value)


# Trains ------------------------------------------------------------------------------------------

TRAINS = [
    (20_500, (1,), "channel 1: pulse period: 20500 µs asked, 20000 µs allowed (plan)"),
    (20_000, (3,), "channel 3: channel in use: 1 times asked, 0 times allowed (plan)"),
    (
        20_000,
        (),
        "channels, each once and in order: 0 channels asked, 0 channels allowed (plan)",
    ),
    (
        20_000,
        (1, 1),
        "channels, each once and in order: 2 channels asked, 1 channels allowed (plan)",
    ),
]


@pytest.mark.parametrize(("period_us", "channels", "sentence"), TRAINS)
def test_a_train_that_the_plan_does_not_have_is_refused_in_words(period_us, channels, sentence):
    bench = Bench(two_channels()).arm()
    setup = TrainSetup(period_us=period_us, channels=channels)
    assert words(lambda: bench.gate.set_up(setup, 1)) == sentence


def test_a_train_too_fast_for_both_modules_is_refused_in_words():
    bench = Bench(two_modules(10_000)).arm()
    assert words(lambda: bench.gate.set_up(TrainSetup(period_us=10_000, channels=(1, 5)), 1)) == (
        "pulse period of all modules: 10000 µs asked, 20000 µs allowed (device bench)"
    )


@pytest.mark.parametrize(
    ("setup", "sentence"),
    [
        (TrainSetup(period_us=2e4, channels=(1,)), "period_us: 20000.0 is no exact value"),
        (TrainSetup(period_us=20_000, channels=(True,)), "channels: True is no exact value"),
        (20_000.0, "set-up: 20000.0 is no exact value"),
    ],
)
def test_a_train_in_floats_is_refused_in_words(setup, sentence):
    bench = Bench().arm()
    with pytest.raises(LimitTableError) as refused:
        bench.gate.set_up(setup, 1)
    assert str(refused.value) == sentence


def test_a_train_while_current_flows_is_refused_in_words():
    bench = flowing()
    assert words(lambda: bench.gate.set_up(bench.setup, bench.now_us)) == (
        "channel 1: current during set-up: 5000 µA asked, 0 µA allowed (gate)"
    )


# Levels and ramps --------------------------------------------------------------------------------


def test_a_level_above_its_cap_is_refused_in_words():
    bench = Bench(plan(channels=(channel(max_current_ua=1_000),))).arm()
    assert words(lambda: bench.gate.raise_level(1, 1_001, 0)) == (
        "channel 1: level: 1001 µA asked, 1000 µA allowed (protocol)"
    )


def test_a_step_that_is_too_large_is_refused_in_words():
    assert words(lambda: Bench().arm().gate.raise_level(1, 2_001, 0)) == (
        "channel 1: step: 2001 µA asked, 2000 µA allowed (coarse step)"
    )


def test_a_level_raised_to_what_it_is_does_not_have_to_wait():
    bench = Bench().arm()
    bench.gate.raise_level(1, 2_000, 0)
    bench.gate.raise_level(1, 2_000, 0)
    assert bench.gate.level_ua(1) == 2_000


def test_a_level_at_a_broken_time_is_refused_in_words():
    assert words(lambda: Bench().arm().gate.raise_level(1, 1_000, 0.0)) == (
        "channel 1: inexact values: 1 value asked, 0 value allowed (gate)"
    )


def test_a_ramp_that_is_too_fast_is_refused_in_words():
    assert words(lambda: Bench().arm().gate.allow_ramp(1, 499_999)) == (
        "channel 1: ramp up: 499999 µs asked, 500000 µs allowed (timing class cyclic)"
    )


def test_a_ramp_during_a_burst_is_refused_in_words():
    assert words(lambda: flowing().gate.allow_ramp(1, 600_000)) == (
        "channel 1: ramp during a burst: 600000 µs asked, 2000000 µs allowed (gate)"
    )


def test_a_ramp_in_floats_is_refused_in_words():
    assert words(lambda: Bench().arm().gate.allow_ramp(1, 6e5)) == (
        "channel 1: inexact values: 1 value asked, 0 value allowed (gate)"
    )


# Frames ------------------------------------------------------------------------------------------

FRAMES = [
    (
        (symmetric_output(1, 6_000, 300),),
        "channel 1: current: 6000 µA asked, 5000 µA allowed (level set by hand)",
    ),
    (
        (symmetric_output(2, 0, 300),),
        "channel 1: channel in its place: 2 number asked, 1 number allowed (set-up)",
    ),
    (
        (symmetric_output(1, 1_000, 301),),
        "channel 1: pulse shape of the plan: 301 µs asked, 300 µs allowed (plan)",
    ),
    (
        (symmetric_output(1, 5_000, 300)._replace(second_current_ua=4_999),),
        "channel 1: charge carried back: 1499700 pC asked, 1500000 pC allowed (charge balance)",
    ),
    (
        (symmetric_output(1, 1_500, 300),),
        "channel 1: current step: 1500 µA asked, 1000 µA allowed (device)",
    ),
    (
        (symmetric_output(1, 1_000.0, 300),),
        "channel 1: inexact values: 1 value asked, 0 value allowed (gate)",
    ),
    ((), "channels in a frame: 0 channels asked, 1 channels allowed (set-up)"),
]


@pytest.mark.parametrize(("outputs", "sentence"), FRAMES)
def test_a_frame_is_refused_in_words(outputs, sentence):
    bench = flowing()
    assert words(lambda: bench.gate.output(bench.frame(*outputs), bench.now_us)) == sentence


def test_a_current_above_the_ceiling_of_its_pulse_names_the_limit_and_its_layer():
    # 35 µC in 400 µs
    of = plan(
        channels=(channel(site="gastrocnemius_soleus", max_current_ua=100_000),),
        stages=(stage(shapes=(shape(width_us=400),)),),
    )
    bench = Bench(of).arm()
    assert words(
        lambda: bench.gate.output(bench.frame(symmetric_output(1, 88_000, 400)), bench.now_us)
    ) == (
        "channel 1: current: 88000 µA asked, 87500 µA allowed "
        "(phase charge, site gastrocnemius_soleus)"
    )


def test_a_frame_of_another_train_is_refused_in_words():
    bench = flowing()
    other = OutputFrame(
        setup=TrainSetup(period_us=25_000, channels=(1,)), outputs=(symmetric_output(1, 0, 300),)
    )
    assert words(lambda: bench.gate.output(other, bench.now_us)) == (
        "train in force, its period: 25000 µs asked, 20000 µs allowed (set-up)"
    )


def test_time_that_runs_backwards_is_refused_in_words():
    bench = flowing()
    frame = bench.frame(symmetric_output(1, 5_000, 300))
    now_us = bench.now_us
    assert words(lambda: bench.gate.output(frame, now_us - 1)) == (
        f"time that runs forward: {now_us - 1} µs asked, {now_us} µs allowed (clock)"
    )


def test_a_rise_that_is_too_fast_is_refused_in_words():
    bench = Bench().arm().raise_to(20_000)
    bench.write(0)
    bench.wait(50_000)
    assert words(lambda: bench.write(2_000)) == (
        "channel 1: rise of the output: 2000 µA asked, 1500 µA allowed (ramp up)"
    )


def test_a_burst_that_is_too_long_is_refused_in_words():
    bench = Bench().arm().raise_to(1_000)
    bench.write(1_000)
    bench.wait(20_000_001)
    assert words(lambda: bench.write(1_000)) == (
        "channel 1: on-time: 20000001 µs asked, 20000000 µs allowed (timing class cyclic)"
    )


def test_a_session_that_is_too_long_is_refused_in_words():
    bench = Bench().arm().raise_to(1_000)
    bench.write(1_000)
    bench.write(0)
    bench.wait(3_600_000_001)
    assert words(lambda: bench.write(1_000)) == (
        "session time: 3600000001 µs asked, 3600000000 µs allowed (session)"
    )


def test_a_check_that_fails_is_told_with_its_cause():
    bench = flowing()
    assert words(lambda: bench.gate.output(None, bench.now_us)) == (
        "check that must not fail (AttributeError: 'NoneType' object has no attribute "
        "'is_silent'): 1 failure asked, 0 failure allowed (gate)"
    )


# The operator ------------------------------------------------------------------------------------


def test_a_gate_that_is_not_latched_has_nothing_to_acknowledge():
    with pytest.raises(SessionRefusal) as refused:
        Bench().arm().gate.reset()
    assert str(refused.value) == "There is nothing to acknowledge."


def opened_over_an_armed_one(bench):
    bench.arm().gate.open(bench.limits, 0)


def set_up_before_open(bench):
    bench.gate.set_up(bench.setup, 0)


def opened_without_a_device(bench):
    bench.gate.open(bench.limits, 0)


def set_up_before_an_answer(bench):
    bench.open().gate.set_up(bench.setup, 0)
    bench.gate.set_up(bench.setup, 0)


def raised_before_armed(bench):
    bench.open().gate.raise_level(1, 1_000, 0)


REFUSED = [
    (opened_over_an_armed_one, "The gate is train confirmed. Stop or acknowledge first."),
    (set_up_before_open, "The gate is closed. Open a session first."),
    (
        opened_without_a_device,
        "No stimulator has answered yet. Connect it and wait for it.",
    ),
    (
        set_up_before_an_answer,
        "The stimulator has not answered the last command yet. Wait for it.",
    ),
    (raised_before_armed, "Levels can be raised only while the stimulator is armed."),
]


@pytest.mark.parametrize(("act", "sentence"), REFUSED)
def test_what_is_not_possible_now_is_refused_in_words(act, sentence):
    with pytest.raises(SessionRefusal) as refused:
        act(Bench())
    assert str(refused.value) == sentence


# The clock ---------------------------------------------------------------------------------------


def test_a_time_that_has_run_out_is_told_in_full():
    bench = Bench().arm().raise_to(1_000)
    bench.write(1_000)
    bench.wait(20_250_001)
    assert bench.gate.poll(bench.now_us) == (
        OutputLost(
            at_us=bench.now_us,
            kind=LossKind.WRONG_MODE,
            channel=1,
            detail="current still flowed when its time was over: "
            "channel 1: on-time: 20250001 µs asked, 20000000 µs allowed "
            "(timing class cyclic)",
            advice="Stop was written. See that the device is silent, then acknowledge and "
            "start anew.",
        ),
    )


def test_a_silent_gate_has_no_deadline_of_its_own_although_its_session_has_begun():
    bench = Bench().arm().raise_to(1_000)
    bench.write(1_000)
    bench.write(0)
    assert bench.gate.next_deadline_us() is None


def test_nothing_is_reachable_until_the_next_train_is_confirmed_whatever_the_level():
    bench = Bench().arm().raise_to(4_000)
    bench.gate.set_up(bench.setup, bench.now_us)
    bench.wait(SECOND_US)
    assert bench.gate.reachable_ua(1, bench.now_us) == 0


def test_the_first_frame_of_a_train_counts_its_rise_from_the_set_up():
    bench = Bench().arm().raise_to(20_000)
    bench.gate.set_up(bench.setup, bench.now_us)
    bench.gate.poll(bench.now_us)
    bench.wait(50_000)
    assert bench.gate.reachable_ua(1, bench.now_us) == 1_500


def test_a_gate_that_is_given_up_is_not_connected():
    bench = Bench().arm()
    bench.gate.abandon(bench.now_us)
    assert bench.gate.state.is_connected is False


def test_every_command_carries_the_time_at_which_it_was_given():
    bench = Bench(two_channels())
    bench.gate.connect(1)
    bench.gate.poll(2)
    bench.gate.open(bench.limits, 3)
    bench.gate.set_up(bench.setup, 4)
    bench.gate.poll(5)
    bench.gate.output(bench.frame(symmetric_output(1, 0, 300), symmetric_output(2, 0, 300)), 6)
    bench.gate.keep_alive(7)
    bench.gate.stop(8)
    bench.gate.abandon(9)
    assert bench.stimulator.times_us == [1, 2, 4, 5, 6, 7, 8, 9]


def test_a_latch_stops_at_the_time_of_the_refusal():
    bench = Bench().arm()
    words(lambda: bench.gate.output(bench.frame(), 17))
    assert bench.stimulator.times_us[-1] == 17


def test_an_asymmetric_pulse_that_is_not_balanced_is_refused_in_words():
    of = plan(
        channels=(channel(waveform=Waveform.ASYMMETRIC_BIPHASIC),),
        stages=(stage(shapes=(shape(1, 300, 1200),)),),
    )
    bench = Bench(of, BOTH_WAVEFORMS).arm()
    output = symmetric_output(1, 1_000, 300)._replace(second_current_ua=251, second_width_us=1200)
    assert words(lambda: bench.gate.output(bench.frame(output), 0)) == (
        "channel 1: charge carried back: 301200 pC asked, 300000 pC allowed (charge balance)"
    )


def test_a_device_that_answers_anew_is_connected():
    bench = Bench()
    bench.stimulator.events = [Connected(at_us=1, identity="bench")]
    bench.gate.poll(1)
    assert bench.gate.state.is_connected is True


def test_a_session_whose_hour_is_over_while_current_flows_is_told_in_full():
    bench = Bench().arm().raise_to(1_000)
    bench.write(1_000)
    bench.write(0)
    bench.wait(3_590_000_000)
    bench.write(1_000)
    bench.wait(10_250_001)
    (lost,) = bench.gate.poll(bench.now_us)
    assert lost.channel is None
    assert lost.detail == (
        "current still flowed when its time was over: "
        "session time: 3600250001 µs asked, 3600000000 µs allowed (session)"
    )
