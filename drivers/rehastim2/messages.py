"""ScienceMode2 commands and replies as frozen values (description 1.24, sections 3 to 5).

Only what a stimulator driver needs. Two-byte fields travel most significant byte first. A command
that exists is one the device can carry out: values off its grid are refused, never rounded.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import ClassVar

from drivers.rehastim2 import frames
from drivers.rehastim2.capabilities import REHASTIM2
from protocols.errors import BadFrame, DeviceError
from protocols.pulses import OutputFrame, TrainSetup


class Number(IntEnum):
    """The command numbers used here."""

    INIT = 1
    INIT_ACK = 2
    UNKNOWN_COMMAND = 3
    WATCHDOG = 4
    GET_STIMULATION_MODE = 10
    GET_STIMULATION_MODE_ACK = 11
    INIT_CHANNEL_LIST_MODE = 30
    INIT_CHANNEL_LIST_MODE_ACK = 31
    START_CHANNEL_LIST_MODE = 32
    START_CHANNEL_LIST_MODE_ACK = 33
    STOP_CHANNEL_LIST_MODE = 34
    STOP_CHANNEL_LIST_MODE_ACK = 35
    STIMULATION_ERROR = 38


class Mode(IntEnum):
    """What the device says it is doing."""

    START_MODE = 0
    INITIALIZED = 1
    STARTED = 2


class Result(IntEnum):
    """Answers to a command (5.1)."""

    OK = 0
    TRANSFER_ERROR = -1
    PARAMETER_ERROR = -2
    WRONG_MODE = -3
    WRONG_VERSION = -5
    BUSY = -8


@dataclass(frozen=True, slots=True, kw_only=True)
class InitAck:
    """Answer to the device's Init: connected, or WRONG_VERSION.

    data | result |
    """

    number: ClassVar[Number] = Number.INIT_ACK
    result: Result

    def data(self) -> bytes:
        """Return the data bytes."""
        return bytes((self.result & 0xFF,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """Sign of life; no data, no answer."""

    number: ClassVar[Number] = Number.WATCHDOG

    def data(self) -> bytes:
        """Return the data bytes."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetStimulationMode:
    """Question for the device's mode; no data."""

    number: ClassVar[Number] = Number.GET_STIMULATION_MODE

    def data(self) -> bytes:
        """Return the data bytes."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopChannelListMode:
    """End of all output; train and channel list are forgotten. No data."""

    number: ClassVar[Number] = Number.STOP_CHANNEL_LIST_MODE

    def data(self) -> bytes:
        """Return the data bytes."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitChannelListMode:
    """A train and its channels, at rest (4.2). DeviceError if the device cannot make it.

    data | N = 0 | channels, bit 0 = channel 1 | low-frequency channels = 0 | t2 |
         | t1, two bytes | execution = 0 |

    t1 = period = 1 ms + code / 2; t2, between the pulses of a doublet, = 1.5 ms + code / 2. Only
    single pulses are used, but t1 >= t2 must hold, and t2 must leave time for every module in use.
    """

    number: ClassVar[Number] = Number.INIT_CHANNEL_LIST_MODE
    setup: TrainSetup

    def __post_init__(self) -> None:
        channels, period_us = self.setup.channels, self.setup.period_us
        if not channels or list(channels) != sorted(set(channels)):
            raise DeviceError(f"channels {channels}: at least one, each once, in order")
        if channels[0] < 1 or channels[-1] > REHASTIM2.channels:
            raise DeviceError(f"channels {channels}: the device has 1 to {REHASTIM2.channels}")
        shortest_us = REHASTIM2.period_min_us(channels)
        if not shortest_us <= period_us <= REHASTIM2.period_max_us:
            raise DeviceError(
                f"period {period_us} µs: channels {channels} allow {shortest_us} to "
                f"{REHASTIM2.period_max_us} µs"
            )
        if period_us % REHASTIM2.period_step_us:
            raise DeviceError(f"period {period_us} µs is off the grid of 500 µs")

    def data(self) -> bytes:
        """Return the data bytes."""
        mask = sum(1 << (channel - 1) for channel in self.setup.channels)
        is_one_module = mask <= 0x0F or mask & 0x0F == 0
        t2_us = 8_000 if is_one_module else 16_000
        t1_code = (self.setup.period_us - 1_000) // 500
        return bytes((0, mask, 0, (t2_us - 1_500) // 500)) + t1_code.to_bytes(2, "big") + b"\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChannelListMode:
    """New outputs for all channels of the train in force (4.3). DeviceError if off the grid.

    data, for each channel in order | mode = 0, single | width in µs, two bytes | current in mA |
    """

    number: ClassVar[Number] = Number.START_CHANNEL_LIST_MODE
    frame: OutputFrame
    _data: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        outputs, channels = self.frame.outputs, self.frame.setup.channels
        if tuple([o.channel for o in outputs]) != channels:
            raise DeviceError(f"outputs are not those of channels {channels}")
        blocks = [
            _block(
                o.channel, o.current_ua, o.pulse_width_us, o.second_current_ua, o.second_width_us
            )
            for o in outputs
        ]
        object.__setattr__(self, "_data", b"".join(blocks))

    def data(self) -> bytes:
        """Return the data bytes."""
        return self._data


def _make_block(
    channel: int, current_ua: int, width_us: int, second_current_ua: int, second_width_us: int
) -> bytes:
    """Return one channel's bytes; DeviceError for what the device cannot make.

    Width 0 goes with current 0 only.
    """
    if second_current_ua != current_ua or second_width_us != width_us:
        raise DeviceError(f"channel {channel}: the device makes two equal phases only")
    if current_ua % 1_000 or not 0 <= current_ua <= REHASTIM2.current_max_ua:
        what = f"{current_ua} µA is not 0 to 126 mA in whole mA"
        raise DeviceError(f"channel {channel}: {what}")
    is_makeable = REHASTIM2.pulse_width_min_us <= width_us <= REHASTIM2.pulse_width_max_us
    if not (is_makeable or width_us == current_ua == 0):
        what = f"{width_us} µs is not 20 to 500 µs, nor no pulse"
        raise DeviceError(f"channel {channel}: {what}")
    return bytes((0, width_us >> 8, width_us & 0xFF, current_ua // 1_000))


_block = lru_cache(maxsize=4096)(_make_block)
"""A ramp writes the same blocks again and again: each is checked and made once."""


Command = (
    InitAck
    | Watchdog
    | GetStimulationMode
    | StopChannelListMode
    | InitChannelListMode
    | StartChannelListMode
)


def encode(command: Command, packet_number: int) -> bytes:
    """Return the frame of a command."""
    return frames.encode(packet_number, command.number, command.data())


STOP_FRAMES = tuple(encode(StopChannelListMode(), number) for number in range(256))
"""The stop of every packet number, made beforehand so that a stop depends on nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Init:
    """The device offers a connection.

    data | version |
    """

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeAck:
    """Answer to GetStimulationMode.

    data | result | mode, only if result is 0 |
    """

    result: int
    mode: Mode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAck:
    """Answer to a channel list command.

    data | result |
    """

    number: Number
    result: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StimulationError:
    """The device has stopped by itself.

    data | error: -1 switch, -2 electrode, -3 module |
    """

    error: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """The device does not know a command.

    data | the command's number |
    """

    command: int


Ack = ModeAck | ResultAck
Reply = Init | Ack | StimulationError | UnknownCommand

_RESULT_ACKS = frozenset(
    (
        Number.INIT_CHANNEL_LIST_MODE_ACK,
        Number.START_CHANNEL_LIST_MODE_ACK,
        Number.STOP_CHANNEL_LIST_MODE_ACK,
    )
)


def decode(frame: frames.Frame) -> Reply:
    """Return the reply in a frame; BadFrame if it is none that this driver can be sent."""
    if frame.command == Number.GET_STIMULATION_MODE_ACK:
        return _decode_mode(frame)
    if len(frame.data) != 1:
        raise BadFrame(f"reply {frame.command} with {len(frame.data)} data bytes")
    byte = frame.data[0]
    if frame.command in _RESULT_ACKS:
        return ResultAck(number=Number(frame.command), result=_signed(byte))
    if frame.command == Number.INIT:
        return Init(version=byte)
    if frame.command == Number.STIMULATION_ERROR:
        return StimulationError(error=_signed(byte))
    if frame.command == Number.UNKNOWN_COMMAND:
        return UnknownCommand(command=byte)
    raise BadFrame(f"reply {frame.command} answers nothing that was sent")


def _decode_mode(frame: frames.Frame) -> ModeAck:
    if len(frame.data) == 2 and frame.data[0] == Result.OK and frame.data[1] <= max(Mode):
        return ModeAck(result=Result.OK, mode=Mode(frame.data[1]))
    if len(frame.data) == 1 and frame.data[0] != Result.OK:
        return ModeAck(result=_signed(frame.data[0]), mode=None)
    raise BadFrame(f"mode answer with data {frame.data.hex(' ')}")


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte
