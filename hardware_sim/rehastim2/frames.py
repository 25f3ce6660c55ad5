"""ScienceMode2 frames: bytes to packets and back.

::

    F0 | 81 checksum^55 | 81 length^55 | stuff(packet number, command, data ...) | 0F

The checksum is CRC-8 (polynomial 0x07, from 0) over the stuffed body; the length counts the
stuffed body. In the body F0, 0F and 81 are sent as 81 followed by the byte XOR 55. The checksum
byte itself may be a raw F0, 0F or 81. What the commands mean is no business of this module.

Source: ScienceMode2 description 1.24, sections 2.2 and 5.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

START = 0xF0
STOP = 0x0F
ESCAPE = 0x81
KEY = 0x55
RESERVED = frozenset((START, STOP, ESCAPE))

CHECKSUM_INDEX = 2
LENGTH_INDEX = 4
BODY_INDEX = 5
SMALLEST_FRAME = 8
LARGEST_FRAME = 140
"""A frame that grows longer than this is given up (our decision; legal ones have 68 at most)."""

CRC_POLYNOMIAL = 0x07


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A frame that arrived undamaged."""

    number: int
    command: int
    data: bytes
    wire: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedPacket:
    """A frame that failed its check; number and command are None when its shape is wrong."""

    fault: Literal["shape", "length", "checksum"]
    number: int | None
    command: int | None
    wire: bytes


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ CRC_POLYNOMIAL if byte & 0x80 else byte << 1
    return byte & 0xFF


_CRC_TABLE = bytes(_crc_of_byte(byte) for byte in range(256))


def crc8(body: Iterable[int]) -> int:
    """Return the checksum of a stuffed body; of ASCII ``123456789`` it is 0xF4."""
    checksum = 0
    for byte in body:
        checksum = _CRC_TABLE[checksum ^ byte]
    return checksum


def stuff(payload: bytes) -> bytes:
    """Replace the three reserved bytes by pairs."""
    body = bytearray()
    for byte in payload:
        body += bytes((ESCAPE, byte ^ KEY)) if byte in RESERVED else bytes((byte,))
    return bytes(body)


def unstuff(body: bytes) -> bytes:
    """Undo stuffing of any byte, also of those that needed none (some clients stuff more)."""
    payload = bytearray()
    following = iter(body)
    for byte in following:
        payload.append(next(following, 0) ^ KEY if byte == ESCAPE else byte)
    return bytes(payload)


def encode(number: int, command: int, data: bytes = b"") -> bytes:
    """Build one frame."""
    body = stuff(bytes((number, command)) + data)
    header = (START, ESCAPE, crc8(body) ^ KEY, ESCAPE, len(body) ^ KEY)
    return bytes(header) + body + bytes((STOP,))


class FrameReader:
    """Finds frames in a stream of bytes that may be cut anywhere and hold noise."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._is_escaped = False

    @property
    def is_within_frame(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._frame)

    def receive(self, chunk: bytes) -> list[Packet | DamagedPacket]:
        """Take more bytes; return what was completed by them."""
        found: list[Packet | DamagedPacket] = []
        for byte in chunk:
            if self._take(byte):
                found.append(_judge(bytes(self._frame)))
                self._frame.clear()
        return found

    def _take(self, byte: int) -> bool:
        """Add one byte; true if it ends a frame.

        A start byte begins a new frame at any place where a correct sender cannot mean a body
        byte by it, which is everywhere but in the checksum's place.
        """
        frame = self._frame
        may_be_start = not (self._is_escaped and len(frame) == CHECKSUM_INDEX)
        is_literal = self._is_escaped
        self._is_escaped = False
        if byte == START and may_be_start:
            frame[:] = bytes((START,))
        elif frame:
            frame.append(byte)
            self._is_escaped = byte == ESCAPE and not is_literal
            if byte == STOP and not is_literal:
                return True
            if len(frame) >= LARGEST_FRAME:
                frame.clear()
                self._is_escaped = False
        return False


def _judge(wire: bytes) -> Packet | DamagedPacket:
    """Check a frame, and if it fails the one that may begin in its checksum's place.

    A frame cut off after two bytes looks like this: its 81 hides the next frame's start byte.
    """
    verdict = _check(wire)
    hidden = wire[CHECKSUM_INDEX:]
    if isinstance(verdict, Packet) or hidden[:1] != bytes((START,)):
        return verdict
    inner = _check(hidden)
    is_better = isinstance(inner, Packet) or inner.fault != "shape"
    return inner if is_better else verdict


def _check(wire: bytes) -> Packet | DamagedPacket:
    """Check shape, length and checksum, in this order."""
    body = wire[BODY_INDEX:-1]
    payload = unstuff(body)
    has_header = len(wire) >= SMALLEST_FRAME and wire[1] == wire[3] == ESCAPE
    if not has_header or len(payload) < 2:
        return DamagedPacket(fault="shape", number=None, command=None, wire=wire)
    number, command = payload[:2]
    if wire[LENGTH_INDEX] ^ KEY != len(body):
        return DamagedPacket(fault="length", number=number, command=command, wire=wire)
    if wire[CHECKSUM_INDEX] ^ KEY != crc8(body):
        return DamagedPacket(fault="checksum", number=number, command=command, wire=wire)
    return Packet(number=number, command=command, data=payload[2:], wire=wire)
