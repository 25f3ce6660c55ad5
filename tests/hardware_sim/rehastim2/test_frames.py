import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware_sim.rehastim2.frames import (
    LARGEST_FRAME,
    DamagedPacket,
    FrameReader,
    Packet,
    crc8,
    encode,
    stuff,
    unstuff,
)

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden/rehastim2_vectors.json").read_text(encoding="utf-8")
)
VECTORS = GOLDEN["vectors"]
PEER_VECTORS = [v for v in VECTORS if "decodes_to_payload_hex" in v["pysciencemode"]]
NOISE = bytes.fromhex("00ff120f")
WATCHDOG = encode(1, 4)


def payload(packet):
    return bytes((packet.number, packet.command)) + packet.data


def payloads(chunks):
    reader = FrameReader()
    found = [packet for chunk in chunks for packet in reader.receive(chunk)]
    assert all(isinstance(packet, Packet) for packet in found)
    return [payload(packet).hex() for packet in found]


def by_id(vector):
    return vector["id"]


def test_all_146_vectors_are_here():
    assert len(VECTORS) == 146


@pytest.mark.parametrize("vector", VECTORS, ids=by_id)
def test_a_vector_is_encoded_byte_for_byte(vector):
    data = bytes.fromhex(vector["payload_hex"])[2:]

    wire = encode(vector["packet_number"], vector["command_id"], data)

    assert wire.hex() == vector["frame_hex"]


@pytest.mark.parametrize("vector", VECTORS, ids=by_id)
def test_a_vector_is_decoded_in_one_piece(vector):
    assert payloads([bytes.fromhex(vector["frame_hex"])]) == [vector["payload_hex"]]


@pytest.mark.parametrize("vector", VECTORS, ids=by_id)
def test_a_vector_is_decoded_byte_by_byte_after_noise(vector):
    wire = NOISE + bytes.fromhex(vector["frame_hex"])

    assert payloads(bytes((byte,)) for byte in wire) == [vector["payload_hex"]]


def test_all_vectors_in_one_write_are_decoded():
    wire = bytes.fromhex("".join(vector["frame_hex"] for vector in VECTORS))

    assert payloads([wire]) == [vector["payload_hex"] for vector in VECTORS]


@pytest.mark.parametrize("vector", PEER_VECTORS, ids=by_id)
def test_frames_of_a_client_that_stuffs_too_much_are_decoded(vector):
    peer = vector["pysciencemode"]

    assert payloads([bytes.fromhex(peer["frame_hex"])]) == [peer["decodes_to_payload_hex"]]


def test_the_checksum_has_the_published_check_value():
    assert crc8(b"123456789") == 0xF4


@given(st.binary(max_size=60))
def test_unstuffing_undoes_stuffing(plain):
    assert unstuff(stuff(plain)) == plain


@given(st.binary(max_size=60))
def test_a_stuffed_body_holds_no_start_or_stop_byte(plain):
    assert not {0xF0, 0x0F} & set(stuff(plain))


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60)), max_size=5
    ),
    st.lists(st.integers(0, 700), max_size=8),
)
def test_packets_survive_any_division_into_writes(packets, cuts):
    wire = b"".join(encode(*packet) for packet in packets)
    places = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})

    chunks = [wire[start:end] for start, end in pairwise(places)]

    assert payloads(chunks) == [bytes((n, c)).hex() + data.hex() for n, c, data in packets]


@given(st.binary(max_size=400))
@example(b"\xf0\x0f")
def test_no_bytes_whatever_upset_the_reader(noise):
    """After noise that is over, the second of two frames always arrives."""
    reader = FrameReader()

    reader.receive(noise)
    found = reader.receive(WATCHDOG + WATCHDOG)

    assert payload(found[-1]) == b"\x01\x04"


@given(st.integers(0, len(encode(3, 30, bytes(7))) - 1))
def test_a_lost_byte_costs_at_most_the_frame_it_belongs_to(place):
    damaged = bytearray(encode(3, 30, bytes(7)))
    del damaged[place]

    found = FrameReader().receive(bytes(damaged) + WATCHDOG)

    assert payload(found[-1]) == b"\x01\x04"


@given(st.integers(1, 12), st.integers(1, 255))
def test_a_corrupted_byte_never_gives_a_valid_packet(place, flip):
    wire = bytearray(encode(3, 30, bytes(7)))
    wire[place] ^= flip

    found = FrameReader().receive(bytes(wire))

    assert not any(isinstance(packet, Packet) for packet in found)


def test_a_frame_that_never_ends_is_given_up():
    reader = FrameReader()

    found = reader.receive(b"\xf0" + b"\x22" * LARGEST_FRAME + b"\x0f")

    assert found == []


def test_a_damaged_frame_behind_a_lone_start_is_reported_with_its_own_number():
    damaged = bytes.fromhex("f0810c815c031e0001000d0026000f")

    (found,) = FrameReader().receive(b"\xf0\x81" + damaged)

    assert isinstance(found, DamagedPacket)
    assert (found.fault, found.number, found.command) == ("checksum", 3, 30)


def test_a_damaged_frame_whose_checksum_looks_like_a_start_is_reported_with_its_own_number():
    damaged = bytes.fromhex("f081f0815310200000e6170f")

    (found,) = FrameReader().receive(damaged)

    assert isinstance(found, DamagedPacket)
    assert (found.fault, found.number, found.command) == ("checksum", 0x10, 32)


@pytest.mark.parametrize("wire", ["f081008154070f", "f0810081578154 0f"])
def test_a_frame_without_a_command_has_no_number(wire):
    (found,) = FrameReader().receive(bytes.fromhex(wire))

    assert found == DamagedPacket(
        fault="shape", number=None, command=None, wire=bytes.fromhex(wire)
    )
