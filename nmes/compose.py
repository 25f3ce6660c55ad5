"""The composition root: the only place that makes a driver and hands it to a gate.

It keeps no reference to either.
"""

import errno
import select
from collections.abc import Iterable, Mapping
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
from nmes.service.clock import Clocks, monotonic_us, read_clocks, wall_utc
from nmes.service.machine import RealMachine
from nmes.service.preparation import read_protocol
from nmes.service.probe import Answer, KnownDevice, Outcome, SeenPort, ask_gate, understood
from nmes.service.search import PortSearch
from nmes.service.simulator import Simulator, options_of, start_simulator
from nmes.service.trace_file import TraceFile
from nmes.service.workshop import DeviceName, PortName, Search
from nmes.settings import Settings
from protocols.capabilities import Capabilities
from protocols.errors import DeviceError, PortError
from protocols.loading import LoadedProtocol
from safety.gate import SafetyGate
from safety.table import load_table

SIMULATED = "sim:"
CLOSE_OTHER = "Close that program."


def simulated(device: str) -> str:
    """Return the name of the simulated device of a device, whichever of the two was named."""
    return SIMULATED + driver_name(device)


def driver_name(device: str) -> str:
    """Return the driver of a device as a person names it, simulated or not."""
    return device.removeprefix(SIMULATED)


def capabilities_of(device: str) -> Capabilities:
    """Return what a device can make; DeviceError, with what is near, if there is none."""
    return registry.load(driver_name(device)).capabilities


def device_names(declared: Iterable[str] = ()) -> tuple[DeviceName, ...]:
    """Return the simulated devices first: nothing real is ever the default.

    `declared` are further names, of devices that are told by a file what they need to know; whoever
    names them wants them first.
    """
    titles: dict[str, str] = {}
    for device in declared:
        name = driver_name(device)
        titles[name] = f"{name.partition('@')[2]}: {capabilities_of(name).title}"
    titles |= {name: registry.load(name).capabilities.title for name in registry.names()}
    in_process = tuple(
        DeviceName(name=SIMULATED + name, title=title, is_simulated=True)
        for name, title in titles.items()
    )
    real = tuple(
        DeviceName(name=name, title=title, is_simulated=False) for name, title in titles.items()
    )
    return in_process + real


def port_names() -> tuple[PortName, ...]:
    """Return the serial ports of this computer."""
    return tuple(PortName(name=found.name, description=found.description) for found in list_ports())


def seen_ports() -> tuple[SeenPort, ...]:
    """Return the serial ports of this computer with what their plugs tell."""
    return tuple(
        SeenPort(
            name=found.name,
            description=found.description,
            usb_id=found.usb_id,
            serial_number=found.serial_number,
        )
        for found in list_ports()
    )


def known_devices() -> tuple[KnownDevice, ...]:
    """Return the devices that can be looked for."""
    return tuple(_known(name, registry.load(name)) for name in registry.names())


def _known(name: str, entry: DriverEntry) -> KnownDevice:
    return KnownDevice(
        name=name,
        title=entry.capabilities.title,
        usb_ids=frozenset(f"{vendor:04x}:{product:04x}" for vendor, product in entry.usb_ids),
        needs_file=entry.declared is not None,
    )


class _WaitingClock:
    """Real time, waited for."""

    def now_us(self) -> int:
        """Return the time."""
        return monotonic_us()

    def wait(self, fileno: int | None, until_us: int) -> None:
        """Return when bytes have come, or at that time."""
        seconds = max(0, until_us - monotonic_us()) / 1e6
        select.select([] if fileno is None else [fileno], [], [], seconds)


