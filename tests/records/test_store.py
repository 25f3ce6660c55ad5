from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nmes.records.store import SessionEntry, list_sessions, open_session, verify
from protocols.errors import RecordError

Event = tuple[str, dict[str, Any], float]
Burst = Callable[..., Event]
Write = Callable[[list[Event]], bytes]

IDS = ("20260101T000000Z-abc123", "20260102T000000Z-aaaaaa", "20260102T000000Z-bbbbbb")


def close(contractions: int) -> Event:
    data = {"outcome": "completed", "contractions_done": contractions, "done_us": 12_000_000}
    return "session_close", data, 20


@pytest.fixture
def content(opening: dict[str, Any], write: Write, burst: Burst) -> Callable[..., bytes]:
    """Make the journal of a session that did one contraction."""

    def made(session_id: str, claimed: int = 1) -> bytes:
        first = ("session_open", opening | {"session_id": session_id}, 0)
        return write([first, burst(12), close(claimed)])

    return made


@pytest.fixture
def folder(tmp_path: Path, content: Callable[..., bytes]) -> Path:
    for session_id in IDS:
        (tmp_path / f"{session_id}.jsonl").write_bytes(content(session_id))
    return tmp_path


def entry(session_id: str, outcome: str = "completed", done: int = 1) -> SessionEntry:
    return SessionEntry(
        session_id=session_id,
        started_utc="2026-01-01T00:00:00.000Z",
        protocol_id="quadriceps_strength",
        patient="0417",
        outcome=outcome,
        contractions_done=done,
        contractions_planned=40,
    )


def test_sessions_are_listed_newest_first(folder: Path) -> None:
    assert list_sessions(folder) == tuple(entry(session_id) for session_id in reversed(IDS))


def test_a_list_can_be_limited_to_the_newest(folder: Path) -> None:
    assert list_sessions(folder, limit=1) == (entry(IDS[2]),)


def test_a_folder_that_does_not_exist_holds_no_sessions(tmp_path: Path) -> None:
    assert list_sessions(tmp_path / "none") == ()


def test_a_folder_that_is_none_is_a_record_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordError, match="cannot be listed"):
        list_sessions(tmp_path / "file")


def test_other_files_are_no_sessions(folder: Path) -> None:
    (folder / "notes.txt").write_bytes(b"buy gel")
    assert len(list_sessions(folder)) == 3


@pytest.mark.parametrize("damage", [b"", b"\0" * 500, b"no journal\n", b"\xff\n"])
def test_a_session_that_cannot_be_read_is_listed_as_such(folder: Path, damage: bytes) -> None:
    (folder / f"{IDS[1]}.jsonl").write_bytes(damage)
    listed = list_sessions(folder)[1]
    assert (listed.session_id, listed.outcome, listed.patient) == (IDS[1], "unreadable", "")


def test_a_folder_named_like_a_session_is_listed_as_unreadable(folder: Path) -> None:
    (folder / "20270101T000000Z-abcdef.jsonl").mkdir()
    assert list_sessions(folder)[0].outcome == "unreadable"


def test_a_damaged_session_is_listed_with_what_stands_before_the_damage(
    folder: Path, content: Callable[..., bytes]
) -> None:
    changed = content(IDS[2]).replace(b'"pulses":400', b'"pulses":401')
    (folder / f"{IDS[2]}.jsonl").write_bytes(changed)
    assert list_sessions(folder)[0] == entry(IDS[2], "damaged", 0)


def test_a_session_that_was_broken_off_is_listed_as_not_closed(
    folder: Path, content: Callable[..., bytes]
) -> None:
    (folder / f"{IDS[2]}.jsonl").write_bytes(content(IDS[2])[:-10])
    assert list_sessions(folder)[0] == entry(IDS[2], "not closed")


def test_bytes_after_a_closed_session_are_damage(
    folder: Path, content: Callable[..., bytes]
) -> None:
    (folder / f"{IDS[2]}.jsonl").write_bytes(content(IDS[2]) + b"and more")
    assert list_sessions(folder)[0] == entry(IDS[2], "damaged")


def test_a_session_opens_by_its_id(folder: Path) -> None:
    assert open_session(folder, IDS[0]).session_id == IDS[0]


