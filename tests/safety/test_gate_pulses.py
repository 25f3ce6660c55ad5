"""Which pulses pass the gate: widths, charge and current as plan, level and device have them."""

from dataclasses import replace

import pytest
from support.gate_moments import flowing, refused
from support.safety_bench import BOTH_WAVEFORMS, Bench, channel, plan, shape, stage

from protocols.pulses import ChannelOutput, Waveform, symmetric_output


def test_a_current_above_the_level_is_refused_and_named():
    bench = flowing(10_000)
    found = refused(bench, symmetric_output(1, 11_000, 300))
    assert (found.limit, found.channel, found.asked) == ("current", 1, 11_000)
    assert (found.allowed, found.source) == (10_000, "level set by hand")


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
    output = symmetric_output(1, 5_000, 300)._replace(second_current_ua=second_ua)
    found = refused(flowing(5_000), output)
    assert (found.limit, found.asked, found.allowed) == (
        "charge carried back",
        second_ua * 300,
        1_500_000,
    )


def test_a_second_phase_alone_is_refused():
    output = symmetric_output(1, 0, 300)._replace(second_current_ua=1)
    assert refused(flowing(5_000), output).limit == "charge carried back"


def asymmetric(current_ua, second_ua):
    """Return a bench for asymmetric pulses in steps of 0.5 mA, and one of four times the width."""
    of = plan(
        channels=(channel(waveform=Waveform.ASYMMETRIC_BIPHASIC),),
        stages=(stage(shapes=(shape(1, 300, 1200),)),),
    )
    output = ChannelOutput(
        channel=1,
        current_ua=current_ua,
        pulse_width_us=300,
        second_current_ua=second_ua,
        second_width_us=1200,
    )
    return Bench(of, replace(BOTH_WAVEFORMS, current_step_ua=500)).arm().raise_to(4_000), output


def test_an_asymmetric_pulse_that_is_balanced_passes():
    bench, output = asymmetric(2_000, 500)
    bench.gate.output(bench.frame(output), bench.now_us)
    assert bench.gate.state.channels[0].output_ua == 2_000


def test_an_asymmetric_pulse_whose_second_phase_is_off_the_grid_is_refused():
    bench, output = asymmetric(1_000, 250)
    found = refused(bench, output)
    assert (found.limit, found.asked, found.allowed) == ("current step", 1_000, 2_000)


@pytest.mark.parametrize("current_ua", [1_500, -1_000])
def test_a_current_off_the_grid_of_the_device_is_refused(current_ua):
    found = refused(flowing(5_000), symmetric_output(1, current_ua, 300))
    assert (found.limit, found.asked, found.allowed) == ("current step", current_ua, 1_000)


@pytest.mark.parametrize(
    "field", ["channel", "current_ua", "pulse_width_us", "second_current_ua", "second_width_us"]
)
@pytest.mark.parametrize("value", [True, 1_000.0, float("nan"), None, "1000"])
def test_a_value_that_is_no_whole_number_is_refused(field, value):
    output = symmetric_output(1, 1_000, 300)._replace(**{field: value})
    assert str(refused(flowing(5_000), output)) == (
        "channel 1: inexact values: 1 value asked, 0 value allowed (gate)"
    )
