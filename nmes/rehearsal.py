"""The composition root for virtual time: a whole session with the simulated device, in seconds.

Engine, gate and driver are the ones that serve a patient; only clock, port and disk are others.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drivers import registry
from drivers.wire import Trace
from hardware_sim.device import Device, OnFrame
from hardware_sim.devices import DEVICES, SimulatedDevice
from hardware_sim.fault_log import AppliedFault, FaultLogFile
from hardware_sim.fault_script import FaultScriptError, load_faults
from hardware_sim.faults import FaultScript
from hardware_sim.faulty_line import FaultyLine
from hardware_sim.line import Line
from hardware_sim.pulses import Pulse
from hardware_sim.record import PulseRecord
from hardware_sim.trace import FrameTrace
from nmes.compose import capabilities_of, device_names, driver_name
from nmes.link.messages import Hello, Prepare, Prepared, Report, StillHere, Summary
from nmes.link.script import ScriptedOperator
from nmes.records.chain import utc_text
from nmes.records.journal import Journal, MemoryJournal, new_session_id
from nmes.records.past import PastUse, Place
from nmes.records.store import SessionEntry
from nmes.service.clock import Clocks
from nmes.service.preparation import read_protocol
from nmes.service.simulator import options_of
from nmes.service.station import Station
from nmes.service.workshop import DeviceName, PortName, Search
from nmes.session.output import NEVER_US
from protocols.capabilities import Capabilities
from protocols.errors import DeviceError, NmesError, PortError, SessionRefusal
from protocols.loading import LoadedProtocol
from safety.gate import SafetyGate

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""The wall clock of virtual time; its journals are kept only if somebody saves them."""

HEARTBEAT_US = 100_000
LOOK_EVERY_US = 50_000
"""How often the scripted operator looks at the screen while it raises levels."""

RUN_OUT_US = 14_000_000
"""Longer than a device without a host can go on, frames that are late on the line included, or what
it heard while it booted."""


class VirtualPort:
    """The wire to a simulated device, or to a faulty line to one, in the same virtual time."""

    def __init__(self, line: Line, clock: Callable[[], int]) -> None:
        self._line = line
        self._clock = clock
        self._is_pulled = False
        self.is_closed = False

    def pull(self) -> None:
        """Be a cable that is pulled: from now on reading and writing fail."""
        self._is_pulled = True

    @property
    def is_deaf(self) -> bool:
        """Whether nothing that the device says can be heard any more."""
        return self.is_closed or self._is_pulled

    def _refuse_if_pulled(self) -> None:
        if self._is_pulled:
            raise PortError("The cable was pulled.")

    def read(self) -> bytes:
        """Return what the device has sent by now."""
        self._refuse_if_pulled()
        return b"".join(self._line.take_outgoing(self._clock()))

    def write(self, data: bytes) -> None:
        """Hand bytes to the device at once."""
        self._refuse_if_pulled()
        self._line.receive(data, self._clock())

    def fileno(self) -> None:
        """There is nothing to wait on: virtual time looks by itself."""

    def close(self) -> None:
        """Say and hear no more: the device will stop by its own watchdog."""
        self.is_closed = True


class VirtualWorkshop:
    """Simulated devices in virtual time, journals in memory. `now_us` is set by the rehearsal.

    `on_frame` gets what reaches and leaves the device, `trace` what the driver says and hears.
    With `faults` the device is behind a `line` that harms what the script says.
    """

    def __init__(
        self,
        on_pulse: Callable[[Pulse], None],
        on_frame: OnFrame | None,
        *,
        ack_delay_us: int,
        trace: Trace | None = None,
        faults: FaultScript | None = None,
        on_fault: Callable[[AppliedFault], None] | None = None,
    ) -> None:
        self.now_us = 0
        self.device: Device | None = None
        self.line: FaultyLine | None = None
        self.port: VirtualPort | None = None
        self.journal = MemoryJournal()
        self._on_pulse = on_pulse
        self._ack_delay_us = ack_delay_us
        self._on_frame = on_frame
        self._trace = trace
        self._faults = faults
        self._on_fault = on_fault

    def devices(self) -> tuple[DeviceName, ...]:
        """Return the devices that can be chosen."""
        return device_names()

    def ports(self) -> tuple[PortName, ...]:
        """Return no port: virtual time reaches none."""
        return ()

    def search(self) -> Search:
        """Find nothing: virtual time has no ports."""
        raise DeviceError("There are no ports in virtual time.")

    def capabilities(self, device: str) -> Capabilities:
        """Return what a device can make."""
        return capabilities_of(device)

    def protocol(self, name: str) -> LoadedProtocol:
        """Return a protocol of the library or of a path."""
        return read_protocol(name)

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Put a new gate before the simulated device, which is there from the first time on."""
        if port is not None:
            raise DeviceError(f"{device} cannot be rehearsed at a port: leave it out.")
        simulated = _simulated(device)
        if self.device is None:
            self.device = self._new_device(simulated, options_of(capabilities_of(device)))
        elif simulated.resets_when_opened:
            self.device.reboot(self.now_us, off_us=0)
        self.port = VirtualPort(self.line or self.device, lambda: self.now_us)
        return SafetyGate(registry.load(driver_name(device)).make(self.port, self._trace))

    def _new_device(self, simulated: SimulatedDevice, options: Mapping[str, str]) -> Device:
        """Switch a device on, on a line that may be faulty."""
        device = simulated.maker(options)(
            on_pulse=self._on_pulse,
            on_frame=self._on_frame,
            ack_delay_us=self._ack_delay_us,
            start_us=self.now_us,
        )
        if self._faults is not None:
            self.line = FaultyLine(
                device, self._faults, start_us=self.now_us, on_fault=self._on_fault
            )
        return device

    def pass_time(self, until_us: int) -> None:
        """Let time go by, until then or until the device answers, whichever is first."""
        line = self.line or self.device
        while line is not None and (event_us := line.next_event_us()) < until_us:
            line.advance(event_us)
            answer_us = line.next_answer_us()
            if self.port is None or self.port.is_deaf:
                line.take_outgoing(event_us)  # nobody hears it
            elif answer_us is not None:
                until_us = min(until_us, max(answer_us, event_us))
        self.now_us = max(self.now_us, until_us)

    def run_out(self) -> None:
        """Close the port, and let time go by until the device's own watchdog must have acted."""
        if self.port is not None:
            self.port.close()
        self.pass_time(self.now_us + RUN_OUT_US)

    def new_journal(self) -> tuple[str, Journal]:
        """Begin a journal in memory."""
        self.journal = MemoryJournal()
        return new_session_id(EPOCH), self.journal

    def sessions(self) -> tuple[SessionEntry, ...]:
        """Return no session: rehearsals are not kept."""
        return ()

    def clocks(self) -> Clocks:
        """Return clocks that never part: virtual time does not sleep."""
        return Clocks(monotonic_us=self.now_us, sleepless_us=self.now_us, wall_us=self.now_us)

    def day(self) -> str:
        """Return the day of virtual time."""
        return self.utc()[:10]

    def past_use(self, patient: str) -> Mapping[Place, PastUse]:  # noqa: ARG002 # of the interface
        """Return nothing: nobody is ever rehearsed with."""
        return {}

    def utc(self) -> str:
        """Return virtual time as a wall clock, for records only."""
        return utc_text(EPOCH + timedelta(microseconds=self.now_us))


@dataclass(slots=True, kw_only=True)
class Delivered:
    """What the simulated device put out on one channel. `charge_nc` is that of first phases."""

    channel: int
    pulses: int = 0
    current_max_ma: float = 0
    charge_nc: float = 0
    net_charge_nc: float = 0

    def add(self, pulse: Pulse) -> None:
        """Count one pulse."""
        self.pulses += 1
        self.current_max_ma = max(self.current_max_ma, pulse.current_ma)
        self.charge_nc += pulse.current_ma * pulse.pulse_width_us
        self.net_charge_nc += pulse.net_charge_nc


