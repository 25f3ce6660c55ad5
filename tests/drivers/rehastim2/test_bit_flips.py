"""Every bit of every kind of frame, both ways, inverted once: what then flows, what is told of it.

Current is judged by the pulse record of the simulated device. The frames are those of a whole
conversation, with bytes in them that are stuffed.
"""

from functools import cache
from itertools import combinations

import pytest
from support.harmed_line import DEVICE, HOST, SETUP, STRONG, WEAK, Harm, HarmedLine, harmed
from support.sciencemode2 import frame

from drivers.rehastim2 import messages
from drivers.rehastim2.entry import SERIAL_SETTINGS
from drivers.rehastim2.frames import FrameDecoder
from drivers.rehastim2.messages import Number, Result
from hardware_sim.rehastim2.device import Mode
from hardware_sim.rehastim2.frames import FrameReader, Packet, crc8
from protocols.pulses import OutputFrame, TrainSetup, silent_frame, symmetric_output

SINGLE_FLIPS = tuple(1 << bit for bit in range(8))
FLIPS_OF_A_BYTE = range(1, 256)
ONE_OR_TWO_FLIPS = tuple(flips for flips in FLIPS_OF_A_BYTE if flips.bit_count() <= 2)

EIGHT = TrainSetup(period_us=50_000, channels=tuple(range(1, 9)))
WHOLE_MODULES = OutputFrame(
    setup=EIGHT, outputs=tuple(symmetric_output(c, 20_000 + 1000 * c, 250) for c in EIGHT.channels)
)
TO_DEVICE = {
    "InitAck": messages.InitAck(result=Result.OK),
    "Watchdog": messages.Watchdog(),
    "GetStimulationMode": messages.GetStimulationMode(),
    "StopChannelListMode": messages.StopChannelListMode(),
    "InitChannelListMode": messages.InitChannelListMode(setup=SETUP),
    "a start without current": messages.StartChannelListMode(frame=silent_frame(SETUP)),
    "a weak output": messages.StartChannelListMode(frame=WEAK),
    "a strong output": messages.StartChannelListMode(frame=STRONG),
}
TO_HOST = {
    "Init": (Number.INIT, 1),
    "UnknownCommand": (Number.UNKNOWN_COMMAND, 99),
    "a mode": (Number.GET_STIMULATION_MODE_ACK, 0, 2),
    "a refused question": (Number.GET_STIMULATION_MODE_ACK, 0xFF),
    "a list taken": (Number.INIT_CHANNEL_LIST_MODE_ACK, 0),
    "an output taken": (Number.START_CHANNEL_LIST_MODE_ACK, 0),
    "an output refused": (Number.START_CHANNEL_LIST_MODE_ACK, 0xFD),
    "a stop": (Number.STOP_CHANNEL_LIST_MODE_ACK, 0),
    "StimulationError": (Number.STIMULATION_ERROR, 0xFE),
}
PACKET_NUMBERS = (0, 1, 0x0F, 0x7F, 0x81, 0xF0)


@cache
def unharmed(has_open_pad: bool = False) -> HarmedLine:
    return HarmedLine(has_open_pad=has_open_pad).play()


def every_harm(line: HarmedLine, flips: tuple[int, ...] | range) -> list[Harm]:
    """Every harm of that kind to every frame of a conversation."""
    return [
        Harm(sender=sender, number=number, at_byte=at_byte, flips=pattern)
        for sender, frames in line.sent.items()
        for number, wire in enumerate(frames)
        for at_byte in range(len(wire))
        for pattern in flips
    ]


def wrong(harm: Harm, *, has_open_pad: bool = False) -> list[str]:
    """What is wrong with the conversation after one harm."""
    line = HarmedLine(harm=harm, has_open_pad=has_open_pad).play()
    wrong = list(line.findings)
    if line.device.mode is not Mode.START:
        wrong.append("the device is not stopped at the end")
    if not line.is_told and line.course != unharmed(has_open_pad).course:
        wrong.append(f"told of nothing, but took another course: {line.course}")
    if not line.is_told and line.pulses_of_course != unharmed(has_open_pad).pulses_of_course:
        wrong.append("told of nothing, but other pulses flowed")
    return wrong


