"""What the program must know of a driver before it can make one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from drivers.interface import BytePort, Stimulator
from drivers.wire import Readback, Trace
from protocols.capabilities import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialSettings:
    """How a serial line must be opened; always 8 data bits. `baud_rate` is in bits per second."""

    baud_rate: int
    parity: Literal["none", "even", "odd"]
    stop_bits: Literal[1, 2]
    has_hardware_flow_control: bool


class Words(Protocol):
    """Puts the bytes of one direction into hex and words, for a trace."""

    def lines(self, data: bytes) -> list[str]:
        """Return a line for each frame completed by these bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEntry:
    """One kind of stimulator. `make` joins an open port, and a trace if wanted, to its driver.

    `guard_stops` are stops that hold whatever was said before, for the guard of the port.
    `usb_ids` are vendor and product of the ports it comes with, which others may have, too.
    `declared` reads from a file what such a device needs to be told; None if it needs nothing.
    """

    capabilities: Capabilities
    serial_settings: SerialSettings
    make: Callable[[BytePort, Trace | None], Stimulator]
    words: Callable[[], Words]
    guard_stops: tuple[bytes, ...]
    readback: Callable[[], Readback]
    usb_ids: tuple[tuple[int, int], ...] = ()
    declared: "Callable[[str], DriverEntry] | None" = None
