"""What the screen knows, and which screen belongs to it."""

import numpy as np
import pytest
from support import screen_scenes as scenes

from nmes.link.messages import Refusal
from tui.history import GAP
from tui.situation import LIVE_STATES, Situation

NOW_US = 5_000_000


def told(*reports: object) -> Situation:
    situation = Situation()
    for report in reports:
        situation.take(report, NOW_US)
    return situation


@pytest.mark.parametrize(("age_us", "is_stale"), [(300_000, False), (300_001, True)])
def test_a_confirmation_older_than_300_ms_is_stale(age_us: int, is_stale: bool) -> None:
    situation = told(scenes.prepared(), scenes.snapshot(confirmed_age_us=age_us))
    assert situation.is_stale(NOW_US) is is_stale


@pytest.mark.parametrize(("silence_us", "is_stale"), [(300_000, False), (300_001, True)])
def test_an_engine_silent_for_300_ms_makes_all_stale(silence_us: int, is_stale: bool) -> None:
    situation = told(scenes.prepared(), scenes.snapshot(confirmed_age_us=0))
    assert situation.is_stale(NOW_US + silence_us) is is_stale


def test_a_device_that_never_answered_is_stale() -> None:
    assert told(scenes.prepared(), scenes.snapshot(confirmed_age_us=None)).is_stale(NOW_US)


def test_what_is_not_confirmed_leaves_a_gap_in_the_history() -> None:
    situation = told(scenes.prepared(), scenes.snapshot(confirmed_age_us=300_001))
    times = situation.history.at(np.array([600_000_000]))
    assert times.tolist() == [[GAP], [GAP]]


@pytest.mark.parametrize("state", sorted(LIVE_STATES))
def test_stop_keys_are_live_in_every_state_with_a_device(state: str) -> None:
    snapshot = scenes.snapshot(state, output_is_possible=False)
    assert told(scenes.prepared(), snapshot).stop_is_live


@pytest.mark.parametrize("state", ["idle", "stopped", "faulted", "finished"])
def test_stop_keys_are_live_in_any_state_that_calls_output_possible(state: str) -> None:
    assert told(scenes.prepared(), scenes.snapshot(state, output_is_possible=True)).stop_is_live


def test_stop_keys_are_live_from_arming_until_the_engine_has_said_what_became_of_it() -> None:
    situation = told(scenes.prepared(), scenes.snapshot("idle"))
    situation.arm_sent_us = NOW_US
    situation.take(scenes.snapshot("idle"), NOW_US + 50_000)
    assert situation.stop_is_live
    situation.take(Refusal(intent="arm", reasons=("no",)), NOW_US + 60_000)
    assert not situation.stop_is_live


def test_stop_keys_stay_live_when_a_running_engine_falls_silent() -> None:
    situation = told(scenes.prepared(), scenes.snapshot("running"))
    assert situation.is_stale(NOW_US + 60_000_000)
    assert situation.stop_is_live


def test_a_stop_may_take_300_ms_to_be_confirmed_before_it_is_called_unconfirmed() -> None:
    situation = told(scenes.prepared(), scenes.snapshot(), scenes.stopped(None))
    assert not situation.stop_is_unconfirmed(NOW_US + 299_999)
    assert situation.stop_is_unconfirmed(NOW_US + 300_000)


def test_a_slow_device_has_the_time_it_declares_before_its_stop_is_called_unconfirmed() -> None:
    slow = scenes.prepared().model_copy(update={"stop_time_us": 350_000})
    situation = told(slow, scenes.snapshot(), scenes.stopped(None))
    assert not situation.stop_is_unconfirmed(NOW_US + 349_999)
    assert situation.stop_is_unconfirmed(NOW_US + 350_000)


def test_a_confirmed_stop_is_never_called_unconfirmed() -> None:
    situation = told(scenes.prepared(), scenes.stopped(5_000))
    assert not situation.stop_is_unconfirmed(NOW_US + 60_000_000)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("idle", "placement"),
        ("connecting", "session"),
        ("armed", "session"),
        ("finding", "session"),
        ("running", "session"),
        ("paused", "session"),
        ("finished", "session"),
        ("stopped", "stopped"),
        ("faulted", "stopped"),
    ],
)
def test_each_state_has_its_screen(state: str, name: str) -> None:
    assert told(scenes.prepared(), scenes.snapshot(state)).screen_name() == name


def test_without_a_plan_there_is_the_start_screen() -> None:
    assert told(scenes.catalogue()).screen_name() == "start"


def test_the_summary_closes_the_session_though_no_snapshot_follows() -> None:
    situation = told(scenes.prepared(), scenes.stopped(), scenes.summary())
    assert situation.screen_name() == "summary"


def test_a_snapshot_of_the_closed_session_does_not_open_it_again() -> None:
    situation = told(scenes.prepared(), scenes.summary(), scenes.snapshot("finished"))
    assert situation.screen_name() == "summary"


def test_a_snapshot_that_calls_output_possible_is_never_ignored() -> None:
    situation = told(scenes.prepared(), scenes.summary(), scenes.snapshot("running"))
    assert situation.screen_name() == "session"


def test_an_engine_that_has_ended_outranks_everything() -> None:
    situation = told(scenes.prepared(), scenes.snapshot("running"))
    situation.has_ended = True
    assert situation.screen_name() == "gone"


def test_a_refused_choice_returns_to_the_start_screen_and_keeps_its_reasons() -> None:
    situation = Situation()
    situation.asked = scenes.BENCH
    situation.take(Refusal(intent="prepare", reasons=("no such protocol",)), NOW_US)
    assert situation.screen_name() == "start"
    assert situation.refusal is not None


def test_advice_goes_away_after_a_while() -> None:
    situation = Situation()
    situation.remark("hold on", "i", NOW_US)
    assert situation.remark_now(NOW_US) is not None
    assert situation.remark_now(NOW_US + 6_000_000) is None
