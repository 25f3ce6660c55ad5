"""Framing over the golden frames and over any bytes at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sciencemode2 import crc_bit_by_bit, frame

from drivers.rehastim2.frames import FRAME_MAX, Frame, FrameDecoder, TransferError, crc8, encode
from protocols.errors import BadFrame

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "rehastim2_vectors.json").read_text(encoding="utf-8")
)
VECTORS = GOLDEN["vectors"]
STREAMS = GOLDEN["stream_vectors"]
EACH_VECTOR = pytest.mark.parametrize("vector", VECTORS, ids=[v["id"] for v in VECTORS])
EACH_STREAM = pytest.mark.parametrize("stream", STREAMS, ids=[s["id"] for s in STREAMS])

# Noise of every kind: plain, stop bytes, start bytes, a lone stuffing byte, cut-off frames.
NOISE = (
    b"\x00\xff\x12",
    b"\x0f",
    b"\xf0",
    b"\x81",
    b"\xf0\x81",
    b"\xf0\x81\x55\x81",
    b"\xf0\x81\x1c\x81\x5c\x03\x1e\x81",
)


def decode(*pieces: bytes) -> tuple[list[bytes], list[TransferError]]:
    decoder = FrameDecoder()
    payloads = []
    for piece in pieces:
        decoder.receive(piece)
        while (found := decoder.next_frame()) is not None:
            payloads.append(bytes((found.packet_number, found.command)) + found.data)
    return payloads, list(decoder.take_errors())


def one_by_one(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def test_all_golden_frames_are_there():
    assert len(VECTORS) == 146


@EACH_VECTOR
def test_a_golden_payload_is_encoded_to_its_frame(vector):
    payload = bytes.fromhex(vector["payload_hex"])
    assert encode(payload[0], payload[1], payload[2:]).hex() == vector["frame_hex"]


@EACH_VECTOR
def test_a_golden_frame_is_decoded_to_its_payload(vector):
    payload = bytes.fromhex(vector["payload_hex"])
    assert decode(bytes.fromhex(vector["frame_hex"])) == ([payload], [])


@EACH_VECTOR
def test_a_golden_frame_that_comes_byte_by_byte_is_decoded(vector):
    payload = bytes.fromhex(vector["payload_hex"])
    assert decode(*one_by_one(bytes.fromhex(vector["frame_hex"]))) == ([payload], [])


@EACH_VECTOR
@pytest.mark.parametrize("noise", NOISE, ids=[n.hex() for n in NOISE])
def test_noise_before_and_after_a_golden_frame_costs_nothing(vector, noise):
    payload = bytes.fromhex(vector["payload_hex"])
    golden = bytes.fromhex(vector["frame_hex"])
    assert decode(noise + golden + noise + golden) == ([payload, payload], [])


@EACH_VECTOR
def test_the_bytes_of_a_peer_that_stuffs_too_much_are_decoded(vector):
    peer = vector["pysciencemode"]
    if "decodes_to_payload_hex" in peer:
        found, _ = decode(bytes.fromhex(peer["frame_hex"]))
        assert found == [bytes.fromhex(peer["decodes_to_payload_hex"])]
    else:
        assert peer["agrees"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_all_golden_frames_in_one_stream_are_decoded(size):
    stream = b"".join(bytes.fromhex(v["frame_hex"]) for v in VECTORS)
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    assert decode(*pieces) == ([bytes.fromhex(v["payload_hex"]) for v in VECTORS], [])


@EACH_STREAM
@pytest.mark.parametrize("split", [lambda data: [data], one_by_one], ids=["whole", "bytes"])
def test_a_golden_stream_yields_its_payloads_and_transfer_errors(stream, split):
    payloads, errors = decode(*split(bytes.fromhex(stream["input_hex"])))
    assert [p.hex() for p in payloads] == stream["expected_payloads_hex"]
    assert [{"packet_number": e.packet_number, "command_id": e.command} for e in errors] == stream[
        "expected_transfer_errors"
    ]


def test_the_check_value_of_the_checksum_is_f4():
    assert crc8(b"123456789") == 0xF4


@given(st.binary(max_size=80))
def test_the_checksum_is_the_bitwise_one(data):
    assert crc8(data) == crc_bit_by_bit(data)


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
def test_whatever_is_encoded_is_decoded(number, command, data):
    decoder = FrameDecoder()
    decoder.receive(encode(number, command, data))
    assert decoder.next_frame() == Frame(packet_number=number, command=command, data=data)


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
def test_the_encoder_agrees_with_one_built_bit_by_bit(number, command, data):
    assert encode(number, command, data) == frame(number, command, *data)


def test_more_data_than_the_protocol_allows_is_refused():
    with pytest.raises(BadFrame, match="61 data bytes, at most 60"):
        encode(0, 32, bytes(61))


# Bytes that make trouble, far more often than chance would give them.
TROUBLE = st.lists(
    st.one_of(
        st.sampled_from([b"\xf0", b"\x0f", b"\x81", b"\xf0\x81", b"\x81\xf0", b"\x81\x0f"]),
        st.binary(min_size=1, max_size=3),
        st.builds(frame, st.integers(0, 255), st.integers(0, 255)),
        st.just(bytes(150)),
    ),
    max_size=12,
).map(b"".join)


@given(TROUBLE, st.integers(1, 20))
def test_pieces_do_not_matter(data, size):
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert decode(*pieces) == decode(data)


@given(TROUBLE)
def test_after_any_bytes_the_second_of_two_frames_is_decoded(data):
    good = frame(7, 35, 0)
    payloads, _ = decode(data, good, good)
    assert payloads[-1] == b"\x07\x23\x00"


@given(st.binary(min_size=2, max_size=40).filter(lambda b: not set(b) & {0xF0, 0x0F, 0x81}))
def test_one_flipped_bit_never_yields_another_frame(body):
    sound = frame(body[0], body[1], *body[2:])
    for bit in range(8 * len(sound)):
        damaged = bytearray(sound)
        damaged[bit // 8] ^= 1 << bit % 8
        assert decode(bytes(damaged))[0] == []


def test_a_damaged_frame_is_counted_and_described():
    decoder = FrameDecoder()
    decoder.receive(bytes.fromhex("f0810c815c031e0001000d0026000f"))
    assert decoder.next_frame() is None
    (error,) = decoder.take_errors()
    assert (decoder.error_count, error.packet_number, error.command) == (1, 3, 30)
    assert error.detail.startswith("wrong checksum: f0 81 0c")


def test_a_wrong_length_is_named_as_such():
    _, (error,) = decode(bytes.fromhex("f0811c815f031e0001000d0026000f"))
    assert error.detail.startswith("wrong length: ")


def test_errors_are_told_once():
    decoder = FrameDecoder()
    decoder.receive(bytes.fromhex("f08181815702220f"))
    decoder.next_frame()
    decoder.take_errors()
    assert decoder.take_errors() == ()


def test_a_frame_without_a_command_names_none():
    _, (error,) = decode(bytes.fromhex("f081000081000f").replace(b"\0\x81\0", b"\x81\x54\x07"))
    assert (error.packet_number, error.command) == (None, None)


def test_two_start_bytes_from_elsewhere_before_a_damaged_frame_yield_one_error():
    _, errors = decode(b"\xf0\x81" + bytes.fromhex("f08181815702220f"))
    assert len(errors) == 1


def longest(extra: int) -> bytes:
    return b"\xf0\x81\x00\x81\x00" + bytes(FRAME_MAX - 6 + extra) + b"\x0f"


def test_a_run_of_the_length_limit_is_judged():
    assert len(decode(longest(0))[1]) == 1


@pytest.mark.parametrize("split", [lambda data: [data], one_by_one], ids=["whole", "bytes"])
def test_a_run_longer_than_any_frame_is_dropped_without_a_word(split):
    assert decode(*split(longest(1) + frame(2, 34))) == ([b"\x02\x22"], [])
