"""The operator's keys as intents."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import screen_scenes as scenes

from nmes.link.messages import (
    Arm,
    FindLevel,
    Pause,
    Resume,
    SessionState,
    Start,
    StepLevel,
    ZeroLevel,
)
from tui import texts
from tui.controls import Controls
from tui.situation import Situation

NOW_US = 5_000_000
STATES = SessionState.__args__


def controls_in(state: str, count: int = 2, **changes: object) -> tuple[Controls, Situation]:
    situation = Situation()
    situation.take(scenes.prepared(count), NOW_US)
    situation.take(scenes.snapshot(state, count, **changes), NOW_US)
    return Controls(situation), situation


@pytest.mark.parametrize("state", ["finding", "running"])
def test_a_step_up_is_asked_while_levels_are_found_and_while_the_program_runs(state: str) -> None:
    controls, _ = controls_in(state)
    assert controls.step("up", NOW_US) == StepLevel(
        channel=1, direction="up", is_coarse=False, sequence=1
    )


@pytest.mark.parametrize("state", [s for s in STATES if s not in {"finding", "running"}])
def test_no_other_state_lets_a_step_up_leave_the_screen(state: str) -> None:
    controls, _ = controls_in(state)
    assert isinstance(controls.step("up", NOW_US), str)


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(STATES),
    st.integers(0, 2_000_000),
    st.integers(0, 2_000_000),
    st.booleans(),
    st.booleans(),
)
@example("running", 300_001, 0, False, False)
@example("finding", 0, 300_001, False, False)
def test_a_step_up_is_asked_only_when_its_effect_can_be_seen(
    state: str, age_us: int, silence_us: int, is_small: bool, was_stopped: bool
) -> None:
    controls, situation = controls_in(state, confirmed_age_us=age_us)
    situation.stop_sent_us = NOW_US if was_stopped else None
    now_us = NOW_US + silence_us
    asked = controls.step("up", now_us, window_is_small=is_small)
    is_fine = state in {"finding", "running"} and not is_small and not was_stopped
    assert isinstance(asked, StepLevel) == (is_fine and not situation.is_stale(now_us))


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(STATES), st.integers(0, 10_000_000), st.booleans(), st.booleans())
def test_down_and_zero_are_asked_in_every_state_however_stale(
    state: str, silence_us: int, is_small: bool, is_coarse: bool
) -> None:
    controls, situation = controls_in(state, confirmed_age_us=None)
    situation.stop_sent_us = NOW_US
    now_us = NOW_US + silence_us
    asked = controls.step("down", now_us, is_coarse=is_coarse, window_is_small=is_small)
    assert isinstance(asked, StepLevel)
    assert controls.zero() == ZeroLevel(channel=1)


def test_every_step_has_a_number_of_its_own_rising_by_one() -> None:
    controls, _ = controls_in("running")
    directions = ("up", "down", "up", "up")
    numbers = [controls.step(d, NOW_US).sequence for d in directions]
    assert numbers == [1, 2, 3, 4]


def test_a_step_that_was_not_asked_takes_no_number() -> None:
    controls, situation = controls_in("paused")
    controls.step("up", NOW_US)
    situation.take(scenes.snapshot("running"), NOW_US)
    assert controls.step("up", NOW_US).sequence == 1


def test_choosing_a_channel_while_running_only_moves_the_hand() -> None:
    controls, _ = controls_in("running")
    assert controls.choose(2, NOW_US) is None
    assert controls.step("down", NOW_US).channel == 2


def test_choosing_a_channel_while_levels_are_found_moves_the_train() -> None:
    controls, _ = controls_in("finding")
    assert controls.choose(2, NOW_US) == FindLevel(channel=2)


def test_a_step_right_after_a_choice_goes_to_the_new_channel() -> None:
    controls, situation = controls_in("finding")
    controls.choose(2, NOW_US)
    situation.take(scenes.snapshot("finding", selected_channel=1), NOW_US + 50_000)
    controls.follow_engine(NOW_US + 50_000)
    assert controls.step("up", NOW_US + 60_000).channel == 2


def test_a_choice_that_the_engine_did_not_follow_is_given_up() -> None:
    controls, situation = controls_in("finding")
    controls.choose(2, NOW_US)
    situation.take(scenes.snapshot("finding", selected_channel=1), NOW_US + 600_000)
    controls.follow_engine(NOW_US + 600_000)
    assert controls.channel == 1


def test_a_channel_that_the_protocol_lacks_is_answered_in_words() -> None:
    controls, _ = controls_in("running")
    assert "no channel 7" in controls.choose(7, NOW_US)
    assert controls.channel == 1


def test_finding_goes_from_channel_to_channel_and_never_starts_by_itself() -> None:
    controls, _ = controls_in("armed", 3)
    assert controls.find(NOW_US) == FindLevel(channel=1)
    controls, _ = controls_in("finding", 3)
    asked = [controls.go_on(NOW_US) for _ in range(3)]
    assert asked == [FindLevel(channel=2), FindLevel(channel=3), texts.FIND_WAS_LAST]


@pytest.mark.parametrize("state", [s for s in STATES if s != "finding"])
def test_going_on_means_nothing_unless_levels_are_found(state: str) -> None:
    controls, _ = controls_in(state)
    assert controls.go_on(NOW_US) is None


@pytest.mark.parametrize("state", STATES)
def test_pause_is_asked_of_a_running_program_and_resume_of_a_paused_one(state: str) -> None:
    controls, _ = controls_in(state)
    expected = {"running": Pause(), "paused": Resume()}.get(state)
    asked = controls.pause_or_resume()
    assert asked == expected if expected else isinstance(asked, str)


@pytest.mark.parametrize("state", STATES)
def test_the_program_starts_only_after_arming(state: str) -> None:
    controls, _ = controls_in(state)
    assert isinstance(controls.start(), Start) == (state in {"armed", "finding"})


def test_arming_names_every_channel_of_the_plan() -> None:
    controls, _ = controls_in("idle", 3)
    assert controls.arm() == Arm(confirmed_channels=(1, 2, 3))


def test_without_a_plan_every_key_is_answered_in_words() -> None:
    controls = Controls(Situation())
    answers = [controls.step("down", 0), controls.zero(), controls.arm(), controls.find(0)]
    assert all(isinstance(answer, str) for answer in answers)
