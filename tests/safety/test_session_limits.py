from dataclasses import replace

import pytest
from support.safety_bench import (
    BOTH_WAVEFORMS,
    DEVICE,
    TABLE,
    channel,
    limits,
    limits_on_nobody,
    plan,
    shape,
    stage,
)

from protocols.errors import LimitTableError, LimitViolation, PlanningError
from protocols.pulses import Waveform


def one(site="quadriceps", width_us=300, period_us=20_000, timing_class="cyclic", **of_channel):
    return plan(
        channels=(channel(site=site, **of_channel),),
        stages=(stage(shapes=(shape(width_us=width_us),), period_us=period_us),),
        timing_class=timing_class,
    )


def current_cap(of, device=DEVICE):
    bound = limits_on_nobody(TABLE, device, of).channel(1).limits.current_ua
    return bound.value, bound.source


def refused(of, error, device=DEVICE):
    with pytest.raises(error) as found:
        limits_on_nobody(TABLE, device, of)
    return found.value


def test_the_protocol_narrows_the_site():
    assert current_cap(one(max_current_ua=20_000)) == (20_000, "protocol")


def test_the_site_narrows_the_protocol():
    assert current_cap(one(site="wrist_extensors", max_current_ua=90_000)) == (
        50_000,
        "site wrist_extensors",
    )


def test_the_device_narrows_both():
    weak = replace(DEVICE, current_max_ua=30_000)
    assert current_cap(one(), weak) == (30_000, "device bench")


def test_a_current_is_narrowed_by_the_phase_charge_of_its_site():
    # 35000 nC over 400 µs
    of = one(site="gastrocnemius_soleus", width_us=400, max_current_ua=100_000)
    assert current_cap(of) == (87_500, "phase charge, site gastrocnemius_soleus")


# No protocol of the clinic reaches these limits, so each is drawn in until it binds:
# 300 µs at 50 Hz on 45 cm².
DRAWN_IN = [
    ("phase_charge_nc", 15_000, 50_000, "phase charge, system ceiling"),
    ("rms_current_ua", 10_000, 57_735, "r.m.s. current, system ceiling"),
    ("rms_density_ua_per_mm2_x1000", 2_000, 51_961, "current density, system ceiling"),
    ("power_density_uw_per_mm2", 10, 54_772, "power density, system ceiling"),
    ("pulse_energy_uj", 1_000, 57_735, "pulse energy, system ceiling"),
]


@pytest.mark.parametrize(("quantity", "value", "cap_ua", "source"), DRAWN_IN)
def test_every_limit_of_a_pulse_narrows_the_current_when_it_binds(quantity, value, cap_ua, source):
    table = replace(TABLE, ceiling=replace(TABLE.ceiling, **{quantity: value}))
    bound = limits_on_nobody(table, DEVICE, one()).channel(1).limits.current_ua
    assert (bound.value, bound.source) == (cap_ua, source)


def test_the_worst_stage_sets_the_cap():
    of = plan(
        channels=(channel(site="gastrocnemius_soleus"),),
        stages=(stage(shapes=(shape(width_us=200),)), stage(shapes=(shape(width_us=400),))),
    )
    assert current_cap(of)[0] == 87_500


def test_channels_are_sorted_and_found_by_number():
    of = plan(
        channels=(channel(5), channel(2, max_current_ua=10_000)),
        stages=(stage(shapes=(shape(2), shape(5))),),
    )
    session = limits(of)
    assert [rules.number for rules in session.channels] == [2, 5]
    assert session.place(5) == 1
    assert session.channel(2).limits.current_ua.value == 10_000


def test_a_channel_that_the_plan_does_not_use_has_no_rules():
    with pytest.raises(KeyError):
        limits().channel(4)


def test_a_session_names_its_table_its_plan_and_its_device():
    session = limits()
    assert session.table_sha256 == TABLE.sha256
    assert session.plan_sha256 == "0" * 64
    assert session.device == DEVICE
    assert session.behaviour == TABLE.behaviour


def test_the_session_takes_over_rhythm_and_shapes():
    rules = limits().channel(1)
    assert rules.limits.ramp_up_min_us.value == 500_000
    assert rules.limits.on_max_us.value == 20_000_000
    assert rules.limits.off_to_on_min_permille.source == "timing class cyclic"
    assert rules.ramp_up_default_us == 2_000_000
    assert rules.timing_tolerance_us == 250_000
    assert rules.current_step_ua == 1_000
    assert rules.widths_by_period == {20_000: frozenset({(300, 300)})}
    assert limits().session_max_us.value == 3_600_000_000
    assert limits().load_ohm == 500


