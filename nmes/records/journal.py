"""Keeping a session's journal: on disk without making anyone wait, or in memory for virtual time.

What a line looks like is the subject of `nmes.records.chain`.
"""

import enum
import errno
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from nmes.records.bell import Bell
from nmes.records.chain import Chain
from nmes.records.events import Recorded, parse_event
from nmes.records.files import create_file, is_still_at, write_all
from protocols.errors import RecordError

MOST_LAG_US = 10_000_000  # a sleeping disk wakes in less; one that does not has failed
SUFFIX = ".jsonl"


class Journal(Protocol):
    """The one record of a session. Append never waits; what must be on disk is waited for by seq.

    Arming and a rise of a level wait until `synced_seq` has reached their record; a stop waits
    for nothing. Once `failure` is set nothing more is kept, and appending goes on without effect.
    """

    @property
    def synced_seq(self) -> int:
        """The highest record number that survives a loss of power; -1 if none does."""
        ...

    @property
    def failure(self) -> str | None:
        """Why records can no longer be kept, and what to do; latched. None while all is well."""
        ...

    def append(
        self, event: str, data: Mapping[str, object] | Recorded, now_us: int, utc: str
    ) -> int:
        """Add a record and return its number; RecordError if the event is not one of the schema."""
        ...

    def sync(self) -> None:
        """Ask that everything so far be made to survive a loss of power."""
        ...

    def fileno(self) -> int | None:
        """Return what becomes readable when `synced_seq` or `failure` changed; None if never."""
        ...

    def drain(self) -> None:
        """Make `fileno` unreadable until the next change; look at the properties afterwards."""
        ...

    def content(self) -> bytes:
        """Return the lines kept so far; all of them after close. RecordError if unreadable."""
        ...

    def close(self, timeout_s: float) -> bool:
        """Keep what is waiting and end; whether all of it is on disk. May be called twice."""
        ...


