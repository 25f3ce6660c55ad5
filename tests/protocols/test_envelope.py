"""The envelope on exact integers, compared with fractions and with a walk through every µs."""

from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from protocols.envelope import (
    burst_current_ua,
    next_change_us,
    share_ppm,
    stage_current_ua,
    stage_share_ppm,
)
from protocols.plan import PlannedBurst, PlannedStage
from protocols.pulses import TrainSetup


def a_burst(**changes: int) -> PlannedBurst:
    fields = {
        "channel": 1,
        "start_us": 0,
        "on_us": 10_000_000,
        "ramp_up_us": 2_000_000,
        "ramp_down_us": 1_000_000,
        "share_permille": 1000,
    }
    return PlannedBurst(**(fields | changes), cue="")  # type: ignore[arg-type]  # all are ints


def a_stage(*bursts: PlannedBurst, cycle_us: int, cycles: int) -> PlannedStage:
    return PlannedStage(
        name="",
        kind="work",
        setup=TrainSetup(period_us=20_000, channels=(1, 2)),
        shapes=(),
        bursts=bursts,
        cycle_us=cycle_us,
        cycles=cycles,
        cue_rest="",
        frequency_asked_mhz=50_000,
    )


@pytest.mark.parametrize(
    ("t_us", "current_ua"),
    [
        (-1, 0),
        (0, 0),
        (66_666, 0),
        (66_667, 1_000),
        (1_000_000, 15_000),
        (1_999_999, 29_000),
        (2_000_000, 30_000),
        (9_000_000, 30_000),
        (9_000_001, 29_000),
        (9_500_000, 15_000),
        (9_999_999, 0),
        (10_000_000, 0),
    ],
)
def test_30_ma_rises_in_2_s_holds_and_falls_in_1_s(t_us: int, current_ua: int) -> None:
    assert burst_current_ua(a_burst(), 30_000, 1_000, t_us) == current_ua


def test_without_ramps_a_burst_is_full_from_its_first_to_its_last_microsecond() -> None:
    burst = a_burst(ramp_up_us=0, ramp_down_us=0, on_us=5)
    currents = [burst_current_ua(burst, 30_000, 1_000, t_us) for t_us in range(-1, 6)]
    assert currents == [0, 30_000, 30_000, 30_000, 30_000, 30_000, 0]


def test_a_share_of_the_level_is_rounded_toward_zero_onto_the_grid() -> None:
    assert burst_current_ua(a_burst(share_permille=500), 31_000, 2_000, 5_000_000) == 14_000


def test_the_share_for_drawing_counts_millionths_of_the_level() -> None:
    burst = a_burst(share_permille=600)
    assert [share_ppm(burst, t_us) for t_us in (0, 1_000_000, 2_000_000, 9_750_000)] == [
        0,
        300_000,
        600_000,
        150_000,
    ]


def test_a_stage_repeats_its_cycle_and_is_silent_outside_its_time() -> None:
    stage = a_stage(
        a_burst(start_us=5, on_us=10, ramp_up_us=0, ramp_down_us=0), cycle_us=20, cycles=2
    )
    lit = [t_us for t_us in range(-20, 60) if stage_share_ppm(stage, 1, t_us)]
    assert lit == [*range(5, 15), *range(25, 35)]


def test_a_channel_does_not_follow_the_bursts_of_another() -> None:
    stage = a_stage(a_burst(channel=2), cycle_us=20_000_000, cycles=2)
    assert stage_current_ua(stage, 1, 30_000, 1_000, 5_000_000) == 0
    assert stage_current_ua(stage, 2, 30_000, 1_000, 5_000_000) == 30_000


def test_a_channel_without_bursts_never_changes() -> None:
    stage = a_stage(a_burst(channel=2), cycle_us=20_000_000, cycles=2)
    assert next_change_us(stage, 1, 30_000, 1_000, 0) is None


def test_a_current_that_flows_to_the_end_of_its_stage_changes_there() -> None:
    burst = a_burst(on_us=20_000_000, ramp_up_us=0, ramp_down_us=0)
    stage = a_stage(burst, cycle_us=20_000_000, cycles=3)
    assert next_change_us(stage, 1, 30_000, 1_000, 7) == 60_000_000


def test_after_the_last_burst_nothing_changes_any_more() -> None:
    stage = a_stage(a_burst(), cycle_us=20_000_000, cycles=2)
    assert next_change_us(stage, 1, 30_000, 1_000, 30_000_000) is None


def test_a_rest_is_slept_through_in_one_piece() -> None:
    stage = a_stage(a_burst(), cycle_us=20_000_000, cycles=2)
    assert next_change_us(stage, 1, 30_000, 1_000, 10_000_000) == 20_066_667


levels_ua = st.integers(0, 12_000)
steps_ua = st.sampled_from([1, 7, 500, 1_000, 2_000])


@st.composite
def bursts(draw: st.DrawFn, channel: int = 1, start_us: int = 0) -> PlannedBurst:
    ramp_up_us, ramp_down_us = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    return a_burst(
        channel=channel,
        start_us=start_us,
        on_us=ramp_up_us + ramp_down_us + draw(st.integers(1, 10)),
        ramp_up_us=ramp_up_us,
        ramp_down_us=ramp_down_us,
        share_permille=draw(st.integers(1, 1000)),
    )


