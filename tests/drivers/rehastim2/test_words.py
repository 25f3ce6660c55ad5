"""Frames in words, as a trace shows them."""

import pytest
from support.sciencemode2 import frame, get_mode, stop

from drivers.rehastim2.words import FrameWords

TRAIN = frame(1, 30, 0, 0b101, 0, 13, 0, 48, 0)
"""Channels 1 and 3, every 25 ms."""


def words(*data: bytes) -> list[str]:
    """The lines without their hex, of bytes said one after another."""
    told = FrameWords()
    return [line.partition(" ")[2] for chunk in data for line in told.lines(chunk)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (stop(7), "stop_channel_list_mode #7"),
        (frame(9, 35, 0), "stop_channel_list_mode_ack #9: data 00"),
        (frame(9, 99, 1, 2), "command 99 #9: data 01 02"),
        (TRAIN, "init_channel_list_mode #1: channels 1, 3 every 25 ms"),
        (frame(1, 30, 0, 5), "init_channel_list_mode #1: data 00 05"),
    ],
)
def test_a_frame_is_told_by_name_number_and_values(data, told):
    assert words(data) == [told]


def test_pulses_are_told_by_the_channels_of_the_train_before():
    start = frame(2, 32, 0, 1, 44, 12, 1, 0, 200, 0)
    told = "start_channel_list_mode #2: ch1 single 300 µs 12 mA, ch3 doublet 200 µs 0 mA"
    assert words(TRAIN, start)[-1] == told


def test_pulses_that_fit_no_train_are_told_byte_by_byte():
    assert words(frame(2, 32, 0, 1, 44, 12)) == ["start_channel_list_mode #2: data 00 01 2c 0c"]


def test_the_hex_is_that_of_the_frame():
    (line,) = FrameWords().lines(get_mode(7))
    assert line == f"{get_mode(7).hex()} get_stimulation_mode #7"


def test_a_damaged_frame_is_told_with_what_is_wrong():
    (line,) = FrameWords().lines(frame(3, 30, 5)[:-2] + b"\x06\x0f")
    assert line.startswith("- damaged frame, wrong checksum: f0 81")