@dataclass(slots=True, kw_only=True)
class FaultTimes:
    """When the faults of a script struck, beside the pulses that carried current.

    `pulse_before_us` is the last pulse before the first fault.
    """

    first_us: int | None = None
    last_us: int | None = None
    pulse_before_us: int | None = None
    first_pulse_us: int | None = None

    def add_fault(self, fault: AppliedFault) -> None:
        """Note a fault."""
        self.first_us = fault.time_us if self.first_us is None else self.first_us
        self.last_us = fault.time_us

    def add_pulse(self, pulse: Pulse) -> None:
        """Note a pulse."""
        if not pulse.current_ma:
            return
        self.first_pulse_us = pulse.time_us if self.first_pulse_us is None else self.first_pulse_us
        if self.first_us is None or pulse.time_us < self.first_us:
            self.pulse_before_us = pulse.time_us

    @property
    def is_without_current(self) -> bool:
        """Whether all that struck was over before any current had flowed."""
        return self.last_us is not None and (
            self.first_pulse_us is None or self.last_us < self.first_pulse_us
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of a rehearsal. `journal` holds its lines as they would be on disk.

    `faults` counts what a fault script did, by kind.
    """

    prepared: Prepared
    summary: Summary
    delivered: tuple[Delivered, ...]
    journal: bytes
    virtual_us: int
    faults: Mapping[str, int] = field(default_factory=dict)
    fault_times: FaultTimes = field(default_factory=FaultTimes)


def fault_script(name: str, device: str) -> FaultScript:
    """Read a fault script for a device, by path or a shipped one by its name; NmesError."""
    try:
        return load_faults(name, _simulated(device).dialect)
    except FaultScriptError as error:
        raise NmesError(str(error)) from error


def _simulated(device: str) -> SimulatedDevice:
    """Return the simulated device of a name; DeviceError if there is none."""
    name = capabilities_of(device).device
    if name not in DEVICES:
        raise DeviceError(f"{device} cannot be rehearsed: there is no simulated one.")
    return DEVICES[name]


def rehearse(
    protocol: str,
    *,
    device: str,
    levels_ua: Mapping[int, int] | None,
    sides: Mapping[int, str],
    ack_delay_us: int = 0,
    pulses: Path | None = None,
    trace: Path | None = None,
    faults: FaultScript | None = None,
    fault_log: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Rehearsal:
    """Run a protocol from arming to its end; NmesError if it cannot be run.

    Without `levels_ua` every channel goes to its cap. `on_progress` gets contractions done and
    planned. Only `pulses`, `trace` and `fault_log` are written to disk.
    """
    tallies: dict[int, Delivered] = {}
    fault_times = FaultTimes()
    with ExitStack() as files:
        record = files.enter_context(_pulse_record(pulses, device)) if pulses else None
        frames = files.enter_context(FrameTrace(trace, zero_us=0)) if trace else None
        harm = files.enter_context(FaultLogFile(fault_log, zero_us=0)) if fault_log else None

        def on_pulse(pulse: Pulse) -> None:
            if pulse.channel not in tallies:
                tallies[pulse.channel] = Delivered(channel=pulse.channel)
            tallies[pulse.channel].add(pulse)
            fault_times.add_pulse(pulse)
            if record is not None:
                record.add_pulse(pulse)

        def on_fault(fault: AppliedFault) -> None:
            fault_times.add_fault(fault)
            if harm is not None:
                harm.add_fault(fault)

        workshop = VirtualWorkshop(
            on_pulse,
            frames.add_frame if frames else None,
            ack_delay_us=ack_delay_us,
            faults=faults,
            on_fault=on_fault,
        )
        operator = ScriptedOperator(_choice(protocol, device, sides), levels_ua)
        station = Station(workshop)
        station.receive(Hello(operator_is_script=True), 0)
        station.receive(operator.begin(), 0)
        prepared, summary = _run(station, workshop, operator, on_progress)
        virtual_us = workshop.now_us
        if faults is not None:
            workshop.run_out()  # what could not be stopped shows in the record
    return Rehearsal(
        prepared=prepared,
        summary=summary,
        delivered=tuple(tallies[channel] for channel in sorted(tallies)),
        journal=workshop.journal.content(),
        virtual_us=virtual_us,
        faults=workshop.line.log.counts if workshop.line else {},
        fault_times=fault_times,
    )


def _pulse_record(path: Path, device: str) -> PulseRecord:
    return PulseRecord(path, zero_us=0, has_shapes=_simulated(device).has_shapes)


def _choice(protocol: str, device: str, sides: Mapping[int, str]) -> Prepare:
    return Prepare(
        protocol=protocol,
        device=device,
        port=None,
        operator="rehearsal",
        patient="bench",
        is_bench=True,
        sides=dict(sides),
    )


def _run(
    station: Station,
    workshop: VirtualWorkshop,
    operator: ScriptedOperator,
    on_progress: Callable[[int, int], None] | None,
) -> tuple[Prepared, Summary]:
    next_beat_us = next_look_us = 0
    while True:
        now_us = workshop.now_us
        if now_us >= next_beat_us:
            next_beat_us = now_us + HEARTBEAT_US
            station.receive(StillHere(), now_us)
        station.turn(now_us)
        reports: list[Report] = list(station.take_reports())
        if now_us >= max(next_look_us, _look_us(operator)):
            next_look_us = now_us + LOOK_EVERY_US
            snapshot = station.snapshot(now_us)
            reports += [snapshot] if snapshot is not None else []
        has_acted = _let_operator_act(station, operator, reports, now_us)
        if on_progress is not None:
            on_progress(*station.progress())
        if operator.prepared is not None and operator.summary is not None:
            return operator.prepared, operator.summary
        wake_us = min(station.next_wake_us(now_us), max(next_look_us, _look_us(operator)))
        if wake_us == NEVER_US:
            raise SessionRefusal("The rehearsal came to a standstill.")
        workshop.pass_time(now_us if has_acted else wake_us)


def _look_us(operator: ScriptedOperator) -> int:
    look_us = operator.next_look_us()
    return NEVER_US if look_us is None else look_us


def _let_operator_act(
    station: Station, operator: ScriptedOperator, reports: list[Report], now_us: int
) -> bool:
    intents = [intent for report in reports for intent in operator.react(report)]
    for intent in intents:
        station.receive(intent, now_us)
    return bool(intents)