@st.composite
def stages(draw: st.DrawFn) -> PlannedStage:
    """Stages of up to three bursts of channel 1, some of them without a gap, and one of 2."""
    made: list[PlannedBurst] = [draw(bursts(channel=2))]
    free_us = 0
    for _ in range(draw(st.integers(1, 3))):
        made.append(draw(bursts(start_us=free_us + draw(st.sampled_from([0, 0, 1, 9])))))
        free_us = made[-1].end_us
    cycle_us = max(free_us, made[0].end_us) + draw(st.sampled_from([0, 0, 1, 12]))
    made.sort(key=lambda burst: (burst.start_us, burst.channel))
    return a_stage(*made, cycle_us=cycle_us, cycles=draw(st.integers(1, 3)))


@given(bursts(), levels_ua, steps_ua, st.integers(-5, 60))
def test_every_current_is_the_trapezoid_rounded_toward_zero(burst, level_ua, step_ua, t_us) -> None:
    height = Fraction(0)
    if 0 <= t_us < burst.on_us:
        height = Fraction(1)
        if burst.ramp_up_us:
            height = min(height, Fraction(t_us, burst.ramp_up_us))
        if burst.ramp_down_us:
            height = min(height, Fraction(burst.on_us - t_us, burst.ramp_down_us))
    exact_ua = level_ua * Fraction(burst.share_permille, 1000) * height
    assert burst_current_ua(burst, level_ua, step_ua, t_us) == exact_ua // step_ua * step_ua


@given(bursts(), levels_ua, steps_ua, st.integers(-5, 60))
def test_no_current_ever_exceeds_its_share_of_the_level(burst, level_ua, step_ua, t_us) -> None:
    current_ua = burst_current_ua(burst, level_ua, step_ua, t_us)
    assert 0 <= 1000 * current_ua <= level_ua * burst.share_permille
    assert current_ua % step_ua == 0


@given(bursts(), levels_ua, steps_ua)
def test_the_full_share_is_reached_exactly_when_the_ramp_ends(burst, level_ua, step_ua) -> None:
    full_ua = level_ua * burst.share_permille // (1000 * step_ua) * step_ua
    assert burst_current_ua(burst, level_ua, step_ua, burst.ramp_up_us) == full_ua
    last_full_us = burst.on_us - max(1, burst.ramp_down_us)
    assert burst_current_ua(burst, level_ua, step_ua, last_full_us) == full_ua


@given(bursts(), levels_ua, steps_ua, st.integers(0, 60))
def test_the_current_never_falls_before_the_ramp_down_nor_rises_in_it(
    burst, level_ua, step_ua, t_us
) -> None:
    assume(t_us < burst.on_us)
    now_ua, then_ua = (burst_current_ua(burst, level_ua, step_ua, t) for t in (t_us, t_us + 1))
    if t_us < burst.on_us - max(1, burst.ramp_down_us):
        assert then_ua >= now_ua
    else:
        assert then_ua <= now_ua


@given(bursts(), levels_ua, st.integers(0, 60))
def test_the_share_for_drawing_agrees_with_the_current(burst, level_ua, t_us) -> None:
    shown_ua = level_ua * share_ppm(burst, t_us) // 1_000_000
    assert 0 <= burst_current_ua(burst, level_ua, 1, t_us) - shown_ua <= 1


@settings(max_examples=400, deadline=None)
@given(stages(), levels_ua, steps_ua, st.data())
def test_the_next_change_is_the_one_found_by_walking_every_microsecond(
    stage, level_ua, step_ua, data
) -> None:
    t_us = data.draw(st.integers(0, stage.duration_us + 1))
    now_ua = stage_current_ua(stage, 1, level_ua, step_ua, t_us)
    walked = (
        later_us
        for later_us in range(t_us + 1, stage.duration_us + 1)
        if stage_current_ua(stage, 1, level_ua, step_ua, later_us) != now_ua
    )
    assert next_change_us(stage, 1, level_ua, step_ua, t_us) == next(walked, None)


@example(up_us=2_000_000, level_ua=110_000)
@given(up_us=st.integers(130, 3_000_000), level_ua=st.integers(0, 130_000))
@settings(max_examples=30, deadline=None)
def test_following_the_changes_takes_every_step_of_a_ramp_once(up_us: int, level_ua: int) -> None:
    burst = a_burst(on_us=5_000_000, ramp_up_us=up_us, ramp_down_us=1_000_000)
    stage = a_stage(burst, cycle_us=9_000_000, cycles=1)
    currents_ua, t_us = [], next_change_us(stage, 1, level_ua, 1_000, 0)
    while t_us is not None:
        currents_ua.append(stage_current_ua(stage, 1, level_ua, 1_000, t_us))
        t_us = next_change_us(stage, 1, level_ua, 1_000, t_us)
    top = level_ua // 1_000
    rise, fall = range(1, top + 1), range(top - 1, -1, -1)
    assert currents_ua == [1_000 * n for n in [*rise, *fall]]
