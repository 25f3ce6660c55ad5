from dataclasses import replace

import pytest
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    SECOND_US,
    TABLE,
    burst,
    channel,
    plan,
    shape,
    stage,
)

from protocols.pulses import TrainSetup, Waveform
from safety.checks import check_plan


def one(width_us=300, period_us=20_000, timing_class="cyclic", **of_channel):
    return plan(
        channels=(channel(**of_channel),),
        stages=(stage(shapes=(shape(width_us=width_us),), period_us=period_us),),
        timing_class=timing_class,
    )


def rhythm(*bursts, cycle_us=30 * SECOND_US, cycles=10):
    return plan(stages=(stage(bursts=bursts, cycle_us=cycle_us, cycles=cycles),))


def found(of, device=DEVICE, table=TABLE):
    return check_plan(of, table, device).findings


def errors(of, device=DEVICE, table=TABLE):
    return [f for f in found(of, device, table) if f.severity == "error"]


def only_error(of, device=DEVICE):
    (error,) = errors(of, device)
    return error


def test_a_plan_within_all_limits_has_no_findings():
    report = check_plan(plan(), TABLE, DEVICE)
    assert report.findings == ()
    assert report.is_usable


def test_a_plan_with_an_error_is_not_usable():
    assert not check_plan(one(width_us=401), TABLE, DEVICE).is_usable


def test_a_plan_that_is_only_narrowed_is_usable():
    assert check_plan(one(site="wrist_extensors"), TABLE, DEVICE).is_usable


# Narrowing ---------------------------------------------------------------------------------------


def test_a_protocol_above_its_site_is_narrowed_and_told_so():
    (info,) = found(one(site="wrist_extensors"))
    assert (info.severity, info.channel, info.quantity) == ("info", 1, "current")
    assert (info.asked, info.allowed, info.unit) == (100.0, 50.0, "mA")
    assert info.source == "site wrist_extensors"
    assert info.text == (
        "channel 1 (wrist_extensors): cap 50 mA (site wrist_extensors); "
        "the protocol would allow 100 mA."
    )


def test_a_protocol_above_its_phase_charge_is_narrowed():
    (info,) = found(one(site="gastrocnemius_soleus", width_us=400))
    assert info.allowed == pytest.approx(87.5)
    assert info.source == "phase charge, site gastrocnemius_soleus"


DRAWN_IN = [
    ("current_ua", 60_000, 60.0, "system ceiling"),
    ("phase_charge_nc", 15_000, 50.0, "phase charge, system ceiling"),
    ("rms_current_ua", 10_000, 57.735027, "r.m.s. current, system ceiling"),
    ("rms_density_ua_per_mm2_x1000", 2_000, 51.961524, "current density, system ceiling"),
    ("power_density_uw_per_mm2", 10, 54.772256, "power density, system ceiling"),
    ("pulse_energy_uj", 1_000, 57.735027, "pulse energy, system ceiling"),
]


@pytest.mark.parametrize(("quantity", "value", "cap_ma", "source"), DRAWN_IN)
def test_every_limit_of_a_pulse_narrows_the_current_when_it_binds(quantity, value, cap_ma, source):
    table = replace(TABLE, ceiling=replace(TABLE.ceiling, **{quantity: value}))
    (cap,) = check_plan(one(), table, DEVICE).caps
    assert cap.current_ma == pytest.approx(cap_ma, abs=1e-6)
    assert cap.source == source


def test_the_device_narrows_too():
    (cap,) = check_plan(one(), TABLE, replace(DEVICE, current_max_ua=30_000)).caps
    assert (cap.current_ma, cap.source) == (30.0, "device bench")


def test_the_worst_stage_sets_the_cap():
    of = plan(
        channels=(channel(site="gastrocnemius_soleus"),),
        stages=(
            stage(shapes=(shape(width_us=200),)),
            stage(shapes=(shape(width_us=400),)),
            stage(shapes=(shape(width_us=300),)),
        ),
    )
    (cap,) = check_plan(of, TABLE, DEVICE).caps
    assert cap.current_ma == pytest.approx(87.5)


def test_a_suggested_start_above_the_cap_is_a_warning():
    (warning,) = found(one(max_current_ua=20_000, suggested_start_ua=20_001))
    assert (warning.severity, warning.asked, warning.allowed) == ("warning", 20.001, 20.0)
    assert warning.text == (
        "channel 1 (quadriceps): the suggested start of 20.001 mA is above the cap."
    )


