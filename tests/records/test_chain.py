import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.records.chain import (
    GENESIS,
    Chain,
    JournalProblem,
    chain,
    encode_line,
    read_journal,
    utc_text,
)
from protocols.errors import RecordError

# safety reference, section 4 item 14: three records in a row and their hashes
ORACLES = (
    (
        b'{"data":{"operator":"op1","protocol_sha256":"abc"},"event":"session_open","seq":0,'
        b'"t_mono_ns":0,"utc":"2026-01-01T00:00:00Z"}',
        "91f8fb1a35b0e25302d69cfcf90ed073d4d2156c4e079b7d21599aa702311a41",
    ),
    (
        b'{"data":{"channel":1},"event":"arm","seq":1,"t_mono_ns":1500000000,'
        b'"utc":"2026-01-01T00:00:01.500Z"}',
        "bf3c264f25c15ec8da7bcb7624f1f9a459a468a44f32d758a14eeb7b41d2c70e",
    ),
    (
        b'{"data":{"channel":1,"code":"CONTACT_LOST"},"event":"fault","seq":2,'
        b'"t_mono_ns":2000000000,"utc":"2026-01-01T00:00:02Z"}',
        "582a262ac794d10e7117d3bcdeb93bb765254731612cd01a194502f0881afd0d",
    ),
)
ORACLE_JOURNAL = b"".join(
    b'{"record":' + body + b',"sha256":"' + digest.encode() + b'"}\n' for body, digest in ORACLES
)


def small_journal() -> bytes:
    made = Chain()
    return b"".join(
        [
            made.line("session_open", {"operator": "Zoë"}, 0, "2026-01-01T00:00:00.000Z"),
            made.line("note", {"text": 'a "quoted" line\n'}, 5, "2026-01-01T00:00:01.000Z"),
            made.line("session_close", {}, 9, "2026-01-01T00:00:02.000Z"),
        ]
    )


SMALL = small_journal()
WHOLE = read_journal(SMALL)


def forged(*bodies: bytes) -> bytes:
    """Lines whose hashes fit, whatever they say."""
    content, tip = b"", GENESIS
    for body in bodies:
        tip = chain(tip, body)
        content += encode_line(body, tip)
    return content


def body(seq: int, event: str) -> bytes:
    text = (
        f'{{"data":{{}},"event":"{event}","seq":{seq},"t_mono_ns":0,"utc":"2026-01-01T00:00:00Z"}}'
    )
    return text.encode()


def test_the_hashes_are_those_of_the_reference() -> None:
    tip = GENESIS
    for record, digest in ORACLES:
        tip = chain(tip, record)
        assert tip.hex() == digest


def test_the_lines_made_of_the_reference_events_are_the_reference_lines() -> None:
    made = Chain()
    lines = [
        made.line(
            "session_open", {"protocol_sha256": "abc", "operator": "op1"}, 0, "2026-01-01T00:00:00Z"
        ),
        made.line("arm", {"channel": 1}, 1_500_000, "2026-01-01T00:00:01.500Z"),
        made.line(
            "fault", {"code": "CONTACT_LOST", "channel": 1}, 2_000_000, "2026-01-01T00:00:02Z"
        ),
    ]
    assert b"".join(lines) == ORACLE_JOURNAL


def test_the_reference_lines_read_back_with_their_last_hash() -> None:
    reading = read_journal(ORACLE_JOURNAL)
    assert [record.event for record in reading.records] == ["session_open", "arm", "fault"]
    assert reading.records[1].at_us == 1_500_000
    assert reading.final_hash == ORACLES[-1][1]
    assert reading.problem is None


def test_a_journal_without_its_closing_record_says_so() -> None:
    reading = read_journal(ORACLE_JOURNAL)
    assert (reading.is_closed, reading.is_cut, reading.is_whole) == (False, False, False)


def test_a_closed_journal_is_whole() -> None:
    assert WHOLE.is_whole
    assert [record.seq for record in WHOLE.records] == [0, 1, 2]


def test_an_empty_journal_is_neither_cut_nor_closed() -> None:
    reading = read_journal(b"")
    assert (reading.records, reading.is_cut, reading.is_closed) == ((), False, False)
    assert reading.final_hash == "0" * 64


def test_a_journal_cut_at_any_byte_loads_to_its_last_whole_line_and_says_so() -> None:
    for length in range(len(SMALL)):
        kept = SMALL[:length]
        reading = read_journal(kept)
        assert reading.records == WHOLE.records[: kept.count(b"\n")]
        assert reading.is_cut == (kept != b"" and not kept.endswith(b"\n"))
        assert (reading.is_closed, reading.problem) == (False, None)


def test_any_changed_bit_is_reported_at_its_line() -> None:
    for position in range(len(SMALL) - 1):
        line = SMALL[:position].count(b"\n")
        for bit in range(8):
            changed = bytearray(SMALL)
            changed[position] ^= 1 << bit
            reading = read_journal(bytes(changed))
            assert reading.records == WHOLE.records[:line]
            assert reading.problem is not None
            assert reading.problem.line == line + 1