def test_shapes_are_kept_apart_by_period():
    of = plan(
        stages=(
            stage(shapes=(shape(width_us=300),), period_us=20_000),
            stage(shapes=(shape(width_us=200),), period_us=20_000),
            stage(shapes=(shape(width_us=250),), period_us=40_000),
        )
    )
    assert limits(of).channel(1).widths_by_period == {
        20_000: frozenset({(300, 300), (200, 200)}),
        40_000: frozenset({(250, 250)}),
    }


def test_an_unknown_site_is_refused():
    assert "no site 'elbow'" in str(refused(one(site="elbow"), LimitTableError))


def test_an_unknown_timing_class_is_refused():
    assert "'often'" in str(refused(one(timing_class="often"), LimitTableError))


def test_a_class_that_needs_a_trigger_is_refused_in_words():
    error = refused(one(timing_class="gait_triggered"), PlanningError)
    assert str(error) == (
        "gait_triggered needs patient maximum titrated and dead man trigger; "
        "nmes cannot give that yet"
    )


def test_a_muscle_may_not_be_stimulated_continuously_for_feeling():
    error = refused(one(timing_class="continuous_sensory"), PlanningError)
    assert str(error) == "channel 1: quadriceps may not be stimulated continuous_sensory"


def test_a_site_with_a_class_of_its_own_takes_no_other():
    error = refused(one(site="sensory_limb", width_us=250), PlanningError)
    assert str(error) == "channel 1: sensory_limb may not be stimulated cyclic"


def test_a_site_with_a_class_of_its_own_takes_that():
    of = one(site="sensory_limb", width_us=250, timing_class="continuous_sensory")
    assert current_cap(of) == (50_000, "site sensory_limb")


def test_a_muscle_may_be_stimulated_subtetanically_at_10_hz():
    of = one(timing_class="continuous_subtetanic", period_us=100_000, max_current_ua=5_000)
    assert current_cap(of) == (5_000, "protocol")


def test_a_subtetanic_protocol_may_not_be_faster_than_10_hz():
    error = refused(one(timing_class="continuous_subtetanic"), LimitViolation)
    assert (error.limit, error.asked, error.allowed) == ("pulse period", 20_000, 100_000)
    assert error.source == "timing class continuous_subtetanic"


def test_a_plan_for_another_device_is_refused():
    error = refused(replace(one(), device="other"), PlanningError)
    assert str(error) == "the plan is made for other, not for bench"


@pytest.mark.parametrize("number", [0, 9])
def test_a_channel_that_the_device_does_not_have_is_refused(number):
    of = plan(channels=(channel(number),), stages=(stage(shapes=(shape(number),)),))
    assert str(refused(of, PlanningError)) == f"Bench device has no channel {number}"


@pytest.mark.parametrize("number", [1, 8])
def test_the_first_and_the_last_channel_are_there(number):
    of = plan(channels=(channel(number),), stages=(stage(shapes=(shape(number),)),))
    assert limits(of).channel(number).number == number


def test_a_waveform_that_the_device_does_not_make_is_refused():
    error = refused(one(waveform=Waveform.ASYMMETRIC_BIPHASIC), PlanningError)
    assert str(error) == "channel 1: Bench device makes no asymmetric_biphasic pulses"


def test_a_channel_used_twice_is_refused():
    assert "twice" in str(refused(plan(channels=(channel(), channel())), PlanningError))


def test_a_train_of_a_channel_that_is_not_described_is_refused():
    of = plan(stages=(stage(shapes=(shape(1), shape(2))),))
    assert str(refused(of, PlanningError)) == (
        "the plan uses a channel twice, or one that it does not describe"
    )


def test_two_modules_need_a_longer_period():
    of = plan(
        channels=(channel(1), channel(5)),
        stages=(stage(shapes=(shape(1), shape(5)), period_us=19_500),),
    )
    error = refused(of, LimitViolation)
    assert (error.limit, error.asked, error.allowed) == (
        "pulse period of all modules",
        19_500,
        20_000,
    )


def test_two_modules_at_their_shortest_period_pass():
    of = plan(
        channels=(channel(1), channel(5)),
        stages=(stage(shapes=(shape(1), shape(5)), period_us=20_000),),
    )
    assert len(limits(of).channels) == 2


WIDTHS = [
    # width, what refuses it: limit, allowed, source
    (401, "pulse width", 400, "site quadriceps"),
    (49, "pulse width", 50, "system ceiling"),
]


@pytest.mark.parametrize(("width_us", "limit", "allowed", "source"), WIDTHS)
def test_a_width_outside_its_limits_is_refused_and_its_layer_named(
    width_us, limit, allowed, source
):
    error = refused(one(width_us=width_us), LimitViolation)
    assert (error.limit, error.channel, error.asked) == (limit, 1, width_us)
    assert (error.allowed, error.unit, error.source) == (allowed, "µs", source)


