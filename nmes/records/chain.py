r"""The journal's lines: canonical JSON, each linked to all before it by its hash.

    {"record":{"data":{…},"event":"arm","seq":1,"t_mono_ns":…,"utc":"…"},"sha256":"<h_n>"}\n

h_n = SHA-256(h_{n-1} || record), h_{-1} = 32 zero bytes; the record's bytes are its canonical form:
sorted keys, no spaces, UTF-8. Pure: no files, no clock.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from nmes.records.events import CLOSING, OPENING
from protocols.errors import RecordError

GENESIS = bytes(32)

_HEAD = b'{"record":'
_MIDDLE = b',"sha256":"'
_TAIL = b'"}'
_HASH_LENGTH = 64


class Record(BaseModel):
    """One event with its place and times. `data` is plain JSON, not yet read as an event."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    data: dict[str, object]
    event: str
    seq: Annotated[int, Field(ge=0)]
    t_mono_ns: Annotated[int, Field(ge=0)]
    utc: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$")]

    @property
    def at_us(self) -> int:
        """The engine's monotonic time of the event."""
        return self.t_mono_ns // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalProblem:
    """The first line, counted from 1, that is not what was written, and why."""

    line: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReading:
    """What a journal's bytes hold. `records` are those before the first problem.

    `is_cut`: bytes of an unfinished line follow the last whole one. `is_closed`: the last record
    is the closing one. `final_hash` is that of the last good line, in hex.
    """

    records: tuple[Record, ...]
    is_cut: bool
    is_closed: bool
    problem: JournalProblem | None
    final_hash: str

    @property
    def is_whole(self) -> bool:
        """Whether every byte is as written, from the opening to the closing record."""
        return self.problem is None and self.is_closed and not self.is_cut


class Chain:
    """Makes the lines of one journal, in order. Not safe to share between threads."""

    def __init__(self) -> None:
        self._tip = GENESIS
        self._length = 0

    @property
    def last_seq(self) -> int:
        """The number of the last record; -1 before the first."""
        return self._length - 1

    def line(self, event: str, data: Mapping[str, object], now_us: int, utc: str) -> bytes:
        """Return the next line; RecordError, and no step forward, if it cannot be written."""
        try:
            record = Record(
                data=dict(data), event=event, seq=self._length, t_mono_ns=now_us * 1000, utc=utc
            )
            body = canonical(record)
        except ValueError as error:
            raise RecordError(f"'{event}' cannot be recorded: {error}") from error
        self._tip = chain(self._tip, body)
        self._length += 1
        return encode_line(body, self._tip)


def utc_text(moment: datetime) -> str:
    """Return a moment as records write it, in UTC to the millisecond; ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be recorded")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canonical(record: Record) -> bytes:
    """Return the one form in which a record is written and hashed; ValueError if it has none."""
    text = json.dumps(
        record.model_dump(),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode("utf-8")


def chain(previous: bytes, body: bytes) -> bytes:
    """Return the hash of a record that follows the one with hash `previous`."""
    return hashlib.sha256(previous + body).digest()


def encode_line(body: bytes, digest: bytes) -> bytes:
    """Return the journal's line for a canonical record and its hash, newline included."""
    return _HEAD + body + _MIDDLE + digest.hex().encode("ascii") + _TAIL + b"\n"


def read_journal(content: bytes) -> JournalReading:
    """Return what can be believed of a journal; any bytes are accepted, whatever happened to them.

    Reading ends at the first problem: no hash vouches for what stands behind it.
    """
    *lines, rest = content.split(b"\n")
    records: list[Record] = []
    tip = GENESIS
    problem = None
    for line in lines:
        try:
            record, tip = _next_record(line, tip, records)
        except ValueError as error:
            problem = JournalProblem(line=len(records) + 1, what=str(error))
            break
        records.append(record)
    return JournalReading(
        records=tuple(records),
        is_cut=bool(rest),
        is_closed=bool(records) and records[-1].event == CLOSING,
        problem=problem,
        final_hash=tip.hex(),
    )


def _next_record(line: bytes, tip: bytes, before: list[Record]) -> tuple[Record, bytes]:
    body, claimed = _split_line(line)
    digest = chain(tip, body)
    if claimed != digest.hex().encode("ascii"):
        raise ValueError("its hash does not fit: it, or a line before it, is not as written")
    record = _decode(body)
    if record.seq != len(before):
        raise ValueError(f"it is numbered {record.seq} and stands at {len(before)}")
    if (record.event == OPENING) != (not before):
        raise ValueError("a journal has one opening record, its first")
    if before and before[-1].event == CLOSING:
        raise ValueError("it follows the closing record")
    return record, digest


def _split_line(line: bytes) -> tuple[bytes, bytes]:
    end = len(line) - len(_TAIL)
    hash_start = end - _HASH_LENGTH
    body_end = hash_start - len(_MIDDLE)
    is_framed = (
        body_end >= len(_HEAD)
        and line.startswith(_HEAD)
        and line[body_end:hash_start] == _MIDDLE
        and line.endswith(_TAIL)
    )
    if not is_framed:
        raise ValueError("it is no line of a journal")
    return line[len(_HEAD) : body_end], line[hash_start:end]


def _decode(body: bytes) -> Record:
    try:
        record = Record.model_validate_json(body)
        is_canonical = canonical(record) == body
    except ValueError as error:
        raise ValueError("its hash fits, but it is no record") from error
    if not is_canonical:
        raise ValueError("its hash fits, but it is not written in canonical form")
    return record
