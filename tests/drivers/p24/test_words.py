"""Frames in words, as a trace shows them."""

import pytest
from support.sciencemode4 import frame, get_status, ml_stop, ml_update, no_pulse, point, pulse

from drivers.p24.words import FrameWords


def words(data: bytes) -> list[str]:
    """The lines without their hex."""
    return [line.partition(" ")[2] for line in FrameWords().lines(data)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (ml_stop(7), "ml_stop #7"),
        (frame(9, 35, 0), "ml_stop_ack #9: data 00"),
        (frame(9, 99, 1, 2), "command 99 #9: data 01 02"),
        (ml_update(1, 0), "ml_update #1: no channel"),
        (ml_update(1, 2, no_pulse(50)), "ml_update #1: ch2 every 25 ms: +0 mA 20 µs"),
        (
            ml_update(1, 1, pulse(50, 300, 25)),
            "ml_update #1: ch1 every 25 ms: +12.5 mA 300 µs, +0 mA 100 µs, -12.5 mA 300 µs",
        ),
    ],
)
def test_a_frame_is_told_by_name_number_and_values(data, told):
    assert words(data) == [told]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            frame(4, 2, 0xF2, *point(300, 25), *point(100, 0), *point(300, -25)),
            "ll_channel_config #4: ch8 once: +12.5 mA 300 µs, +0 mA 100 µs, -12.5 mA 300 µs",
        ),
        (frame(4, 2, 0xA0, *point(20, 1)), "ll_channel_config #4: ch2 once: +0.5 mA 20 µs"),
        (frame(4, 0, 0), "ll_init #4: data 00"),
        (frame(4, 3, 10, 1, 0), "ll_channel_config_ack #4: data 0a 01 00"),
    ],
)
def test_a_single_pulse_is_told_by_its_channel_and_points(data, told):
    assert words(data) == [told]


@pytest.mark.parametrize("data", [b"\x20" + point(20, 1), b"\xa1" + point(20, 1), b"\xa0"])
def test_a_single_pulse_that_cannot_be_told_is_told_byte_by_byte(data):
    assert words(frame(1, 2, *data)) == [f"ll_channel_config #1: data {data.hex(' ')}"]


def test_a_fine_period_is_told_in_milliseconds():
    block = b"\x00" + (115 << 1 | 1).to_bytes(2, "big") + no_pulse(1)[3:]
    assert words(ml_update(1, 1, block)) == ["ml_update #1: ch1 every 28.75 ms: +0 mA 20 µs"]


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x01\x20\x00\x64", b"\x03" + no_pulse(50)])
def test_an_update_that_ends_too_early_is_told_byte_by_byte(data):
    told = f": data {data.hex(' ')}" if data else ""
    assert words(frame(1, 32, *data)) == [f"ml_update #1{told}"]


def test_the_hex_is_that_of_the_frame():
    (line,) = FrameWords().lines(ml_stop(7))
    assert line.startswith(ml_stop(7).hex() + " ")


def test_a_frame_in_pieces_is_told_once_it_is_whole():
    told = FrameWords()
    data = get_status(3)
    assert told.lines(data[:5]) == []
    (line,) = told.lines(data[5:])
    assert line.endswith("get_stim_status #3")


def test_a_damaged_frame_is_told_with_what_is_wrong():
    damaged = ml_stop(7).replace(b"\x22", b"\x23")
    (line,) = FrameWords().lines(damaged)
    assert line == f"- damaged frame, wrong checksum: {damaged.hex(' ')}"
