import pytest
from support.rehastim2_bench import (
    DOUBLET,
    INIT_LIST,
    START_LIST,
    TRIPLET,
    Bench,
    channel_list,
    setting,
    single_pulse,
)

from hardware_sim.rehastim2.frames import FrameReader, Packet, encode
from hardware_sim.rehastim2.words import describe


def words(command, data=b"", channels=()):
    packet = Packet(number=12, command=command, data=data, wire=b"")
    return describe(packet, channels)


@pytest.mark.parametrize(
    ("command", "data", "meaning"),
    [
        (1, b"\x01", "Init #12: version 1"),
        (2, b"\x00", "InitAck #12: 0 ok"),
        (2, b"\xfb", "InitAck #12: -5 incompatible version"),
        (3, b"\x5f", "UnknownCommand #12: command 95"),
        (4, b"", "Watchdog #12"),
        (10, b"", "GetStimulationMode #12"),
        (11, b"\x00\x02", "GetStimulationModeAck #12: 0 ok, started"),
        (11, b"\xff", "GetStimulationModeAck #12: -1 transfer error"),
        (33, b"\xf8", "StartChannelListModeAck #12: -8 busy"),
        (34, b"", "StopChannelListMode #12"),
        (36, single_pulse(channel_field=7), "SinglePulse #12: ch8 single 300 us 20 mA"),
        (38, b"\xfe", "StimulationError #12: -2 electrode"),
        (81, b"\xfc", "StartBasicTrainingAck #12: -4 motomed connection"),
        (72, b"\x10", "SetSpeed #12: 10"),
        (99, b"\x01\x02", "command 99 #12: 01 02"),
    ],
)
def test_a_packet_is_put_into_words(command, data, meaning):
    assert words(command, data) == meaning


def test_a_channel_list_is_put_into_words():
    assert words(INIT_LIST, channel_list(mask=5)) == (
        "InitChannelListMode #12: ch1 ch3, t1 20 ms, t2 8 ms"
    )


def test_one_shot_mode_and_low_frequency_are_named():
    assert words(INIT_LIST, channel_list(mask=7, t1=0, low=2, factor=3)) == (
        "InitChannelListMode #12: ch1 ch2 ch3, one-shot, t2 8 ms, low frequency factor 3 on ch2"
    )


def test_low_frequency_channels_that_are_not_active_are_dropped():
    assert words(INIT_LIST, channel_list(mask=1, low=255, factor=1)).endswith("factor 1 on ch1")


def test_settings_are_named_by_the_active_channels():
    data = setting(current=40) + setting(mode=DOUBLET, width=25) + setting(mode=TRIPLET)

    assert words(START_LIST, data, (1, 4, 8)) == (
        "StartChannelListMode #12: "
        "ch1 single 300 us 40 mA, ch4 doublet 25 us 20 mA, ch8 triplet 300 us 20 mA"
    )


@pytest.mark.parametrize("command", [1, 3, 11, 30, 32, 33, 36, 38])
def test_data_that_cannot_be_read_are_shown_as_they_are(command):
    unreadable = b"" if command in (1, 3) else b"\x77\x78"

    meaning = words(command, unreadable)

    assert f"#12: {unreadable.hex(' ')} (" in meaning


def test_a_damaged_frame_is_named_as_damaged():
    (packet,) = FrameReader().receive(bytes.fromhex("f08181815702220f"))

    assert describe(packet) == "damaged (checksum): StopChannelListMode #2"


def test_a_frame_without_shape_is_named_as_damaged():
    (packet,) = FrameReader().receive(b"\xf0\x0f")

    assert describe(packet) == "damaged (shape)"


def test_every_frame_of_either_side_is_reported_with_its_time_and_meaning():
    bench = Bench().start(channel_list(), setting())

    assert bench.frames == [
        (0, "host", encode(1, 2, b"\x00"), "InitAck #1: 0 ok"),
        (
            0,
            "host",
            encode(2, 30, channel_list()),
            "InitChannelListMode #2: ch1, t1 20 ms, t2 8 ms",
        ),
        (0, "device", encode(2, 31, b"\x00"), "InitChannelListModeAck #2: 0 ok"),
        (0, "host", encode(3, 32, setting()), "StartChannelListMode #3: ch1 single 300 us 20 mA"),
        (0, "device", encode(3, 33, b"\x00"), "StartChannelListModeAck #3: 0 ok"),
    ]
