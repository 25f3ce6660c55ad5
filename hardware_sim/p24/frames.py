"""ScienceMode 3 and 4 frames: bytes to packets and back.

::

    F0 | 81 LH^55 | 81 LL^55 | 81 CH^55 | 81 CL^55 | escaped prefix and data | 0F

The length counts the whole escaped frame; the checksum is CRC-16 (polynomial 0x1021, from 0) over
the escaped prefix and data. The prefix has the packet number (6 bits) and the command (10 bits).
In prefix and data F0, 0F and 81 are sent as 81 followed by the byte XOR 55; in the header every
byte is, so that a raw F0, 0F or 81 may follow an 81 there.

Source: P24 instructions for use 1.1, p. 16-17.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

START = 0xF0
STOP = 0x0F
ESCAPE = 0x81
KEY = 0x55
RESERVED = frozenset((START, STOP, ESCAPE))

ESCAPE_INDEXES = (1, 3, 5, 7)
BODY_INDEX = 9
SMALLEST_FRAME = 12
LARGEST_FRAME = 1200
PACKET_NUMBERS = 64
COMMAND_BITS = 10
POLYNOMIAL = 0x1021


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A frame that arrived undamaged."""

    number: int
    command: int
    data: bytes
    wire: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedPacket:
    """A frame that failed its check; the number is None when the shape is wrong, too."""

    fault: Literal["shape", "length", "checksum"]
    number: int | None
    wire: bytes


def crc16(body: Iterable[int]) -> int:
    """Return the checksum of escaped bytes; of ASCII ``123456789`` it is 0x31C3."""
    checksum = 0
    for byte in body:
        checksum = (checksum << 8 & 0xFFFF) ^ _TABLE[checksum >> 8 ^ byte]
    return checksum


def _crc_of_byte(byte: int) -> int:
    checksum = byte << 8
    for _ in range(8):
        checksum = checksum << 1 ^ POLYNOMIAL if checksum & 0x8000 else checksum << 1
    return checksum & 0xFFFF


_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))


def escaped(payload: bytes) -> bytes:
    """Replace the three reserved bytes by pairs."""
    body = bytearray()
    for byte in payload:
        body += bytes((ESCAPE, byte ^ KEY)) if byte in RESERVED else bytes((byte,))
    return bytes(body)


def unescaped(body: bytes) -> bytes:
    """Undo escaping, whatever byte follows an 81."""
    payload = bytearray()
    following = iter(body)
    for byte in following:
        payload.append(next(following, 0) ^ KEY if byte == ESCAPE else byte)
    return bytes(payload)


def encode(number: int, command: int, data: bytes = b"") -> bytes:
    """Build one frame."""
    prefix = number % PACKET_NUMBERS << COMMAND_BITS | command
    body = escaped(prefix.to_bytes(2, "big") + data)
    size = BODY_INDEX + len(body) + 1
    header = size.to_bytes(2, "big") + crc16(body).to_bytes(2, "big")
    pairs = bytes(part for byte in header for part in (ESCAPE, byte ^ KEY))
    return bytes((START,)) + pairs + body + bytes((STOP,))


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
        found = []
        for byte in chunk:
            if self._takes_last(byte):
                found.append(_check(bytes(self._frame)))
                self._frame.clear()
        return found

    def _takes_last(self, byte: int) -> bool:
        """Add one byte; true if it ends a frame. What follows an 81 neither begins nor ends one."""
        frame, is_literal = self._frame, self._is_escaped
        self._is_escaped = False
        if byte == START and not is_literal:
            frame[:] = bytes((START,))
        elif frame:
            frame.append(byte)
            if byte == STOP and not is_literal:
                return True
            self._is_escaped = byte == ESCAPE and not is_literal
            if len(frame) >= LARGEST_FRAME:
                frame.clear()
                self._is_escaped = False
        return False


def _check(wire: bytes) -> Packet | DamagedPacket:
    """Check shape, length and checksum, in this order."""
    has_header = len(wire) >= SMALLEST_FRAME and all(wire[i] == ESCAPE for i in ESCAPE_INDEXES)
    body = wire[BODY_INDEX:-1]
    payload = unescaped(body)
    if not has_header or len(payload) < 2:
        return DamagedPacket(fault="shape", number=None, wire=wire)
    header = bytes(wire[index + 1] ^ KEY for index in ESCAPE_INDEXES)
    prefix = int.from_bytes(payload[:2], "big")
    number = prefix >> COMMAND_BITS
    if int.from_bytes(header[:2], "big") != len(wire):
        return DamagedPacket(fault="length", number=number, wire=wire)
    if int.from_bytes(header[2:], "big") != crc16(body):
        return DamagedPacket(fault="checksum", number=number, wire=wire)
    command = prefix & (1 << COMMAND_BITS) - 1
    return Packet(number=number, command=command, data=payload[2:], wire=wire)
