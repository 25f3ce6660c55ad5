"""What is written to an openEMSstim board, and the lines that come back.

    WV,0018,<text in upper-case hex>.    one command; the only form that all published builds take
    C<0 or 1>I<1 to 100>T<ms>G           the text: channel, percent, on-time, go
    C<0 or 1>T50G                        lets a channel that is on end in 50 ms
    <digits>                             no command: only echoed

Every frame is one write and ends with a newline: half a frame may switch a channel on for good.
Source: firmware of the openEMSstim repository, as its behaviour was measured.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from drivers.openemsstim.source import CHANNELS, Source
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup

ON_TIME_MS = 600
END_TIME_MS = 50
NO_CHANGE = "0"
STOP = b"\nConnection End\nXXG\n"
"""The newline ends what may be half written; the second line stops the older builds."""


class Number(IntEnum):
    """The commands; the board has no numbers, these are ours."""

    ASK = 10
    TRAIN = 20
    OUTPUT = 30
    STOP = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Nothing at all, in the form of a command; the board echoes it."""

    number: ClassVar[Number] = Number.ASK

    def texts(self) -> tuple[str, ...]:
        """Return the text of each frame."""
        return ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """Which channels will be used: digits that the board echoes and does not know."""

    number: ClassVar[Number] = Number.TRAIN
    setup: TrainSetup

    def texts(self) -> tuple[str, ...]:
        """Return the text of each frame; DeviceError for channels that there are not."""
        channels = self.setup.channels
        if not channels or not set(channels) <= set(range(1, CHANNELS + 1)):
            raise DeviceError(f"channels {channels}: the board has 1 and 2")
        return ("".join(str(channel) for channel in channels),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A frame for the channels of a train; `active` were on with the frame before."""

    number: ClassVar[Number] = Number.OUTPUT
    source: Source
    frame: OutputFrame
    active: frozenset[int]

    def texts(self) -> tuple[str, ...]:
        """Return the text of each frame; DeviceError for what the board cannot pass on."""
        texts = (self._text(o.channel, o.current_ua, o.pulse_width_us) for o in self.frame.outputs)
        return tuple(text for text in texts if text) or (NO_CHANGE,)

    def _text(self, channel: int, current_ua: int, width_us: int) -> str:
        percent, rest = divmod(current_ua, self.source.percent_ua(channel))
        if rest or not 0 <= percent <= 100 or width_us != self.source.pulse_width_us:
            raise DeviceError(f"channel {channel}: {current_ua} µA, {width_us} µs is not declared")
        if percent:
            return f"C{channel - 1}I{percent}T{ON_TIME_MS}G"
        return f"C{channel - 1}T{END_TIME_MS}G" if channel in self.active else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The end of all output; no frame, but what every build takes for a stop."""

    number: ClassVar[Number] = Number.STOP


Command = Ask | Train | Output | Stop


def encode(command: Command, _packet_number: int) -> bytes:
    """Return the bytes of a command, all frames in one write."""
    if isinstance(command, Stop):
        return STOP
    return b"".join(
        b"WV,0018,%b.\n" % text.encode("ascii").hex().upper().encode("ascii")
        for text in command.texts()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the board; the numbers are what other devices have."""

    text: str
    packet_number: int = 0
    command: int = 0


class LineReader:
    """Lines out of a stream of bytes."""

    LONGEST = 400

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[Line] = []

    def receive(self, data: bytes) -> None:
        """Take bytes from the line; a line without an end is dropped."""
        *whole, rest = (self._rest + data).split(b"\n")
        self._rest = rest if len(rest) <= self.LONGEST else b""
        texts = (line.decode("ascii", "replace").strip("\r\t ") for line in whole)
        self._lines += [Line(text=text) for text in texts]

    def next_frame(self) -> Line | None:
        """Return the next line, None if there is none yet."""
        return self._lines.pop(0) if self._lines else None

    def take_errors(self) -> tuple[()]:
        """Return nothing: a line has no checksum."""
        return ()
