from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.link.lines import LINE_MAX_BYTES, LineReader, line_of
from nmes.link.messages import INTENTS, REPORTS, Event, Intent, StillHere, Stop
from protocols.errors import LinkError

STOP = Stop(cause="space")
EVENT = Event(at_us=1, utc="2000-01-01T00:00:00.000Z", mark="i", text="ä\n{}")


def reader() -> LineReader[Intent]:
    return LineReader(INTENTS)


def test_a_message_is_one_line() -> None:
    assert line_of(EVENT).count(b"\n") == 1


def test_what_is_written_is_read() -> None:
    assert LineReader(REPORTS).receive(line_of(EVENT)) == [EVENT]


def test_several_lines_at_once_come_in_order() -> None:
    assert reader().receive(line_of(StillHere()) + line_of(STOP)) == [StillHere(), STOP]


@given(cuts=st.lists(st.integers(0, 60), max_size=6))
def test_lines_cut_anywhere_are_read_whole(cuts: list[int]) -> None:
    data = line_of(STOP) + line_of(StillHere())
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    arriving = reader()
    read = [
        message for begin, end in pairwise(places) for message in arriving.receive(data[begin:end])
    ]
    assert read == [STOP, StillHere()]


def test_an_empty_line_is_nothing() -> None:
    assert reader().receive(b"\n\n") == []


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        b"{}\n",
        b'{"kind":"step_to","channel":1,"current_ma":40}\n',
        b'{"kind":"stop"}\n',
        b'{"kind":"stop","cause":"x","force":1}\n',
        b'{"kind":"find_level","channel":"1"}\n',
        b'{"kind":"find_level","channel":1.0}\n',
        b'{"kind":"find_level","channel":true}\n',
        b"\xff\xfe\n",
    ],
)
def test_a_line_that_is_no_intent_is_refused(line: bytes) -> None:
    with pytest.raises(LinkError):
        reader().receive(line)


def test_the_error_shows_the_line() -> None:
    with pytest.raises(LinkError, match="open sesame"):
        reader().receive(b"open sesame\n")


def test_a_line_that_never_ends_is_refused() -> None:
    with pytest.raises(LinkError, match="never ends"):
        reader().receive(b"x" * (LINE_MAX_BYTES + 1))


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        reader().receive(data + b"\n")
    except LinkError:
        return
    assert data.strip(b"\n") == b""


def test_no_intent_names_a_current_but_the_most_that_a_person_may_get() -> None:
    schema = str(INTENTS.json_schema()).replace("maximum_ua", "")
    assert "_ua" not in schema
    assert "_ma" not in schema