def test_a_suggested_start_at_the_cap_is_fine():
    assert found(one(max_current_ua=20_000, suggested_start_ua=20_000)) == ()


def test_less_than_one_step_of_the_device_is_an_error():
    error = only_error(one(max_current_ua=999))
    assert (error.quantity, error.asked, error.allowed) == ("current", 1.0, 0.999)
    assert "no current is left" in error.text
    assert errors(one(max_current_ua=1000)) == []


# Values that cannot be used ----------------------------------------------------------------------

UNUSABLE = [
    (one(width_us=401), "pulse width", 401, 400, "µs", "site quadriceps"),
    (one(width_us=49), "pulse width", 49, 50, "µs", "system ceiling"),
    (one(area_mm2=2499), "electrode area", 24.99, 25.0, "cm²", "site quadriceps"),
    (one(period_us=9_500), "frequency", 105.263158, 100.0, "Hz", "site quadriceps"),
    (one(period_us=1_000_500), "frequency", 0.9995002, 1.0, "Hz", "system ceiling"),
    (one(period_us=20_100), "pulse period", 20_100, 500, "µs", "device bench"),
]


@pytest.mark.parametrize(("of", "quantity", "asked", "allowed", "unit", "source"), UNUSABLE)
def test_a_value_that_no_current_makes_usable_is_an_error(
    of, quantity, asked, allowed, unit, source
):
    error = only_error(of)
    assert (error.channel, error.quantity, error.unit, error.source) == (1, quantity, unit, source)
    assert error.asked == pytest.approx(asked)
    assert error.allowed == pytest.approx(allowed)


def test_an_error_says_what_is_wrong_and_what_would_be_right():
    assert only_error(one(width_us=401)).text == (
        "channel 1 (quadriceps), work: pulse width 401 µs; it must be at most 400 µs "
        "(site quadriceps)."
    )


@pytest.mark.parametrize(
    "of",
    [
        one(width_us=400),
        one(width_us=50),
        one(area_mm2=2500),
        one(period_us=10_000),
        one(period_us=1_000_000),
    ],
)
def test_the_last_value_before_each_of_these_limits_is_fine(of):
    assert errors(of) == []


def test_the_rate_of_two_modules_is_that_of_the_device():
    of = plan(
        channels=(channel(1), channel(5)),
        stages=(stage(shapes=(shape(1), shape(5)), period_us=19_500),),
    )
    first, second = errors(of)
    assert (first.channel, second.channel) == (1, 5)
    assert (first.quantity, first.source) == ("frequency", "device bench")
    assert first.allowed == 50.0


def test_the_slowest_rate_may_be_that_of_the_device():
    quick = replace(DEVICE, period_max_us=30_000)
    error = only_error(one(period_us=30_500), quick)
    assert (error.quantity, error.source) == ("frequency", "device bench")
    assert errors(one(period_us=30_000), quick) == []


def test_a_width_between_two_steps_of_the_device_is_an_error():
    coarse = replace(BOTH_WAVEFORMS, pulse_width_step_us=20)
    quantities = [(e.quantity, e.asked, e.allowed) for e in errors(one(width_us=310), coarse)]
    assert quantities == [("pulse width", 310, 20), ("second phase width", 310, 20)]


def asymmetric(second_width_us, waveform=Waveform.ASYMMETRIC_BIPHASIC):
    return plan(
        channels=(channel(waveform=waveform),),
        stages=(stage(shapes=(shape(1, 300, second_width_us),)),),
    )


def test_a_wider_second_phase_is_fine_up_to_what_the_device_makes():
    assert errors(asymmetric(4000), BOTH_WAVEFORMS) == []
    error = only_error(asymmetric(4001), BOTH_WAVEFORMS)
    assert (error.quantity, error.allowed) == ("second phase width", 4000)


def test_a_second_phase_narrower_than_the_first_is_an_error():
    error = only_error(asymmetric(299), BOTH_WAVEFORMS)
    assert (error.asked, error.allowed, error.source) == (299, 300, "first phase")


def test_a_symmetric_pulse_with_unequal_phases_is_an_error():
    error = only_error(asymmetric(301, Waveform.SYMMETRIC_BIPHASIC), BOTH_WAVEFORMS)
    assert (error.asked, error.allowed, error.source) == (301, 300, "symmetric pulses")


def test_a_pulse_that_fills_its_period_is_an_error():
    error = only_error(one(), replace(DEVICE, interphase_gap_us=19_400))
    assert error.quantity == "pulse within its period"
    assert errors(one(), replace(DEVICE, interphase_gap_us=19_399)) == []


