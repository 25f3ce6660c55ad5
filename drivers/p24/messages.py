"""ScienceMode 4 commands and replies as frozen values (P24 IFU 1.1, tables 4 to 27).

Only what a stimulator driver needs. Fields travel most significant byte first. A command that
exists is one that the device can carry out, and its pulses carry no net charge: values off the grid
and pulses out of balance are refused, never rounded.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import repeat
from typing import ClassVar

from drivers.p24 import frames
from drivers.p24.capabilities import GAP_US, P24
from protocols.errors import BadFrame, DeviceError
from protocols.pulses import ChannelOutput, OutputFrame


class Number(IntEnum):
    """The command numbers used here; an answer has the number after its question's."""

    LL_INIT = 0
    LL_CHANNEL_CONFIG = 2
    LL_STOP = 4
    ML_INIT = 30
    ML_UPDATE = 32
    ML_STOP = 34
    ML_GET_CURRENT_DATA = 36
    GET_VERSION_MAIN = 50
    GET_DEVICE_ID = 52
    GET_STIM_STATUS = 62
    GENERAL_ERROR = 66
    UNKNOWN_COMMAND = 67
    GET_EXTENDED_VERSION = 68


class Status(IntEnum):
    """What the device says it is doing."""

    IDLE = 0
    LOW_LEVEL = 1
    MID_LEVEL = 2
    RUNNING = 3


class ChannelState(IntEnum):
    """What the device says of one channel."""

    OK = 0
    ELECTRODE_ERROR = 1
    PULSE_TIMEOUT = 2
    LOW_CURRENT = 3


class Result(IntEnum):
    """The answers to a command that are told apart here."""

    OK = 0
    TRANSFER_ERROR = 1
    PARAMETER_ERROR = 2
    NOT_INITIALIZED = 7
    ELECTRODE_ERROR = 10
    PULSE_TIMEOUT = 16
    BUSY = 21
    LOW_CURRENT = 28


HIGH_VOLTAGE_OFF = 1
ALL_STOP_ON_ERROR = 1
NO_PULSE_US = 20
"""A segment that every model makes; alone and without current it stands for no pulse."""