def test_a_session_opens_by_the_beginning_of_its_id(folder: Path) -> None:
    session = open_session(folder, "20260102T000000Z-b")
    assert session.session_id == IDS[2]
    assert session.reading.is_whole


def test_an_id_that_begins_another_is_not_in_doubt(
    folder: Path, content: Callable[..., bytes]
) -> None:
    longer = IDS[0] + "4"
    (folder / f"{longer}.jsonl").write_bytes(content(longer))
    assert open_session(folder, IDS[0]).session_id == IDS[0]


def test_a_beginning_shared_by_several_names_them(folder: Path) -> None:
    with pytest.raises(RecordError) as refusal:
        open_session(folder, "20260102")
    assert str(refusal.value).startswith("2 sessions begin with '20260102': ")
    assert f"{IDS[1]}, {IDS[2]}. " in str(refusal.value)


def test_a_beginning_shared_by_many_names_some(folder: Path) -> None:
    for number in range(9):
        (folder / f"x{number}.jsonl").touch()
    with pytest.raises(RecordError, match=r"9 sessions .*: x0, x1, x2, x3, x4, …\."):
        open_session(folder, "x")


def test_a_slip_of_the_finger_gets_did_you_mean(folder: Path) -> None:
    with pytest.raises(RecordError, match=f"Did you mean .*{IDS[0]}"):
        open_session(folder, IDS[0].replace("abc", "abd"))


@pytest.mark.parametrize("wanted", ["nothing like it", "../../etc/passwd"])
def test_what_is_near_nothing_gets_the_list(folder: Path, wanted: str) -> None:
    with pytest.raises(RecordError, match="List the sessions"):
        open_session(folder, wanted)


def test_a_session_that_cannot_be_opened_is_a_record_error(folder: Path) -> None:
    (folder / "y.jsonl").mkdir()
    with pytest.raises(RecordError, match="cannot be read: Is a directory"):
        open_session(folder, "y")


def test_a_whole_session_has_no_findings(folder: Path) -> None:
    assert verify(open_session(folder, IDS[0])) == ()


def test_a_changed_byte_is_found_with_its_line(folder: Path, content: Callable[..., bytes]) -> None:
    changed = content(IDS[0]).replace(b'"pulses":400', b'"pulses":401')
    (folder / f"{IDS[0]}.jsonl").write_bytes(changed)
    findings = verify(open_session(folder, IDS[0]))
    assert findings[0].startswith("line 2: its hash does not fit")
    assert "closing record is missing" in findings[1]


def test_a_cut_and_a_missing_end_are_found(folder: Path, content: Callable[..., bytes]) -> None:
    (folder / f"{IDS[0]}.jsonl").write_bytes(content(IDS[0])[:-10])
    findings = verify(open_session(folder, IDS[0]))
    assert len(findings) == 2
    assert "unfinished line" in findings[0]
    assert "closing record is missing" in findings[1]


def test_a_journal_under_another_name_is_found(folder: Path) -> None:
    (folder / f"{IDS[0]}.jsonl").rename(folder / "mine.jsonl")
    assert verify(open_session(folder, "mine")) == (
        f"line 1: this is session {IDS[0]}, under another name",
    )


def test_a_closing_record_that_claims_another_count_is_found(
    folder: Path, content: Callable[..., bytes]
) -> None:
    (folder / f"{IDS[0]}.jsonl").write_bytes(content(IDS[0], claimed=2))
    assert verify(open_session(folder, IDS[0])) == (
        "line 3: 2 contractions are claimed, 1 are recorded",
    )


def test_an_event_of_a_later_version_is_found(
    folder: Path, opening: dict[str, Any], write: Write
) -> None:
    later = write([("session_open", opening, 0), ("hiccup", {}, 1), close(0)])
    (folder / f"{IDS[0]}.jsonl").write_bytes(later)
    assert verify(open_session(folder, IDS[0])) == (
        "line 2: 'hiccup' is no event that this version of nmes knows.",
    )


def test_verifying_changes_nothing(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    list_sessions(folder)
    verify(open_session(folder, IDS[0]))
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
