"""ScienceMode2 frames: start byte, stuffing, checksum, length, stop byte (description 1.24, 2.2).

    index   0     1   2          3   4          5 …                                   last
          | F0 | 81 | crc ^ 55 | 81 | len ^ 55 | stuffed packet number, command, data | 0F |

`crc` (CRC-8, polynomial 07, initial value 00) and `len` are those of the stuffed body. A body byte
F0, 0F or 81 travels as 81, byte ^ 55. Checksum and length are always stuffed, so index 2 may hold a
raw F0, 0F or 81. Not responsible for what commands mean.
"""

import re
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from protocols.errors import BadFrame

START = 0xF0
STOP = 0x0F
STUFFING = 0x81
KEY = 0x55
DATA_MAX = 60
FRAME_MAX = 140  # longest run taken for one frame; the longest legal one has 57 bytes

_HEAD = 5
_LEAST_BODY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One command or reply as it stands between the framing bytes."""

    packet_number: int
    command: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferError:
    """A frame that arrived damaged; what it names is None if it is too damaged to say."""

    packet_number: int | None
    command: int | None
    detail: str


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ 0x107 if byte & 0x80 else byte << 1
    return byte


_CRC_TABLE = bytes(_crc_of_byte(byte) for byte in range(256))


def crc8(data: bytes) -> int:
    """Return the CRC-8 of the stuffed body."""
    crc = 0
    for byte in data:
        crc = _CRC_TABLE[crc ^ byte]
    return crc


def encode(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """Return the frame of one command; BadFrame if its data is longer than the protocol allows."""
    if len(data) > DATA_MAX:
        raise BadFrame(f"{len(data)} data bytes, at most {DATA_MAX} fit into a frame")
    body = bytes((packet_number, command)) + data
    # 81 first: the other two put new 81s in.
    body = body.replace(b"\x81", b"\x81\xd4").replace(b"\xf0", b"\x81\xa5")
    body = body.replace(b"\x0f", b"\x81\x5a")
    head = bytes((START, STUFFING, crc8(body) ^ KEY, STUFFING, len(body) ^ KEY))
    return head + body + b"\x0f"


_STUFFED_PAIR = re.compile(b"\x81(.)", re.DOTALL)


def _unstuff(body: bytes) -> bytes:
    """Undo stuffing generically: some senders stuff more bytes than they must."""
    if STUFFING not in body:
        return body
    return _STUFFED_PAIR.sub(lambda pair: bytes((pair[1][0] ^ KEY,)), body)


# What may stand in a body: plain bytes, and pairs whose second byte is taken literally. A start
# byte always starts a new frame, except as the checksum, where any byte may stand.
_BODY = b"(?:[^\xf0\x0f\x81]++|\x81[^\xf0])*+"
_FRAME = re.compile(b"\xf0\x81.\x81[^\xf0]" + _BODY + b"\x0f", re.DOTALL)
_FRAME_OR_UNFINISHED = re.compile(
    b"\xf0\x81.\x81[^\xf0]" + _BODY + b"(?:\x0f|\x81?\\Z)|\xf0(?:\x81(?:.\x81?)?)?\\Z", re.DOTALL
)


# A session's answers are the same few hundred byte strings again and again: each is checked once.
@lru_cache(maxsize=1024)
def _check(candidate: bytes) -> Frame | TransferError | None:
    """Judge bytes of the shape of a frame, then a frame that may begin at its checksum.

    The latter is what remains if a start byte and its successor came from somewhere else. None
    if it is too long to be a frame at all.
    """
    if len(candidate) > FRAME_MAX:
        return None
    found = _check_whole(candidate)
    if isinstance(found, TransferError) and _FRAME.fullmatch(candidate, 2) is not None:
        inner = _check_whole(candidate[2:])
        return inner if isinstance(inner, Frame) else found
    return found


def _check_whole(candidate: bytes) -> Frame | TransferError:
    body = candidate[_HEAD:-1]
    plain = _unstuff(body)
    length, crc = candidate[4] ^ KEY, candidate[2] ^ KEY
    if length == len(body) and crc == crc8(body) and len(plain) >= _LEAST_BODY:
        return Frame(packet_number=plain[0], command=plain[1], data=plain[2:])
    is_named = len(plain) >= _LEAST_BODY
    wrong = "checksum" if length == len(body) else "length"
    return TransferError(
        packet_number=plain[0] if is_named else None,
        command=plain[1] if is_named else None,
        detail=f"wrong {wrong}: {candidate.hex(' ')}",
    )


class FrameDecoder:
    """Frames out of a stream of bytes, in any pieces, with noise between and inside.

    Every start byte is tried as the start of a frame, so lost or added bytes cost no more frames
    than they hit. What has not even the shape of a frame is dropped without a word. Holds at most
    FRAME_MAX undecided bytes.
    """

    def __init__(self) -> None:
        self._undecided = b""
        self._found: deque[Frame | TransferError | None] = deque()
        self._errors: list[TransferError] = []
        self.error_count = 0

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        candidates = _FRAME_OR_UNFINISHED.findall(self._undecided + data)
        self._undecided = b""
        if candidates and _is_unfinished(candidates[-1]):
            last = candidates.pop()
            self._undecided = last if len(last) <= FRAME_MAX else b""
        self._found.extend(map(_check, candidates))

    def next_frame(self) -> Frame | None:
        """Return the oldest sound frame not yet returned, None if there is none."""
        while self._found:
            found = self._found.popleft()
            if isinstance(found, Frame):
                return found
            if found is not None:
                self._errors.append(found)
                self.error_count += 1
        return None

    def take_errors(self) -> tuple[TransferError, ...]:
        """Return the damaged frames that `next_frame` has passed over since the last call."""
        errors = tuple(self._errors)
        self._errors.clear()
        return errors


def _is_unfinished(candidate: bytes) -> bool:
    return candidate[-1] != STOP or _FRAME.fullmatch(candidate) is None