# Conversations -------------------------------------------------------------------------------


def test_the_conversation_has_every_kind_of_frame_that_a_session_has() -> None:
    line = unharmed()
    assert line.course == [
        "Connected",
        "SetUpConfirmed",
        "OutputConfirmed",
        "OutputConfirmed",
        "Alive",
        "StopConfirmed",
    ]
    commands = {HOST: [2, 10, 34, 4, 34, 30, 32, 32, 32, 10, 34], DEVICE: [1, 11, 35, 35, 31, 33]}
    for sender, expected in commands.items():
        assert [_packet(wire).command for wire in line.sent[sender]][: len(expected)] == expected
    assert {(p.current_ma, p.pulse_width_us) for p in line.pulses} == {
        (7, 240),
        (15, 129),
        (16, 271),
        (33, 200),
    }
    assert not line.findings


def test_no_flipped_bit_of_a_conversation_brings_a_wrong_pulse_or_goes_untold() -> None:
    harms = every_harm(unharmed(), SINGLE_FLIPS)
    assert len(harms) == 1_800
    assert {str(harm): found for harm in harms if (found := wrong(harm))} == {}


def test_no_flipped_bit_around_an_electrode_error_brings_a_wrong_pulse_or_goes_untold() -> None:
    line = unharmed(has_open_pad=True)
    number = [_packet(wire).command for wire in line.sent[DEVICE]].index(Number.STIMULATION_ERROR)
    harms = [h for h in every_harm(line, SINGLE_FLIPS) if (h.sender, h.number) == (DEVICE, number)]
    assert len(harms) == 8 * len(line.sent[DEVICE][number])
    assert {str(harm): found for harm in harms if (found := wrong(harm, has_open_pad=True))} == {}


@pytest.mark.campaign
def test_no_byte_of_a_conversation_turned_into_any_other_brings_a_wrong_pulse() -> None:
    harms = every_harm(unharmed(), FLIPS_OF_A_BYTE)
    assert {str(harm): found for harm in harms if (found := wrong(harm))} == {}


def test_told_of_nothing_are_only_frames_that_are_repeated_anyway_or_have_no_answer() -> None:
    silent = {
        (harm.sender, _packet(unharmed().sent[harm.sender][harm.number]).command)
        for harm in every_harm(unharmed(), (1,))
        if not HarmedLine(harm=harm).play().is_told
    }
    assert silent == {
        (HOST, Number.WATCHDOG),
        (HOST, Number.STOP_CHANNEL_LIST_MODE),
        (DEVICE, Number.INIT),
        (DEVICE, Number.STOP_CHANNEL_LIST_MODE_ACK),
    }


def test_a_wrong_pulse_would_be_found() -> None:
    line = HarmedLine()
    line.device.receive(frame(1, Number.INIT_ACK, 0), 0)
    line.device.receive(frame(2, Number.INIT_CHANNEL_LIST_MODE, 0, 1, 0, 13, 0, 38, 0), 5_000)
    line.device.receive(frame(3, Number.START_CHANNEL_LIST_MODE, 0, 0, 200, 71), 10_000)
    line.device.advance(30_000)
    assert "is of no frame in force" in line.findings[0]


# Frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TO_DEVICE)
def test_no_frame_to_the_device_with_one_or_two_flips_in_a_byte_is_taken_for_sound(
    name: str,
) -> None:
    for number in PACKET_NUMBERS:
        sound = messages.encode(TO_DEVICE[name], number)
        for at_byte in range(len(sound)):
            for flips in ONE_OR_TWO_FLIPS:
                assert not _device_takes(harmed(sound, at_byte, flips))


@pytest.mark.parametrize("name", TO_HOST)
def test_no_frame_to_the_host_with_any_one_byte_turned_into_another_is_taken_for_sound(
    name: str,
) -> None:
    for number in PACKET_NUMBERS:
        sound = frame(number, *TO_HOST[name])
        for at_byte in range(len(sound)):
            for flips in FLIPS_OF_A_BYTE:
                assert not _host_takes(harmed(sound, at_byte, flips))