# Rhythm ------------------------------------------------------------------------------------------


def test_a_ramp_that_is_too_fast_is_an_error():
    error = only_error(rhythm(burst(ramp_up_us=499_999)))
    assert (error.channel, error.quantity, error.unit) == (1, "ramp up", "s")
    assert (error.asked, error.allowed) == (0.499999, 0.5)
    assert error.source == "timing class cyclic"
    assert error.text == (
        "channel 1 in work: ramp up 0.499999 s; it must be at least 0.5 s (timing class cyclic)."
    )
    assert errors(rhythm(burst(ramp_up_us=500_000))) == []


def test_a_burst_that_is_too_long_is_an_error():
    error = only_error(rhythm(burst(on_us=20_000_001), cycle_us=60 * SECOND_US))
    assert (error.quantity, error.asked, error.allowed) == ("on-time", 20.000001, 20.0)
    assert errors(rhythm(burst(on_us=20_000_000), cycle_us=60 * SECOND_US)) == []


def test_a_rest_shorter_than_the_shortest_is_an_error():
    error = only_error(rhythm(burst(on_us=2_500_000), cycle_us=3_499_999))
    assert (error.quantity, error.asked, error.allowed) == ("off-time", 0.999999, 1.0)


def test_a_rest_shorter_than_its_burst_is_an_error():
    error = only_error(rhythm(burst(), cycle_us=19_999_999))
    assert error.quantity == "off-time after its on-time"
    assert (error.asked, error.allowed) == (9.999999, 10.0)
    assert errors(rhythm(burst(), cycle_us=20_000_000)) == []


def test_a_rest_between_two_bursts_of_one_cycle_counts():
    early, late = burst(on_us=5_000_000), burst(on_us=5_000_000, start_us=9_999_999)
    error = only_error(rhythm(early, late))
    assert (error.asked, error.allowed) == (4.999999, 5.0)


def test_a_stage_of_one_cycle_needs_no_rest_after_it():
    assert errors(rhythm(burst(), cycle_us=10_000_000, cycles=1)) == []


def test_the_rest_between_two_stages_counts():
    first = stage(cycle_us=15 * SECOND_US, cycles=1)
    error = only_error(plan(stages=(first, stage())))
    assert (error.quantity, error.asked) == ("off-time after its on-time", 5.0)
    assert errors(plan(stages=(replace(first, cycle_us=20 * SECOND_US), stage()))) == []


def test_the_rest_between_two_stages_is_that_between_their_bursts():
    late = stage(
        bursts=(burst(start_us=5 * SECOND_US, on_us=6 * SECOND_US),),
        cycle_us=12 * SECOND_US,
        cycles=1,
    )
    assert errors(plan(stages=(late, late))) == []
    error = only_error(plan(stages=(replace(late, cycle_us=12 * SECOND_US - 1), late)))
    assert error.asked == 5.999999


def test_a_stage_without_the_channel_lies_between_its_bursts():
    both = (channel(1), channel(2))
    own = stage(cycle_us=10 * SECOND_US, cycles=1)
    other = stage(bursts=(burst(2),), shapes=(shape(2),), cycle_us=10 * SECOND_US, cycles=1)
    assert errors(plan(channels=both, stages=(own, other, own))) == []


def test_overlapping_bursts_are_an_error_even_without_a_rest():
    of = plan(
        channels=(channel(site="sensory_limb"),),
        stages=(
            stage(
                bursts=(burst(), burst(start_us=9_999_999)),
                shapes=(shape(width_us=250),),
            ),
        ),
        timing_class="continuous_sensory",
    )
    assert only_error(of).asked == -1e-6


def test_a_session_longer_than_an_hour_is_an_error():
    error = only_error(rhythm(burst(), cycle_us=30 * SECOND_US, cycles=121))
    assert (error.channel, error.quantity, error.allowed) == (None, "session time", 3600.0)
    assert error.text.startswith("session: session time 3610 s")
    hour = rhythm(burst(on_us=10 * SECOND_US), cycle_us=3590 * SECOND_US, cycles=2)
    assert errors(hour) == []


# Classes and sites -------------------------------------------------------------------------------


def test_a_class_that_needs_a_trigger_is_refused_in_words():
    of = replace(one(), timing_class="gait_triggered")
    texts = [e.text for e in errors(of) if e.quantity == "timing class"]
    assert texts == [
        "The class gait_triggered needs a patient maximum titrated. "
        "nmes has none yet, so the protocol cannot be run.",
        "The class gait_triggered needs a dead man trigger. "
        "nmes has none yet, so the protocol cannot be run.",
    ]


