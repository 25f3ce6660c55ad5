"""What the program must know of a driver before it can make one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drivers.interface import BytePort, Stimulator
from drivers.wire import Trace
from protocols.capabilities import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialSettings:
    """How a serial line must be opened; always 8 data bits. `baud_rate` is in bits per second."""

    baud_rate: int
    parity: Literal["none", "even", "odd"]
    stop_bits: Literal[1, 2]
    has_hardware_flow_control: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverEntry:
    """One kind of stimulator. `make` joins an open port, and a trace if wanted, to its driver."""

    capabilities: Capabilities
    serial_settings: SerialSettings
    make: Callable[[BytePort, Trace | None], Stimulator]
