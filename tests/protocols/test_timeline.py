"""A protocol becomes a plan on the device's grid, or every reason why not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import PlanningError
from protocols.plan import PlannedBurst
from protocols.pulses import TrainSetup, Waveform
from protocols.timeline import _nearest_period_us, make_plan

BOTH_WAVEFORMS = frozenset(Waveform)


def reasons(loaded, device, sides=None) -> tuple[str, ...]:
    with pytest.raises(PlanningError) as refused:
        make_plan(loaded, device, sides)
    return refused.value.reasons


def test_a_plan_carries_the_identity_of_its_protocol_and_device(edited, device) -> None:
    loaded = edited("one_channel")
    plan = make_plan(loaded, device())
    assert (plan.protocol_id, plan.title, plan.version, plan.sha256) == (
        "bench_one",
        "Bench, one channel",
        "1",
        loaded.sha256,
    )
    assert (plan.device, plan.timing_class) == ("bench", "cyclic")


def test_the_short_form_is_one_burst_per_channel_at_the_start_of_each_cycle(edited, device) -> None:
    (stage,) = make_plan(edited("one_channel"), device()).stages
    assert stage.bursts == (
        PlannedBurst(
            channel=1,
            start_us=0,
            on_us=6_000_000,
            ramp_up_us=2_000_000,
            ramp_down_us=1_000_000,
            share_permille=1000,
            cue="Push",
        ),
    )
    assert (stage.cycle_us, stage.cycles, stage.cue_rest) == (16_000_000, 5, "Rest")


def test_the_short_form_without_channels_contracts_all_of_them_together(edited, device) -> None:
    loaded = edited("two_channels", "    channels: [2]\n", "    frequency_hz: 35\n")
    stage = make_plan(loaded, device()).stages[0]
    assert [(burst.channel, burst.start_us) for burst in stage.bursts] == [(1, 0), (2, 0)]
    assert [burst.share_permille for burst in stage.bursts] == [600, 600]


def test_only_the_channels_of_a_stage_share_its_train(edited, device) -> None:
    setups = [stage.setup for stage in make_plan(edited("two_channels"), device()).stages]
    assert setups == [
        TrainSetup(period_us=25_000, channels=(2,)),
        TrainSetup(period_us=28_500, channels=(1, 2)),
    ]


def test_bursts_are_planned_in_order_of_time_with_their_own_cue_or_that_of_the_stage(
    edited, device
) -> None:
    loaded = edited("two_channels", "start_s: 0,", "start_s: 3.5,", "start_s: 5,", "start_s: 0,")
    stage = make_plan(loaded, device()).stages[1]
    assert [(b.channel, b.start_us, b.cue) for b in stage.bursts] == [
        (2, 0, "Close"),
        (1, 3_500_000, "Open"),
        (1, 8_000_000, "Close"),
    ]


@pytest.mark.parametrize(("minutes", "cycles"), [("0.2", 1), ("1.5", 7), ("1.6", 8), ("60", 300)])
def test_minutes_hold_only_whole_cycles(edited, device, minutes, cycles) -> None:
    loaded = edited("two_channels", "minutes: 1.5", f"minutes: {minutes}")
    assert make_plan(loaded, device()).stages[1].cycles == cycles


def test_a_session_ends_with_its_last_burst_and_not_with_a_rest(edited, device) -> None:
    assert make_plan(edited("one_channel"), device()).duration_us == (5 * 16 - 10) * 1_000_000


def test_the_pulse_width_of_a_stage_replaces_that_of_its_channels(edited, device) -> None:
    stages = make_plan(edited("two_channels"), device()).stages
    widths = [[shape.pulse_width_us for shape in stage.shapes] for stage in stages]
    assert widths == [[200], [220, 220]]


def test_currents_and_widths_go_toward_zero_onto_the_grid(edited, device) -> None:
    loaded = edited("two_channels", "max_current_ma: 40", "max_current_ma: 39.9")
    plan = make_plan(loaded, device(pulse_width_step_us=15))
    assert [channel.max_current_ua for channel in plan.channels] == [38_000, 30_000]
    assert plan.channels[0].suggested_start_ua == 4_000
    assert [shape.pulse_width_us for shape in plan.stages[1].shapes] == [210, 210]


def test_the_asked_rate_is_kept_beside_the_period_that_the_device_makes(edited, device) -> None:
    stage = make_plan(edited("two_channels"), device()).stages[1]
    assert (stage.frequency_asked_mhz, stage.setup.period_us) == (35_000, 28_500)


def test_areas_are_exact_and_the_smaller_pad_counts(edited, device) -> None:
    assert make_plan(edited("two_channels"), device()).channel(1).smaller_area_mm2 == 1650


# --- sides


def test_a_side_chosen_at_arming_stays_open_until_it_is_chosen(edited, device) -> None:
    channel = make_plan(edited("two_channels"), device()).channel(1)
    assert channel.side is None
    assert [pad.zone for pad in channel.pads] == ["upper_limb", "hand"]


def test_a_chosen_side_completes_the_zones_of_its_channel_alone(edited, device) -> None:
    plan = make_plan(edited("two_channels"), device(), {1: "right"})
    assert [channel.side for channel in plan.channels] == ["right", None]
    assert [pad.zone for pad in plan.channel(1).pads] == ["upper_limb_right", "hand_right"]


def test_a_written_side_completes_the_zones_and_may_be_chosen_again(edited, device) -> None:
    channel = make_plan(edited("one_channel"), device(), {1: "left"}).channel(1)
    assert {pad.zone for pad in channel.pads} == {"lower_limb_left"}


def test_a_zone_of_the_trunk_has_no_side(edited, device) -> None:
    loaded = edited(
        "one_channel", "zone: lower_limb", "zone: lumbar", "side: left", "side: midline"
    )
    channel = make_plan(loaded, device()).channel(1)
    assert (channel.side, {pad.zone for pad in channel.pads}) == ("midline", {"lumbar"})


@pytest.mark.parametrize(
    ("sides", "reason"),
    [
        ({1: "right"}, "right was chosen, but the protocol says left. Choose left"),
        ({1: "up"}, "up was chosen. Choose left or right."),
        ({2: "left"}, "the protocol has no such channel"),
    ],
)
def test_a_side_that_does_not_fit_the_protocol_is_refused(edited, device, sides, reason) -> None:
    (told,) = reasons(edited("one_channel"), device(), sides)
    assert reason in told


# --- waveforms


def test_the_first_waveform_that_the_device_makes_is_used(edited, device) -> None:
    plan = make_plan(edited("two_channels"), device())
    assert plan.channel(1).waveform is Waveform.SYMMETRIC_BIPHASIC


def test_symmetric_pulses_have_equal_phases(edited, device) -> None:
    (shape,) = make_plan(edited("one_channel"), device()).stages[0].shapes
    assert shape.second_width_us == shape.pulse_width_us == 300


def test_an_asymmetric_pulse_has_a_second_phase_four_times_as_wide(edited, device) -> None:
    plan = make_plan(
        edited("two_channels"), device(waveforms=BOTH_WAVEFORMS, pulse_width_max_us=2000)
    )
    assert plan.channel(1).waveform is Waveform.ASYMMETRIC_BIPHASIC
    shapes = [(s.channel, s.pulse_width_us, s.second_width_us) for s in plan.stages[1].shapes]
    assert shapes == [(1, 220, 880), (2, 220, 220)]


def test_an_asymmetric_pulse_whose_second_phase_is_too_wide_is_refused(edited, device) -> None:
    short = device(waveforms=BOTH_WAVEFORMS, pulse_width_max_us=879)
    assert reasons(edited("two_channels"), short) == (
        "line 60: stages[1].pulse_width_us: "
        "an asymmetric pulse of 220 µs needs a second phase of 880 µs; "
        "Bench makes phases up to 879 µs. "
        "Put symmetric_biphasic first, or ask for a smaller width.",
    )


def test_currents_of_asymmetric_pulses_are_multiples_of_four_steps(edited, device) -> None:
    """So the second phase, a quarter of the first, is on the grid as well."""
    fine = device(waveforms=BOTH_WAVEFORMS, pulse_width_max_us=2_000, current_step_ua=500)
    uneven = make_plan(edited("two_channels"), fine)
    assert {channel.max_current_ua % 2_000 for channel in uneven.channels} == {0}


def test_a_device_that_must_be_told_something_first_says_what(edited, device) -> None:
    mute = device(lacks="makes nothing of its own: say what it passes on")
    assert reasons(edited("one_channel"), mute) == (
        "Bench makes nothing of its own: say what it passes on.",
    )


def test_pulses_made_one_after_another_must_fit_into_a_period(edited, device) -> None:
    serial = device(serial_overhead_us=60_000)
    (told, *_) = reasons(edited("two_channels"), serial)
    assert "with these channels and widths" in told


def test_a_waveform_that_the_device_does_not_make_is_refused_by_name(edited, device) -> None:
    loaded = edited("one_channel", "[symmetric_biphasic]", "[asymmetric_biphasic]")
    assert reasons(loaded, device()) == (
        "line 20: channels[0].waveforms: asymmetric_biphasic is asked for; "
        "Bench makes symmetric_biphasic. Accept another waveform as second, or use another device.",
    )


# --- what a device cannot make


def test_a_channel_that_the_device_does_not_have_is_refused(edited, device) -> None:
    assert reasons(edited("one_channel", "number: 1", "number: 9"), device()) == (
        "line 13: channels[0].number: channel 9 is asked for; Bench has channels 1 to 8. "
        "Use one of these numbers, or a device with more channels.",
    )


@pytest.mark.parametrize("width_us", [19, 501])
def test_a_width_that_the_device_does_not_make_is_refused(edited, device, width_us) -> None:
    loaded = edited("one_channel", "pulse_width_us: 300", f"pulse_width_us: {width_us}")
    assert reasons(loaded, device()) == (
        f"line 21: channels[0].pulse_width_us: {width_us} µs per phase is asked for; "
        "Bench makes 20 to 500 µs. Ask for a width in this range.",
    )


@pytest.mark.parametrize("width_us", [20, 500])
def test_the_widest_and_the_narrowest_pulse_of_the_device_are_planned(
    edited, device, width_us
) -> None:
    loaded = edited("one_channel", "pulse_width_us: 300", f"pulse_width_us: {width_us}")
    (shape,) = make_plan(loaded, device()).stages[0].shapes
    assert shape.pulse_width_us == width_us


def test_a_bound_below_the_first_step_of_the_device_is_refused(edited, device) -> None:
    loaded = edited("one_channel", "max_current_ma: 60", "max_current_ma: 1.9")
    assert reasons(loaded, device()) == (
        "line 23: channels[0].max_current_ma: 1.9 mA is the bound; "
        "Bench makes no current below 2 mA. Use a device with finer steps.",
    )


def test_unequal_rates_in_one_stage_are_refused_with_both_numbers(edited, device) -> None:
    (told,) = reasons(
        edited("two_channels", "    frequency_hz: 35\n    pulse", "    pulse"), device()
    )
    assert told == (
        "line 51: stages[1]: its channels ask for different pulse rates "
        "(channel 1 35 Hz, channel 2 40 Hz); Bench drives the channels of one stage as one train. "
        "Give them the same frequency_hz, or write frequency_hz in the stage."
    )


def test_a_rate_more_than_2_percent_off_the_grid_is_refused(edited, device) -> None:
    assert reasons(edited("one_channel"), device(period_step_us=3_000)) == (
        "line 22: channels[0].frequency_hz: 50 Hz is asked for; "
        "Bench comes no nearer than 47.619 Hz, with periods in steps of 3 ms. Ask for 47.619 Hz.",
    )


@pytest.mark.parametrize(("step_us", "fits"), [(20_400, True), (20_401, False)])
def test_exactly_2_percent_off_the_grid_is_still_accepted(edited, device, step_us, fits) -> None:
    loaded, bench = edited("one_channel"), device(period_step_us=step_us)
    if fits:
        assert make_plan(loaded, bench).stages[0].setup.period_us == step_us
    else:
        assert len(reasons(loaded, bench)) == 1


def test_a_period_too_short_for_the_modules_in_use_is_refused(edited, device) -> None:
    loaded = edited(
        "two_channels",
        *("number: 2", "number: 5", "channel: 2", "channel: 5", "channels: [2]", "channels: [5]"),
        *("    frequency_hz: 35\n    pulse", "    frequency_hz: 80\n    pulse"),
    )
    assert reasons(loaded, device()) == (
        "line 59: stages[1].frequency_hz: 80 Hz is asked for; "
        "Bench makes at most 50 Hz with these channels and widths. "
        "Ask for a lower rate, narrower pulses or fewer channels in the stage.",
    )


def test_a_period_too_long_for_the_device_is_refused(edited, device) -> None:
    assert reasons(edited("one_channel", "frequency_hz: 50", "frequency_hz: 0.5"), device()) == (
        "line 22: channels[0].frequency_hz: 0.5 Hz is asked for; Bench makes at least 0.97561 Hz. "
        "Ask for a higher rate.",
    )


@pytest.mark.parametrize(("gap_us", "fits"), [(399, True), (400, False)])
def test_a_pulse_must_be_over_before_the_next_one_begins(edited, device, gap_us, fits) -> None:
    loaded = edited("one_channel", "frequency_hz: 50", "frequency_hz: 1000")
    bench = device(period_min_us_by_modules=(1, 1), interphase_gap_us=gap_us)
    if fits:
        assert make_plan(loaded, bench).stages[0].setup.period_us == 1000
    else:
        assert len(reasons(loaded, bench)) == 1


def test_all_reasons_come_at_once_and_each_only_once(edited, device) -> None:
    loaded = edited(
        "two_channels", "number: 1", "number: 9", "channel: 1", "channel: 9", "minutes: 1.5",
        "repetitions: 1", "    pulse_width_us: 220\n", "", "pulse_width_us: 200",
        "pulse_width_us: 700",
    )  # fmt: skip
    told = reasons(loaded, device(period_max_us=20_000))
    assert [reason.split(":")[:2] for reason in told] == [
        ["line 16", " channels[0].number"],
        ["line 36", " channels[1].pulse_width_us"],
        ["line 37", " channels[1].frequency_hz"],
        ["line 59", " stages[1].frequency_hz"],
    ]


def test_the_text_of_a_refused_plan_names_file_line_and_field(edited, device) -> None:
    with pytest.raises(PlanningError) as refused:
        make_plan(edited("one_channel", "number: 1", "number: 9"), device())
    assert str(refused.value).startswith("one_channel: line 13: channels[0].number: channel 9")


def test_a_protocol_that_was_not_read_from_text_is_refused_without_a_line(edited, device) -> None:
    loaded = replace(edited("one_channel", "number: 1", "number: 9"), lines={})
    (told,) = reasons(loaded, device())
    assert told.startswith("channels[0].number: channel 9")


# --- the grid of periods


@given(st.integers(1, 1_000_000), st.integers(1, 5_000))
def test_no_period_of_the_grid_is_nearer_than_the_one_chosen(rate_mhz: int, step_us: int) -> None:
    period_us = _nearest_period_us(rate_mhz, step_us)
    assert period_us % step_us == 0
    assert period_us >= step_us
    off = abs(period_us * rate_mhz - 10**9)
    for other_us in (period_us - step_us, period_us + step_us):
        assert other_us <= 0 or abs(other_us * rate_mhz - 10**9) >= off


# --- bounds that may just be met


def test_a_second_phase_as_wide_as_the_device_can_make_is_planned(edited, device) -> None:
    bench = device(waveforms=BOTH_WAVEFORMS, pulse_width_max_us=880)
    shapes = make_plan(edited("two_channels"), bench).stages[1].shapes
    assert shapes[0].second_width_us == 880


def test_the_longest_period_of_the_device_is_planned(edited, device) -> None:
    plan = make_plan(edited("one_channel"), device(period_max_us=20_000))
    assert plan.stages[0].setup.period_us == 20_000


def test_a_suggested_start_may_be_the_bound_itself(edited, device) -> None:
    loaded = edited("two_channels", "suggested_start_ma: 5", "suggested_start_ma: 40")
    assert make_plan(loaded, device()).channel(1).suggested_start_ua == 40_000
