"""Golden frames of the official C library, malformed input and streams, read byte by byte."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware_sim.p24.frames import (
    BODY_INDEX,
    LARGEST_FRAME,
    DamagedPacket,
    FrameReader,
    Packet,
    crc16,
    encode,
    escaped,
    unescaped,
)

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden/p24_vectors.json").read_text(encoding="utf-8")
)
VECTORS = {vector["name"]: vector for vector in GOLDEN["vectors"]}
ML_STOP = encode(3, 34)


def read(wire: bytes) -> list[Packet | DamagedPacket]:
    """What a reader finds that gets one byte at a time."""
    reader = FrameReader()
    return [packet for byte in wire for packet in reader.receive(bytes((byte,)))]


def intact(wire: bytes) -> list[bytes]:
    return [packet.wire for packet in read(wire) if isinstance(packet, Packet)]


@pytest.mark.parametrize("name", VECTORS)
def test_a_golden_frame_is_read_as_what_it_was_built_from(name: str) -> None:
    vector = VECTORS[name]
    (packet,) = read(bytes.fromhex(vector["frame_hex"]))

    assert isinstance(packet, Packet)
    assert packet.number == vector["packet_number"]
    assert packet.command == vector["command_number"]
    assert packet.data.hex() == vector["payload_hex"]


def test_golden_frames_are_built_byte_for_byte() -> None:
    built = {
        name: encode(v["packet_number"], v["command_number"], bytes.fromhex(v["payload_hex"]))
        for name, v in VECTORS.items()
    }
    assert {name: frame.hex() for name, frame in built.items()} == {
        name: vector["frame_hex"] for name, vector in VECTORS.items()
    }
    assert {len(frame) for frame in built.values()} >= {12, 90, 165, 212}


@pytest.mark.parametrize("case", GOLDEN["malformed"], ids=lambda case: case["name"])
def test_malformed_input_is_no_frame(case: dict[str, str]) -> None:
    assert intact(bytes.fromhex(case["bytes_hex"])) == []


@pytest.mark.parametrize("case", GOLDEN["malformed"], ids=lambda case: case["name"])
def test_after_malformed_input_and_two_stop_bytes_the_next_frame_is_read(
    case: dict[str, str],
) -> None:
    wire = bytes.fromhex(case["bytes_hex"]) + bytes.fromhex("0f0f") + ML_STOP
    assert intact(wire)[-1:] == [ML_STOP]


@pytest.mark.parametrize("case", GOLDEN["streams"], ids=lambda case: case["name"])
def test_a_stream_is_cut_into_its_frames(case: dict[str, object]) -> None:
    frames = [bytes.fromhex(VECTORS[name]["frame_hex"]) for name in case["frames"]]
    wire = bytes.fromhex(str(case["bytes_hex"]))

    assert intact(wire) == frames
    assert [p.wire for p in FrameReader().receive(wire) if isinstance(p, Packet)] == frames


def test_the_checksum_has_the_check_value_of_its_kind() -> None:
    assert crc16(b"123456789") == 0x31C3


def test_length_and_checksum_are_those_of_the_worked_example() -> None:
    assert encode(2, 4).hex(" ") == "f0 81 55 81 59 81 9c 81 78 08 04 0f"


def test_packet_number_60_is_escaped() -> None:
    frame = encode(60, 34)
    assert frame[BODY_INDEX : BODY_INDEX + 2] == bytes.fromhex("81a5")
    assert len(frame) == len(encode(59, 34)) + 1


@pytest.mark.parametrize(("byte", "pair"), [(0xF0, "81a5"), (0x0F, "815a"), (0x81, "81d4")])
def test_reserved_bytes_become_pairs(byte: int, pair: str) -> None:
    assert escaped(bytes((byte,))).hex() == pair


@given(payload=st.binary(max_size=80))
def test_escaping_is_undone_and_leaves_no_reserved_byte_but_escapes(payload: bytes) -> None:
    body = escaped(payload)
    assert unescaped(body) == payload
    assert not {0xF0, 0x0F} & set(body)


@given(number=st.integers(0, 63), command=st.integers(0, 1023), data=st.binary(max_size=200))
def test_what_is_built_is_read_again(number: int, command: int, data: bytes) -> None:
    (packet,) = read(encode(number, command, data))
    assert isinstance(packet, Packet)
    assert (packet.number, packet.command, packet.data) == (number, command, data)


def test_no_single_inverted_bit_goes_unnoticed() -> None:
    frame = bytes.fromhex(VECTORS["ll_cc_16_points_heavy_stuffing_pn60"]["frame_hex"])
    for place in range(len(frame) * 8):
        harmed = bytearray(frame)
        harmed[place // 8] ^= 1 << place % 8
        assert intact(bytes(harmed)) == []


@given(noise=st.binary(max_size=40))
def test_whatever_noise_came_before_a_frame_after_two_stop_bytes_is_read(noise: bytes) -> None:
    assert intact(noise + bytes.fromhex("0f0f") + ML_STOP)[-1:] == [ML_STOP]


def test_a_frame_without_an_end_is_given_up_at_its_largest_size() -> None:
    endless = bytes((0xF0,)) + bytes(LARGEST_FRAME - 1)
    reader = FrameReader()
    assert reader.receive(endless[:-1]) == []
    assert reader.is_within_frame
    reader.receive(endless[-1:])
    assert not reader.is_within_frame


def test_the_largest_update_fits() -> None:
    reader = FrameReader()
    data = bytes((0xFF,)) + 8 * (bytes((0xF0, 0x0F, 0xF0)) + 16 * bytes.fromhex("0f81f0f0"))
    (packet,) = reader.receive(encode(60, 32, data))
    assert isinstance(packet, Packet)
    assert packet.data == data


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("length_lsb_flipped", "length"),
        ("length_counts_unescaped_bytes", "length"),
        ("crc_over_unescaped_body", "checksum"),
        ("crc_init_ffff", "checksum"),
        ("length_not_escaped", "shape"),
        ("only_start_and_stop", "shape"),
    ],
)
def test_what_is_wrong_with_a_frame_is_told(name: str, fault: str) -> None:
    (case,) = (case for case in GOLDEN["malformed"] if case["name"] == name)
    (packet,) = read(bytes.fromhex(case["bytes_hex"]))
    assert isinstance(packet, DamagedPacket)
    assert packet.fault == fault
    assert packet.number == (None if fault == "shape" else 1)
