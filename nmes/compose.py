"""The composition root: the only place that makes a driver and hands it to a gate.

It keeps no reference to either.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from drivers import registry
from drivers.entry import DriverEntry
from drivers.guarded import GuardedStimulator
from drivers.guarding import HostGuard
from drivers.interface import BytePort
from drivers.port import list_ports, open_port
from drivers.wire import Direction, Trace
from nmes.records.journal import Journal, JournalWriter, journal_path, new_session_id
from nmes.records.past import PastUse, Place, past_use
from nmes.records.store import SessionEntry, list_sessions, sessions_of
from nmes.service.clock import Clocks, read_clocks, wall_utc
from nmes.service.preparation import read_protocol
from nmes.service.simulator import Simulator, start_simulator
from nmes.service.trace_file import TraceFile
from nmes.service.workshop import DeviceName, PortName
from nmes.settings import Settings
from protocols.capabilities import Capabilities
from protocols.errors import PortError
from protocols.loading import LoadedProtocol
from safety.gate import SafetyGate
from safety.table import load_table

SIMULATED = "sim:"


def driver_name(device: str) -> str:
    """Return the driver of a device as a person names it, simulated or not."""
    return device.removeprefix(SIMULATED)


def capabilities_of(device: str) -> Capabilities:
    """Return what a device can make; DeviceError, with what is near, if there is none."""
    return registry.load(driver_name(device)).capabilities


def device_names() -> tuple[DeviceName, ...]:
    """Return the simulated devices first: nothing real is ever the default."""
    titles = {name: registry.load(name).capabilities.title for name in registry.names()}
    simulated = tuple(
        DeviceName(name=SIMULATED + name, title=f"{title}, simulated", is_simulated=True)
        for name, title in titles.items()
    )
    real = tuple(
        DeviceName(name=name, title=title, is_simulated=False) for name, title in titles.items()
    )
    return simulated + real


def port_names() -> tuple[PortName, ...]:
    """Return the serial ports of this computer."""
    return tuple(PortName(name=found.name, description=found.description) for found in list_ports())


def _descriptor(port: BytePort) -> int:
    """Return what a guard can write to; PortError if there is none: nothing flows unguarded."""
    descriptor = port.fileno()
    if descriptor is None:
        raise PortError("This port cannot be guarded: it has no descriptor to share.")
    return descriptor


class RealWorkshop:
    """Devices on real ports, simulators in processes of their own, journals on disk."""

    def __init__(
        self, settings: Settings, *, pulses: Path | None, trace: Path | None, ack_delay_ms: float
    ) -> None:
        self._settings = settings
        self._pulses = pulses
        self._trace_path = trace
        self._trace_file: TraceFile | None = None
        self._ack_delay_ms = ack_delay_ms
        self._simulators: dict[str, Simulator] = {}

    def devices(self) -> tuple[DeviceName, ...]:
        """Return the devices that can be chosen."""
        return device_names()

    def ports(self) -> tuple[PortName, ...]:
        """Return the serial ports of this computer."""
        return port_names()

    def capabilities(self, device: str) -> Capabilities:
        """Return what a device can make; DeviceError if there is no such device."""
        return capabilities_of(device)

    def protocol(self, name: str) -> LoadedProtocol:
        """Return a protocol of the library or of a path."""
        return read_protocol(name)

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Open the port, under guard, behind a new gate; without one that of a simulator."""
        entry = registry.load(driver_name(device))
        name = port if port is not None else self._simulator_port(driver_name(device))
        byte_port = open_port(name, entry.serial_settings)
        silence_us = load_table().behaviour.guard_silence_us
        try:
            guard = HostGuard(_descriptor(byte_port), entry.guard_stops, silence_us=silence_us)
        except PortError:
            byte_port.close()
            raise
        stimulator = entry.make(byte_port, self._frame_trace(entry))
        return SafetyGate(GuardedStimulator(stimulator, guard, silence_us=silence_us))

    def _frame_trace(self, entry: DriverEntry) -> Trace | None:
        if self._trace_path is None:
            return None
        if self._trace_file is None:
            self._trace_file = TraceFile(self._trace_path)
        sent, received = entry.words(), entry.words()
        trace_file = self._trace_file

        def trace(now_us: int, direction: Direction, data: bytes) -> None:
            is_sent = direction is Direction.SENT
            way = "host>device" if is_sent else "device>host"
            trace_file.put(now_us, way, sent if is_sent else received, data)

        return trace

    def _simulator_port(self, device: str) -> str:
        """Return the port of the device's simulator, started at its first use, ended with us."""
        if device not in self._simulators:
            self._simulators[device] = start_simulator(
                device, pulses=self._pulses, ack_delay_ms=self._ack_delay_ms
            )
        return self._simulators[device].port

    def new_journal(self) -> tuple[str, Journal]:
        """Begin a journal in the data folder."""
        session_id = new_session_id(datetime.now(UTC))
        return session_id, JournalWriter(journal_path(self._settings.sessions, session_id))

    def sessions(self) -> tuple[SessionEntry, ...]:
        """Return the recorded sessions, newest first."""
        return list_sessions(self._settings.sessions)

    def clocks(self) -> Clocks:
        """Return all clocks of this computer."""
        return read_clocks()

    def day(self) -> str:
        """Return the calendar day where this computer stands."""
        return datetime.now().astimezone().date().isoformat()

    def past_use(self, patient: str) -> Mapping[Place, PastUse]:
        """Return what the journals of the data folder tell of this patient."""
        return past_use(sessions_of(self._settings.sessions, patient), self.day(), None)

    def utc(self) -> str:
        """Return the wall clock's time."""
        return wall_utc()