def test_any_change_of_the_last_newline_reads_as_a_cut() -> None:
    for byte in set(range(256)) - {ord("\n")}:
        reading = read_journal(SMALL[:-1] + bytes([byte]))
        assert (reading.is_cut, reading.is_closed) == (True, False)


@given(
    position=st.integers(0, len(SMALL) - 1),
    cut=st.integers(0, 40),
    put_in=st.binary(max_size=40),
)
def test_any_other_bytes_anywhere_are_reported(position: int, cut: int, put_in: bytes) -> None:
    changed = SMALL[:position] + put_in + SMALL[position + cut :]
    assert read_journal(changed).is_whole == (changed == SMALL)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_reading_fail(content: bytes) -> None:
    assert not read_journal(content).is_whole


def test_a_line_taken_out_is_reported_where_it_is_missing() -> None:
    lines = SMALL.splitlines(keepends=True)
    reading = read_journal(lines[0] + lines[2])
    assert reading.problem == JournalProblem(
        line=2, what="its hash does not fit: it, or a line before it, is not as written"
    )


def test_lines_in_another_order_are_reported() -> None:
    lines = SMALL.splitlines(keepends=True)
    assert read_journal(lines[1] + lines[0] + lines[2]).problem is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=4))
def test_what_is_written_is_what_is_read(data: dict[str, object]) -> None:
    line = Chain().line("session_open", data, 7, "2026-01-01T00:00:00.000Z")
    reading = read_journal(line)
    assert reading.records[0].data == data
    assert line.count(b"\n") == 1


@pytest.mark.parametrize(
    ("bodies", "line", "what"),
    [
        ((body(0, "arm"),), 1, "a journal has one opening record, its first"),
        (
            (body(0, "session_open"), body(1, "session_open")),
            2,
            "a journal has one opening record, its first",
        ),
        ((body(0, "session_open"), body(2, "arm")), 2, "it is numbered 2 and stands at 1"),
        ((body(1, "session_open"),), 1, "it is numbered 1 and stands at 0"),
        (
            (body(0, "session_open"), body(1, "session_close"), body(2, "arm")),
            3,
            "it follows the closing record",
        ),
        ((body(0, "session_open") + b" ",), 1, "its hash fits, but it is not written in canon"),
        ((b'{"seq":0}',), 1, "its hash fits, but it is no record"),
        ((b"\xff\xfe",), 1, "its hash fits, but it is no record"),
        ((b"[" * 5000,), 1, "its hash fits, but it is no record"),
        (
            (body(0, "session_open").replace(b'"data":{}', b'"data":{"x":NaN}'),),
            1,
            "its hash fits, but it is no record",
        ),
        (
            (body(0, "session_open").replace(b'"data":{}', b'"data":{"a":1,"a":1}'),),
            1,
            "its hash fits, but it is not written in canon",
        ),
    ],
)
def test_a_forger_who_makes_the_hashes_fit_must_still_write_a_journal(
    bodies: tuple[bytes, ...], line: int, what: str
) -> None:
    problem = read_journal(forged(*bodies)).problem
    assert problem is not None
    assert problem.line == line
    assert problem.what.startswith(what)


def test_bytes_after_the_closing_record_are_reported() -> None:
    reading = read_journal(SMALL + b"x")
    assert (reading.is_closed, reading.is_cut, reading.is_whole) == (True, True, False)


@pytest.mark.parametrize(
    "differing",
    [
        {"data": {"odd": "\ud800"}},
        {"data": {"odd": float("nan")}},
        {"now_us": -1},
        {"utc": "yesterday"},
        {"utc": "2026-01-01T00:00:00+01:00"},
    ],
)
def test_what_has_no_canonical_form_is_refused_and_does_not_break_the_chain(
    differing: dict[str, Any],
) -> None:
    made = Chain()
    asked: dict[str, Any] = {
        "event": "session_open",
        "data": {},
        "now_us": 0,
        "utc": "2026-01-01T00:00:00Z",
    }
    with pytest.raises(RecordError, match="'session_open' cannot be recorded"):
        made.line(**(asked | differing))
    assert made.last_seq == -1
    assert read_journal(made.line(**asked)).problem is None


def test_a_line_is_plain_json_that_anyone_can_check() -> None:
    previous = bytes(32)
    for line in SMALL.splitlines():
        outer = json.loads(line)
        text = json.dumps(
            outer["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert outer["sha256"] == previous.hex()


def test_a_moment_is_written_in_utc_to_the_millisecond() -> None:
    moment = datetime(2026, 1, 1, 1, 0, 1, 500_900, tzinfo=timezone(timedelta(hours=1)))
    assert utc_text(moment) == "2026-01-01T00:00:01.500Z"
    assert utc_text(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc_text(datetime(2026, 1, 1))
