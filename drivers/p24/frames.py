"""ScienceMode 4 frames: start byte, length, checksum, stuffed body, stop byte (IFU 1.1, p. 16).

    index   0    1   2            5   6            9 …                                    last
          | F0 | 81 len ^ 55, 2x | 81 crc ^ 55, 2x | stuffed packet number, command, data | 0F |

Length is that of the whole frame; CRC-16 (polynomial 1021, initial value 0) is that of the stuffed
body; both travel high byte first, each byte behind an 81, so that raw F0, 0F and 81 occur there. In
the body they travel as 81, byte ^ 55. Packet number (6 bits) and command (10) share two bytes. Not
responsible for what commands mean.
"""

import re
from binascii import crc_hqx
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from protocols.errors import BadFrame

START = 0xF0
STOP = 0x0F
STUFFING = 0x81
KEY = 0x55
PACKET_NUMBERS = 64
FRAME_MAX = 1200
RESYNCHRONISATION = b"\x0f\x0f"
"""Ends whatever half a frame an earlier program may have left; otherwise without effect."""

_HEAD = 9
_OVERHEAD = _HEAD + 1
_LEAST_BODY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One command or reply as it stands between the framing bytes."""

    packet_number: int
    command: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferError:
    """A frame that arrived damaged."""

    detail: str


def encode(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """Return the frame of one command; BadFrame if it would be longer than the protocol allows."""
    body = ((packet_number << 10) | command).to_bytes(2, "big") + data
    # 81 first: the other two put new 81s in.
    body = body.replace(b"\x81", b"\x81\xd4").replace(b"\xf0", b"\x81\xa5")
    body = body.replace(b"\x0f", b"\x81\x5a")
    length, crc = len(body) + _OVERHEAD, crc_hqx(body, 0)
    if length > FRAME_MAX:
        raise BadFrame(f"a frame of {length} bytes, at most {FRAME_MAX} are allowed")
    return b"\xf0\x81%c\x81%c\x81%c\x81%c%b\x0f" % (
        (length >> 8) ^ KEY,
        (length & 0xFF) ^ KEY,
        (crc >> 8) ^ KEY,
        (crc & 0xFF) ^ KEY,
        body,
    )


_STUFFED_PAIR = re.compile(b"\x81(.)", re.DOTALL)
_WHOLE = re.compile(rb"\xf0\x81.\x81.\x81.\x81.[^\xf0\x0f]*\x0f", re.DOTALL)


def _unstuff(body: bytes) -> bytes:
    if STUFFING not in body:
        return body
    return _STUFFED_PAIR.sub(lambda pair: bytes((pair[1][0] ^ KEY,)), body)


# A session's answers are the same few hundred byte strings again and again: each is checked once.
@lru_cache(maxsize=1024)
def _check(candidate: bytes) -> Frame | TransferError:
    """Judge bytes that begin and end as a frame does."""
    body = candidate[_HEAD:-1]
    crc = (candidate[6] ^ KEY) << 8 | (candidate[8] ^ KEY)
    plain = _unstuff(body)
    if _length_in(candidate) != len(candidate):
        return TransferError(detail=f"wrong length: {candidate.hex(' ')}")
    if crc != crc_hqx(body, 0) or len(plain) < _LEAST_BODY:
        return TransferError(detail=f"wrong checksum: {candidate.hex(' ')}")
    prefix = plain[0] << 8 | plain[1]
    return Frame(packet_number=prefix >> 10, command=prefix & 0x3FF, data=plain[2:])


class FrameDecoder:
    """Frames out of a stream of bytes, in any pieces, with noise between and inside.

    Every start byte is tried as the start of a frame, so lost or added bytes cost no more frames
    than they hit. What has not even the shape of a frame is dropped without a word.
    """

    def __init__(self) -> None:
        self._undecided = b""
        self._found: deque[Frame] = deque()
        self._errors: list[TransferError] = []

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        stream, at = self._undecided + data, 0
        while (at := stream.find(START, at)) >= 0:
            whole = _WHOLE.match(stream, at)
            if whole is None and _is_open(stream, at):
                break
            at = whole.end() if whole and self._take(whole[0]) else at + 1
        self._undecided = stream[at:] if at >= 0 else b""

    def next_frame(self) -> Frame | None:
        """Return the next whole frame, None if there is none yet."""
        return self._found.popleft() if self._found else None

    def take_errors(self) -> tuple[TransferError, ...]:
        """Return what arrived damaged since the last call."""
        errors = tuple(self._errors)
        self._errors.clear()
        return errors

    def _take(self, candidate: bytes) -> bool:
        """Take a frame, or its damage; return whether it was one."""
        found = _check(candidate)
        if isinstance(found, Frame):
            self._found.append(found)
            return True
        self._errors.append(found)
        return False


def _length_in(head: bytes) -> int:
    return (head[2] ^ KEY) << 8 | (head[4] ^ KEY)


def _is_open(stream: bytes, at: int) -> bool:
    """Return whether what starts here and is not whole yet can still become a frame."""
    head = stream[at : at + _HEAD]
    if any(byte != STUFFING for byte in head[1::2]):
        return False
    if len(head) < _HEAD:
        return True
    if stream.find(START, at + _HEAD) >= 0:
        return False
    return len(stream) - at < min(_length_in(head), FRAME_MAX)
