"""What outgoing bytes would do to a board, read by the firmware's rules and by literal bytes."""

import pytest

from drivers.meaning import HarmlessMeaning, OutputMeaning, SetUpMeaning
from drivers.openemsstim.readback import OpenEmsStimReadback
from protocols.errors import BadFrame
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

SETUP = TrainSetup(period_us=25_000, channels=(1, 2))
ON_BOTH = b"WV,0018,43304933305436303047.\nWV,0018,43314934305436303047.\n"
END_BOTH = b"WV,0018,433054353047.\nWV,0018,433154353047.\n"
NOTHING_NEW = b"WV,0018,30.\n"


def frame(text: str) -> bytes:
    return f"WV,0018,{text.encode().hex().upper()}.\n".encode()


@pytest.fixture
def readback() -> OpenEmsStimReadback:
    told = OpenEmsStimReadback((20_000, 30_000), 250, 25_000)
    assert told.read(b"WV,0018,3132.\n") == (SetUpMeaning(setup=SETUP),)
    return told


def output(first_ua: int, second_ua: int) -> tuple[OutputMeaning, ...]:
    both = (symmetric_output(1, first_ua, 250), symmetric_output(2, second_ua, 250))
    return (OutputMeaning(frame=OutputFrame(setup=SETUP, outputs=both)),)


def test_percents_are_read_as_parts_of_the_declared_dials(readback):
    assert readback.read(ON_BOTH) == output(6_000, 12_000)


def test_an_end_is_read_as_no_current(readback):
    readback.read(ON_BOTH)
    assert readback.read(END_BOTH) == output(0, 0)


def test_channels_at_rest_need_not_be_named(readback):
    assert readback.read(NOTHING_NEW) == output(0, 0)
    assert readback.read(frame("C1I10T600G")) == output(0, 3_000)


def test_a_channel_that_would_go_on_unnamed_is_refused(readback):
    readback.read(ON_BOTH)
    with pytest.raises(BadFrame, match=r"channels \[2\] would go on"):
        readback.read(frame("C0I30T600G"))


def test_after_a_stop_nothing_goes_on(readback):
    readback.read(ON_BOTH)
    (meaning,) = readback.read(b"\nConnection End\nXXG\n")
    assert isinstance(meaning, HarmlessMeaning)
    assert readback.read(NOTHING_NEW) == output(0, 0)


def test_an_empty_frame_is_harmless(readback):
    (meaning,) = readback.read(b"WV,0018,.\n")
    assert isinstance(meaning, HarmlessMeaning)


def test_an_output_before_the_channels_were_told_is_refused():
    with pytest.raises(BadFrame, match="before the channels"):
        OpenEmsStimReadback((20_000, 30_000), 250, 25_000).read(ON_BOTH)


@pytest.mark.parametrize(
    "text",
    [
        "C0I0T600G",  # closes the relays
        "C0I101T600G",  # beyond the dial's range
        "C0I30T40000G",  # on for weeks
        "C0I30T600",  # no go
        "C2I30T600G",  # crashes the board, channel on
        "I30T600G",
        "C0T600G",
        "C0I030T600G",
        "C0G",
        "G",
        "1I",
        "21",
        "C0I30T600GC1I30T600G",
    ],
)
def test_what_the_firmware_would_take_otherwise_than_it_looks_is_refused(readback, text):
    with pytest.raises(BadFrame):
        readback.read(frame(text))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1\n",  # switches a channel on without end
        b"C0I30T600G\n",
        b"WV,0018,43304933305436303047\n",  # without its point the last letter is lost
        b"WV,0018,43304933305436303047.",  # without its newline two commands merge
        b"WV,0018,433049333054363030474.\n",
        b"WV,0018,4f4d415b302c35305d.\n",
        b"WV,0018,4F4D415B302C35305D.\n",
        ON_BOTH + frame("C0I30T600G"),
        frame("C0I30T600G") * 2,
        b"x" + ON_BOTH,
    ],
)
def test_bytes_that_are_not_whole_safe_frames_are_refused(readback, data):
    with pytest.raises(BadFrame):
        readback.read(data)
