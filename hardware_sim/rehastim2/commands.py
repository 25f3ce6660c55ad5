"""ScienceMode2 commands: their numbers, their data layouts, their result codes.

Sixteen-bit fields are sent most significant byte first. Requested values are kept as they came;
what the output stage makes of them is not decided here.

Source: ScienceMode2 description 1.24, sections 3, 4 and 5.1.
"""

from dataclasses import dataclass
from enum import IntEnum

CHANNELS = 8
WIDEST_PULSE_US = 500
HIGHEST_CURRENT_MA = 130
HIGHEST_LOW_FREQUENCY_FACTOR = 7
HIGHEST_T1_CODE = 2048
PROTOCOL_VERSION = 1
STEP_US = 500
T1_BASE_US = 1000
T2_BASE_US = 1500
CHANNEL_LIST_BYTES = 7
CHANNEL_BYTES = 4


class Command(IntEnum):
    """Packet commands, under the names of the manual."""

    Init = 1
    InitAck = 2
    UnknownCommand = 3
    Watchdog = 4
    GetStimulationMode = 10
    GetMotomedMode = 12
    InitChannelListMode = 30
    StartChannelListMode = 32
    StopChannelListMode = 34
    SinglePulse = 36
    StimulationError = 38
    InitPhaseTraining = 50
    StartPhase = 52
    PausePhase = 54
    StopPhaseTraining = 56
    SetRotationDirection = 70
    SetSpeed = 72
    SetGear = 74
    SetKeyboardLock = 76
    StartBasicTraining = 80
    PauseBasicTraining = 82
    ContinueBasicTraining = 84
    StopBasicTraining = 86


MOTOMED = frozenset(
    command for command in Command if command >= Command.InitPhaseTraining
)  # those that move the trainer; asking for its mode is answered otherwise
ACKNOWLEDGED = MOTOMED | {
    Command.GetStimulationMode,
    Command.GetMotomedMode,
    Command.InitChannelListMode,
    Command.StartChannelListMode,
    Command.StopChannelListMode,
    Command.SinglePulse,
}
"""Commands that have an ack; its number is the command's plus one."""
FROM_HOST = ACKNOWLEDGED | {Command.InitAck, Command.Watchdog}


class Result(IntEnum):
    """Result codes in acks."""

    OK = 0
    TRANSFER_ERROR = -1
    PARAMETER_ERROR = -2
    WRONG_MODE = -3
    MOTOMED_CONNECTION = -4
    INCOMPATIBLE_VERSION = -5
    BUSY = -8


class Fault(IntEnum):
    """Error codes in StimulationError, a numbering of its own."""

    EMERGENCY_SWITCH = -1
    ELECTRODE = -2
    MODULE = -3


class ParameterError(ValueError):
    """Data of a command with a wrong number of bytes or a value out of range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelList:
    """What InitChannelListMode asks for; channels count from 1, t1 is None in one-shot mode."""

    channels: tuple[int, ...]
    low_frequency_channels: tuple[int, ...]
    low_frequency_factor: int
    t1_us: int | None
    t2_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetting:
    """What one channel is asked to output; passes are 1 single, 2 doublet, 3 triplet."""

    channel: int
    passes: int
    pulse_width_us: int
    current_ma: int


def signed_byte(number: int) -> bytes:
    """Return a two's complement byte, as results are sent."""
    return number.to_bytes(1, "big", signed=True)


def _require(is_in_range: bool, what: str) -> None:
    if not is_in_range:
        raise ParameterError(what)


def _channels(mask: int) -> tuple[int, ...]:
    return tuple(index + 1 for index in range(CHANNELS) if mask >> index & 1)


def read_channel_list(data: bytes) -> ChannelList:
    """Read the data of InitChannelListMode.

    ::

        0 factor | 1 active | 2 low frequency | 3 t2 code | 4-5 t1 code | 6 execution

    Low frequency bits of channels that are not active are dropped.
    """
    _require(len(data) == CHANNEL_LIST_BYTES, f"{len(data)} data bytes instead of 7")
    factor, active, low_frequency, t2_code, _, _, execution = data
    t1_code = int.from_bytes(data[4:6], "big")
    _require(factor <= HIGHEST_LOW_FREQUENCY_FACTOR, f"low frequency factor {factor}")
    _require(active != 0, "no active channel")
    _require(t1_code <= HIGHEST_T1_CODE, f"main interval code {t1_code}")
    _require(execution <= 1, f"channel execution {execution}")
    return ChannelList(
        channels=_channels(active),
        low_frequency_channels=_channels(low_frequency & active),
        low_frequency_factor=factor,
        t1_us=t1_code * STEP_US + T1_BASE_US if t1_code else None,
        t2_us=t2_code * STEP_US + T2_BASE_US,
    )


def _read_setting(channel: int, mode: int, data: bytes) -> ChannelSetting:
    """Read width and current (3 bytes) of one channel."""
    pulse_width_us = int.from_bytes(data[:2], "big")
    current_ma = data[2]
    _require(mode <= 2, f"mode {mode}")
    _require(pulse_width_us <= WIDEST_PULSE_US, f"pulse width {pulse_width_us} us")
    _require(current_ma <= HIGHEST_CURRENT_MA, f"current {current_ma} mA")
    return ChannelSetting(
        channel=channel, passes=mode + 1, pulse_width_us=pulse_width_us, current_ma=current_ma
    )


def read_settings(data: bytes, channels: tuple[int, ...]) -> tuple[ChannelSetting, ...]:
    """Read the data of StartChannelListMode: 4 bytes for each active channel, lowest first."""
    _require(len(data) == CHANNEL_BYTES * len(channels), f"{len(data)} data bytes")
    blocks = (data[start : start + CHANNEL_BYTES] for start in range(0, len(data), CHANNEL_BYTES))
    return tuple(
        _read_setting(channel, block[0], block[1:])
        for channel, block in zip(channels, blocks, strict=True)
    )


def read_single_pulse(data: bytes) -> ChannelSetting:
    """Read the data of SinglePulse, the only command that counts channels from 0."""
    _require(len(data) == CHANNEL_BYTES, f"{len(data)} data bytes instead of 4")
    _require(data[0] < CHANNELS, f"channel field {data[0]}")
    return _read_setting(data[0] + 1, 0, data[1:])
