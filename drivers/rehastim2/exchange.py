"""The conversation with a RehaStim2: what follows what, by when, and what ends it.

Bytes, permits and times in; frames to write and events out (description 1.24, 1.3, 2.3, 5). Not
responsible for writing, nor for which reply belongs to which command (the ledger).
"""

from collections import deque
from enum import StrEnum

from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    LossKind,
    NoiseSeen,
    OutputConfirmed,
    OutputLost,
    Permit,
    ReplyMissed,
    SetUpConfirmed,
    StopConfirmed,
)
from drivers.rehastim2 import losses, messages
from drivers.rehastim2.frames import Frame, FrameDecoder
from drivers.rehastim2.ledger import Ledger, OpenStop, OpenTask, Outgoing, Step, Task
from drivers.rehastim2.messages import Mode, Number, Result
from protocols.errors import BadFrame, DeviceError, PortError
from protocols.pulses import OutputFrame, TrainSetup

PROTOCOL_VERSION = 1
SEARCH_US = 2_000_000
REPLY_US = 200_000
STOP_GIVE_UP_US = 1_200_000  # silence makes the device stop by then, further stops would feed it
NOISE_WINDOW_US = 1_000_000
NOISE_LIMIT = 3


class Phase(StrEnum):
    """How far the conversation has come."""

    SILENT = "not connected"
    SEARCHING = "looking for the device"
    GREETING = "connecting"
    IDLE = "connected, nothing set up"
    SETTING_UP = "setting up"
    RUNNING = "set up"


# The mode that the device must be in once a step is done.
MODE_AFTER = {
    Step.ASK_MODE: Mode.START_MODE,
    Step.CLEAR: Mode.START_MODE,
    Step.REST: Mode.START_MODE,
    Step.LIST: Mode.INITIALIZED,
    Step.START: Mode.STARTED,
    Step.OUTPUT: Mode.STARTED,
    Step.KEEP_ALIVE: Mode.STARTED,
}
_PASSING_RESULTS = frozenset((Result.TRANSFER_ERROR, Result.BUSY))