def ask_port(port: str, device: str) -> Answer:
    """Open a port as a device needs it, ask who is there, close it; a port in use is left alone.

    No guard, because the gate is never opened: nothing that it lets through can cause current.
    """
    holders = RealMachine().holders(port)
    if holders:
        who = ", ".join(f"{holder.program} (process {holder.pid})" for holder in holders)
        detail = f"{who} has it."
        return Answer(
            port=port, device=device, outcome=Outcome.BUSY, detail=detail, advice=CLOSE_OTHER
        )
    entry = registry.load(device)
    try:
        byte_port = open_port(port, entry.serial_settings)
    except PortError as error:
        return _not_opened(port, device, error)
    return _ask(byte_port, port, device, entry)


def _ask(byte_port: BytePort, port: str, device: str, entry: DriverEntry) -> Answer:
    heard: list[bytes] = []

    def listen(_now_us: int, direction: Direction, data: bytes) -> None:
        if direction is Direction.RECEIVED:
            heard.append(data)

    try:
        gate = SafetyGate(entry.make(byte_port, listen))
    except DeviceError:
        byte_port.close()
        raise
    event = ask_gate(gate, _WaitingClock())
    return understood(port, device, event, has_heard=bool(heard))


_NOT_OPENED: dict[int | None, Outcome] = {
    errno.EBUSY: Outcome.BUSY,
    errno.EAGAIN: Outcome.BUSY,
    errno.ENOENT: Outcome.CLOSED,
    errno.EACCES: Outcome.CLOSED,
    errno.ENODEV: Outcome.CLOSED,
    errno.ENXIO: Outcome.CLOSED,
    errno.EIO: Outcome.CLOSED,
    errno.ENOTTY: Outcome.CLOSED,
    errno.EISDIR: Outcome.CLOSED,
    errno.ECONNREFUSED: Outcome.CLOSED,
}
"""What ends the asking at a port; anything else may be no matter to another device's settings."""


def _not_opened(port: str, device: str, error: PortError) -> Answer:
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else None
    outcome = _NOT_OPENED.get(number, Outcome.UNFIT)
    return Answer(port=port, device=device, outcome=outcome, detail=str(error))


def _descriptor(port: BytePort) -> int:
    """Return what a guard can write to; PortError if there is none: nothing flows unguarded."""
    descriptor = port.fileno()
    if descriptor is None:
        raise PortError("This port cannot be guarded: it has no descriptor to share.")
    return descriptor


class RealWorkshop:
    """Devices on real ports, simulators in processes of their own, journals on disk.

    `declared` are devices that can be chosen beside those that need no file.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pulses: Path | None,
        trace: Path | None,
        ack_delay_ms: float,
        declared: tuple[str, ...] = (),
    ) -> None:
        self._settings = settings
        self._pulses = pulses
        self._trace_path = trace
        self._trace_file: TraceFile | None = None
        self._ack_delay_ms = ack_delay_ms
        self._declared = declared
        self._simulators: dict[tuple[str, ...], Simulator] = {}

    def devices(self) -> tuple[DeviceName, ...]:
        """Return the devices that can be chosen."""
        return device_names(self._declared)

    def ports(self) -> tuple[PortName, ...]:
        """Return the serial ports of this computer."""
        return port_names()

    def search(self) -> Search:
        """Begin to ask at all ports who is there."""
        return PortSearch()

    def capabilities(self, device: str) -> Capabilities:
        """Return what a device can make; DeviceError if there is no such device."""
        return capabilities_of(device)

    def protocol(self, name: str) -> LoadedProtocol:
        """Return a protocol of the library or of a path."""
        return read_protocol(name)

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Open the port, under guard, behind a new gate; without one that of a simulator."""
        entry = registry.load(driver_name(device))
        name = port if port is not None else self._simulator_port(entry.capabilities)
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

    def _simulator_port(self, able: Capabilities) -> str:
        """Return the port of the device's simulator, started at its first use, ended with us."""
        options = options_of(able)
        key = (able.device, *options.values())
        if key not in self._simulators:
            self._simulators[key] = start_simulator(
                able.device, options=options, pulses=self._pulses, ack_delay_ms=self._ack_delay_ms
            )
        return self._simulators[key].port

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
