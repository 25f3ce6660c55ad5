"""Whether bytes hold an intact frame for a device: decoders of their own, for harmed frames.

RehaStim2: F0 81 checksum^55 81 length^55 body 0F; checksum: CRC-8, polynomial 07, over the body as
it is on the wire; length: that of the body (ScienceMode2 description 1.24, section 2.2). P24 and
RehaMove3: F0, length and CRC-16 (polynomial 1021) in two bytes each, every one 81 byte^55, body 0F;
length: that of the frame (P24 IFU 1.1, p. 16).

openEMSstim: lines without any checksum. A line that begins with WV holds a command in hex, of which
the firmware reads letters as 0 to 5 and drops the last character; a command with a G acts. Of other
lines "Connection End" stops, and single characters are test commands (commit 4241982).
"""

from collections.abc import Callable, Iterator
from functools import cache

START, STOP, ESCAPE, KEY = 0xF0, 0x0F, 0x81, 0x55
SMALLEST = 8
SMALLEST_16 = 12


@cache
def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ 0x107 if byte & 0x80 else byte << 1
    return byte


def checksum(body: bytes) -> int:
    """Return the CRC-8 of a body."""
    value = 0
    for byte in body:
        value = _crc_of(value ^ byte)
    return value


def is_intact(frame: bytes) -> bool:
    """Tell whether a device would take these bytes for an undamaged frame."""
    if len(frame) < SMALLEST or frame[0] != START or frame[-1] != STOP:
        return False
    if frame[1] != ESCAPE or frame[3] != ESCAPE:
        return False
    body = frame[5:-1]
    return frame[4] ^ KEY == len(body) and frame[2] ^ KEY == checksum(body)


def checksum_16(body: bytes) -> int:
    """Return the CRC-16 of a body."""
    value = 0
    for byte in body:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x11021 if value & 0x8000 else value << 1
    return value


def is_intact_of_sciencemode_4(frame: bytes) -> bool:
    """Tell whether a P24 or RehaMove3 would take these bytes for an undamaged frame."""
    if len(frame) < SMALLEST_16 or frame[0] != START or frame[-1] != STOP:
        return False
    if set(frame[1:9:2]) != {ESCAPE}:
        return False
    length = (frame[2] ^ KEY) << 8 | frame[4] ^ KEY
    crc = (frame[6] ^ KEY) << 8 | frame[8] ^ KEY
    return length == len(frame) and crc == checksum_16(frame[9:-1])


def intact_frames(data: bytes, is_intact: Callable[[bytes], bool]) -> Iterator[bytes]:
    """Yield everything in some bytes that could be taken for an intact frame."""
    starts = [index for index, byte in enumerate(data) if byte == START]
    stops = [index for index, byte in enumerate(data) if byte == STOP]
    for start in starts:
        for stop in stops:
            if stop - start + 1 >= SMALLEST and is_intact(data[start : stop + 1]):
                yield data[start : stop + 1]


def is_undetected(
    asked: bytes, harmed: bytes, is_intact: Callable[[bytes], bool] = is_intact
) -> bool:
    """Tell whether what arrives holds an intact frame other than the one that was sent."""
    return any(frame != asked for frame in intact_frames(harmed, is_intact))


TEST_COMMANDS = b"12qwas"


def is_another_line(asked: bytes, harmed: bytes) -> bool:
    """Tell whether an openEMSstim board would obey harmed lines otherwise than by doing less."""
    wanted = {_obeyed(line) for line in asked.split(b"\n")}
    taken = {_obeyed(line) for line in harmed.split(b"\n")} - {None}
    return bool(taken - wanted)


def _obeyed(line: bytes) -> bytes | None:
    """Return what makes a board act, None if it does nothing."""
    text = line.strip()
    if text.startswith(b"WV"):
        digits = text[text.rfind(b",") + 1 : -1]
        command = bytes(
            _nibble(digits[at]) << 4 | _nibble(digits[at + 1])
            for at in range(0, len(digits) - 1, 2)
        )
        return command if b"G" in command else None
    if text == b"Connection End" or text[:1] in [bytes([c]) for c in TEST_COMMANDS]:
        return text
    return None


def _nibble(digit: int) -> int:
    return (digit - ord("0") if digit <= ord("9") else digit - ord("A")) & 0xF
