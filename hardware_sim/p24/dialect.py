"""The P24 and its relatives as fault scripts see them."""

from collections.abc import Callable

from hardware_sim.dialect import DAMAGED, Dialect, Lie
from hardware_sim.p24.commands import UNASKED, Command, Level, Result, name_of
from hardware_sim.p24.frames import DamagedPacket, FrameReader, Packet, encode
from hardware_sim.p24.model import FULL_VOLTAGE_V, P24, Model

MODES = {
    "idle": Level.IDLE,
    "low_level": Level.LOW,
    "initialized": Level.MID_INIT,
    "running": Level.MID_RUN,
}
CHANNEL_ERRORS = {
    "electrode": Result.ELECTRODE,
    "pulse_timeout": Result.PULSE_TIMEOUT,
    "low_current": Result.LOW_CURRENT,
}
PROTOCOL_PLACE = 4


class Splitter:
    """Finds frames and names them as the manual does."""

    def __init__(self) -> None:
        self._reader = FrameReader()

    @property
    def is_within_frame(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._reader.is_within_frame

    def receive(self, chunk: bytes) -> list[tuple[bytes, str]]:
        """Take more bytes; return the frames completed by them, with their names."""
        return [(packet.wire, _name(packet)) for packet in self._reader.receive(chunk)]


def _name(packet: Packet | DamagedPacket) -> str:
    return name_of(packet.command) if isinstance(packet, Packet) else DAMAGED


def _tell_mode(frame: bytes, mode: str) -> bytes:
    return _rewritten(frame, lambda data: data[:1] + bytes((MODES[mode],)) + data[2:])


def _tell_version(frame: bytes, version: int) -> bytes:
    return _rewritten(
        frame, lambda data: data[:PROTOCOL_PLACE] + bytes((version,)) + data[PROTOCOL_PLACE + 1 :]
    )


def _rewritten(frame: bytes, rewrite: Callable[[bytes], bytes]) -> bytes:
    """Change the data of an intact frame, with length and checksum that fit."""
    (packet,) = FrameReader().receive(frame) or (None,)
    if not isinstance(packet, Packet):
        return frame
    return encode(packet.number, packet.command, rewrite(packet.data))


def dialect_of(model: Model) -> Dialect:
    """Return what fault scripts may say of a model."""
    results = tuple(r.name.lower() for r in sorted(model.results) if r is not Result.OK)
    version = Command.Get_extended_version
    if version not in model.commands:
        version = Command.Get_version_main
    answered = model.commands if model.has_reset_ack else model.commands - {Command.Reset}
    errors = tuple(name for name, result in CHANNEL_ERRORS.items() if result in model.results)
    return Dialect(
        device=model.name,
        channels=model.channels,
        supply_v=FULL_VOLTAGE_V,
        from_host=frozenset(command.name for command in Command),
        from_device=frozenset({f"{command.name}_ack" for command in answered})
        | frozenset(UNASKED.values()),
        refusable=frozenset(command.name for command in answered),
        results=results,
        splitter=Splitter,
        lies={
            "wrong_mode": Lie(frame="Get_stim_status_ack", values=tuple(MODES), tell=_tell_mode),
            "wrong_version": Lie(
                frame=f"{version.name}_ack", values=range(256), tell=_tell_version
            ),
        },
        troubles={
            "channel_error": {"error": errors},
            "hidden_errors": {},
            "general_error": {"result": results},
        },
    )


P24_DIALECT = dialect_of(P24)
