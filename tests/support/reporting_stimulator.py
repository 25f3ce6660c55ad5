"""A stimulator that reports what a RehaStim2 cannot: pads, delivered current, battery.

It keeps its own pulse record: as long as a frame holds, each channel pulses once a period. Tests
change what it will report; it tells every `STATUS_US`, as a device would that is asked as often.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from support.station_bench import BenchWorkshop, StationBench, arm

from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    OutputConfirmed,
    Permit,
    SetUpConfirmed,
    StatusReport,
    StopConfirmed,
)
from drivers.rehastim2.capabilities import REHASTIM2
from hardware_sim.pulses import Pulse
from nmes.link import messages as link
from protocols.capabilities import Capabilities, Report
from protocols.pulses import OutputFrame, TrainSetup
from protocols.status import ChannelStatus, Contact, DeviceStatus
from safety.gate import SafetyGate

STATUS_US = 100_000
SOUND_OHM = 1_000

CAPABILITIES = replace(
    REHASTIM2,
    reports=frozenset(
        {
            Report.ELECTRODE_FAULT_CHANNEL,
            Report.DELIVERED_CURRENT,
            Report.IMPEDANCE,
            Report.CLIPPING,
            Report.BATTERY,
        }
    ),
)


@dataclass
class Patient:
    """What the device finds at its pads, and of itself; by default all is well."""

    contact: Contact | None = Contact.GOOD
    ohm: int | None = SOUND_OHM
    is_clipped: bool | None = False
    delivered_off_ua: int | None = 0
    battery_percent: int | None = 100
    error: str | None = None


@dataclass
class ReportingStimulator:
    """Does what it is told at once, and says how it went."""

    on_pulse: Callable[[Pulse], None]
    patient: Patient
    capabilities: Capabilities = CAPABILITIES
    _frame: OutputFrame | None = None
    _pulse_us: int = 0
    _status_us: int | None = None
    _events: list[DeviceEvent] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        return self._status_us is not None

    def connect(self, now_us: int) -> None:
        self._status_us = now_us + STATUS_US
        self._events.append(Connected(at_us=now_us, identity="reporting"))

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        self._pulse_until(now_us)
        if self._status_us is not None and now_us >= self._status_us:
            self._status_us = now_us + STATUS_US
            self._events.append(StatusReport(at_us=now_us, status=self._status()))
        events, self._events = tuple(self._events), []
        return events

    def next_deadline_us(self) -> int | None:
        return self._status_us

    def set_up(self, permit: Permit, now_us: int) -> None:
        assert isinstance(permit.subject, TrainSetup)
        self._hold(None, now_us)
        self._events.append(SetUpConfirmed(at_us=now_us, setup=permit.subject))

    def output(self, permit: Permit, now_us: int) -> None:
        assert isinstance(permit.subject, OutputFrame)
        self._hold(permit.subject, now_us)
        frame = permit.subject
        self._events.append(OutputConfirmed(at_us=now_us, sent_us=now_us, frame=frame))

    def keep_alive(self, now_us: int) -> None:
        self._events.append(Alive(at_us=now_us, sent_us=now_us))

    def stop(self, now_us: int) -> None:
        self._hold(None, now_us)
        self._events.append(StopConfirmed(at_us=now_us, requested_us=now_us))

    def abandon(self, now_us: int) -> None:
        self._hold(None, now_us)

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self._status_us = None

    # Its current --------------------------------------------------------------------------------

    def _hold(self, frame: OutputFrame | None, now_us: int) -> None:
        self._pulse_until(now_us)
        if self._frame is None:
            self._pulse_us = now_us
        self._frame = frame

    def _pulse_until(self, now_us: int) -> None:
        while self._frame is not None and self._pulse_us <= now_us:
            for output in self._frame.outputs:
                if output.current_ua > 0:
                    self.on_pulse(
                        Pulse(
                            time_us=self._pulse_us,
                            channel=output.channel,
                            current_ma=output.current_ua // 1000,
                            pulse_width_us=output.pulse_width_us,
                            second_current_ma=-output.second_current_ua // 1000,
                            second_width_us=output.second_width_us,
                        )
                    )
            self._pulse_us += self._frame.setup.period_us

    def _status(self) -> DeviceStatus:
        patient = self.patient
        outputs = self._frame.outputs if self._frame is not None else ()
        set_ua = {output.channel: output.current_ua for output in outputs}
        off_ua = patient.delivered_off_ua
        return DeviceStatus(
            channels=(
                ChannelStatus(
                    channel=1,
                    contact=patient.contact,
                    delivered_ua=None if off_ua is None else set_ua.get(1, 0) + off_ua,
                    impedance_ohm=patient.ohm,
                    is_clipped=patient.is_clipped,
                ),
            ),
            battery_percent=patient.battery_percent,
            error=patient.error,
        )


class ReportingWorkshop(BenchWorkshop):
    """A workshop whose one device reports."""

    def __init__(self, on_pulse: Callable[[Pulse], None], ack_delay_us: int) -> None:
        super().__init__(on_pulse, ack_delay_us)
        self.patient = Patient()

    def capabilities(self, device: str) -> Capabilities:
        return CAPABILITIES

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        return SafetyGate(ReportingStimulator(self._pulse, self.patient))


class ReportingBench(StationBench):
    """A station at the device that reports."""

    workshop_type = ReportingWorkshop
    workshop: ReportingWorkshop

    @property
    def patient(self) -> Patient:
        return self.workshop.patient


def holding_reported(level_ma: int = 10) -> ReportingBench:
    """In the hold of the first contraction, its steps unlocked."""
    bench = ReportingBench()
    bench.press(arm()).run_until(lambda: bench.state == "armed")
    bench.find(1, level_ma).press(link.Start())
    bench.run_until_phase("hold")
    bench.run(300_000)
    assert bench.now_ma() == level_ma, bench.told
    return bench