_CURRENT_ZERO_CODE = 300
_CURRENT_CODE_UA = 500
_DUTY_MAX_PERMILLE = 999
_POINT_BYTES = 4
_EXECUTE = 0x80
_CHANNELS_OF_A_CONNECTOR = 4
_BUSY_BESIDE_PHASES_US = GAP_US + (P24.serial_overhead_us or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A command without data: a question, or a stop."""

    number: Number

    def data(self) -> bytes:
        """Return the data bytes."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class MlInit:
    """High voltage on, mid level ready, nothing flows; an error of any channel will stop all.

    data | 1 |
    """

    number: ClassVar[Number] = Number.ML_INIT

    def data(self) -> bytes:
        """Return the data bytes."""
        return bytes((ALL_STOP_ON_ERROR,))


@dataclass(frozen=True, slots=True, kw_only=True)
class MlGetCurrentData:
    """Question for what every channel does; feeds the device's watchdog.

    data | selection: 4, channels and states; 2, on a RehaMove3, electrode errors |
    """

    number: ClassVar[Number] = Number.ML_GET_CURRENT_DATA
    selection: int

    def data(self) -> bytes:
        """Return the data bytes."""
        return bytes((self.selection,))


@dataclass(frozen=True, slots=True, kw_only=True)
class MlUpdate:
    """New outputs for all channels of the train; others stop (7.1). DeviceError if off the grid.

    data | channels, bit 0 = channel 1 | for each channel
         | points - 1 in bits 7 to 4, ramp 0 | period code, two bytes | points, four bytes each |

    The period code counts half milliseconds twice over, or quarters with bit 0 set.
    """

    number: ClassVar[Number] = Number.ML_UPDATE
    frame: OutputFrame
    _data: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        outputs, setup = self.frame.outputs, self.frame.setup
        mask, period = _head(setup.period_us, setup.channels)
        if tuple([o.channel for o in outputs]) != setup.channels:
            raise DeviceError(f"outputs are not those of channels {setup.channels}")
        blocks, busy_us = zip(*map(_block, repeat(period), outputs), strict=True)
        if sum(busy_us) * 1_000 > _DUTY_MAX_PERMILLE * setup.period_us:
            raise DeviceError(f"the pulses do not fit one after another into {setup.period_us} µs")
        object.__setattr__(self, "_data", mask + b"".join(blocks))

    def data(self) -> bytes:
        """Return the data bytes."""
        return self._data


def _make_head(period_us: int, channels: tuple[int, ...]) -> tuple[bytes, bytes]:
    """Return the channel mask and the period; DeviceError for what the device cannot make."""
    if not channels or list(channels) != sorted(set(channels)):
        raise DeviceError(f"channels {channels}: at least one, each once, in order")
    if channels[0] < 1 or channels[-1] > P24.channels:
        raise DeviceError(f"channels {channels}: the device has 1 to {P24.channels}")
    if not P24.period_min_us(channels) <= period_us <= P24.period_max_us:
        raise DeviceError(f"period {period_us} µs is not 1 to 8191.5 ms")
    if period_us % P24.period_step_us:
        raise DeviceError(f"period {period_us} µs is off the grid of 250 µs")
    is_quarter = period_us % 500 != 0
    code = period_us // 250 if is_quarter else period_us // 500
    mask = sum(1 << (channel - 1) for channel in channels)
    return bytes((mask,)), (code << 1 | is_quarter).to_bytes(2, "big")


_head = lru_cache(maxsize=64)(_make_head)


def _make_block(period: bytes, output: ChannelOutput) -> tuple[bytes, int]:
    """Return one channel's count of points, period and points; and how long it keeps the device.

    Width 0 goes with current 0 only: one segment without current.
    """
    points = _points(*output) if any(output[1:]) else _point(NO_PULSE_US, 0)
    block = bytes(((len(points) // _POINT_BYTES - 1) << 4,)) + period + points
    return block, output.pulse_width_us + output.second_width_us + _BUSY_BESIDE_PHASES_US


_block = lru_cache(maxsize=4096)(_make_block)
"""A ramp writes the same blocks again and again: each is checked and made once."""


def _make_single(channel: int, current_ua: int, *phases: int) -> bytes:
    """Return execution, channel, count of points and points of one pulse."""
    if not 1 <= channel <= P24.channels:
        raise DeviceError(f"channel {channel}: the device has 1 to {P24.channels}")
    if current_ua == 0:
        raise DeviceError(f"channel {channel}: a pulse without current is none")
    connector, colour = divmod(channel - 1, _CHANNELS_OF_A_CONNECTOR)
    points = _points(channel, current_ua, *phases)
    count = len(points) // _POINT_BYTES
    return bytes((_EXECUTE | colour << 5 | connector << 4 | (count - 1),)) + points


_single = lru_cache(maxsize=4096)(_make_single)


def _points(
    channel: int, current_ua: int, width_us: int, second_current_ua: int, second_width_us: int
) -> bytes:
    """Return the points of a pulse; DeviceError for what cannot be made."""
    _refuse_unmakeable(channel, current_ua, width_us)
    _refuse_unmakeable(channel, second_current_ua, second_width_us)
    if current_ua * width_us != second_current_ua * second_width_us:
        raise DeviceError(f"channel {channel}: the phases carry unequal charges")
    first, second = _point(width_us, current_ua), _point(second_width_us, -second_current_ua)
    return first + _GAP + second


def _refuse_unmakeable(channel: int, current_ua: int, width_us: int) -> None:
    if current_ua % P24.current_step_ua or not 0 <= current_ua <= P24.current_max_ua:
        what = f"{current_ua} µA is not 0 to 130 mA in steps of 0.5 mA"
        raise DeviceError(f"channel {channel}: {what}")
    if not P24.pulse_width_min_us <= width_us <= P24.pulse_width_max_us:
        raise DeviceError(f"channel {channel}: {width_us} µs is not 10 to 4095 µs")


def _point(duration_us: int, current_ua: int) -> bytes:
    code = _CURRENT_ZERO_CODE + current_ua // _CURRENT_CODE_UA
    return (duration_us << 20 | code << 10).to_bytes(_POINT_BYTES, "big")


_GAP = _point(GAP_US, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlInit:
    """High voltage on, low level ready; nothing flows, and pulses will not be measured.

    data | 0 |
    """

    number: ClassVar[Number] = Number.LL_INIT

    def data(self) -> bytes:
        """Return the data bytes."""
        return b"\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class LlChannelConfig:
    """One pulse of one channel, now (table 14). DeviceError if off the grid or without current.

    data | bit 7 = 1, colour in bits 6 and 5, connector in bit 4, points - 1 below
         | points, four bytes each |

    Channels 1 to 4 are red, blue, black and white of the yellow connector, 5 to 8 of the green one.
    """

    number: ClassVar[Number] = Number.LL_CHANNEL_CONFIG
    output: ChannelOutput
    _data: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_data", _single(*self.output))

    def data(self) -> bytes:
        """Return the data bytes."""
        return self._data


Command = Bare | MlInit | MlGetCurrentData | MlUpdate | LlInit | LlChannelConfig

ML_STOP = Bare(number=Number.ML_STOP)
LL_STOP = Bare(number=Number.LL_STOP)
GET_STIM_STATUS = Bare(number=Number.GET_STIM_STATUS)
GET_DEVICE_ID = Bare(number=Number.GET_DEVICE_ID)
GET_EXTENDED_VERSION = Bare(number=Number.GET_EXTENDED_VERSION)
GET_VERSION_MAIN = Bare(number=Number.GET_VERSION_MAIN)


def encode(command: Command, packet_number: int) -> bytes:
    """Return the frame of a command."""
    return frames.encode(packet_number, command.number, command.data())


STOP_FRAMES = tuple(encode(ML_STOP, number) for number in range(frames.PACKET_NUMBERS))
"""The stop of every packet number, made beforehand so that a stop depends on nothing."""

LL_STOP_FRAMES = tuple(encode(LL_STOP, number) for number in range(frames.PACKET_NUMBERS))
"""Ends what another program may have left in low level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAck:
    """Answer that only says whether a command was carried out.

    data | result |
    """

    number: Number
    result: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseAck:
    """Answer to LlChannelConfig, given after the pulse.

    data | result | connector in bit 4, colour in bits 1 and 0 | 0, nothing was measured |
    """

    result: int
    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAck:
    """Answer to a question for a version; `protocol` is its major part, None after an error.

    data | result | firmware, three bytes | protocol, three bytes | … |
    """

    result: int
    firmware: str
    protocol: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceIdAck:
    """Answer to GetDeviceId.

    data | result | 10 letters |
    """

    result: int
    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAck:
    """Answer to GetStimStatus; None after an error.

    data | result | status | high voltage |
    """

    result: int
    status: Status | None
    high_voltage: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentDataAck:
    """Answer to MlGetCurrentData: which channels run, and how they are, channel 1 first.

    data | result | 4 | channels | states of 1 and 2, 3 and 4, …, low half first |
    data | result | 2 | bit 4 running, bits 3 to 0 electrode errors of channels 4 to 1 |

    `channels` is None where only `is_running` is told.
    """

    result: int
    is_running: bool
    channels: tuple[int, ...] | None
    states: tuple[ChannelState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralError:
    """The device could make nothing of what it received.

    data | result |
    """

    result: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """The device does not know a command.

    data | 11 |
    """


Ack = ResultAck | PulseAck | VersionAck | DeviceIdAck | StatusAck | CurrentDataAck
Reply = Ack | GeneralError | UnknownCommand

_RESULT_ACKS = frozenset(
    number + 1
    for number in (
        Number.LL_INIT,
        Number.LL_STOP,
        Number.ML_INIT,
        Number.ML_UPDATE,
        Number.ML_STOP,
    )
)
_VERSION_ACKS = {Number.GET_EXTENDED_VERSION + 1: 13, Number.GET_VERSION_MAIN + 1: 7}
_DEVICE_ID_BYTES = 11


def decode(frame: frames.Frame) -> Reply:
    """Return the reply in a frame; BadFrame if it is none that this driver can be sent."""
    return _reply(frame.command, frame.data)


# A session's answers are a few again and again: each is read once.
@lru_cache(maxsize=256)
def _reply(command: int, data: bytes) -> Reply:
    if not data:
        raise BadFrame(f"reply {command} without data")
    if command in _RESULT_ACKS and len(data) == 1:
        return ResultAck(number=Number(command - 1), result=data[0])
    if command == Number.ML_GET_CURRENT_DATA + 1:
        return _current_data(data)
    if command == Number.GET_STIM_STATUS + 1:
        return _status(data)
    if command == Number.LL_CHANNEL_CONFIG + 1:
        return _pulse_ack(data)
    if command in _VERSION_ACKS:
        return _version(data, _VERSION_ACKS[command])
    if command == Number.GET_DEVICE_ID + 1:
        return _device_id(data)
    if command == Number.GENERAL_ERROR and len(data) == 1:
        return GeneralError(result=data[0])
    if command == Number.UNKNOWN_COMMAND and len(data) == 1:
        return UnknownCommand()
    raise BadFrame(f"reply {command} with data {data.hex(' ')}")


def _current_data(data: bytes) -> CurrentDataAck:
    if data[0] != Result.OK:
        return CurrentDataAck(result=data[0], is_running=False, channels=None, states=())
    if len(data) == 7 and data[1] == 4:
        mask, nibbles = data[2], [half for byte in data[3:] for half in (byte & 15, byte >> 4)]
        if max(nibbles) > max(ChannelState):
            raise BadFrame(f"channel states {data[3:].hex(' ')}")
        channels = tuple(n + 1 for n in range(8) if mask >> n & 1)
        states = tuple(map(ChannelState, nibbles))
        return CurrentDataAck(result=0, is_running=mask != 0, channels=channels, states=states)
    if len(data) == 3 and data[1] == 2:
        states = tuple(ChannelState(data[2] >> n & 1) for n in range(4))
        is_running = bool(data[2] & 0x10)
        return CurrentDataAck(result=0, is_running=is_running, channels=None, states=states)
    raise BadFrame(f"current data {data.hex(' ')}")


def _pulse_ack(data: bytes) -> PulseAck:
    if len(data) != 3 or data[1] & ~0x13 or data[2]:
        raise BadFrame(f"answer to a pulse {data.hex(' ')}")
    channel = (data[1] >> 4) * _CHANNELS_OF_A_CONNECTOR + (data[1] & 3) + 1
    return PulseAck(result=data[0], channel=channel)


def _status(data: bytes) -> StatusAck:
    if data[0] != Result.OK:
        return StatusAck(result=data[0], status=None, high_voltage=None)
    if len(data) == 3 and data[1] <= max(Status):
        return StatusAck(result=0, status=Status(data[1]), high_voltage=data[2])
    raise BadFrame(f"stimulation status {data.hex(' ')}")


def _version(data: bytes, length: int) -> VersionAck:
    if data[0] != Result.OK:
        return VersionAck(result=data[0], firmware="", protocol=None)
    if len(data) != length:
        raise BadFrame(f"version of {len(data)} bytes")
    return VersionAck(result=0, firmware=".".join(map(str, data[1:4])), protocol=data[4])


def _device_id(data: bytes) -> DeviceIdAck:
    if data[0] != Result.OK:
        return DeviceIdAck(result=data[0], device_id="")
    if len(data) != _DEVICE_ID_BYTES:
        raise BadFrame(f"device id of {len(data)} bytes")
    letters = data[1:].decode("ascii", "replace").rstrip("\0 ")
    return DeviceIdAck(result=0, device_id=letters)
