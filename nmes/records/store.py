"""The recorded sessions of one folder: listed, found and verified, never changed."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nmes.records.chain import JournalReading, read_journal
from nmes.records.journal import SUFFIX, journal_path
from nmes.records.summary import summarise
from protocols.errors import RecordError

UNREADABLE = "unreadable"
DAMAGED = "damaged"

OPENING_MAX_BYTES = 1_000_000

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """One recorded session as a list shows it.

    `outcome` is the closing record's, or `not closed`, or `damaged` (the rest is what stands before
    the damage), or `unreadable` (the rest is empty).
    """

    session_id: str
    started_utc: str
    protocol_id: str
    patient: str
    outcome: str
    contractions_done: int
    contractions_planned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """One session as its file holds it."""

    session_id: str
    reading: JournalReading


def list_sessions(folder: Path, limit: int = 100) -> tuple[SessionEntry, ...]:
    """Return the newest sessions, newest first; each journal is read and checked whole.

    A folder that does not exist holds no sessions; RecordError if it cannot be listed.
    """
    newest = sorted(_session_ids(folder), reverse=True)[:limit]
    return tuple(_entry(folder, session_id) for session_id in newest)


def open_session(folder: Path, wanted: str) -> StoredSession:
    """Return the session with this id, or the only one whose id begins so.

    RecordError, naming what is near, if there is none or more than one, or if it cannot be read.
    """
    session_id = _only_match(sorted(_session_ids(folder)), wanted)
    return StoredSession(session_id=session_id, reading=_read(folder, session_id))


def sessions_of(folder: Path, patient: str) -> tuple[JournalReading, ...]:
    """Return all journals of a patient, whatever the case of the code.

    RecordError if one cannot be read. What cannot be believed to be a journal at all is nobody's.
    """
    return tuple(
        _read(folder, session_id)
        for session_id in sorted(_session_ids(folder))
        if _is_of(folder, session_id, patient)
    )


def _is_of(folder: Path, session_id: str, patient: str) -> bool:
    path = journal_path(folder, session_id)
    try:
        with path.open("rb") as file:
            opening = read_journal(file.readline(OPENING_MAX_BYTES))
    except OSError as error:
        raise RecordError(f"The record {path} cannot be read: {error.strerror}.") from error
    found = opening.records[0].data.get("patient") if opening.records else None
    return isinstance(found, str) and found.casefold() == patient.casefold()


def verify(session: StoredSession) -> tuple[str, ...]:
    """Return, in words, everything that shows that a journal is not whole; empty if it is."""
    return tuple(_findings(session))


def _session_ids(folder: Path) -> list[str]:
    try:
        return [path.stem for path in folder.iterdir() if path.suffix == SUFFIX]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecordError(f"The folder {folder} cannot be listed: {error.strerror}.") from error


def _read(folder: Path, session_id: str) -> JournalReading:
    path = journal_path(folder, session_id)
    try:
        return read_journal(path.read_bytes())
    except OSError as error:
        raise RecordError(f"The record {path} cannot be read: {error.strerror}.") from error


def _entry(folder: Path, session_id: str) -> SessionEntry:
    try:
        reading = _read(folder, session_id)
        summary = summarise(reading)
    except RecordError:
        return SessionEntry(
            session_id=session_id,
            started_utc="",
            protocol_id="",
            patient="",
            outcome=UNREADABLE,
            contractions_done=0,
            contractions_planned=0,
        )
    is_damaged = reading.problem is not None or (reading.is_closed and reading.is_cut)
    return SessionEntry(
        session_id=session_id,
        started_utc=summary.started_utc,
        protocol_id=summary.protocol_id,
        patient=summary.patient,
        outcome=DAMAGED if is_damaged else summary.outcome,
        contractions_done=summary.contractions_done,
        contractions_planned=summary.contractions_planned,
    )


def _only_match(session_ids: list[str], wanted: str) -> str:
    if wanted in session_ids:
        return wanted
    matches = [session_id for session_id in session_ids if session_id.startswith(wanted)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise RecordError(
            f"{len(matches)} sessions begin with '{wanted}': {_named(matches)}. Give more of it."
        )
    near = difflib.get_close_matches(wanted, session_ids, n=_MOST_NAMED)
    hint = f"Did you mean {_named(near)}?" if near else "List the sessions to see their ids."
    raise RecordError(f"There is no session '{wanted}'. {hint}")


def _named(session_ids: list[str]) -> str:
    more = ", …" if len(session_ids) > _MOST_NAMED else ""
    return ", ".join(session_ids[:_MOST_NAMED]) + more


def _findings(session: StoredSession) -> Iterator[str]:
    reading = session.reading
    if reading.problem is not None:
        yield f"line {reading.problem.line}: {reading.problem.what}"
    if reading.is_cut:
        yield "the end: bytes of an unfinished line follow the last whole one"
    if not reading.is_closed:
        yield "the end: the closing record is missing, so records before it may be missing too"
    yield from _misfits(session)


def _misfits(session: StoredSession) -> Iterator[str]:
    reading = session.reading
    try:
        summary = summarise(reading)
    except RecordError as error:
        yield str(error)
        return
    if summary.session_id != session.session_id:
        yield f"line 1: this is session {summary.session_id}, under another name"
    claimed = reading.records[-1].data["contractions_done"] if reading.is_closed else None
    if claimed not in (None, summary.contractions_done):
        yield (
            f"line {len(reading.records)}: {claimed} contractions are claimed, "
            f"{summary.contractions_done} are recorded"
        )
