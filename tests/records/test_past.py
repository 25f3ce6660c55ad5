"""What earlier sessions gave to each place, by their journals."""

from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from nmes.records.chain import JournalReading, read_journal
from nmes.records.past import UNUSED, PastUse, day_of, opening_of, past_use
from nmes.records.store import sessions_of
from protocols.errors import RecordError

Journal = Callable[..., JournalReading]
QUADRICEPS = ("quadriceps", "left")


@pytest.fixture
def journal(opening: dict[str, Any], write: Callable[..., bytes]) -> Journal:
    """A journal of a person at a real device, with these bursts; name what differs."""

    def make(*bursts: Any, **differing: Any) -> JournalReading:
        real = {"is_simulated": False, "port": "/dev/ttyUSB0", "is_bench": False}
        return read_journal(write([("session_open", opening | real | differing, 0), *bursts]))

    return make


def used(*journals: JournalReading, day: str = "2026-01-01") -> dict[Any, PastUse]:
    return dict(past_use(journals, day, UTC))


def test_time_counts_from_the_first_current_to_the_last(journal: Journal, burst: Any) -> None:
    # 10 s on, ended at 20 s and at 50 s: from 10 s to 50 s
    found = used(journal(burst(20), burst(50)))
    assert found[QUADRICEPS].today_us == 40_000_000


def test_the_sessions_of_a_day_add_up(journal: Journal, burst: Any) -> None:
    found = used(journal(burst(20)), journal(burst(70), burst(100)))
    assert found[QUADRICEPS].today_us == 50_000_000


def test_two_channels_at_one_place_do_not_count_twice(journal: Journal, burst: Any) -> None:
    found = used(journal(burst(20), burst(20, channel=2)))
    assert found == {QUADRICEPS: PastUse(today_us=10_000_000, tolerated_ua=30_000)}


def test_time_in_which_a_level_was_found_counts_as_time_but_not_as_tolerated(
    journal: Journal, burst: Any
) -> None:
    finding = {"is_dose": False, "stage": None, "cycle": None, "level_ua": 60_000}
    found = used(journal(burst(20, **finding)))
    assert found == {QUADRICEPS: PastUse(today_us=10_000_000, tolerated_ua=None)}


def test_a_day_is_the_day_of_the_clinic(journal: Journal, burst: Any) -> None:
    reading = journal(burst(20))
    west = timezone(timedelta(hours=-1))
    assert dict(past_use([reading], "2026-01-01", west))[QUADRICEPS].today_us == 0
    assert dict(past_use([reading], "2025-12-31", west))[QUADRICEPS].today_us == 10_000_000


def test_another_day_gives_no_time_but_its_level(journal: Journal, burst: Any) -> None:
    found = used(journal(burst(20)), day="2026-01-02")
    assert found == {QUADRICEPS: PastUse(today_us=0, tolerated_ua=30_000)}


def test_the_highest_level_of_all_sessions_is_the_one_tolerated(
    journal: Journal, burst: Any
) -> None:
    found = used(journal(burst(20, level_ua=45_000), burst(50)), journal(burst(20)))
    assert found[QUADRICEPS].tolerated_ua == 45_000


def test_a_contraction_broken_off_was_not_tolerated(journal: Journal, burst: Any) -> None:
    found = used(journal(burst(20), burst(50, level_ua=50_000, is_complete=False)))
    assert found[QUADRICEPS].tolerated_ua == 30_000


def test_a_level_that_was_lowered_within_its_contraction_was_not_tolerated(
    journal: Journal, burst: Any
) -> None:
    lowered = burst(50, cycle=1, level_ua=50_000, level_kept_ua=12_000)
    assert used(journal(lowered))[QUADRICEPS].tolerated_ua == 12_000
    assert used(journal(burst(20), lowered))[QUADRICEPS].tolerated_ua == 30_000


def test_a_contraction_without_current_counts_for_nothing(journal: Journal, burst: Any) -> None:
    assert used(journal(burst(20, pulses=0, charge_nc=0))) == {}


@pytest.mark.parametrize("differing", [{"is_bench": True}, {"is_simulated": True, "port": None}])
def test_a_session_on_nobody_gave_nothing_to_anybody(
    journal: Journal, burst: Any, differing: dict[str, Any]
) -> None:
    assert used(journal(burst(20), **differing)) == {}


def test_a_journal_that_was_never_closed_counts_too(journal: Journal, burst: Any) -> None:
    reading = journal(burst(20))
    assert not reading.is_closed
    assert used(reading)[QUADRICEPS].today_us == 10_000_000


def test_a_journal_that_cannot_be_believed_is_nobodys() -> None:
    assert opening_of(read_journal(b"scribbled\n")) is None
    assert used(read_journal(b"")) == {}


def test_a_time_is_put_on_the_day_of_its_zone() -> None:
    assert day_of("2026-03-01T23:30:00.000Z", UTC) == "2026-03-01"
    assert day_of("2026-03-01T23:30:00.000Z", timezone(timedelta(hours=1))) == "2026-03-02"


def test_a_place_never_used_has_had_nothing() -> None:
    assert PastUse(today_us=0, tolerated_ua=None) == UNUSED


# Which journals are a patient's ------------------------------------------------------------


def test_the_journals_of_a_patient_are_found_whatever_the_case_of_the_code(
    tmp_path: Path, opening: dict[str, Any], write: Callable[..., bytes]
) -> None:
    for name, patient in (("a", "P-1"), ("b", "p-1"), ("c", "P-2")):
        content = write([("session_open", opening | {"patient": patient}, 0)])
        (tmp_path / f"{name}.jsonl").write_bytes(content)
    (tmp_path / "d.jsonl").write_bytes(b"scribbled\n")
    found = [opening_of(reading) for reading in sessions_of(tmp_path, "P-1")]
    assert [one.patient for one in found if one] == ["P-1", "p-1"]


def test_a_folder_that_is_not_there_holds_no_journal(tmp_path: Path) -> None:
    assert sessions_of(tmp_path / "none", "P-1") == ()


def test_a_journal_that_cannot_be_read_is_no_reason_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    with pytest.raises(RecordError, match="cannot be read"):
        sessions_of(tmp_path, "P-1")
