"""A driver before its simulated device in virtual time, judged by the pulses of the device.

The driver is polled as the engine polls it: when bytes arrive, and at its deadlines. Every pulse
must be of a frame in force: the one confirmed last, and all written since. A frame goes out of
force a while after the next one was confirmed, or after a stop was written.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from support.conformance import ENTRIES, Course, Entry, is_of, settle_us

from drivers.interface import (
    Connected,
    DeviceEvent,
    LossKind,
    OutputConfirmed,
    OutputLost,
    Permit,
    SetUpConfirmed,
    StopConfirmed,
)
from hardware_sim.device import Device
from hardware_sim.line import NEVER_US
from hardware_sim.pulses import Pulse
from protocols.errors import PortError
from protocols.pulses import OutputFrame, TrainSetup

ANSWER_US = 2_000
ON_FOR_US = 20_000_000
"""Longer than any device needs until it listens."""

PATIENCE_US = 30_000_000
"""Longer than any device needs to be found or given up."""

Carry = Callable[[int, bytes], Iterable[tuple[int, bytes]]]
"""What becomes of the answer of that number: pieces, each so many microseconds later."""


class Interrupted(Exception):
    """The moment has come at which a course is to be broken off."""


def unharmed(_number: int, data: bytes) -> Iterable[tuple[int, bytes]]:
    return ((0, data),)


class BenchLine:
    """The line between driver and device. What comes later does not overtake what came before.

    `lost` holds the numbers of writes that never arrive.
    """

    def __init__(self, device: Device, clock: Callable[[], int]) -> None:
        self.carry: Carry = unharmed
        self.is_pulled = self.loses_sent = self.loses_answers = self.is_closed = False
        self.written: list[tuple[int, bytes]] = []
        self.lost: set[int] = set()
        self.answers = 0
        self._device = device
        self._clock = clock
        self._under_way: deque[tuple[int, bytes]] = deque()

    @property
    def reaches_device(self) -> bool:
        return not (self.is_pulled or self.loses_sent)

    def collect(self) -> None:
        """Put on the line what the device says now."""
        for frame in self._device.take_outgoing(self._clock()):
            if self.loses_answers or self.is_pulled:
                continue
            for delay_us, piece in self.carry(self.answers, frame):
                last_us = self._under_way[-1][0] if self._under_way else 0
                self._under_way.append((max(last_us, self._clock() + delay_us), piece))
            self.answers += 1

    def say(self, data: bytes) -> None:
        """Noise that arrives now."""
        self._under_way.append((self._clock(), data))

    def next_us(self) -> int:
        return self._under_way[0][0] if self._under_way else NEVER_US

    def read(self) -> bytes:
        if self.is_pulled:
            raise PortError("The cable was pulled.")
        data = b""
        while self._under_way and self._under_way[0][0] <= self._clock():
            data += self._under_way.popleft()[1]
        return data

    def write(self, data: bytes) -> None:
        if self.is_pulled:
            raise PortError("The cable was pulled.")
        self.written.append((self._clock(), data))
        if not self.loses_sent and len(self.written) - 1 not in self.lost:
            self._device.receive(data, self._clock())

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.is_closed = True


@dataclass(slots=True, kw_only=True)
class InForce:
    """A frame that may flow, from when it was written until it must be over."""

    frame: OutputFrame
    until_us: int = NEVER_US


@dataclass
class Bench:
    """One session. `findings` are pulses that nobody allowed; `simulator` may be a wrong one.

    The device has been switched on for `on_for_us` when the session begins.
    `polls_at_deadlines_only` leaves arriving bytes for the next deadline.
    """

    entry: Entry
    simulator: str = ""
    polls_at_deadlines_only: bool = False
    breaks_off_us: int = NEVER_US
    on_for_us: int = ON_FOR_US
    now_us: int = ON_FOR_US
    pulses: list[Pulse] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    events: list[DeviceEvent] = field(default_factory=list)
    moments_us: list[int] = field(default_factory=list)
    _in_force: list[InForce] = field(default_factory=list)
    _setup: TrainSetup | None = None
    _serial: int = 0
    _exchanged_us: int = 0
    _frame: OutputFrame | None = None

    def __post_init__(self) -> None:
        whose = ENTRIES[self.simulator] if self.simulator else self.entry
        self.device = whose.simulator(
            on_pulse=self._take_pulse,
            ack_delay_us=ANSWER_US,
            start_us=self.now_us - self.on_for_us,
        )
        self.device.take_outgoing(self.now_us)  # nobody was there to hear it
        self.open()

    def open(self) -> "Bench":
        """Begin anew with the same device: another program, which knows nothing of the first."""
        driver = self.entry.driver
        self.line = BenchLine(self.device, lambda: self.now_us)
        self.driver = driver.make(self.line, None)
        self.able = driver.capabilities
        self.course = Course(able=self.able)
        self.events.clear()
        self._frame = None
        return self

    # What an engine does ------------------------------------------------------------------------

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connected(self) -> "Bench":
        self.driver.connect(self.now_us)
        self.until(lambda: self.heard(Connected))
        return self

    def set_up(self, setup: TrainSetup | None = None) -> "Bench":
        """Give a train, that of the course unless another is named, and wait for it."""
        before, self._setup = self.count(SetUpConfirmed), setup or self.course.setup
        self.until(lambda: self.driver.is_ready)
        self.driver.set_up(self.permit(self._setup), self.now_us)
        self.until(lambda: self.count(SetUpConfirmed) > before)
        self._frame = None
        return self

    def write(self, frame: OutputFrame, permit: Permit | None = None) -> None:
        """Write a frame as soon as the driver takes one."""
        self.until(lambda: self.driver.is_ready)
        if self.is_lost:
            return
        self._in_force.append(InForce(frame=frame))
        self._frame, self._exchanged_us = frame, self.now_us
        self.driver.output(permit or self.permit(frame), self.now_us)

    def put_out(self, frame: OutputFrame) -> "Bench":
        """Write a frame and wait until it is confirmed."""
        before = self.count(OutputConfirmed)
        self.write(frame)
        self.until(lambda: self.count(OutputConfirmed) > before)
        return self

    def flowing(self) -> "Bench":
        return self.connected().set_up().put_out(self.course.frames[1])

    def hold(self, for_us: int) -> "Bench":
        """Let time pass; keep the device alive, and what flows flowing."""
        end_us = self.now_us + for_us
        while self.now_us < end_us and not self.is_lost:
            due_us = self._speaks_us()
            if self.driver.is_ready and self.now_us >= due_us:
                self._speak()
            else:
                self.step(min(end_us, due_us) if due_us > self.now_us else end_us)
        self.run(end_us - self.now_us)
        return self

    def _speaks_us(self) -> int:
        every_us = self.able.keep_alive_us
        if self._is_refreshed:
            every_us = min(every_us, self.able.refresh_us or every_us)
        return self._exchanged_us + every_us

    @property
    def _is_refreshed(self) -> bool:
        return self.able.refresh_us is not None and not (
            self._frame is None or self._frame.is_silent
        )

    def _speak(self) -> None:
        if self._is_refreshed and self._frame is not None:
            self.write(self._frame)
        else:
            self._exchanged_us = self.now_us
            self.driver.keep_alive(self.now_us)

    def stop(self) -> None:
        self._end_frames()
        self.driver.stop(self.now_us)

    def stopped(self) -> "Bench":
        """Stop, and wait until that is confirmed."""
        before = self.count(StopConfirmed)
        self.stop()
        self.until(lambda: self.count(StopConfirmed) > before)
        return self

    def abandon(self) -> None:
        self._end_frames()
        self.driver.abandon(self.now_us)

    # Time ---------------------------------------------------------------------------------------

    def run(self, for_us: int) -> "Bench":
        end_us = self.now_us + for_us
        while self.now_us < end_us:
            self.step(end_us)
        return self

    def until(self, is_done: Callable[[], bool]) -> None:
        """Wait for something, or for a loss."""
        end_us = self.now_us + PATIENCE_US
        while not (is_done() or self.is_lost):
            assert self.now_us < end_us, "the driver waits for ever"
            self.step(end_us)

    def step(self, end_us: int) -> None:
        """Go to the next moment at which anything happens; poll if the engine would."""
        if self.now_us >= self.breaks_off_us:
            raise Interrupted
        deadline_us = self._deadline_us()
        moments_us = (end_us, self.device.next_event_us(), self._arrival_us(), deadline_us)
        self.now_us = max(self.now_us, min(moments_us))
        self.device.advance(self.now_us)
        self.line.collect()
        if deadline_us <= self.now_us or self._arrival_us() <= self.now_us:
            self.poll()
            assert self._deadline_us() > self.now_us, "what was due at a deadline is still due"

    def poll(self) -> None:
        self.moments_us.append(self.now_us)
        for event in self.driver.poll(self.now_us):
            self.events.append(event)
            if isinstance(event, OutputConfirmed):
                self._replace_frames(event.frame)
            elif isinstance(event, OutputLost):
                self._end_frames()

    def _deadline_us(self) -> int:
        due_us = self.driver.next_deadline_us()
        return NEVER_US if due_us is None else due_us

    def _arrival_us(self) -> int:
        is_deaf = self.polls_at_deadlines_only or self.line.is_closed
        return NEVER_US if is_deaf else self.line.next_us()

    # What was told ------------------------------------------------------------------------------

    def told(self, kind: type[DeviceEvent]) -> list[DeviceEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def count(self, kind: type[DeviceEvent]) -> int:
        return len(self.told(kind))

    def heard(self, kind: type[DeviceEvent]) -> bool:
        return self.count(kind) > 0

    @property
    def is_lost(self) -> bool:
        return self.heard(OutputLost)

    @property
    def loss(self) -> OutputLost:
        (loss,) = [event for event in self.events if isinstance(event, OutputLost)]
        return loss

    @property
    def losses(self) -> list[LossKind]:
        return [event.kind for event in self.events if isinstance(event, OutputLost)]

    # What is judged -----------------------------------------------------------------------------

    def pulses_since(self, from_us: int) -> list[Pulse]:
        return [pulse for pulse in self.pulses if pulse.time_us >= from_us]

    @property
    def settle_us(self) -> int:
        """How long the frame before may flow on."""
        return settle_us(self.able, self._setup or self.course.setup)

    @property
    def silence_us(self) -> int:
        """How long current may flow that no stop reaches."""
        assert self.able.watchdog_us is not None
        return self.able.watchdog_us + (self._setup or self.course.setup).period_us

    def _replace_frames(self, confirmed: OutputFrame) -> None:
        places = [n for n, in_force in enumerate(self._in_force) if in_force.frame == confirmed]
        for in_force in self._in_force[: max(places, default=None)]:
            in_force.until_us = min(in_force.until_us, self.now_us + self.settle_us)

    def _end_frames(self) -> None:
        """Take note of a stop, which the line may carry or not."""
        self._frame = None
        end_us = self.able.stop_time_us if self.line.reaches_device else self.silence_us
        for in_force in self._in_force:
            in_force.until_us = min(in_force.until_us, self.now_us + end_us)

    def _take_pulse(self, pulse: Pulse) -> None:
        self.pulses.append(pulse)
        allowed = [f.frame for f in self._in_force if pulse.time_us <= f.until_us]
        if not any(self.is_of(pulse, frame) for frame in allowed):
            self.findings.append(f"{pulse} is of no frame in force")

    def is_of(self, pulse: Pulse, frame: OutputFrame) -> bool:
        return is_of(pulse, frame, self.able)
