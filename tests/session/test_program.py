from hypothesis import given
from hypothesis import strategies as st
from support.bench_protocols import TWO, TWO_TRAINS, channel, in_turns, protocol_text
from support.machine_bench import plan_of

from nmes.session.program import (
    contractions_done,
    contractions_planned,
    current_burst,
    elapsed_us,
    last_burst_end_us,
    next_burst,
    phase_at,
    resume_time_us,
    stage_end_us,
)
from protocols.plan import PlannedStage

SECOND_US = 1_000_000
TURNS = plan_of(TWO).stages[0]
OVERLAP = plan_of(
    protocol_text(
        channels=(channel(1), channel(2)),
        stages=(in_turns((1, 0, 3), (2, 2, 3), (1, 6.5, 1.5), cycle_s=12),),
    )
).stages[0]
TWO_STAGES = plan_of(TWO_TRAINS)

TIMES = st.integers(0, OVERLAP.duration_us - 1)
CHANNELS = st.sampled_from([None, 1, 2])
STAGES = st.sampled_from([TURNS, OVERLAP])


def test_a_burst_is_under_way_from_its_start_to_just_before_its_end() -> None:
    found = [current_burst(TURNS, 1, t) is not None for t in (0, 2_499_999, 2_500_000)]
    assert found == [True, True, False]


def test_of_two_bursts_under_way_the_session_shows_the_one_begun_last() -> None:
    timed = current_burst(OVERLAP, None, 2_500_000)
    assert timed is not None
    assert timed.burst.channel == 2


def test_before_the_stage_and_after_it_no_burst_is_under_way() -> None:
    assert (current_burst(TURNS, 1, -1), current_burst(TURNS, 1, TURNS.duration_us)) == (None, None)


def test_the_next_burst_after_the_last_of_a_cycle_is_the_first_of_the_next() -> None:
    following = next_burst(TURNS, 1, 5 * SECOND_US)
    assert following is not None
    assert following.start_us == 8 * SECOND_US


def test_after_the_last_burst_of_a_stage_there_is_none() -> None:
    assert next_burst(TURNS, None, 8 * SECOND_US + 3_500_000) is None


def test_a_channel_without_bursts_has_no_next_one() -> None:
    assert next_burst(TURNS, 3, 0) is None


def test_the_phases_of_a_contraction_follow_each_other() -> None:
    words = [phase_at(TURNS, 1, t).word for t in (0, 499_999, 500_000, 1_999_999, 2_000_000)]
    assert words == ["ramp_up", "ramp_up", "hold", "hold", "ramp_down"]


def test_rising_and_holding_count_down_to_the_letting_go() -> None:
    assert [phase_at(TURNS, 1, t).left_us for t in (0, SECOND_US)] == [2_000_000, 1_000_000]


def test_falling_and_resting_count_down_to_the_next_contraction() -> None:
    assert [phase_at(TURNS, 1, t).left_us for t in (2_200_000, 3_000_000)] == [
        5_800_000,
        5_000_000,
    ]


def test_the_cues_are_those_of_the_protocol() -> None:
    holding, resting = phase_at(TURNS, 1, SECOND_US), phase_at(TURNS, 1, 3 * SECOND_US)
    assert (holding.cue, holding.next_cue, resting.cue, resting.next_cue) == (
        "Lift",
        "Rest",
        "Rest",
        "Lift",
    )


def test_the_last_rest_of_a_stage_counts_down_to_its_end() -> None:
    assert phase_at(TURNS, 1, 15 * SECOND_US).left_us == SECOND_US


def test_the_last_ramp_down_of_a_stage_counts_down_to_its_end() -> None:
    assert phase_at(TURNS, 2, 13_800_000).left_us == 200_000


@given(stage=STAGES, number=CHANNELS, time_us=TIMES)
def test_a_countdown_is_never_negative(
    stage: PlannedStage, number: int | None, time_us: int
) -> None:
    assert phase_at(stage, number, time_us % stage.duration_us).left_us >= 0


@given(stage=STAGES, number=CHANNELS, time_us=TIMES)
def test_the_next_burst_lies_ahead_and_nothing_begins_before_it(
    stage: PlannedStage, number: int | None, time_us: int
) -> None:
    time_us %= stage.duration_us
    following = next_burst(stage, number, time_us)
    until_us = stage.duration_us if following is None else following.start_us
    assert until_us > time_us or following is None
    between = {
        cycle * stage.cycle_us + burst.start_us
        for cycle in range(stage.cycles)
        for burst in stage.bursts
        if number in (None, burst.channel)
    }
    assert not [start for start in between if time_us < start < until_us]


@given(stage=STAGES, time_us=TIMES)
def test_going_on_never_skips_anything(stage: PlannedStage, time_us: int) -> None:
    time_us %= stage.duration_us
    resumed_us = resume_time_us(stage, time_us)
    assert resumed_us <= time_us
    assert resumed_us // stage.cycle_us == time_us // stage.cycle_us


@given(stage=STAGES, time_us=TIMES)
def test_going_on_never_begins_in_the_middle_of_a_contraction(
    stage: PlannedStage, time_us: int
) -> None:
    timed = current_burst(stage, None, resume_time_us(stage, time_us % stage.duration_us))
    assert timed is None or timed.start_us == resume_time_us(stage, time_us % stage.duration_us)


@given(earlier_us=st.integers(0, 8 * SECOND_US), later_us=st.integers(0, 8 * SECOND_US))
def test_contractions_and_time_done_only_grow(earlier_us: int, later_us: int) -> None:
    earlier_us, later_us = sorted((earlier_us, later_us))
    for count in (contractions_done, elapsed_us):
        for stage in (0, 1):
            assert count(TWO_STAGES, stage, earlier_us) <= count(TWO_STAGES, stage, later_us)
        assert count(TWO_STAGES, 0, later_us) <= count(TWO_STAGES, 1, earlier_us)


def test_at_the_end_of_the_plan_everything_is_done() -> None:
    end_us = stage_end_us(TWO_STAGES, 1)
    assert contractions_done(TWO_STAGES, 1, end_us) == contractions_planned(TWO_STAGES) == 4
    assert elapsed_us(TWO_STAGES, 1, end_us) == TWO_STAGES.duration_us


def test_a_stage_before_the_last_ends_with_its_rest_the_last_with_its_burst() -> None:
    assert [stage_end_us(TWO_STAGES, index) for index in (0, 1)] == [8 * SECOND_US, 6 * SECOND_US]


def test_a_cycle_ends_with_its_last_burst() -> None:
    assert last_burst_end_us(OVERLAP) == 8 * SECOND_US