@pytest.mark.parametrize("width_us", [50, 400])
def test_the_narrowest_and_the_widest_pulse_pass(width_us):
    assert limits(one(width_us=width_us)).channel(1).widths_by_period == {
        20_000: frozenset({(width_us, width_us)})
    }


def test_a_width_between_two_steps_of_the_device_is_refused():
    coarse = replace(DEVICE, pulse_width_step_us=20)
    error = refused(one(width_us=310), LimitViolation, coarse)
    assert (error.limit, error.asked, error.allowed) == ("pulse width step", 310, 20)


def test_a_second_width_between_two_steps_of_the_device_is_refused():
    coarse = replace(BOTH_WAVEFORMS, pulse_width_step_us=20)
    error = refused(asymmetric(300, 1210), LimitViolation, coarse)
    assert (error.limit, error.asked, error.allowed) == ("second width step", 1210, 20)


def test_a_rate_above_that_of_the_site_is_refused():
    error = refused(one(site="wrist_extensors", period_us=19_500), LimitViolation)
    assert (error.limit, error.asked, error.allowed) == ("pulse period", 19_500, 20_000)
    assert error.source == "site wrist_extensors"


def test_a_rate_below_one_hertz_is_refused():
    error = refused(one(period_us=1_000_500), LimitViolation)
    assert (error.asked, error.allowed, error.source) == (1_000_500, 1_000_000, "system ceiling")


def test_one_hertz_passes():
    assert 1_000_000 in limits(one(period_us=1_000_000)).channel(1).widths_by_period


def test_a_period_between_two_steps_of_the_device_is_refused():
    error = refused(one(period_us=20_100), LimitViolation)
    assert (error.limit, error.asked, error.allowed) == ("pulse period step", 20_100, 500)


def test_a_pulse_that_does_not_fit_its_period_is_refused():
    # 300 + 19400 + 300 µs fill 20 ms, 20 ms minus one would do
    slow = replace(DEVICE, interphase_gap_us=19_400)
    error = refused(one(), LimitViolation, slow)
    assert (error.limit, error.asked, error.allowed) == ("pulse within its period", 600, 20_000)
    assert limits(one(), replace(DEVICE, interphase_gap_us=19_399)).channel(1).number == 1


def asymmetric(width_us, second_width_us, waveform=Waveform.ASYMMETRIC_BIPHASIC):
    return plan(
        channels=(channel(waveform=waveform),),
        stages=(stage(shapes=(shape(1, width_us, second_width_us),)),),
    )


def test_a_second_phase_may_be_wider_up_to_what_the_device_makes():
    assert limits(asymmetric(300, 4000), BOTH_WAVEFORMS).channel(1).number == 1
    error = refused(asymmetric(300, 4001), LimitViolation, BOTH_WAVEFORMS)
    assert (error.limit, error.allowed) == ("second phase width", 4000)
    assert error.source == "device bench"


def test_a_second_phase_may_not_be_narrower_than_the_first():
    error = refused(asymmetric(300, 299), LimitViolation, BOTH_WAVEFORMS)
    assert (error.limit, error.asked, error.allowed) == ("second phase width", 299, 300)
    assert error.source == "first phase"


def test_a_symmetric_pulse_has_two_equal_phases():
    of = asymmetric(300, 301, Waveform.SYMMETRIC_BIPHASIC)
    error = refused(of, LimitViolation, BOTH_WAVEFORMS)
    assert (error.asked, error.allowed, error.source) == (301, 300, "symmetric pulses")


def test_a_pad_that_is_too_small_is_refused():
    error = refused(one(area_mm2=2499), LimitViolation)
    assert (error.limit, error.asked, error.allowed) == ("electrode area", 2500, 2499)
    assert error.source == "site quadriceps against pad small"
    assert limits(one(area_mm2=2500)).channel(1).limits.area_mm2.value == 2500


def test_a_channel_for_which_less_than_one_step_is_left_is_refused():
    error = refused(one(max_current_ua=999), LimitViolation)
    assert (error.limit, error.asked, error.allowed) == ("current", 1000, 999)
    assert limits(one(max_current_ua=1000)).channel(1).limits.current_ua.value == 1000


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 50_000.0, True])
def test_a_current_that_is_no_whole_number_is_refused(value):
    error = refused(one(max_current_ua=value), LimitTableError)
    assert str(error) == f"max_current_ua: {value!r} is no exact value"


def test_a_device_that_counts_in_floats_is_refused():
    broken = replace(DEVICE, current_max_ua=1e5)
    assert "current_max_ua" in str(refused(one(), LimitTableError, broken))


def test_a_flag_is_only_a_flag_by_name():
    broken = replace(DEVICE, channels=True)
    assert "channels: True" in str(refused(one(), LimitTableError, broken))
