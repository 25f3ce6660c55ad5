"""A whole conversation of the driver with the simulated device, one frame of which is harmed.

Virtual time; an answer takes 2 ms. What an engine would do is done here: a frame whose answer was
missed is written anew, a device that is lost is stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.interface import (
    Connected,
    DeviceEvent,
    NoiseSeen,
    OutputConfirmed,
    OutputLost,
    Permit,
    ReplyMissed,
    SetUpConfirmed,
    StopConfirmed,
)
from drivers.rehastim2.entry import make
from hardware_sim.pulses import Pulse
from hardware_sim.rehastim2.device import RehaStim2
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

SETUP = TrainSetup(period_us=100_000, channels=(1, 2))
ANSWER_US = 2_000
HOLD_US = 250_000
AFTERWARDS_US = 1_500_000  # the line is closed: longer than the watchdog of the device
PATIENCE_US = 10_000_000
STOP_REPEATED_US = 60_000  # a lost stop is written anew after 50 ms, and answered

HOST, DEVICE = "host", "device"
TOLD = (NoiseSeen, ReplyMissed, OutputLost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """The frame of that number, counted from 0 for each sender, is harmed by an exclusive-or."""

    sender: str
    number: int
    at_byte: int
    flips: int


def output(first: tuple[int, int], second: tuple[int, int]) -> OutputFrame:
    """Two channels, each (current in mA, width in µs)."""
    outputs = tuple(
        symmetric_output(channel, 1000 * current_ma, width_us)
        for channel, (current_ma, width_us) in enumerate((first, second), start=1)
    )
    return OutputFrame(setup=SETUP, outputs=outputs)


def harmed(frame: bytes, at_byte: int, flips: int) -> bytes:
    """The frame with some bits of one byte inverted."""
    return frame[:at_byte] + bytes((frame[at_byte] ^ flips,)) + frame[at_byte + 1 :]


WEAK = output((7, 240), (15, 129))  # F0, 0F and 81 in the fields: all three are stuffed
STRONG = output((16, 271), (33, 200))


@dataclass
class HarmedLine:
    """The port of the driver. `findings` are pulses that nobody permitted."""

    harm: Harm | None = None
    has_open_pad: bool = False
    now_us: int = 0
    sent: dict[str, list[bytes]] = field(default_factory=lambda: {HOST: [], DEVICE: []})
    events: list[DeviceEvent] = field(default_factory=list)
    pulses: list[Pulse] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    stopped_us: int | None = None
    _arrived: list[bytes] = field(default_factory=list)
    _may_flow: list[OutputFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = RehaStim2(on_pulse=self._take_pulse, ack_delay_us=ANSWER_US)
        self.driver = make(self, None)
        self._serial = 0

    # The port -----------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        self.device.receive(self._carried(HOST, data), self.now_us)

    def read(self) -> bytes:
        arrived = b"".join(self._arrived)
        self._arrived.clear()
        return arrived

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        return

    def _carried(self, sender: str, frame: bytes) -> bytes:
        self.sent[sender].append(frame)
        harm = self.harm
        if harm is None or (harm.sender, harm.number) != (sender, len(self.sent[sender]) - 1):
            return frame
        return harmed(frame, harm.at_byte, harm.flips)

    # The operator -------------------------------------------------------------------------------

    def play(self) -> "HarmedLine":
        """Connect, set up, put out two frames, look after the device, stop; see that it is over."""
        self.driver.connect(self.now_us)
        self._until(lambda: self._heard(Connected))
        self._command(lambda: self.driver.keep_alive(self.now_us))
        self._command(lambda: self.driver.set_up(self._permit(SETUP), self.now_us))
        self._until(lambda: self._heard(SetUpConfirmed))
        for frame in (WEAK, STRONG):
            self._put_out(frame)
        if self.has_open_pad:
            self.device.open_electrode(1)
            self._run(HOLD_US)
        self._command(lambda: self.driver.keep_alive(self.now_us))
        self._run(HOLD_US)
        self._stop()
        self._run(2 * STOP_REPEATED_US)
        self.driver.close()
        self._run(AFTERWARDS_US)
        return self

    def _put_out(self, frame: OutputFrame) -> None:
        """Write a frame, and once more if its answer was missed."""
        for _ in range(2):
            missed = sum(isinstance(event, ReplyMissed) for event in self.events)
            self._command(lambda: self._write_output(frame))
            self._run(HOLD_US)
            if sum(isinstance(event, ReplyMissed) for event in self.events) == missed:
                return

    def _write_output(self, frame: OutputFrame) -> None:
        self._may_flow.append(frame)
        self.driver.output(self._permit(frame), self.now_us)

    def _stop(self) -> None:
        self.driver.stop(self.now_us)
        self.stopped_us = self.stopped_us or self.now_us

    def _command(self, command: Callable[[], None]) -> None:
        """Give a command as soon as the driver takes one; none to a lost device."""
        self._until(lambda: self.driver.is_ready)
        if not self.is_lost:
            command()

    def _permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def _heard(self, kind: type[DeviceEvent]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    # Time ---------------------------------------------------------------------------------------

    def _until(self, is_done: Callable[[], bool]) -> None:
        end_us = self.now_us + PATIENCE_US
        while not (is_done() or self.is_lost):
            assert self.now_us < end_us, "the driver waits for ever"
            self._step(end_us)

    def _run(self, for_us: int) -> None:
        end_us = self.now_us + for_us
        while self.now_us < end_us:
            self._step(end_us)

    def _step(self, end_us: int) -> None:
        """Go to the next moment at which anything happens at either end."""
        due_us = self.driver.next_deadline_us()
        moments_us = [end_us, self.device.next_event_us(), end_us if due_us is None else due_us]
        self.now_us = max(self.now_us, min(moments_us))
        for frame in self.device.take_outgoing(self.now_us):
            self._arrived.append(self._carried(DEVICE, frame))
        for event in self.driver.poll(self.now_us):
            self._take_event(event)

    def _take_event(self, event: DeviceEvent) -> None:
        self.events.append(event)
        if isinstance(event, OutputConfirmed):
            self._may_flow = [event.frame]
        elif isinstance(event, StopConfirmed):
            self._may_flow = []
        elif isinstance(event, OutputLost):
            self._stop()

    # What is judged -----------------------------------------------------------------------------

    @property
    def is_lost(self) -> bool:
        return self._heard(OutputLost)

    @property
    def is_told(self) -> bool:
        """Whether the driver has told of anything unusual."""
        return any(isinstance(event, TOLD) for event in self.events)

    @property
    def course(self) -> list[str]:
        """What the driver has told of, without times."""
        return [type(event).__name__ for event in self.events]

    @property
    def pulses_of_course(self) -> set[tuple[int, int, int]]:
        """What kinds of pulses have flowed, without times and counts."""
        return {(pulse.channel, pulse.current_ma, pulse.pulse_width_us) for pulse in self.pulses}

    def _take_pulse(self, pulse: Pulse) -> None:
        self.pulses.append(pulse)
        if not any(_is_of(pulse, frame) for frame in self._may_flow):
            self.findings.append(f"{pulse} is of no frame in force")
        if self.stopped_us is not None and pulse.time_us > self.stopped_us + STOP_REPEATED_US:
            self.findings.append(f"{pulse} comes after a stop")
        before = [p.time_us for p in self.pulses[:-1] if p.channel == pulse.channel]
        if before and pulse.time_us - before[-1] < SETUP.period_us and self._is_same_train:
            self.findings.append(f"{pulse} comes too soon")

    @property
    def _is_same_train(self) -> bool:
        """Whether no frame was written just now: a new one begins its train anew."""
        return len(self._may_flow) == 1


def _is_of(pulse: Pulse, frame: OutputFrame) -> bool:
    delivered = (1000 * pulse.current_ma, pulse.pulse_width_us)
    back = (-1000 * pulse.second_current_ma, pulse.second_width_us)
    return any(
        output.channel == pulse.channel
        and (output.current_ua, output.pulse_width_us) == delivered
        and (output.second_current_ua, output.second_width_us) == back
        for output in frame.outputs
    )
