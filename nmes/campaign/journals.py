"""The journal of a session, checked by a reading of its own: framing, order, hash chain."""

import hashlib
import json

from nmes.campaign.evidence import Record

HEAD, MIDDLE, TAIL = b'{"record":', b',"sha256":"', b'"}'


class UnreadableJournal(ValueError):
    """A journal that is not what was written, and where."""


def read_records(content: bytes, *, may_be_cut: bool) -> list[Record]:
    """Return all whole records; UnreadableJournal if the chain is broken.

    `may_be_cut`: the engine was killed, so that the last line may be there in part.
    """
    *lines, rest = content.split(b"\n")
    if rest and not may_be_cut:
        raise UnreadableJournal("its last line is not whole")
    previous, records = bytes(32), []
    for number, line in enumerate(lines):
        body, digest = _split(line, number)
        previous = hashlib.sha256(previous + body).digest()
        if digest != previous.hex().encode():
            raise UnreadableJournal(f"line {number + 1}: the hash does not fit")
        records.append(_record(body, number))
    if records and not may_be_cut and records[-1].event != "session_close":
        raise UnreadableJournal(f"it ends with {records[-1].event}")
    return records


def _split(line: bytes, number: int) -> tuple[bytes, bytes]:
    body, found, digest = line[len(HEAD) :].rpartition(MIDDLE)
    if not (line.startswith(HEAD) and found and digest.endswith(TAIL)):
        raise UnreadableJournal(f"line {number + 1} is no line of a journal")
    return body, digest[: -len(TAIL)]


def _record(body: bytes, number: int) -> Record:
    fields = json.loads(body)
    if fields["seq"] != number:
        raise UnreadableJournal(f"line {number + 1} is numbered {fields['seq']}")
    return Record(at_us=fields["t_mono_ns"] // 1000, event=fields["event"], data=fields["data"])