def new_session_id(moment: datetime) -> str:
    """Return an id that sorts by time, is unique without asking anyone, and is a file name."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def journal_path(folder: Path, session_id: str) -> Path:
    """Return where the journal of a session is kept."""
    return folder / f"{session_id}{SUFFIX}"


class MemoryJournal:
    """A journal that is on its disk at once: virtual time has none to wait for."""

    failure: str | None = None

    def __init__(self) -> None:
        self._chain = Chain()
        self._lines: list[bytes] = []
        self._synced_seq = -1
        self._is_closed = False

    @property
    def synced_seq(self) -> int:
        """The number of the last record before the last sync."""
        return self._synced_seq

    def append(
        self, event: str, data: Mapping[str, object] | Recorded, now_us: int, utc: str
    ) -> int:
        """Add a record and return its number; RecordError after close."""
        fields = parse_event(event, data).model_dump()
        if self._is_closed:
            raise RecordError(f"The record is closed; '{event}' is not in it.")
        self._lines.append(self._chain.line(event, fields, now_us, utc))
        return self._chain.last_seq

    def sync(self) -> None:
        """Count everything so far as synced."""
        self._synced_seq = self._chain.last_seq

    def fileno(self) -> int | None:
        """Return None: there is nothing to wait on."""
        return None

    def drain(self) -> None:
        """There is nothing to drain."""

    def content(self) -> bytes:
        """Return all lines."""
        return b"".join(self._lines)

    def close(self, timeout_s: float) -> bool:  # noqa: ARG002 (the interface has it)
        """Sync; memory does not make anyone wait."""
        self.sync()
        self._is_closed = True
        return True

    def save(self, path: Path) -> None:
        """Write the journal to a new file; RecordError if that is not possible."""
        try:
            file = create_file(path)
            try:
                write_all(file, self.content())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise RecordError(_cure(path, error)) from error


class _Wish(enum.Enum):
    SYNC = enum.auto()
    END = enum.auto()


class JournalWriter:
    """A journal in a file of its own, written by one thread, so that no disk delays a pulse.

    The file must not exist yet; its folder is made. Creating it is the thread's work too: an
    obstacle shows as `failure`. Appending is safe from any thread, but not from a signal handler.
    A disk that keeps nothing for `most_lag_us` while records wait has failed; that is noticed
    at the next append. `create` opens the file, in the thread; it may raise OSError.
    """

    def __init__(
        self,
        path: Path,
        *,
        create: Callable[[Path], int] = create_file,
        most_lag_us: int = MOST_LAG_US,
    ) -> None:
        self._path = path
        self._create = create
        self._most_lag_us = most_lag_us
        self._chain = Chain()
        self._lock = threading.Lock()
        self._waiting: SimpleQueue[bytes | _Wish] = SimpleQueue()
        self._bell = Bell()
        self._kept_seq = -1
        self._synced_seq = -1
        self._moved_from_seq = -1
        self._moved_us = 0
        self._failure: str | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._keep, name="journal", daemon=True)
        self._thread.start()

    @property
    def synced_seq(self) -> int:
        """The highest record number that is on disk; -1 if none is."""
        return self._synced_seq

    @property
    def failure(self) -> str | None:
        """Why the record can no longer be written, and what to do; latched."""
        return self._failure

    def append(
        self, event: str, data: Mapping[str, object] | Recorded, now_us: int, utc: str
    ) -> int:
        """Hand a record to the thread and return its number; RecordError after close."""
        fields = parse_event(event, data).model_dump()
        with self._lock:
            if self._is_closed:
                raise RecordError(f"The record {self._path} is closed; '{event}' is not in it.")
            line = self._chain.line(event, fields, now_us, utc)
            self._watch_lag(now_us)
            self._put(line)
            return self._chain.last_seq

    def sync(self) -> None:
        """Ask the thread to sync everything so far; `synced_seq` tells when it has."""
        with self._lock:
            if not self._is_closed:
                self._put(_Wish.SYNC)

    def fileno(self) -> int:
        """Return what becomes readable when `synced_seq` or `failure` changed."""
        return self._bell.fileno()

    def drain(self) -> None:
        """Make `fileno` unreadable until the next change."""
        self._bell.drain()

    def content(self) -> bytes:
        """Return what is in the file now."""
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise RecordError(f"The record {self._path} cannot be read: {error}.") from error

    def close(self, timeout_s: float) -> bool:
        """Write and sync what is waiting, then end; whether all of it is on disk.

        If the disk does not answer in time it is left to itself.
        """
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._waiting.put(_Wish.END)
        self._thread.join(timeout_s)
        if not self._thread.is_alive():
            self._bell.close()
        return self._failure is None and self._synced_seq == self._chain.last_seq

    def _put(self, item: bytes | _Wish) -> None:
        if self._failure is None:
            self._waiting.put(item)

    def _watch_lag(self, now_us: int) -> None:
        is_caught_up = self._kept_seq == self._chain.last_seq - 1
        if is_caught_up or self._kept_seq != self._moved_from_seq:
            self._moved_from_seq, self._moved_us = self._kept_seq, now_us
        elif now_us - self._moved_us > self._most_lag_us:
            self._fail(
                f"The disk under {self._path} does not answer. Check it before a new session."
            )

    def _fail(self, text: str) -> None:
        if self._failure is None:
            self._failure = text
            self._bell.ring()

    # In the thread ------------------------------------------------------------------------------

    def _keep(self) -> None:
        outcome: str | None = f"Writing the record {self._path} broke off. End the session."
        try:
            self._write_until_end()
            outcome = None
        except OSError as error:
            outcome = _cure(self._path, error)
        finally:
            # Whatever ends the thread must be told: someone may be waiting for a sync.
            if outcome is not None:
                self._fail(outcome)

    def _write_until_end(self) -> None:
        file = self._create(self._path)
        written_seq = -1
        is_ended = False
        try:
            while not is_ended:
                batch = self._next_batch()
                lines = [item for item in batch if isinstance(item, bytes)]
                write_all(file, b"".join(lines))
                written_seq += len(lines)
                is_asked = len(lines) < len(batch)
                if is_asked:
                    self._force(file)
                self._kept_seq = written_seq  # before anyone is told, and appends the next
                if is_asked:
                    self._synced_seq = written_seq
                    self._bell.ring()
                is_ended = _Wish.END in batch
        finally:
            os.close(file)

    def _next_batch(self) -> list[bytes | _Wish]:
        batch = [self._waiting.get()]
        try:
            while True:
                batch.append(self._waiting.get_nowait())
        except Empty:
            return batch

    def _force(self, file: int) -> None:
        os.fsync(file)
        if not is_still_at(file, self._path):
            raise FileNotFoundError(errno.ENOENT, "its file is no longer there")


def _cure(path: Path, error: OSError) -> str:
    return (
        f"The record {path} cannot be written: {error.strerror}. "
        "Make room or choose another folder with NMES_HOME, then begin a new session."
    )
