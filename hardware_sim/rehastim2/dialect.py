"""The RehaStim2 as fault scripts see it."""

from collections.abc import Callable

from hardware_sim.dialect import DAMAGED, Dialect, Lie
from hardware_sim.rehastim2.commands import ACKNOWLEDGED, CHANNELS, FROM_HOST, Command
from hardware_sim.rehastim2.frames import DamagedPacket, FrameReader, Packet, encode
from hardware_sim.rehastim2.words import name_of

SUPPLY_V = 154
"""Highest output voltage (manual, p. 28)."""
MODES = ("start", "initialized", "started")


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
    return _rewritten(frame, lambda data: data[:1] + bytes((MODES.index(mode),)))


def _tell_version(frame: bytes, version: int) -> bytes:
    return _rewritten(frame, lambda _: bytes((version,)))


def _rewritten(frame: bytes, rewrite: Callable[[bytes], bytes]) -> bytes:
    """Change the data of an intact frame, with a checksum that fits."""
    (packet,) = FrameReader().receive(frame) or (None,)
    if not isinstance(packet, Packet):
        return frame
    return encode(packet.number, packet.command, rewrite(packet.data))


REHASTIM2 = Dialect(
    device="rehastim2",
    channels=CHANNELS,
    supply_v=SUPPLY_V,
    from_host=frozenset(command.name for command in FROM_HOST),
    from_device=frozenset(
        {f"{command.name}Ack" for command in ACKNOWLEDGED}
        | {Command.Init.name, Command.UnknownCommand.name, Command.StimulationError.name}
    ),
    refusable=frozenset(command.name for command in ACKNOWLEDGED),
    results=("transfer_error", "parameter_error", "wrong_mode", "busy"),
    splitter=Splitter,
    lies={
        "wrong_mode": Lie(frame="GetStimulationModeAck", values=MODES, tell=_tell_mode),
        "wrong_version": Lie(frame="Init", values=range(256), tell=_tell_version),
    },
    troubles={"emergency_switch": {}, "failed_module": {"module": ("A", "B")}},
)