@pytest.mark.parametrize("name", TO_HOST)
def test_no_frame_to_the_host_with_any_two_flips_is_taken_for_sound(name: str) -> None:
    for number in PACKET_NUMBERS:
        sound = frame(number, *TO_HOST[name])
        for flipped in combinations(range(8 * len(sound)), 2):
            assert not _host_takes(_with_flips(sound, flipped))


@pytest.mark.parametrize("name", ["InitAck", "StopChannelListMode", "InitChannelListMode"])
def test_no_short_frame_to_the_device_with_any_two_flips_is_taken_for_sound(name: str) -> None:
    sound = messages.encode(TO_DEVICE[name], 5)
    for flipped in combinations(range(8 * len(sound)), 2):
        assert not _device_takes(_with_flips(sound, flipped))


# What the checksum cannot catch -----------------------------------------------------------------


def test_two_flips_pass_the_checksum_only_if_they_stand_127_bits_apart() -> None:
    body = messages.encode(messages.StartChannelListMode(frame=WHOLE_MODULES), 5)[5:-1]
    blank = bytes(len(body))
    checksums = [crc8(_with_flips(blank, (bit,))) for bit in range(8 * len(body))]
    apart = {
        second - first
        for first, second in combinations(range(len(checksums)), 2)
        if checksums[first] == checksums[second]
    }
    assert apart == {127, 254}


def test_the_read_back_stands_before_the_line_so_such_a_frame_reaches_the_device() -> None:
    sound = messages.encode(messages.StartChannelListMode(frame=WHOLE_MODULES), 5)
    taken = [
        bit
        for bit in range(8 * 5, 8 * (len(sound) - 1) - 127)
        if _device_takes(_with_flips(sound, (bit, bit + 127)))
    ]
    assert taken


def test_parity_shows_each_byte_of_two_flips_that_the_checksum_misses() -> None:
    """127 bits apart they stand in two bytes; a receiver that heeds parity drops both."""
    assert SERIAL_SETTINGS.parity == "even"
    blank = bytes(40)
    for bit in range(8 * len(blank) - 127):
        flipped = _with_flips(blank, (bit, bit + 127))
        assert [byte.bit_count() for byte in flipped if byte] == [1, 1]


def test_a_train_of_three_channels_is_long_enough_for_that_only_with_stuffed_bytes() -> None:
    three = TrainSetup(period_us=50_000, channels=(1, 2, 3))
    outputs = tuple(symmetric_output(c, 15_000, 240) for c in three.channels)
    of_stuffed = OutputFrame(setup=three, outputs=outputs)
    wire = messages.encode(messages.StartChannelListMode(frame=of_stuffed), 5)
    plain = 2 + 4 * len(three.channels)
    assert 8 * plain < 127 < 8 * (len(wire) - 6)


def _packet(wire: bytes) -> Packet:
    (packet,) = FrameReader().receive(wire)
    assert isinstance(packet, Packet)
    return packet


def _with_flips(wire: bytes, bits: tuple[int, ...]) -> bytes:
    flipped = bytearray(wire)
    for bit in bits:
        flipped[bit // 8] ^= 0x80 >> bit % 8
    return bytes(flipped)


def _device_takes(wire: bytes) -> bool:
    """Whether anything that arrives is sound to the simulated device, another frame following."""
    found = FrameReader().receive(wire + SOUND)
    return any(isinstance(packet, Packet) and packet.wire != SOUND for packet in found)


def _host_takes(wire: bytes) -> bool:
    """Whether anything that arrives is sound to the driver, another frame following."""
    decoder = FrameDecoder()
    decoder.receive(wire + SOUND)
    while (found := decoder.next_frame()) is not None:
        if (found.packet_number, found.command, found.data) != (77, 35, b"\0"):
            return True
    return False


SOUND = frame(77, Number.STOP_CHANNEL_LIST_MODE_ACK, 0)
