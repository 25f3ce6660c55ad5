"""What the firmware reads out of a text, with its 16-bit arithmetic; pure.

It finds letters anywhere and ignores all else. Nothing here judges whether a command makes sense.
"""

import re
from dataclasses import dataclass
from struct import pack, unpack

MOST_LEVEL, LEAST_LEVEL = 215, 55
"""Levels of 100 % and of 1 % after a reset; the wiper is 255 less the level."""
LOWEST_WIPER, HIGHEST_WIPER = 0, 255
LONGEST_MS = 5_000
CHANNELS = 2
NO_BYTE = 0xFF
NO_NUMBER = -1
GO = b"G"
OPTION = re.compile(rb"O(MA|MI)\[([0-9]+),([0-9]+)\]")


def int16(number: int) -> int:
    """Return a number as it is left in a signed variable of 16 bits."""
    return (number + 0x8000) % 0x1_0000 - 0x8000


def decoded(digits: bytes) -> bytes:
    """Return the text of a hex string as the firmware reads it: A to F count as 0 to 5."""
    pairs = (digits[place : place + 2] for place in range(0, len(digits), 2))
    return bytes(_byte(pair) for pair in pairs)


def _byte(pair: bytes) -> int:
    nibbles = [_nibble(digit) for digit in pair]
    if len(nibbles) < 2 or None in nibbles:
        return NO_BYTE
    high, low = nibbles
    return (high or 0) << 4 | (low or 0)


def _nibble(digit: int) -> int | None:
    if ord("0") <= digit <= ord("9"):
        return digit - ord("0")
    return digit - ord("A") if ord("A") <= digit <= ord("F") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A text with a G; None is what it does not name, and a channel that the board has not."""

    channel: int | None
    on_ms: int | None
    intensity: int | None

    @property
    def names_values(self) -> bool:
        """Whether there is a T or an I."""
        return self.on_ms is not None or self.intensity is not None


def read_action(text: bytes) -> Action:
    """Return what the first C, T and I of a text say; a letter without digits says -1."""
    channel, on_ms = _field(text, b"C"), _field(text, b"T")
    return Action(
        channel=channel if channel in range(CHANNELS) else None,
        on_ms=None if on_ms is None else min(on_ms, LONGEST_MS),
        intensity=_field(text, b"I"),
    )


def _field(text: bytes, letter: bytes) -> int | None:
    found = re.search(letter + rb"([0-9]*)", text)
    if found is None:
        return None
    return _number(found[1]) if found[1] else NO_NUMBER


def _number(digits: bytes) -> int:
    """Return a decimal number as left in 16 bits, however long it is."""
    number = 0
    for digit in digits:
        number = (number * 10 + digit - ord("0")) % 0x1_0000
    return int16(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelOption:
    """The command that sets the level of 100 %, or of 1 %, of a channel."""

    channel: int
    is_most: bool
    level: int


def read_option(text: bytes) -> LevelOption | None:
    """Return what an option says; None if it is ignored."""
    found = OPTION.match(text)
    if found is None or _number(found[2]) not in range(CHANNELS):
        return None
    level = int(_float32(_hundredth(255 * _number(found[3])) + 0.5))
    return LevelOption(channel=_number(found[2]), is_most=found[1] == b"MA", level=level)


def wiper_of(intensity: int, *, most: int = MOST_LEVEL, least: int = LEAST_LEVEL) -> int:
    """Return the wiper of an intensity; 255 lets least through, 0 most."""
    product = int16(most - least) * int16(intensity - 1)
    level = int(_float32(_hundredth(product) + 0.5)) + least
    return HIGHEST_WIPER - min(max(level, LOWEST_WIPER), HIGHEST_WIPER)


def _hundredth(product: int) -> float:
    return _float32(int16(product) * _float32(0.01))


def _float32(number: float) -> float:
    rounded: float = unpack("f", pack("f", number))[0]
    return rounded