class Exchange:
    """One connection, from Init to the last stop.

    The first loss latches and sends a stop; after it only stops go out, and answers to Init.
    """

    def __init__(self) -> None:
        self._phase = Phase.SILENT
        self._decoder = FrameDecoder()
        self._ledger = Ledger()
        self._following: deque[Task] = deque()
        self._setup: TrainSetup | None = None
        self._loss: OutputLost | None = None
        self._search_until_us = 0
        self._noise_us: deque[int] = deque(maxlen=NOISE_LIMIT)
        self._events: list[DeviceEvent] = []
        self._outgoing: list[Outgoing] = []
        self._has_failed_port = False
        self._is_over = False

    @property
    def is_ready(self) -> bool:
        """Whether a command may be given now."""
        is_free = self._ledger.task is None and self._ledger.stop is None and self._loss is None
        return is_free and self._phase in (Phase.IDLE, Phase.RUNNING) and not self._is_over

    @property
    def has_failed_port(self) -> bool:
        """Whether the line has failed; stops are still tried."""
        return self._has_failed_port

    @property
    def is_over(self) -> bool:
        """Whether nothing will be written or awaited any more."""
        return self._is_over

    def next_deadline_us(self) -> int | None:
        """Return when `tick` has something to do; None if never."""
        deadlines_us = []
        if self._ledger.task is not None:
            deadlines_us.append(self._ledger.task.sent_us + REPLY_US)
        if self._ledger.stop is not None:
            deadlines_us.append(self._ledger.stop.repeat_us)
        if self._is_searching:
            deadlines_us.append(self._search_until_us)
        return min(deadlines_us, default=None)

    def take_events(self) -> tuple[DeviceEvent, ...]:
        """Return what happened since the last call."""
        events = tuple(self._events)
        self._events.clear()
        return events

    def take_outgoing(self) -> tuple[Outgoing, ...]:
        """Return what must be written now, in order."""
        outgoing = tuple(self._outgoing)
        self._outgoing.clear()
        return outgoing

    # Orders

    def connect(self, now_us: int) -> None:
        """Begin to wait for Init; DeviceError if it was begun before."""
        if self._phase is not Phase.SILENT or self._is_over:
            raise DeviceError("This driver has been connected before; make a new one.")
        self._phase = Phase.SEARCHING
        self._search_until_us = now_us + SEARCH_US

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Begin with a stop; the channel list and a start without current follow its answer."""
        self._require_ready()
        if not isinstance(permit.subject, TrainSetup):
            raise DeviceError("A set-up needs the permit of a train.")
        channel_list = messages.InitChannelListMode(setup=permit.subject)
        start = messages.StartChannelListMode(frame=messages.silent_frame(permit.subject))
        self._phase = Phase.SETTING_UP
        self._following.append(Task(step=Step.LIST, command=channel_list, permit=permit))
        self._following.append(Task(step=Step.START, command=start, permit=permit))
        self._send(Task(step=Step.REST, command=messages.StopChannelListMode()), now_us)

    def output(self, permit: Permit, now_us: int) -> None:
        """Update all channels."""
        self._require_ready()
        if not isinstance(permit.subject, OutputFrame):
            raise DeviceError("An output needs the permit of a frame.")
        if permit.subject.setup != self._setup:
            raise DeviceError("The frame belongs to another train than the one set up.")
        command = messages.StartChannelListMode(frame=permit.subject)
        self._send(Task(step=Step.OUTPUT, command=command, permit=permit), now_us)

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog, by a question where the answer says something."""
        self._require_ready()
        if self._phase is Phase.RUNNING:
            self._send(Task(step=Step.KEEP_ALIVE, command=messages.GetStimulationMode()), now_us)
        else:
            self._queue(messages.Watchdog(), self._ledger.take_number())

    def stop(self, now_us: int) -> None:
        """Stop now. Whatever is open, to follow or not yet written is given up."""
        if self._is_over:
            return
        self._give_up()
        self._setup = None
        if self._phase in (Phase.SETTING_UP, Phase.RUNNING):
            self._phase = Phase.IDLE
        self._outgoing.append(self._ledger.open_stop(now_us))

    def end(self) -> None:
        """Write and await nothing any more; what has happened can still be taken."""
        self._is_over = True
        self._phase = Phase.SILENT
        self._ledger = Ledger()
        self._outgoing.clear()

    # What comes in

    def receive(self, data: bytes, now_us: int) -> None:
        """Take bytes from the device."""
        self._decoder.receive(data)
        arrived: list[Frame] = []
        while (frame := self._decoder.next_frame()) is not None:
            arrived.append(frame)
        for frame in _without_older_inits(arrived):
            self._take_frame(frame, now_us)
        for error in self._decoder.take_errors():
            self._take_noise(error.detail, now_us)

    def tick(self, now_us: int) -> None:
        """Do what is due by the clock."""
        stop, task = self._ledger.stop, self._ledger.task
        if stop is not None:
            self._go_on_stopping(stop, now_us)
        if task is not None and now_us >= task.sent_us + REPLY_US:
            self._ask_again(task, LossKind.SILENT, "no answer within 200 ms", now_us)
        if self._is_searching and now_us >= self._search_until_us:
            self._lose_as(LossKind.NOT_FOUND, "no Init within 2 s", now_us)

    def port_failed(self, error: PortError, now_us: int) -> None:
        """Take note that the line has failed."""
        self._has_failed_port = True
        self._lose_as(LossKind.PORT, str(error), now_us)

    # Replies

    def _take_frame(self, frame: Frame, now_us: int) -> None:
        try:
            reply = messages.decode(frame)
        except BadFrame as error:
            self._take_noise(str(error), now_us)
            return
        match reply:
            case messages.Init(version=version):
                self._take_init(version, frame.packet_number, now_us)
            case messages.StimulationError(error=error_number):
                if self._is_met:
                    self._lose(losses.fault(error_number, now_us))
            case messages.UnknownCommand(command=unknown):
                self._take_unknown(unknown, frame.packet_number, now_us)
            case _:
                self._take_ack(frame, reply, now_us)

    def _take_init(self, version: int, init_number: int, now_us: int) -> None:
        """Answer Init; one in mid-session means that the device has dropped everything."""
        if not self._is_met and not self._is_searching:
            return
        is_ours = version == PROTOCOL_VERSION
        result = Result.OK if is_ours else Result.WRONG_VERSION
        self._queue(messages.InitAck(result=result), init_number)
        if not is_ours:
            self._lose_as(LossKind.WRONG_DEVICE, f"protocol version {version}", now_us)
        elif self._phase in (Phase.SEARCHING, Phase.GREETING):
            self._greet(now_us)
        else:
            self._lose_as(LossKind.RESTARTED, "the device sent Init in mid-session", now_us)

    def _greet(self, now_us: int) -> None:
        self._phase = Phase.GREETING
        self._give_up()
        if self._ledger.stop is None and self._loss is None:
            self._following.append(Task(step=Step.CLEAR, command=messages.StopChannelListMode()))
            self._send(Task(step=Step.ASK_MODE, command=messages.GetStimulationMode()), now_us)

    def _take_unknown(self, unknown: int, number: int, now_us: int) -> None:
        task = self._ledger.task
        if task is not None and task.packet_number == number:
            detail = f"{task.task.step}: the device does not know command {unknown}"
            self._lose_as(LossKind.REFUSED, detail, now_us)
        else:
            self._take_noise(f"unknown command {unknown}, number {number}", now_us)

    def _take_ack(self, frame: Frame, reply: messages.Ack, now_us: int) -> None:
        ledger, key = self._ledger, (frame.command, frame.packet_number)
        if ledger.stop is not None and ledger.answers_stop(*key):
            if reply.result == Result.OK:  # any other result: it is repeated anyway
                self._take_stop_confirmed(ledger.stop, now_us)
        elif ledger.task is not None and ledger.answers_task(*key):
            self._take_answer(ledger.task, reply, now_us)
        elif ledger.is_given_up(*key):
            return
        elif ledger.task is not None and ledger.task.packet_number == frame.packet_number:
            detail = f"{ledger.task.task.step}: answered with reply {frame.command}"
            self._lose_as(LossKind.CONFUSED, detail, now_us)
        else:  # a repeated or late answer
            self._take_noise(f"reply {key[0]}, number {key[1]}, is not awaited", now_us)

    def _take_stop_confirmed(self, stop: OpenStop, now_us: int) -> None:
        self._ledger.give_up_stop(stop)
        self._events.append(StopConfirmed(at_us=now_us, requested_us=stop.requested_us))
        if self._phase is Phase.GREETING:
            self._take_connection(now_us)

    def _take_answer(self, opened: OpenTask, reply: messages.Ack, now_us: int) -> None:
        step, result = opened.task.step, reply.result
        if result in _PASSING_RESULTS:
            self._ask_again(opened, LossKind.REFUSED, losses.result_text(result), now_us)
        elif result != Result.OK:
            self._lose_as(LossKind.REFUSED, f"{step}: {losses.result_text(result)}", now_us)
        elif isinstance(reply, messages.ModeAck) and reply.mode != MODE_AFTER[step]:
            detail = f"{step}: mode {reply.mode} instead of {MODE_AFTER[step]}"
            self._lose_as(LossKind.WRONG_MODE, detail, now_us)
        else:
            self._ledger.task = None
            self._go_on(opened, now_us)

    def _go_on(self, opened: OpenTask, now_us: int) -> None:
        """Do what follows a step that was answered, or that the device's mode shows to be done."""
        if opened.is_second_try:
            command = type(opened.task.command).__name__
            self._events.append(ReplyMissed(at_us=now_us, command=command))
        if self._following:
            self._send(self._following.popleft(), now_us)
            return
        match opened.task.command:
            case messages.StopChannelListMode():
                self._take_connection(now_us)
            case messages.StartChannelListMode(frame=frame):
                self._take_started(opened, frame, now_us)
            case _:
                self._events.append(Alive(at_us=now_us, sent_us=opened.sent_us))

    def _take_started(self, opened: OpenTask, frame: OutputFrame, now_us: int) -> None:
        if opened.task.step is Step.START:
            self._phase = Phase.RUNNING
            self._setup = frame.setup
            self._events.append(SetUpConfirmed(at_us=now_us, setup=frame.setup))
        elif not opened.is_second_try:  # a mode says nothing about which frame is in force
            sent_us = opened.sent_us
            self._events.append(OutputConfirmed(at_us=now_us, sent_us=sent_us, frame=frame))

    def _take_connection(self, now_us: int) -> None:
        self._phase = Phase.IDLE
        if self._loss is None:
            self._events.append(Connected(at_us=now_us, identity=losses.IDENTITY))

    # Trouble

    def _ask_again(self, opened: OpenTask, kind: LossKind, why: str, now_us: int) -> None:
        """Ask for the device's mode in place of a missing answer; the second time, give up."""
        if opened.is_second_try:
            self._lose_as(kind, f"{opened.task.step}: {why}, twice in a row", now_us)
        else:
            self._outgoing.append(self._ledger.open_second_try(opened.task, now_us))

    def _go_on_stopping(self, stop: OpenStop, now_us: int) -> None:
        if now_us - stop.requested_us >= STOP_GIVE_UP_US:
            self._ledger.give_up_stop(stop)
            if self._is_met:
                self._latch(losses.loss(LossKind.SILENT, "no answer to a stop for 1.2 s", now_us))
        elif now_us >= stop.repeat_us:
            self._outgoing.append(self._ledger.open_stop(now_us))

    def _take_noise(self, detail: str, now_us: int) -> None:
        """Tell of bytes that are no answer; too many of them within a second are a loss."""
        if not self._is_met or self._loss is not None:
            return
        self._events.append(NoiseSeen(at_us=now_us, detail=detail))
        self._noise_us.append(now_us)
        is_full = len(self._noise_us) == NOISE_LIMIT
        if is_full and now_us - self._noise_us[0] <= NOISE_WINDOW_US:
            what = f"{NOISE_LIMIT} wrong answers within 1 s, the last: {detail}"
            self._lose_as(LossKind.CONFUSED, what, now_us)

    def _lose_as(self, kind: LossKind, detail: str, now_us: int) -> None:
        self._lose(losses.loss(kind, detail, now_us))

    def _lose(self, loss: OutputLost) -> None:
        """Latch the first loss, and stop a device that may still put something out."""
        if self._loss is None:
            self._latch(loss)
            if self._is_met:
                self.stop(loss.at_us)

    def _latch(self, loss: OutputLost) -> None:
        if self._loss is None:
            self._loss = loss
            self._events.append(loss)

    @property
    def _is_met(self) -> bool:
        """Whether the device has offered a connection and was answered."""
        return self._phase not in (Phase.SILENT, Phase.SEARCHING)

    @property
    def _is_searching(self) -> bool:
        return self._phase is Phase.SEARCHING and self._loss is None

    def _require_ready(self) -> None:
        if self._loss is not None:
            raise DeviceError(f"The stimulator was lost: {self._loss.detail}. {self._loss.advice}")
        if not self.is_ready:
            raise DeviceError(f"The stimulator cannot take a command now: {self._phase}.")

    # Sending

    def _send(self, task: Task, now_us: int) -> None:
        self._outgoing.append(self._ledger.open_task(task, now_us))

    def _queue(self, command: messages.Command, number: int) -> None:
        self._outgoing.append(Outgoing(frame=messages.encode(command, number)))

    def _give_up(self) -> None:
        self._ledger.give_up_task()
        self._following.clear()
        self._outgoing = [outgoing for outgoing in self._outgoing if outgoing.permit is None]


def _without_older_inits(arrived: list[Frame]) -> list[Frame]:
    """Return the frames without all Inits but the newest: older ones offer what is gone."""
    inits = [frame for frame in arrived if frame.command == Number.INIT]
    return [frame for frame in arrived if frame.command != Number.INIT or frame is inits[-1]]
