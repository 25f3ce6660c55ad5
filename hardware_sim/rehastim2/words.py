"""The meaning of ScienceMode2 packets in words, for people who read a trace."""

from collections.abc import Callable

from hardware_sim.rehastim2.commands import (
    ACKNOWLEDGED,
    ChannelSetting,
    Command,
    Fault,
    ParameterError,
    Result,
    read_channel_list,
    read_settings,
    read_single_pulse,
)
from hardware_sim.rehastim2.frames import DamagedPacket, Packet

PASSES = {1: "single", 2: "doublet", 3: "triplet"}
NUMBERS = frozenset(Command)
MODES = ("start mode", "initialized", "started")


def describe(packet: Packet | DamagedPacket, channels: tuple[int, ...] = ()) -> str:
    """Say what a packet means; channels are the active ones, in whose order settings are sent."""
    if isinstance(packet, DamagedPacket):
        return f"damaged ({packet.fault}){_damaged_title(packet)}"
    title = f"{name_of(packet.command)} #{packet.number}"
    try:
        details = _details(packet, channels)
    except (ParameterError, IndexError, ValueError) as error:
        details = f"{packet.data.hex(' ')} ({error})"
    return f"{title}: {details}" if details else title


def _damaged_title(packet: DamagedPacket) -> str:
    return "" if packet.command is None else f": {name_of(packet.command)} #{packet.number}"


def name_of(command: int) -> str:
    """Return the manual's name of a command or its ack."""
    if command in NUMBERS:
        return Command(command).name
    if command - 1 in ACKNOWLEDGED:
        return f"{Command(command - 1).name}Ack"
    return f"command {command}"


def _details(packet: Packet, channels: tuple[int, ...]) -> str:
    if packet.command == Command.StartChannelListMode:
        return ", ".join(_setting(setting) for setting in read_settings(packet.data, channels))
    if packet.command - 1 in ACKNOWLEDGED:
        return _ack(packet)
    reader = _READERS.get(packet.command)
    return reader(packet.data) if reader else packet.data.hex(" ")


def _setting(setting: ChannelSetting) -> str:
    kind = PASSES[setting.passes]
    return f"ch{setting.channel} {kind} {setting.pulse_width_us} us {setting.current_ma} mA"


def _ack(packet: Packet) -> str:
    result = _result(packet.data)
    if packet.command == Command.GetStimulationMode + 1 and len(packet.data) > 1:
        return f"{result}, {MODES[packet.data[1]]}"
    return result


def _result(data: bytes) -> str:
    code = int.from_bytes(data[:1], "big", signed=True)
    return f"{code} {Result(code).name.lower().replace('_', ' ')}"


def _fault(data: bytes) -> str:
    code = int.from_bytes(data[:1], "big", signed=True)
    return f"{code} {Fault(code).name.lower().replace('_', ' ')}"


def _channel_list(data: bytes) -> str:
    asked = read_channel_list(data)
    t1 = "one-shot" if asked.t1_us is None else f"t1 {asked.t1_us / 1000:g} ms"
    channels = " ".join(f"ch{channel}" for channel in asked.channels)
    words = f"{channels}, {t1}, t2 {asked.t2_us / 1000:g} ms"
    if not asked.low_frequency_channels:
        return words
    low = " ".join(f"ch{channel}" for channel in asked.low_frequency_channels)
    return f"{words}, low frequency factor {asked.low_frequency_factor} on {low}"


_READERS: dict[int, Callable[[bytes], str]] = {
    Command.Init: lambda data: f"version {data[0]}",
    Command.InitAck: _result,
    Command.UnknownCommand: lambda data: name_of(data[0]),
    Command.InitChannelListMode: _channel_list,
    Command.SinglePulse: lambda data: _setting(read_single_pulse(data)),
    Command.StimulationError: _fault,
}
