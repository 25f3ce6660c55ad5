"""Random sessions through the very code that serves a patient: no violation, and again the same."""

from functools import cache
from pathlib import Path

import pytest

from nmes.campaign.devices import DEVICES, REHASTIM2
from nmes.campaign.run import Part, play_part, run_campaign
from nmes.campaign.session import play_and_judge
from nmes.campaign.story import story_of
from nmes.campaign.tally import Tally

SEED = 7
PARTS = 3
SESSIONS_A_PART = 24
SESSIONS_ON_OTHERS = 12


def sessions(first: int, count: int, device: str = "rehastim2") -> Part:
    return Part(seed=SEED, first=first, count=count, device=device, is_heavy=False)


@cache
def played(part: int) -> Tally:
    return play_part(sessions(part * SESSIONS_A_PART, SESSIONS_A_PART))


@pytest.mark.parametrize("part", range(PARTS))
def test_random_sessions_have_no_violation(part: int) -> None:
    tally = played(part)
    assert (tally.failures, tally.sessions) == ([], SESSIONS_A_PART)


@pytest.mark.parametrize("device", [name for name in DEVICES if name != "rehastim2"])
def test_random_sessions_on_other_devices_have_no_violation(device: str) -> None:
    tally = play_part(sessions(0, SESSIONS_ON_OTHERS, device))
    assert (tally.failures, tally.sessions) == ([], SESSIONS_ON_OTHERS)
    assert tally.pulses > 0


def test_a_quarter_of_the_sessions_come_near_to_a_limit() -> None:
    assert played(0).at_an_edge >= SESSIONS_A_PART / 4


def test_a_session_can_be_played_again_pulse_by_pulse(tmp_path: Path) -> None:
    one, _ = play_and_judge(SEED, 3, tmp_path, REHASTIM2)
    other, _ = play_and_judge(SEED, 3, tmp_path, REHASTIM2)
    assert one.evidence.pulses == other.evidence.pulses
    assert one.evidence.deeds == other.evidence.deeds


def test_the_story_of_a_session_ends_with_its_count_of_violations(tmp_path: Path) -> None:
    assert story_of(*play_and_judge(SEED, 3, tmp_path, REHASTIM2))[-1].endswith("0 violations")


def test_a_campaign_in_two_processes_counts_as_one_in_one() -> None:
    seen: list[tuple[int, int]] = []
    campaign = run_campaign(SEED, 9, 2, lambda done, of: seen.append((done, of)))
    alone = play_part(sessions(0, 9))
    assert (campaign.is_good, seen[-1]) == (True, (9, 9))
    assert (campaign.tally.pulses, campaign.tally.deeds) == (alone.pulses, alone.deeds)


@pytest.mark.campaign
@pytest.mark.parametrize("device", DEVICES)
def test_ten_thousand_sessions_see_everything_and_violate_nothing(device: str) -> None:
    campaign = run_campaign(SEED, 10_000, 2, lambda _done, _of: None, device=device)
    assert (campaign.never_seen, campaign.tally.failures) == ((), [])
