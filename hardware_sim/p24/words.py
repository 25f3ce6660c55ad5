"""The meaning of ScienceMode 3 and 4 frames in words, for people who read a trace."""

from collections.abc import Callable

from hardware_sim.p24.commands import UNASKED, Command, Level, Result, name_of
from hardware_sim.p24.frames import DamagedPacket, Packet
from hardware_sim.p24.model import Model
from hardware_sim.p24.reading import (
    ChannelSetting,
    read_byte,
    read_low_init,
    read_pulse,
    read_update,
)
from hardware_sim.pulses import Point

RESULTS = frozenset(Result)
LEVELS = {
    Level.IDLE: "idle",
    Level.LOW: "low level",
    Level.MID_INIT: "mid level",
    Level.MID_RUN: "mid level running",
}
STATES = {1: "electrode error", 2: "pulse timeout", 3: "low current"}


def describe(packet: Packet | DamagedPacket, model: Model) -> str:
    """Say what a packet means."""
    if isinstance(packet, DamagedPacket):
        number = "" if packet.number is None else f" #{packet.number}"
        return f"damaged ({packet.fault}){number}"
    title = f"{name_of(packet.command)} #{packet.number}"
    try:
        details = _details(packet, model)
    except (ValueError, IndexError) as error:
        details = f"{packet.data.hex(' ')} ({error})"
    return f"{title}: {details}" if details else title


def _details(packet: Packet, model: Model) -> str:
    if packet.command in _READERS:
        return _READERS[packet.command](packet.data, model)
    if packet.command in UNASKED or packet.command - 1 in frozenset(Command):
        return _answer(packet)
    return packet.data.hex(" ")


def _answer(packet: Packet) -> str:
    code = packet.data[0]
    result = (
        f"{code} {Result(code).name.lower().replace('_', ' ')}" if code in RESULTS else f"{code}"
    )
    more = packet.data[1:]
    if packet.command == Command.Get_stim_status + 1:
        return f"{result}, {LEVELS[Level(more[0])]}, high voltage {more[1]}"
    if packet.command == Command.Ml_get_current_data + 1 and more[0] == 4:
        return f"{result}, {_current_data(more)}"
    return f"{result}, {more.hex(' ')}" if more else result


def _current_data(more: bytes) -> str:
    active = " ".join(f"ch{index + 1}" for index in range(8) if more[1] >> index & 1)
    states = [more[2 + index // 2] >> 4 * (index % 2) & 0x0F for index in range(8)]
    errors = [
        f"ch{index + 1} {STATES.get(state, state)}" for index, state in enumerate(states) if state
    ]
    return ", ".join([active or "nothing runs", *errors])


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{point.current_ua / 1000:g} mA {point.duration_us} us" for point in points)


def _low_init(data: bytes, model: Model) -> str:
    asked = read_low_init(data, model)
    return f"measurement {asked.measurement}, {asked.voltage_v} V"


def _pulse(data: bytes, model: Model) -> str:
    asked = read_pulse(data, model)
    return f"ch{asked.channel} {_points(asked.points) or 'no stimulation'}"


def _update(data: bytes, model: Model) -> str:
    asked = read_update(data, model)
    words = ", ".join(_setting(setting) for setting in asked.settings) or "nothing"
    return f"soft start, {words}" if asked.is_soft else words


def _setting(setting: ChannelSetting) -> str:
    ramp = f" ramp {setting.ramp}" if setting.ramp else ""
    rhythm = f"each {setting.period_us / 1000:g} ms{ramp}"
    return f"ch{setting.channel} {rhythm}: {_points(setting.points)}"


_READERS: dict[int, Callable[[bytes, Model], str]] = {
    Command.Ll_init: _low_init,
    Command.Ll_channel_config: _pulse,
    Command.Ml_init: lambda data, _: "all stop on error" if read_byte(data) & 1 else "",
    Command.Ml_update: _update,
    Command.Ml_get_current_data: lambda data, _: f"selection {read_byte(data)}",
}
