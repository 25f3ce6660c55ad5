"""What stands around a session in the state-space search: a device, a disk and clocks by script.

They keep what the interfaces promise (`Stimulator` and `Journal`) and have no will of their own: an
answer comes at once or is withheld, a record is synced at once or later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    LossKind,
    OutputConfirmed,
    OutputLost,
    Permit,
    ReplyMissed,
    SetUpConfirmed,
    StatusReport,
    StopConfirmed,
)
from drivers.rehastim2.capabilities import REHASTIM2
from nmes.records.events import Recorded
from nmes.rehearsal import VirtualWorkshop
from nmes.service.clock import Clocks
from protocols.capabilities import Capabilities, Report
from protocols.errors import RecordError
from protocols.pulses import OutputFrame, TrainSetup
from protocols.status import ChannelStatus, Contact, DeviceStatus
from safety.gate import SafetyGate

REPLY_US = 200_000
"""An answer withheld for so long is told as missed, once more and the device as lost."""

CAPABILITIES = replace(
    REHASTIM2,
    reports=frozenset({Report.OUTPUT_MODE, Report.ELECTRODE_FAULT_CHANNEL}),
    keep_alive_us=3_600_000_000,
)
"""A device that reports its pads and need not be fed."""

OnWrite = Callable[[str, OutputFrame | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that waits for its answer; `since_us` is when it was last told as missed."""

    answer: DeviceEvent
    written_us: int
    since_us: int
    is_missed: bool


class Line:
    """What the device does at the other end, whichever connection is open: it outlives them."""

    def __init__(
        self, able: Capabilities, on_write: OnWrite, *, obeys_stops: bool, gain: int
    ) -> None:
        self.able = able
        self.on_write = on_write
        self.is_mute = False
        self.has_contact = True
        self.flowing_ua = 0
        self._obeys_stops = obeys_stops
        self._gain = gain

    def put_out(self, frame: OutputFrame) -> None:
        """Let the current of a frame flow."""
        self.flowing_ua = self._gain * max(output.current_ua for output in frame.outputs)

    def fall_silent(self) -> None:
        """Let nothing flow."""
        if self._obeys_stops:
            self.flowing_ua = 0