def test_a_muscle_may_not_be_stimulated_continuously_for_feeling():
    error = only_error(one(timing_class="continuous_sensory"))
    assert error.text == "quadriceps moves a muscle; continuous_sensory is for feeling only."


def test_a_site_with_a_class_of_its_own_takes_no_other():
    error = only_error(one(site="sensory_limb", width_us=250))
    assert error.text == "sensory_limb may only be stimulated continuous_sensory, not cyclic."


def test_a_site_with_a_class_of_its_own_takes_that():
    of = one(site="sensory_limb", width_us=250, timing_class="continuous_sensory")
    assert errors(of) == []


def test_a_subtetanic_protocol_may_not_be_faster_than_10_hz():
    of = replace(one(period_us=99_500), timing_class="continuous_subtetanic")
    rates = [e for e in errors(of) if e.quantity == "frequency"]
    assert [(e.allowed, e.source) for e in rates] == [(10.0, "timing class continuous_subtetanic")]


IMPOSSIBLE = [
    (replace(one(), device="other"), None, "device", "The plan is made for other."),
    (replace(one(), timing_class="often"), None, "timing class", "There is no class often."),
    (one(site="elbow"), 1, "site", "The table of limits knows no site elbow."),
    (
        one(waveform=Waveform.ASYMMETRIC_BIPHASIC),
        1,
        "waveform",
        "Bench device makes no asymmetric_biphasic pulses.",
    ),
    (
        plan(channels=(channel(9),), stages=(stage(shapes=(shape(9),), bursts=(burst(9),)),)),
        9,
        "channel",
        "Bench device has no channel 9.",
    ),
    (
        plan(stages=(replace(stage(), setup=TrainSetup(period_us=20_000, channels=(1, 2))),)),
        None,
        "channel",
        "work uses a channel that the plan does not describe.",
    ),
]


@pytest.mark.parametrize(("of", "number", "quantity", "text"), IMPOSSIBLE)
def test_a_plan_that_cannot_be_judged_is_refused_in_words(of, number, quantity, text):
    error = only_error(of)
    assert (error.channel, error.quantity, error.text) == (number, quantity, text)
    report = check_plan(of, TABLE, DEVICE)
    assert (report.margins, report.caps, report.technical) == ((), (), ())


def test_two_channels_of_one_number_are_an_error():
    texts = [e.text for e in errors(plan(channels=(channel(), channel())))]
    assert texts == ["Two channels have one number."] * 2


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, 1e5])
def test_a_number_that_no_formula_can_be_trusted_with_is_an_error(value):
    error = only_error(one(max_current_ua=value))
    assert error.quantity == "largest current"
    assert error.text == f"largest current: {value!r} is no whole number above 0."


@pytest.mark.parametrize(
    ("of", "quantity"),
    [
        (one(width_us=0), "pulse width"),
        (asymmetric(0, Waveform.SYMMETRIC_BIPHASIC), "second phase width"),
        (one(period_us=0), "pulse period"),
        (one(area_mm2=0), "gel area"),
        (rhythm(burst(), cycle_us=0), "cycle"),
        (rhythm(burst(on_us=0)), "on-time"),
    ],
)
def test_every_number_that_is_nothing_is_an_error(of, quantity):
    assert quantity in {error.quantity for error in errors(of)}


# Device ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "text"),
    [
        (
            replace(DEVICE, stop_time_us=200_001),
            "Bench device may take 200.001 ms to stop, more than 200 ms: for research only.",
        ),
        (
            replace(DEVICE, watchdog_us=None),
            "Bench device does not stop by itself when nmes falls silent: not for people.",
        ),
        (replace(DEVICE, is_research_only=True), "Bench device is for research only."),
    ],
)
def test_what_a_device_lacks_is_a_warning(device, text):
    (warning,) = found(one(), device)
    assert (warning.severity, warning.text) == ("warning", text)


def test_a_device_that_stops_just_in_time_needs_no_warning():
    assert found(one(), replace(DEVICE, stop_time_us=200_000)) == ()


# Figures -----------------------------------------------------------------------------------------


