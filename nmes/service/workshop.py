"""What the engine needs of the world it was composed in; `nmes.compose` provides the real one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from nmes.records.journal import Journal
from nmes.records.past import PastUse, Place
from nmes.records.store import SessionEntry
from nmes.service.clock import Clocks
from nmes.service.probe import Answer
from protocols.capabilities import Capabilities
from protocols.loading import LoadedProtocol
from safety.gate import SafetyGate


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceName:
    """A device as a person chooses it."""

    name: str
    title: str
    is_simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PortName:
    """A serial port of this computer."""

    name: str
    description: str


class Search(Protocol):
    """A look for devices that is under way."""

    def fileno(self) -> int:
        """Return what becomes readable when there is news."""
        ...

    def take(self) -> tuple[Answer, ...] | None:
        """Return, once, who answered; None while that is not known, DeviceError if it never is."""
        ...

    def end(self) -> None:
        """Break it off."""
        ...


class Workshop(Protocol):
    """Devices, ports and journals, real or in virtual time."""

    def devices(self) -> tuple[DeviceName, ...]:
        """Return the devices that can be chosen."""
        ...

    def ports(self) -> tuple[PortName, ...]:
        """Return the serial ports of this computer."""
        ...

    def search(self) -> Search:
        """Begin to ask at all ports who is there; DeviceError where there are none."""
        ...

    def capabilities(self, device: str) -> Capabilities:
        """Return what a device can make; NmesError if there is no such device."""
        ...

    def protocol(self, name: str) -> LoadedProtocol:
        """Return a protocol of the library or of a path; ProtocolFileError says what is wrong."""
        ...

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Open the port of a device behind a new gate; PortError says what to do if it fails."""
        ...

    def new_journal(self) -> tuple[str, Journal]:
        """Begin a journal and return its session id with it; RecordError if it cannot be kept."""
        ...

    def sessions(self) -> tuple[SessionEntry, ...]:
        """Return the recorded sessions, newest first."""
        ...

    def clocks(self) -> Clocks:
        """Return all clocks, to find out whether one of them has jumped."""
        ...

    def day(self) -> str:
        """Return the calendar day where this computer stands (YYYY-MM-DD)."""
        ...

    def past_use(self, patient: str) -> Mapping[Place, PastUse]:
        """Return what earlier sessions gave to this patient; RecordError if that is not known."""
        ...

    def utc(self) -> str:
        """Return the wall clock's time, for records only."""
        ...
