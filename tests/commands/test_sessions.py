"""`nmes sessions verify`: whether a journal is still what was written."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.command_line import Answer

from nmes.records.chain import read_journal
from nmes.rehearsal import rehearse

Nmes = Callable[..., Answer]


@pytest.fixture(scope="module")
def journal() -> bytes:
    """The journal of a whole session."""
    return rehearse("demo", device="sim:rehastim2", levels_ua={1: 5_000}, sides={}).journal


@pytest.fixture
def stored(journal: bytes, tmp_path: Path) -> Path:
    """The file of that session in the data folder."""
    session_id = read_journal(journal).records[0].data["session_id"]
    file = tmp_path / "home" / "sessions" / f"{session_id}.jsonl"
    file.parent.mkdir(parents=True)
    file.write_bytes(journal)
    return file


def test_a_whole_journal_is_said_to_be_whole(nmes: Nmes, stored: Path, journal: bytes) -> None:
    answer = nmes("sessions", "verify", stored.stem)
    lines = journal.count(b"\n")
    assert answer.code == 0
    assert f"{stored.stem}: whole, {lines} lines, each as it was written" in answer.out


def test_a_changed_letter_names_the_first_bad_line(nmes: Nmes, stored: Path) -> None:
    lines = stored.read_bytes().split(b"\n")
    lines[4] = lines[4].replace(b"T", b"t", 1)
    stored.write_bytes(b"\n".join(lines))
    answer = nmes("sessions", "verify", stored.stem)
    assert answer.code == 1
    assert "NOT WHOLE; 4 good lines stand before the first bad one" in answer.out
    assert "! line 5: its hash does not fit" in answer.out


def test_a_line_taken_out_names_the_line_that_stands_in_its_place(nmes: Nmes, stored: Path) -> None:
    lines = stored.read_bytes().split(b"\n")
    del lines[2]
    stored.write_bytes(b"\n".join(lines))
    assert "! line 3: " in nmes("sessions", "verify", stored.stem).out


def test_a_journal_cut_short_is_not_whole(nmes: Nmes, stored: Path) -> None:
    stored.write_bytes(b"\n".join(stored.read_bytes().split(b"\n")[:4]) + b"\n")
    answer = nmes("sessions", "verify", stored.stem)
    assert answer.code == 1
    assert "the closing record is missing" in answer.out


def test_the_hash_of_the_summary_shows_a_journal_written_anew(
    nmes: Nmes, stored: Path, journal: bytes
) -> None:
    own = read_journal(journal).final_hash
    assert nmes("sessions", "verify", stored.stem, "--hash", own).code == 0
    other = nmes("sessions", "verify", stored.stem, "--hash", "0" * 64)
    assert other.code == 1
    assert "the hash is not the one given" in other.out


def test_json_has_the_verdict_and_every_problem(nmes: Nmes, stored: Path) -> None:
    stored.write_bytes(stored.read_bytes()[:-20])
    answer = nmes("sessions", "verify", stored.stem, "--json")
    said = json.loads(answer.out)
    assert (said["is_whole"], said["session_id"]) == (False, stored.stem)
    assert len(said["problems"]) == 2