def test_margins_are_those_of_the_largest_current_on_the_smaller_pad():
    margins = {m.quantity: m for m in check_plan(one(), TABLE, DEVICE).margins}
    assert margins["current"].percent == pytest.approx(100 / 6)
    assert margins["phase charge"].asked == pytest.approx(30.0)
    assert margins["phase charge"].percent == pytest.approx(100 / 3)
    assert margins["current density"].asked == pytest.approx(17.320508 / 45)
    assert margins["current density"].unit == "mA/cm²"
    assert set(margins) == {
        "current",
        "phase charge",
        "r.m.s. current",
        "current density",
        "power density",
        "pulse energy",
    }
    assert {(m.channel, m.stage) for m in margins.values()} == {(1, "work")}


def test_a_margin_beyond_its_limit_is_negative():
    margins = {m.quantity: m.percent for m in check_plan(one(site="thenar"), TABLE, DEVICE).margins}
    assert margins["current"] == pytest.approx(100 * (1 - 100 / 30))


def row(of, device=DEVICE):
    (only,) = check_plan(of, TABLE, device).technical
    return only


def oracle_calf():
    """50 mA, 250 µs, 40 Hz on 25 cm², 5 s on and 15 s off."""
    return plan(
        channels=(channel(site="gastrocnemius_soleus", max_current_ua=50_000, area_mm2=2500),),
        stages=(
            stage(
                bursts=(burst(on_us=5 * SECOND_US),),
                shapes=(shape(width_us=250),),
                period_us=25_000,
                cycle_us=20 * SECOND_US,
            ),
        ),
    )


def test_the_output_table_holds_the_figures_of_an_oracle():
    table = row(oracle_calf())
    six = {"abs": 5.1e-7, "rel": 0}
    assert table.phase_charge_uc == pytest.approx(12.5, **six)
    assert table.charge_density_uc_per_cm2 == pytest.approx(0.5, **six)
    assert table.rms_current_ma == pytest.approx(7.071068, **six)
    assert table.current_density_ma_per_cm2 == pytest.approx(0.282843, **six)
    assert table.average_current_ma == pytest.approx(1.0, **six)
    assert table.pulse_energy_mj == pytest.approx(0.625, **six)
    assert table.power_w == pytest.approx(0.025, **six)
    assert table.power_density_w_per_cm2 == pytest.approx(0.001, **six)
    assert table.electrical_duty == pytest.approx(0.02, **six)
    assert table.net_charge_uc == 0


def test_the_output_table_holds_the_rhythm_of_an_oracle():
    table = row(oracle_calf())
    assert (table.on_s, table.off_s, table.burst_duty) == (5.0, 15.0, 0.25)
    assert table.pulses_per_burst == pytest.approx(200)
    assert table.cycle_power_w == pytest.approx(0.00625)
    assert table.cycle_rms_current_ma == pytest.approx(3.535534, abs=5.1e-7)


def test_the_output_table_holds_all_three_test_loads():
    loads = [(load.load_ohm, load.current_ma, load.voltage_v) for load in row(one()).loads]
    assert loads == [(500, 100.0, 50.0), (2_000, 100.0, 200.0), (10_000, 50.0, 500.0)]


def test_the_output_table_holds_the_shape():
    table = row(one())
    assert (table.channel, table.stage, table.waveform) == (1, "work", "symmetric_biphasic")
    assert (table.shape, table.has_symmetrical_phases) == ("rectangular", True)
    assert (table.pulse_width_us, table.second_width_us, table.interphase_gap_us) == (300, 300, 100)
    assert table.frequency_hz == 50.0


def test_the_output_table_of_an_asymmetric_pulse_has_no_net_charge():
    table = row(asymmetric(1200), BOTH_WAVEFORMS)
    assert not table.has_symmetrical_phases
    assert table.net_charge_uc == pytest.approx(0, abs=1e-12)


def test_the_output_table_is_that_of_the_cap_not_of_the_wish():
    assert row(one(site="wrist_extensors")).loads[0].current_ma == 50.0


def test_the_shortest_pause_of_a_cycle_is_reported():
    of = rhythm(burst(on_us=2_000_000), burst(on_us=3_000_000, start_us=6_000_000))
    assert (row(of).on_s, row(of).off_s) == (3.0, 4.0)


def test_a_stage_in_which_a_channel_rests_is_reported_as_rest():
    of = plan(
        channels=(channel(1), channel(2)),
        stages=(stage(shapes=(shape(1), shape(2))),),
    )
    resting = check_plan(of, TABLE, DEVICE).technical[1]
    assert (resting.on_s, resting.off_s, resting.burst_duty) == (0.0, 30.0, 0.0)
