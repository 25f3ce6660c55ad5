"""No timeline of wishes makes an output that passes level, slope, rest or state."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bench_protocols import ONE, TWO, TWO_TRAINS, channel, protocol_text, stage
from support.machine_bench import MachineBench

from nmes.session import actions
from nmes.session.output import NEVER_US, Written, frame_at, next_change_at_us, ramp_up_us
from nmes.session.states import SessionState
from protocols.pulses import OutputFrame

STEEP = protocol_text(
    channels=(channel(1), channel(2)),
    stages=(stage((1, 2), on_s=3, off_s=3, ramp_up_s=0.5, ramp_down_s=0.5, repetitions=2),),
)
SLEW_COUNTED_US = 100_000

WISHES = st.one_of(
    st.just(actions.PauseWish()),
    st.just(actions.ResumeWish()),
    st.just(actions.StartWish()),
    st.just(actions.AcknowledgeWish()),
    st.just(actions.ArmWish()),
    st.builds(actions.StopWish, cause=st.just("space")),
    st.builds(actions.FindWish, channel=st.sampled_from([1, 2])),
    st.builds(actions.ZeroWish, channel=st.sampled_from([1, 2])),
    st.builds(
        actions.StepWish,
        channel=st.sampled_from([1, 2]),
        is_up=st.booleans(),
        is_coarse=st.booleans(),
    ),
)
MOMENTS = st.tuples(
    st.lists(WISHES, max_size=2),
    st.lists(st.integers(1_000, 400_000), min_size=1, max_size=12),
    st.booleans(),
)


def played(text: str, moments: list[tuple[list[actions.Wish], list[int], bool]]) -> MachineBench:
    """A session through these moments: wishes, then steps of time with a screen or without."""
    bench = MachineBench(text).running({1: 12, 2: 8}).run(3_000_000)
    for wishes, steps_us, screen_beats in moments:
        for wish in wishes:
            bench.do(wish)
        for step_us in steps_us:
            bench.tick(step_us, screen_beats=screen_beats)
    return bench


def current_ua(frame: OutputFrame, number: int) -> int:
    return next((o.current_ua for o in frame.outputs if o.channel == number), 0)


@settings(max_examples=25)
@given(text=st.sampled_from([STEEP, TWO, TWO_TRAINS]), moments=st.lists(MOMENTS, max_size=12))
def test_no_frame_passes_the_level_the_slope_or_what_the_gate_permits(
    text: str, moments: list[tuple[list[actions.Wish], list[int], bool]]
) -> None:
    bench = played(text, moments)  # the gate refuses what is wrong by LimitViolation
    for (before_us, before, _), (now_us, frame, session) in pairwise(bench.written):
        for number in frame.setup.channels:
            last_ua, now_ua = current_ua(before, number), current_ua(frame, number)
            level_ua = session.level_ua(number)
            elapsed_us = min(now_us - before_us, SLEW_COUNTED_US)
            ramp_us = ramp_up_us(session, number, now_us)
            assert now_ua <= max(level_ua, 0)
            assert now_ua <= last_ua + level_ua * elapsed_us // ramp_us + session.step_ua


@settings(max_examples=15)
@given(moments=st.lists(MOMENTS, max_size=12))
def test_current_flows_only_where_it_may(
    moments: list[tuple[list[actions.Wish], list[int], bool]],
) -> None:
    bench = played(STEEP, moments)
    for now_us, frame, session in bench.written:
        if not frame.is_silent:
            assert session.state in (
                SessionState.FINDING,
                SessionState.RUNNING,
                SessionState.PAUSED,
            )
            assert session.countdown_us(now_us) == 0
        if session.state is SessionState.FINDING:
            flowing = [o.channel for o in frame.outputs if o.current_ua > 0]
            assert flowing in ([], [session.find_channel])


@settings(max_examples=15)
@given(moments=st.lists(MOMENTS, max_size=10))
def test_while_paused_the_current_only_falls(
    moments: list[tuple[list[actions.Wish], list[int], bool]],
) -> None:
    bench = played(STEEP, moments)
    for (_, before, _), (_, frame, session) in pairwise(bench.written):
        if session.state is SessionState.PAUSED and before.setup == frame.setup:
            for old, new in zip(before.outputs, frame.outputs, strict=True):
                assert new.current_ua <= old.current_ua


@settings(max_examples=15)
@given(moments=st.lists(MOMENTS, max_size=8), look_us=st.integers(1, 2_000_000))
def test_until_the_next_change_the_frame_stays_the_same(
    moments: list[tuple[list[actions.Wish], list[int], bool]], look_us: int
) -> None:
    bench = played(STEEP, moments)
    session = bench.session
    if session.setup is None or not session.is_live:
        return
    facts = bench.facts
    at_us = bench.written[-1][0]
    written = Written(
        at_us=at_us, outputs_ua=facts.outputs_ua, rest_left_us=(0,) * len(facts.outputs_ua)
    )
    change_us = next_change_at_us(session, bench.now_us, written)
    now = frame_at(session, bench.now_us, written)
    assert change_us > bench.now_us
    later_us = min(bench.now_us + look_us, change_us - 1)
    if current(now) == facts.outputs_ua:
        assert current(frame_at(session, later_us, written)) == current(now)


def current(frame: OutputFrame) -> tuple[int, ...]:
    return tuple(output.current_ua for output in frame.outputs)


def test_after_a_stall_the_output_rises_by_no_more_than_100_ms_of_its_ramp() -> None:
    bench = MachineBench(ONE).running({1: 10})
    bench.run(3_000_000 - 20_000).tick(2_000_000 - 600_000)
    assert bench.outputs_ua == (3_000,)


def test_a_frame_needs_a_train() -> None:
    bench = MachineBench()
    written = Written(at_us=0, outputs_ua=(0,), rest_left_us=(0,))
    with pytest.raises(ValueError, match="no train"):
        frame_at(bench.session, bench.now_us, written)


def test_without_a_train_nothing_changes() -> None:
    written = Written(at_us=0, outputs_ua=(0,), rest_left_us=(0,))
    assert next_change_at_us(MachineBench().session, 0, written) == NEVER_US


def test_armed_nothing_flows_whatever_the_levels() -> None:
    bench = MachineBench(ONE).armed()
    for _ in range(5):
        bench.tick(510_000)
        bench.do(actions.StepWish(channel=1, is_up=True, is_coarse=True))
    bench.run(3_000_000)
    assert (bench.session.levels_ua, bench.outputs_ua) == ((10_000,), (0,))


def test_in_a_countdown_nothing_flows() -> None:
    bench = MachineBench(ONE).running({1: 10}).run(2_980_000)
    assert all(frame.is_silent for _, frame, _ in bench.written)


def test_a_stage_with_less_than_the_whole_level_gives_its_share() -> None:
    text = protocol_text(stages=(stage(extra="    level_share_percent: 50\n"),))
    bench = MachineBench(text).running({1: 10}).run(4_000_000)
    assert bench.outputs_ua == (5_000,)


def test_a_level_raised_in_the_hold_is_followed_with_the_slope_of_the_ramp() -> None:
    text = protocol_text(stages=(stage(on_s=5, off_s=5, ramp_up_s=2),))
    bench = MachineBench(text).running({1: 4}).run(6_000_000)
    step = actions.StepWish(channel=1, is_up=True, is_coarse=True)
    bench.do(step)  # unlocks
    bench.tick(150_000).do(step)
    first = bench.tick(1_000).outputs_ua
    bench.run(400_000)
    assert (first, bench.outputs_ua) == ((5_000,), (6_000,))
