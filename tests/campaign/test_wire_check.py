"""What the checksum of a RehaStim2 surely finds, frame by frame, and what it need not find."""

import json
from pathlib import Path

import pytest

from nmes.campaign.wire_check import (
    checksum,
    checksum_16,
    intact_frames,
    is_another_line,
    is_intact,
    is_intact_of_sciencemode_4,
    is_undetected,
)

VECTORS = Path(__file__).parents[1] / "golden" / "rehastim2_vectors.json"
FRAMES = sorted(
    {bytes.fromhex(vector["frame_hex"]) for vector in json.loads(VECTORS.read_text())["vectors"]}
)
START = bytes.fromhex("F081858152032000012C815A0F")


def test_the_checksum_of_the_check_text_is_the_published_one() -> None:
    assert checksum(b"123456789") == 0xF4


def test_every_golden_frame_is_intact() -> None:
    assert all(is_intact(frame) for frame in FRAMES)


def test_no_single_inverted_bit_makes_another_intact_frame() -> None:
    for frame in FRAMES:
        for bit in range(8 * len(frame)):
            harmed = bytearray(frame)
            harmed[bit // 8] ^= 1 << bit % 8
            assert not is_undetected(frame, bytes(harmed)), (frame.hex(), bit)


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_no_frame_cut_short_is_intact_by_itself_or_with_the_next(missing: int) -> None:
    for frame in FRAMES:
        joined = frame[:-missing] + START
        assert set(intact_frames(joined, is_intact)) <= {START}, frame.hex()


def test_a_changed_frame_with_a_checksum_that_fits_is_undetected() -> None:
    body = bytes.fromhex("032000012C14")
    forged = bytes((0xF0, 0x81, checksum(body) ^ 0x55, 0x81, len(body) ^ 0x55)) + body + b"\x0f"
    assert (is_intact(forged), is_undetected(START, forged)) == (True, True)


def test_a_frame_as_it_was_sent_is_not_undetected() -> None:
    assert not is_undetected(START, START)


LL_STOP = bytes.fromhex("f08155815981 9c81780804 0f".replace(" ", ""))
"""Ll_stop, packet number 2, as HASOMED prints it (SM3 3.2.4, 7.1)."""


def test_the_checksum_of_sciencemode_4_is_that_of_its_check_value() -> None:
    assert checksum_16(b"123456789") == 0x31C3


def test_a_printed_frame_of_sciencemode_4_is_intact_and_no_flipped_bit_leaves_it_so() -> None:
    assert is_intact_of_sciencemode_4(LL_STOP)
    for bit in range(8 * len(LL_STOP)):
        harmed = bytearray(LL_STOP)
        harmed[bit // 8] ^= 1 << bit % 8
        assert not is_intact_of_sciencemode_4(bytes(harmed)), bit


def test_a_frame_of_sciencemode_4_that_is_too_short_is_not_intact() -> None:
    assert not is_intact_of_sciencemode_4(LL_STOP[:11])


ON = b"WV,0018,4330493330543630304 7.\n".replace(b" ", b"")
"""C0I30T600G in a frame for an openEMSstim board."""


@pytest.mark.parametrize(
    "harmed",
    [
        b"WV,0018,4330493430543630304 7.\n".replace(b" ", b""),
        b"18,43304933305436303047.\n",
        b"1\n",
        ON[:-1] + b"\nConnection End\n",
        ON.replace(b"5436", b"5A36"),
        ON.replace(b"4933", b"4934"),
    ],
)
def test_a_line_that_a_board_would_obey_otherwise_is_another(harmed: bytes) -> None:
    assert is_another_line(ON, harmed)


@pytest.mark.parametrize(
    "harmed",
    [
        b"",
        ON,
        ON[:20],
        b"XV" + ON[2:],
        b"WV,001C" + ON[7:],
        ON.replace(b"47.", b"46."),
        ON.replace(b".\n", b"\n"),
        b"noise\n" + ON,
        b"WV\n",
        b"\n",
    ],
)
def test_a_line_that_is_lost_or_still_the_same_is_none(harmed: bytes) -> None:
    assert not is_another_line(ON, harmed)
