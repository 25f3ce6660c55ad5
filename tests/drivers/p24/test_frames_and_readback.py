"""Frames and their read-back hold against any bytes: properties, and what must be refused."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.sciencemode4 import (
    crc_bit_by_bit,
    frame,
    ml_init,
    ml_stop,
    no_pulse,
    point,
    pulse,
)

import drivers.p24
from drivers.meaning import OutputMeaning, SetUpMeaning
from drivers.p24 import messages
from drivers.p24.frames import FRAME_MAX, FrameDecoder, encode
from drivers.p24.readback import P24Readback, RehaMove3Readback
from protocols.errors import BadFrame, DeviceError
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

BODIES = st.tuples(st.integers(0, 63), st.integers(0, 127), st.binary(max_size=80))
SETUP = TrainSetup(period_us=25_000, channels=(1, 5))


def decoded(*chunks: bytes) -> list[tuple[int, int, bytes]]:
    decoder, found = FrameDecoder(), []
    for chunk in chunks:
        decoder.receive(chunk)
    while (read := decoder.next_frame()) is not None:
        found.append((read.packet_number, read.command, read.data))
    return found


@st.composite
def output_frames(draw: st.DrawFn) -> OutputFrame:
    channels = tuple(sorted(draw(st.sets(st.integers(1, 8), min_size=1))))
    outputs = []
    for channel in channels:
        steps, width_us = draw(st.integers(0, 65)), draw(st.integers(20, 600))
        factor = draw(st.sampled_from((1, 4)))
        outputs.append(
            ChannelOutput(
                channel=channel,
                current_ua=2_000 * steps,
                pulse_width_us=width_us,
                second_current_ua=2_000 * steps // factor,
                second_width_us=width_us * factor,
            )
        )
    setup = TrainSetup(period_us=250 * draw(st.integers(128, 4000)), channels=channels)
    return OutputFrame(setup=setup, outputs=tuple(outputs))


@given(body=BODIES)
def test_any_body_survives_the_way_there_and_back(body):
    assert decoded(encode(*body)) == [body]


@given(body=BODIES)
def test_the_encoder_says_what_a_frame_built_bit_by_bit_says(body):
    number, command, data = body
    assert encode(number, command, data) == frame(number, command, *data)


@given(bodies=st.lists(BODIES, max_size=4), cuts=st.lists(st.integers(0, 300)))
def test_frames_cut_anywhere_arrive_whole(bodies, cuts):
    stream = b"".join(encode(*body) for body in bodies)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert decoded(*chunks) == bodies


@given(body=BODIES, noise=st.binary(max_size=40))
def test_noise_before_a_frame_costs_no_more_than_what_it_swallows(body, noise):
    after = [encode(*body), encode(1, 62)]
    assert decoded(noise, *after)[-1] == (1, 62, b"")


@given(body=BODIES, bit=st.integers(0, 2000))
def test_a_flipped_bit_is_never_taken_for_another_frame(body, bit):
    sound = encode(*body)
    harmed = bytearray(sound)
    harmed[bit // 8 % len(harmed)] ^= 1 << bit % 8
    assert decoded(bytes(harmed)) in ([], [body])


@given(data=st.binary(max_size=3000))
def test_any_bytes_are_decided_within_the_longest_frame(data):
    decoder = FrameDecoder()
    decoder.receive(data)
    assert len(decoder._undecided) <= FRAME_MAX


def test_a_body_longer_than_a_frame_may_be_is_refused():
    with pytest.raises(BadFrame, match="1200"):
        encode(1, 32, bytes(1200))


def test_a_start_without_an_end_is_given_up_once_it_is_too_long():
    stub = b"\xf0\x81\x51\x81\xe5\x81\x55\x81\x55"  # says it is 1200 bytes long
    assert decoded(stub + bytes(1300), encode(1, 62)) == [(1, 62, b"")]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_frame_that_breaks_off_for_another_costs_no_more_than_itself(cut):
    assert decoded(encode(2, 62)[:cut], encode(1, 62)) == [(1, 62, b"")]


def test_a_frame_behind_one_that_broke_off_is_not_waited_for_nor_is_the_piece_noise():
    stub = b"\xf0\x81\x51\x81\xe5\x81\x55\x81\x55"  # says it is 1200 bytes long
    decoder = FrameDecoder()
    decoder.receive(stub + encode(1, 62))
    assert decoder.next_frame() is not None
    assert decoder.take_errors() == ()


@given(wanted=output_frames(), number=st.integers(0, 63))
def test_what_is_encoded_reads_back_as_itself(wanted, number):
    data = messages.encode(messages.MlUpdate(frame=wanted), number)
    assert P24Readback().read(data) == (OutputMeaning(frame=wanted),)


@given(wanted=output_frames(), bit=st.integers(0, 3000))
def test_no_flipped_bit_of_an_update_reads_as_anything_else(wanted, bit):
    harmed = bytearray(messages.encode(messages.MlUpdate(frame=wanted), 7))
    harmed[bit // 8 % len(harmed)] ^= 1 << bit % 8
    with pytest.raises(BadFrame):
        P24Readback().read(bytes(harmed))


def test_the_first_update_without_current_gives_the_device_its_train():
    readback = P24Readback()
    readback.read(ml_init(1))
    quiet = frame(2, 32, 0b1_0001, *no_pulse(50), *no_pulse(50))
    assert readback.read(quiet) == (SetUpMeaning(setup=SETUP),)
    (again,) = readback.read(quiet)
    assert isinstance(again, OutputMeaning)


def test_a_first_update_with_current_is_an_output():
    readback = P24Readback()
    readback.read(ml_init(1))
    (meaning,) = readback.read(frame(2, 32, 1, *pulse(50, 300, 2)))
    assert isinstance(meaning, OutputMeaning)


def test_a_stop_takes_the_initialisation_back():
    readback = P24Readback()
    readback.read(ml_init(1))
    readback.read(ml_stop(2))
    (meaning,) = readback.read(frame(3, 32, 1, *no_pulse(50)))
    assert isinstance(meaning, OutputMeaning)


SAID_BEFORE = (ml_init(1), ml_stop(2), frame(3, 0, 0), frame(4, 4), frame(5, 32, 1, *no_pulse(50)))


@given(before=st.lists(st.sampled_from(SAID_BEFORE)), wanted=output_frames())
def test_current_is_never_read_as_a_set_up_whatever_was_said_before(before, wanted):
    readback = P24Readback()
    for data in before:
        readback.read(data)
    assume(any(output.current_ua for output in wanted.outputs))
    data = messages.encode(messages.MlUpdate(frame=wanted), 7)
    assert readback.read(data) == (OutputMeaning(frame=wanted),)


def block(period: int = 100, *points: bytes, ramp: int = 0) -> bytes:
    return bytes(((len(points) - 1) << 4 | ramp,)) + period.to_bytes(2, "big") + b"".join(points)


GOOD = (point(300, 20), point(100, 0), point(300, -20))


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ((block(100, *GOOD, ramp=1),), "ramp"),
        ((block(0, *GOOD),), "no period"),
        ((block(1, *GOOD),), "no period"),
        ((block(101, *GOOD),), "fine steps"),
        ((block(100, point(300, 20), point(100, 0), point(300, -19)),), "not balanced"),
        ((block(100, point(300, -20), point(100, 0), point(300, 20)),), "begins below zero"),
        ((block(100, point(300, 20), point(99, 0), point(300, -20)),), "100 µs between"),
        ((block(100, point(300, 20), point(300, -20)),), "100 µs between"),
        ((block(100, *GOOD, point(20, 0)),), "100 µs between"),
        ((block(100, point(9, 20), point(100, 0), point(9, -20)),), "out of range"),
        ((block(100, point(300, 261), point(100, 0), point(300, -261)),), "out of range"),
        ((block(100, GOOD[0][:3] + b"\x01", *GOOD[1:]),), "reserved"),
        ((block(100, *GOOD)[:-1],), "ends too early"),
        ((block(100, *GOOD) + b"\x00",), "behind the last channel"),
        ((), "ends too early"),
    ],
)
def test_an_update_that_the_device_would_take_otherwise_is_refused(blocks, told):
    with pytest.raises(BadFrame, match=told):
        P24Readback().read(frame(3, 32, 1, *b"".join(blocks)))


def test_channels_with_different_periods_are_refused():
    data = frame(3, 32, 3, *block(100, *GOOD), *block(102, *GOOD))
    with pytest.raises(BadFrame, match="different periods"):
        P24Readback().read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x0f",
        frame(3, 32, 0),
        frame(3, 32),
        frame(3, 34, 0),
        frame(3, 36, 3),
        frame(3, 58),
        *(frame(3, 34)[:cut] for cut in range(2, 12)),
        frame(3, 34) + b"\x00",
        b"\xf0" + frame(3, 34),
    ],
)
def test_what_is_not_spoken_is_refused(data):
    with pytest.raises(BadFrame):
        P24Readback().read(data)


@pytest.mark.parametrize(
    "data",
    [frame(3, 32, 16, *block(100, *GOOD)), frame(3, 32, 1, *block(103, *GOOD))],
    ids=["channel 5 is a soft start", "fine periods are unknown"],
)
def test_what_a_rehamove3_would_take_otherwise_is_refused(data):
    assert P24Readback().read(data)
    with pytest.raises(BadFrame, match="RehaMove3"):
        RehaMove3Readback().read(data)


def test_bodies_that_are_stuffed_wrongly_are_refused():
    """Stuffed by hand: an escape at the end, a body of one byte, a start byte left as it is."""
    for body in (b"\x0c\x22\x81", b"\x81\x59", b"\x0c\x22\xf0"):
        head = bytearray((0xF0,))
        for word in (len(body) + 10, crc_bit_by_bit(body)):
            head += bytes((0x81, (word >> 8) ^ 0x55, 0x81, (word & 0xFF) ^ 0x55))
        with pytest.raises(BadFrame):
            P24Readback().read(bytes(head) + body + b"\x0f")


# What cannot be said


def frame_of(*outputs: ChannelOutput, period_us: int = 25_000) -> OutputFrame:
    channels = tuple(output.channel for output in outputs)
    return OutputFrame(setup=TrainSetup(period_us=period_us, channels=channels), outputs=outputs)


def uneven(second_ua: int, second_us: int) -> ChannelOutput:
    return ChannelOutput(
        channel=1,
        current_ua=2_000,
        pulse_width_us=300,
        second_current_ua=second_ua,
        second_width_us=second_us,
    )


@pytest.mark.parametrize(
    "output",
    [
        symmetric_output(1, 250, 300),
        symmetric_output(1, 130_500, 300),
        symmetric_output(1, -500, 300),
        symmetric_output(1, 500, 9),
        symmetric_output(1, 500, 4096),
        symmetric_output(1, 500, 0),
        uneven(500, 1199),
        uneven(1_500, 400 + 1),
        uneven(2_000, 299),
    ],
)
def test_a_pulse_off_the_grid_or_out_of_balance_is_refused(output):
    with pytest.raises(DeviceError):
        messages.MlUpdate(frame=frame_of(output))


@pytest.mark.parametrize(
    ("widths_us", "channels", "refused_us", "accepted_us"),
    [(300, 8, 6_000, 6_250), (300, 1, 750, 1_000), (4_095, 1, 8_250, 8_500)],
)
def test_pulses_must_fit_one_after_another(widths_us, channels, refused_us, accepted_us):
    """Each takes both phases, the gap of 100 µs and 60 µs; together less than the period."""
    outputs = [symmetric_output(n, 500, widths_us) for n in range(1, channels + 1)]
    messages.MlUpdate(frame=frame_of(*outputs, period_us=accepted_us))
    with pytest.raises(DeviceError):
        messages.MlUpdate(frame=frame_of(*outputs, period_us=refused_us))


def test_outputs_of_other_channels_than_the_train_are_refused():
    wrong = OutputFrame(setup=SETUP, outputs=(symmetric_output(1, 500, 300),))
    with pytest.raises(DeviceError, match="not those of channels"):
        messages.MlUpdate(frame=wrong)


def imports_of(module: str) -> str:
    path = Path(drivers.p24.__file__).parent / f"{module}.py"
    statements = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = (s for s in statements if isinstance(s, ast.Import | ast.ImportFrom))
    return "\n".join(map(ast.unparse, found))


def test_encoder_and_read_back_do_not_know_each_other():
    assert "p24" not in imports_of("readback")
    for module in ("frames", "messages", "exchange"):
        assert "readback" not in imports_of(module)