class ScriptedStimulator:
    """One connection. Answers come at the next poll, or never as long as the line is mute."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.capabilities = line.able
        self.is_connected = False
        self.is_closed = False
        self.is_lost = False
        self.confirmed: TrainSetup | None = None
        self.command: Command | None = None
        self.stop_from_us: int | None = None
        self.stop_is_told = True
        self.told: tuple[DeviceEvent, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing is awaited."""
        is_free = self.command is None and self.stop_from_us is None and not self.is_lost
        return is_free and self.is_connected and not self.is_closed

    @property
    def has_news(self) -> bool:
        """Whether a poll now would tell something."""
        waits = self.command is not None or self.stop_from_us is not None
        return bool(self.told) or (waits and not self.line.is_mute and not self.is_closed)

    def connect(self, now_us: int) -> None:
        """Begin to find the device."""
        self.line.on_write("connect", None)
        self._await(Connected(at_us=now_us, identity="scripted"), now_us)

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Take a train at rest."""
        assert isinstance(permit.subject, TrainSetup)
        self.line.on_write("set_up", None)
        self.line.fall_silent()
        self._await(SetUpConfirmed(at_us=now_us, setup=permit.subject), now_us)

    def output(self, permit: Permit, now_us: int) -> None:
        """Put out a frame."""
        assert isinstance(permit.subject, OutputFrame)
        frame = permit.subject
        self.line.put_out(frame)
        self.line.on_write("output", frame)
        self._await(OutputConfirmed(at_us=now_us, sent_us=now_us, frame=frame), now_us)

    def keep_alive(self, now_us: int) -> None:
        """Feed the watchdog."""
        self.line.on_write("keep_alive", None)
        self._await(Alive(at_us=now_us, sent_us=now_us), now_us)

    def stop(self, now_us: int) -> None:
        """Fall silent; what was asked before is answered no more."""
        if self.is_closed:
            return
        self.line.on_write("stop", None)
        self.line.fall_silent()
        self.command = self.confirmed = None
        self.stop_from_us = now_us if self.stop_from_us is None else self.stop_from_us

    def abandon(self, now_us: int) -> None:
        """Stop and close."""
        self.stop(now_us)
        self.close()

    def close(self) -> None:
        """Say and hear nothing any more."""
        self.is_closed = True
        self.command = self.stop_from_us = None

    def fileno(self) -> int | None:
        """Return None: the search knows when there is news."""
        return None

    def next_deadline_us(self) -> int | None:
        """Return when a withheld answer will be told as missed."""
        return None if self.command is None else self.command.since_us + REPLY_US

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        """Tell what happened."""
        if not self.is_closed:
            self._answer(now_us) if not self.line.is_mute else self._miss(now_us)
        told, self.told = self.told, ()
        return told

    # What the script lets happen ------------------------------------------------------------------

    def lose(self, kind: LossKind, now_us: int) -> None:
        """Let the device, or its output, be lost."""
        self.is_lost = True
        self.command = self.confirmed = None
        lost = OutputLost(at_us=now_us, kind=kind, detail="by script", advice="")
        self.told = (*self.told, lost)

    def report(self, now_us: int) -> None:
        """Let the device report on its pads."""
        contact = Contact.GOOD if self.line.has_contact else Contact.OPEN
        status = ChannelStatus(
            channel=1, contact=contact, delivered_ua=None, impedance_ohm=None, is_clipped=None
        )
        device = DeviceStatus(channels=(status,), battery_percent=None, error=None)
        self.told = (*self.told, StatusReport(at_us=now_us, status=device))

    # Inside ---------------------------------------------------------------------------------------

    def _await(self, answer: DeviceEvent, now_us: int) -> None:
        self.command = Command(answer=answer, written_us=now_us, since_us=now_us, is_missed=False)

    def _answer(self, now_us: int) -> None:
        if self.stop_from_us is not None:
            confirmed = StopConfirmed(at_us=now_us, requested_us=self.stop_from_us)
            self.stop_from_us = None
            self.told = (*self.told, confirmed)
        if self.command is None:
            return
        answer, is_missed = self.command.answer, self.command.is_missed
        self.command = None
        if isinstance(answer, OutputConfirmed) and is_missed:  # what came was its mode
            answer = Alive(at_us=now_us, sent_us=now_us)
        if isinstance(answer, Connected):
            self.is_connected = True
        if isinstance(answer, SetUpConfirmed):
            self.confirmed = answer.setup
        self.told = (*self.told, replace(answer, at_us=now_us))
        if isinstance(answer, SetUpConfirmed) and not self.line.has_contact:
            self.report(now_us)

    def _miss(self, now_us: int) -> None:
        command = self.command
        if command is None or now_us < command.since_us + REPLY_US:
            return
        if command.is_missed:
            is_found = not isinstance(command.answer, Connected)
            self.lose(LossKind.SILENT if is_found else LossKind.NOT_FOUND, now_us)
            return
        self.command = replace(command, since_us=now_us, is_missed=True)
        missed = ReplyMissed(at_us=now_us, command=type(command.answer).__name__)
        self.told = (*self.told, missed)


class ScriptedDisk:
    """A journal that keeps numbers instead of lines; it may be slow, and it may fail."""

    def __init__(self, *, claims_all: bool) -> None:
        self.is_slow = False
        self.failure: str | None = None
        self.has_news = False
        self.rise_ua: int | None = None
        self.rise_seq = -1
        self.arm_seq = -1
        self.true_seq = -1
        self._waiting: tuple[tuple[int, int], ...] = ()
        self._last_seq = -1
        self._asked_seq = -1
        self._claims_all = claims_all

    @property
    def synced_seq(self) -> int:
        """What is said to be on disk."""
        return self._last_seq if self._claims_all else self.true_seq

    def append(
        self, event: str, data: Mapping[str, object] | Recorded, now_us: int, utc: str
    ) -> int:
        """Number a record."""
        assert isinstance(data, Mapping)
        self._last_seq += 1
        is_rise = event == "level" and int(str(data["to_ua"])) > int(str(data["from_ua"]))
        if is_rise:
            self.rise_ua, self.rise_seq = int(str(data["to_ua"])), self._last_seq
        if event == "arm":
            self.arm_seq = self._last_seq
        if is_rise or event == "arm":
            self._waiting = (*self._waiting, (self._last_seq, now_us))
        return self._last_seq

    def sync(self) -> None:
        """Sync at once, or as soon as the disk is slow no more."""
        self._asked_seq = self._last_seq
        self.settle()

    def settle(self) -> None:
        """Let what was asked be on disk, if the disk works."""
        self.has_news = True
        if not self.is_slow and self.failure is None:
            self.true_seq = self._asked_seq
            self._waiting = ()

    def sync_oldest(self) -> None:
        """Let the oldest record that somebody waits for reach the disk, and no later one."""
        (self.true_seq, _), *later = self._waiting
        self._waiting = tuple(later)
        self.has_news = True

    @property
    def waits_from_us(self) -> int | None:
        """When the oldest record was written that somebody waits for."""
        return self._waiting[0][1] if self._waiting else None

    @property
    def waiting(self) -> int:
        """How many records somebody waits for."""
        return len(self._waiting)

    def drain(self) -> None:
        """Take note that it was looked."""
        self.has_news = False

    def fileno(self) -> int | None:
        """Return None: the search knows when there is news."""
        return None

    def content(self) -> bytes:
        """Keep no lines."""
        raise RecordError("the search keeps no lines")

    def close(self, timeout_s: float) -> bool:
        """Have nothing to wait for."""
        return self.failure is None


class ScriptedWorkshop(VirtualWorkshop):
    """Makes connections to the one line; its clock is set by the search."""

    def __init__(self, line: Line, disk: ScriptedDisk, now_us: int) -> None:
        super().__init__(lambda _: None, None, ack_delay_us=0)
        self.now_us = now_us
        self.slept_us = 0
        self._line = line
        self._disk = disk

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        """Connect anew."""
        return SafetyGate(ScriptedStimulator(self._line))

    def new_journal(self) -> tuple[str, ScriptedDisk]:
        """Begin the one record."""
        return "search", self._disk

    def clocks(self) -> Clocks:
        """Return clocks that part when the computer sleeps."""
        sleepless_us = self.now_us + self.slept_us
        return Clocks(monotonic_us=self.now_us, sleepless_us=sleepless_us, wall_us=sleepless_us)

    def utc(self) -> str:
        """Return one and the same time: it is for records only."""
        return "2026-01-01T00:00:00.000Z"
