import os
import select
import shutil
import signal
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from nmes.records.bell import Bell
from nmes.records.chain import read_journal
from nmes.records.files import write_all
from nmes.records.journal import (
    Journal,
    JournalWriter,
    MemoryJournal,
    journal_path,
    new_session_id,
)
from protocols.errors import RecordError

UTC_NOW = "2026-01-01T00:00:00.000Z"
CLOSING = {"outcome": "completed", "contractions_done": 0, "done_us": 0}

Wait = Callable[[Journal, int], None]
WaitFailed = Callable[[Journal], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sessions" / "a.jsonl"


@pytest.fixture
def writer(path: Path) -> Iterator[JournalWriter]:
    journal = JournalWriter(path)
    yield journal
    journal.close(10)


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, path: Path) -> Iterator[Journal]:
    kept: Journal = JournalWriter(path) if request.param == "file" else MemoryJournal()
    yield kept
    kept.close(10)


def note(journal: Journal, text: str = "a note", now_us: int = 5) -> int:
    return journal.append("note", {"text": text}, now_us, UTC_NOW)


# What holds for every journal


def test_records_are_numbered_from_0(journal: Journal, opening: dict[str, Any]) -> None:
    assert journal.append("session_open", opening, 0, UTC_NOW) == 0
    assert note(journal) == 1


def test_what_was_appended_is_there_after_close(journal: Journal, opening: dict[str, Any]) -> None:
    journal.append("session_open", opening, 1, UTC_NOW)
    journal.append("session_close", CLOSING, 2, UTC_NOW)
    assert journal.close(10)
    reading = read_journal(journal.content())
    assert reading.is_whole
    assert [record.data for record in reading.records] == [opening, CLOSING]
    assert [record.t_mono_ns for record in reading.records] == [1000, 2000]


def test_nothing_is_synced_before_it_was_asked_for(journal: Journal) -> None:
    note(journal)
    assert journal.synced_seq == -1


def test_a_sync_reaches_everything_before_it(journal: Journal, wait_until_synced: Wait) -> None:
    note(journal)
    last = note(journal)
    journal.sync()
    wait_until_synced(journal, last)
    assert journal.synced_seq == last
    assert journal.content().count(b"\n") == 2


def test_an_event_that_does_not_fit_is_refused_and_leaves_no_trace(journal: Journal) -> None:
    with pytest.raises(RecordError, match="confirmed_channels"):
        journal.append("arm", {"confirmed_channels": 1}, 0, UTC_NOW)
    assert note(journal) == 0


def test_a_time_that_is_none_is_refused_and_leaves_no_trace(journal: Journal) -> None:
    with pytest.raises(RecordError, match="utc"):
        journal.append("acknowledge", {}, 0, "noon")
    assert note(journal) == 0


def test_a_closed_journal_takes_no_more(journal: Journal) -> None:
    note(journal)
    journal.close(10)
    with pytest.raises(RecordError, match="closed"):
        note(journal)


def test_closing_syncs_and_may_be_done_twice(journal: Journal) -> None:
    last = note(journal)
    assert journal.close(10)
    assert journal.close(10)
    assert journal.synced_seq == last


def test_a_sync_after_close_asks_for_nothing(journal: Journal) -> None:
    journal.close(10)
    journal.sync()
    assert journal.failure is None


def test_all_is_well_until_something_fails(journal: Journal) -> None:
    note(journal)
    journal.close(10)
    assert journal.failure is None


# The journal in memory


def test_memory_and_file_hold_the_same_bytes(path: Path, opening: dict[str, Any]) -> None:
    kept = (MemoryJournal(), JournalWriter(path))
    for journal in kept:
        journal.append("session_open", opening, 0, UTC_NOW)
        note(journal)
        journal.close(10)
    assert kept[0].content() == kept[1].content()


def test_memory_has_nothing_to_wait_on() -> None:
    journal = MemoryJournal()
    journal.drain()
    assert journal.fileno() is None


def test_a_journal_in_memory_can_be_saved(path: Path) -> None:
    journal = MemoryJournal()
    note(journal)
    journal.save(path)
    assert path.read_bytes() == journal.content()
    assert path.stat().st_mode & 0o777 == 0o600


def test_saving_over_another_record_is_refused(path: Path) -> None:
    journal = MemoryJournal()
    journal.save(path)
    note(journal)
    with pytest.raises(RecordError, match="File exists"):
        journal.save(path)
    assert path.read_bytes() == b""


# The journal on disk


def test_the_file_and_its_folders_are_their_owners_alone(
    writer: JournalWriter, path: Path, wait_until_synced: Wait
) -> None:
    note(writer)
    writer.sync()
    wait_until_synced(writer, 0)
    modes = [p.stat().st_mode & 0o777 for p in (path, path.parent, path.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


def test_the_descriptor_is_readable_from_a_change_until_drained(writer: JournalWriter) -> None:
    assert select.select([writer.fileno()], [], [], 0)[0] == []
    note(writer)
    writer.sync()
    assert select.select([writer.fileno()], [], [], 10)[0] == [writer.fileno()]
    writer.drain()
    assert select.select([writer.fileno()], [], [], 0)[0] == []


def test_draining_what_never_rang_does_not_wait(writer: JournalWriter) -> None:
    writer.drain()


def test_ringing_never_waits_for_someone_to_hear() -> None:
    bell = Bell()

    def ring_often() -> None:
        for _ in range(70_000):  # a pipe holds 65 536 bytes
            bell.ring()

    ringer = threading.Thread(target=ring_often, daemon=True)
    ringer.start()
    ringer.join(10)
    assert not ringer.is_alive()
    bell.drain()
    assert select.select([bell.fileno()], [], [], 0)[0] == []
    bell.close()


@pytest.fixture
def busy_switching() -> Iterator[None]:
    """Let threads interrupt each other as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("busy_switching")
def test_records_appended_by_many_threads_make_one_chain(
    writer: JournalWriter, opening: dict[str, Any]
) -> None:
    numbers = [writer.append("session_open", opening, 0, UTC_NOW)]

    def append_many() -> None:
        for _ in range(100):
            numbers.append(note(writer))
            writer.sync()

    threads = [threading.Thread(target=append_many) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close(10)
    reading = read_journal(writer.content())
    assert reading.problem is None
    assert [record.seq for record in reading.records] == sorted(numbers) == list(range(601))


def test_a_long_session_takes_no_memory(writer: JournalWriter, wait_until_synced: Wait) -> None:
    text = "x" * 10_000
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(20):
        last = [note(writer, text) for _ in range(20)][-1]
        writer.sync()
        wait_until_synced(writer, last)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(writer.content()) > 4_000_000
    assert after - before < 1_000_000


def test_a_record_that_exists_already_is_left_as_it_is(
    path: Path, wait_until_failed: WaitFailed
) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"another session")
    journal = JournalWriter(path)
    wait_until_failed(journal)
    note(journal)
    assert not journal.close(10)
    assert path.read_bytes() == b"another session"
    assert journal.failure is not None and "File exists" in journal.failure


def test_a_link_to_somewhere_else_is_not_followed(
    path: Path, tmp_path: Path, wait_until_failed: WaitFailed
) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(tmp_path / "elsewhere")
    journal = JournalWriter(path)
    wait_until_failed(journal)
    journal.close(10)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_a_failure_that_says_what_to_do(
    tmp_path: Path, wait_until_failed: WaitFailed
) -> None:
    (tmp_path / "file").write_bytes(b"")
    journal = JournalWriter(tmp_path / "file" / "a.jsonl")
    wait_until_failed(journal)
    assert not journal.close(10)
    assert journal.failure is not None
    assert "a.jsonl cannot be written" in journal.failure
    assert "NMES_HOME" in journal.failure


def full_disk(path: Path) -> int:
    return os.open("/dev/full", os.O_WRONLY)


def test_a_full_disk_is_a_failure_that_says_so(path: Path, wait_until_failed: WaitFailed) -> None:
    journal = JournalWriter(path, create=full_disk)
    note(journal)
    wait_until_failed(journal)
    assert not journal.close(10)
    assert journal.failure is not None and "No space left on device" in journal.failure


def test_after_a_failure_appending_goes_on_without_effect(
    path: Path, wait_until_failed: WaitFailed
) -> None:
    journal = JournalWriter(path, create=full_disk)
    note(journal)
    wait_until_failed(journal)
    first = journal.failure
    assert note(journal) == 1
    journal.sync()
    assert not journal.close(10)
    assert (journal.failure, journal.synced_seq) == (first, -1)


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda folder: folder.rename(f"{folder}.old")])
def test_a_folder_that_goes_away_is_noticed_at_the_next_sync(
    writer: JournalWriter,
    path: Path,
    wait_until_synced: Wait,
    wait_until_failed: WaitFailed,
    lose: Callable[[Path], object],
) -> None:
    note(writer)
    writer.sync()
    wait_until_synced(writer, 0)
    lose(path.parent)
    note(writer)
    writer.sync()
    wait_until_failed(writer)
    assert writer.failure is not None and "no longer there" in writer.failure
    assert writer.synced_seq == 0
    with pytest.raises(RecordError, match="cannot be read"):
        writer.content()


def test_another_file_in_its_place_is_noticed(
    writer: JournalWriter, path: Path, wait_until_synced: Wait, wait_until_failed: WaitFailed
) -> None:
    note(writer)
    writer.sync()
    wait_until_synced(writer, 0)
    path.unlink()
    path.write_bytes(b"")
    writer.sync()
    wait_until_failed(writer)
    assert writer.failure is not None and "no longer there" in writer.failure


class HangingDisk:
    """A disk that does not answer until released."""

    def __init__(self, open_file: Callable[[Path], int]) -> None:
        self._open_file = open_file
        self._is_released = threading.Event()

    def create(self, path: Path) -> int:
        self._is_released.wait()
        return self._open_file(path)

    def release(self) -> None:
        self._is_released.set()


class PipeDisk:
    """A file that can be watched while it is written; nothing in it can be synced."""

    def __init__(self) -> None:
        self._outlet, self._inlet = os.pipe()
        self._read = b""

    def create(self, path: Path) -> int:
        return self._inlet

    def wait_for_more(self) -> bool:
        """Whether bytes came after those of the last line, before the file was closed."""
        if not self._read:
            assert select.select([self._outlet], [], [], 10)[0], "nothing was written"
            self._read = os.read(self._outlet, 65_536)
        return self._read != b""

    def next_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n") and self.wait_for_more():
            piece, newline, self._read = self._read.partition(b"\n")
            line += piece + newline
        return line

    def close(self) -> None:
        os.close(self._outlet)


@pytest.fixture
def hanging_disk() -> Iterator[HangingDisk]:
    disk = HangingDisk(lambda path: os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    yield disk
    disk.release()


@pytest.fixture
def pipe_disk() -> Iterator[PipeDisk]:
    disk = PipeDisk()
    yield disk
    disk.close()


def test_records_are_written_as_they_come_without_a_sync(path: Path, pipe_disk: PipeDisk) -> None:
    journal = JournalWriter(path, create=pipe_disk.create)
    for number in range(3):
        note(journal)
        assert f'"seq":{number}'.encode() in pipe_disk.next_line()
    assert (journal.failure, journal.synced_seq) == (None, -1)
    journal.close(10)


def test_what_cannot_be_synced_is_a_failure(
    path: Path, pipe_disk: PipeDisk, wait_until_failed: WaitFailed
) -> None:
    journal = JournalWriter(path, create=pipe_disk.create)
    note(journal)
    journal.sync()
    wait_until_failed(journal)
    assert not journal.close(10)
    assert journal.failure is not None and "Invalid argument" in journal.failure


def test_after_a_failure_no_record_follows_a_gap(path: Path, pipe_disk: PipeDisk) -> None:
    disk = HangingDisk(pipe_disk.create)
    journal = JournalWriter(path, create=disk.create, most_lag_us=0)
    for now_us in (1, 1, 2):
        note(journal, now_us=now_us)
    assert journal.failure is not None
    disk.release()
    assert [b'"seq":0' in pipe_disk.next_line(), b'"seq":1' in pipe_disk.next_line()] == [True] * 2
    note(journal, now_us=2)
    journal.close(10)
    assert pipe_disk.next_line() == b""


def test_appending_does_not_wait_for_a_disk_that_hangs(
    tmp_path: Path, hanging_disk: HangingDisk
) -> None:
    journal = JournalWriter(tmp_path / "a.jsonl", create=hanging_disk.create)
    assert [note(journal) for _ in range(1000)] == list(range(1000))
    journal.sync()
    assert (journal.synced_seq, journal.failure) == (-1, None)
    hanging_disk.release()
    assert journal.close(10)


def test_closing_gives_up_on_a_disk_that_hangs(tmp_path: Path, hanging_disk: HangingDisk) -> None:
    journal = JournalWriter(tmp_path / "a.jsonl", create=hanging_disk.create)
    note(journal)
    assert not journal.close(0.01)
    hanging_disk.release()
    assert journal.close(10)
    assert journal.content().count(b"\n") == 1


def test_a_disk_that_hangs_for_10_s_is_waited_for(
    tmp_path: Path, hanging_disk: HangingDisk
) -> None:
    journal = JournalWriter(tmp_path / "a.jsonl", create=hanging_disk.create)
    note(journal, now_us=7_000_000)
    note(journal, now_us=17_000_000)
    assert journal.failure is None
    hanging_disk.release()
    assert journal.close(10)


def test_a_disk_that_hangs_for_longer_has_failed(tmp_path: Path, hanging_disk: HangingDisk) -> None:
    journal = JournalWriter(tmp_path / "a.jsonl", create=hanging_disk.create)
    note(journal, now_us=7_000_000)
    note(journal, now_us=17_000_001)
    assert journal.failure is not None and "does not answer" in journal.failure
    assert select.select([journal.fileno()], [], [], 0)[0] == [journal.fileno()]
    hanging_disk.release()
    assert not journal.close(10)


def test_a_disk_that_keeps_up_may_take_its_time_between_records(
    writer: JournalWriter, wait_until_synced: Wait
) -> None:
    for now_us in range(0, 600_000_000, 60_000_000):
        last = note(writer, now_us=now_us)
        writer.sync()
        wait_until_synced(writer, last)
    assert writer.close(10)


def test_a_disk_that_moves_on_is_not_stuck_though_records_wait(
    path: Path, pipe_disk: PipeDisk
) -> None:
    journal = JournalWriter(path, create=pipe_disk.create, most_lag_us=10)
    text = "x" * 200_000  # more than a pipe holds: a record is kept once it is read
    note(journal, text, now_us=0)
    pipe_disk.wait_for_more()
    for now_us in (9, 18, 27):
        note(journal, text, now_us=now_us)
        pipe_disk.next_line()
        pipe_disk.wait_for_more()
    assert journal.failure is None
    pipe_disk.next_line()
    journal.close(10)


def test_the_first_failure_is_the_one_that_is_told(
    tmp_path: Path, hanging_disk: HangingDisk
) -> None:
    path = tmp_path / "no folder" / "a.jsonl"
    journal = JournalWriter(path, create=hanging_disk.create, most_lag_us=0)
    note(journal, now_us=1)
    note(journal, now_us=2)
    first = journal.failure
    hanging_disk.release()
    journal.close(10)
    assert first is not None
    assert journal.failure == first


def test_a_write_that_is_interrupted_goes_on_where_it_was() -> None:
    outlet, inlet = os.pipe()
    content = bytes(range(256)) * 4096  # more than a pipe holds: the write waits for a reader
    pieces: list[bytes] = []

    def read_all() -> None:
        while piece := os.read(outlet, 65_536):
            pieces.append(piece)

    reader = threading.Thread(target=read_all)
    before = signal.signal(signal.SIGALRM, lambda *_: reader.start())
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    write_all(inlet, content)
    os.close(inlet)
    reader.join(10)
    os.close(outlet)
    signal.signal(signal.SIGALRM, before)
    assert b"".join(pieces) == content


def test_a_session_id_sorts_by_time_and_is_unique() -> None:
    moment = datetime(2026, 1, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    later = datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC)
    ids = {new_session_id(moment) for _ in range(20)}
    assert len(ids) == 20
    assert all(session_id.startswith("20260101T120000Z-") for session_id in ids)
    assert max(ids) < new_session_id(later)


def test_a_journal_is_named_by_its_session() -> None:
    assert journal_path(Path("sessions"), "a.b") == Path("sessions/a.b.jsonl")
