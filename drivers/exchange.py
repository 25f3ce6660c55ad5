"""What every conversation with a numbered protocol has in common: order, answers, loss, stop.

Bytes, permits and times in; frames to write and events out. A device adds what it asks, and what
the answers say. Not responsible for writing, nor for which reply belongs to which command (that is
the ledger's).
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

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
from drivers.ledger import Command, Ledger, OpenStop, OpenTask, Outgoing, Task
from protocols.errors import BadFrame, DeviceError, PortError
from protocols.pulses import OutputFrame, TrainSetup

SEARCH_US = 2_000_000
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


class Frame(Protocol):
    """One reply as it stands between the framing bytes."""

    @property
    def packet_number(self) -> int:
        """The number that the device echoes."""
        ...

    @property
    def command(self) -> int:
        """The command number of the reply."""
        ...


class Damage(Protocol):
    """Bytes that are no frame."""

    @property
    def detail(self) -> str:
        """What was wrong with them."""
        ...


class Decoder(Protocol):
    """Frames out of a stream of bytes."""

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        ...

    def next_frame(self) -> Frame | None:
        """Return the next whole frame, None if there is none yet."""
        ...

    def take_errors(self) -> Sequence[Damage]:
        """Return what arrived damaged since the last call."""
        ...


class Exchange(ABC):
    """One connection, from finding the device to the last stop.

    The first loss latches and sends a stop; after it only stops go out, and what a device that
    offers itself must be answered. A stop without an answer for `stop_give_up_us` is given up, a
    search after `search_us`.
    """

    def __init__(
        self,
        *,
        decoder: Decoder,
        ledger: Ledger,
        advice: Mapping[LossKind, str],
        identity: str,
        stop_give_up_us: int,
        search_us: int = SEARCH_US,
    ) -> None:
        self._decoder = decoder
        self._ledger = ledger
        self._advice = advice
        self._identity = identity
        self._stop_give_up_us = stop_give_up_us
        self._search_us = search_us
        self._phase = Phase.SILENT
        self._following: deque[Task] = deque()
        self._setup: TrainSetup | None = None
        self._loss: OutputLost | None = None
        self._search_until_us = 0
        self._noise_us: deque[int] = deque(maxlen=NOISE_LIMIT)
        self._events: list[DeviceEvent] = []
        self._outgoing: list[Outgoing] = []
        self._has_failed_port = False
        self._is_over = False

    # What a device adds

    @abstractmethod
    def _search(self, now_us: int) -> None:
        """Begin to find the device, or ask once more; `_found` ends the search."""

    @abstractmethod
    def _set_up_tasks(self, permit: Permit, setup: TrainSetup) -> Sequence[Task]:
        """Return the steps of a set-up; the answer to the last confirms it."""

    @abstractmethod
    def _output_task(self, permit: Permit, frame: OutputFrame) -> Task:
        """Return the update of all channels."""

    @abstractmethod
    def _feed(self, now_us: int) -> None:
        """Send what keeps the device alive."""

    @abstractmethod
    def _question(self, task: Task) -> Command | None:
        """Return what to ask when the answer to a task is missing; None: the device is lost."""

    @abstractmethod
    def _decode(self, frame: Any) -> Any:
        """Return the reply in a frame; BadFrame if it is none that this driver can be sent."""

    @abstractmethod
    def _take_reply(self, frame: Any, reply: Any, now_us: int) -> None:
        """Take what may come unasked; hand all else on to `_take_ack`."""

    @abstractmethod
    def _is_stop_confirmed(self, reply: Any) -> bool:
        """Return whether a reply to a stop confirms it; a stop not confirmed is repeated."""

    @abstractmethod
    def _take_answer(self, opened: OpenTask, reply: Any, now_us: int) -> None:
        """Judge the answer to a task: `_go_on` if it is as it must be."""

    # What the driver asks

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
            deadlines_us.append(self._ledger.task.due_us)
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
        """Begin to find the device; DeviceError if it was begun before."""
        if self._phase is not Phase.SILENT or self._is_over:
            raise DeviceError("This driver has been connected before; make a new one.")
        self._phase = Phase.SEARCHING
        self._search_until_us = now_us + self._search_us
        self._search(now_us)

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Give the device a train and start it without current, step by step."""
        self._require_ready()
        if not isinstance(permit.subject, TrainSetup):
            raise DeviceError("A set-up needs the permit of a train.")
        first, *following = self._set_up_tasks(permit, permit.subject)
        self._phase = Phase.SETTING_UP
        self._following.extend(following)
        self._send(first, now_us)

    def output(self, permit: Permit, now_us: int) -> None:
        """Update all channels."""
        self._require_ready()
        if not isinstance(permit.subject, OutputFrame):
            raise DeviceError("An output needs the permit of a frame.")
        if permit.subject.setup != self._setup:
            raise DeviceError("The frame belongs to another train than the one set up.")
        self._send(self._output_task(permit, permit.subject), now_us)

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog, by a question where the answer says something."""
        self._require_ready()
        self._feed(now_us)

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
        self._ledger.give_up_all()
        self._outgoing.clear()

    # What comes in

    def receive(self, data: bytes, now_us: int) -> None:
        """Take bytes from the device."""
        self._decoder.receive(data)
        arrived: list[Frame] = []
        while (frame := self._decoder.next_frame()) is not None:
            arrived.append(frame)
        for frame in self._worth_taking(arrived):
            self._take_frame(frame, now_us)
        for error in self._decoder.take_errors():
            self._take_noise(error.detail, now_us)

    def tick(self, now_us: int) -> None:
        """Do what is due by the clock."""
        stop, task = self._ledger.stop, self._ledger.task
        if stop is not None:
            self._go_on_stopping(stop, now_us)
        if self._is_searching and now_us >= self._search_until_us:
            searched_s = self._search_us / 1_000_000
            self._lose(LossKind.NOT_FOUND, f"no answer within {searched_s:g} s", now_us)
        elif task is not None and now_us >= task.due_us:
            self._miss(task, now_us)

    def port_failed(self, error: PortError, now_us: int) -> None:
        """Take note that the line has failed."""
        self._has_failed_port = True
        self._lose(LossKind.PORT, str(error), now_us)

    # Replies

    def _worth_taking(self, arrived: list[Frame]) -> list[Frame]:
        """Return the frames that arrived together without those that the others make void."""
        return arrived

    def _take_frame(self, frame: Frame, now_us: int) -> None:
        try:
            reply = self._decode(frame)
        except BadFrame as error:
            self._take_noise(str(error), now_us)
            return
        self._take_reply(frame, reply, now_us)

    def _take_ack(self, frame: Frame, reply: Any, now_us: int) -> None:
        ledger, key = self._ledger, (frame.command, frame.packet_number)
        if ledger.stop is not None and ledger.answers_stop(*key):
            if self._is_stop_confirmed(reply):
                self._take_stop_confirmed(ledger.stop, now_us)
        elif ledger.task is not None and ledger.answers_task(*key):
            self._take_answer(ledger.task, reply, now_us)
        elif ledger.is_given_up(*key):
            return
        elif ledger.task is not None and ledger.task.packet_number == frame.packet_number:
            detail = f"{ledger.task.task.step}: answered with reply {frame.command}"
            self._lose(LossKind.CONFUSED, detail, now_us)
        else:  # a repeated or late answer
            self._take_noise(f"reply {key[0]}, number {key[1]}, is not awaited", now_us)

    def _take_unknown(self, unknown: int, number: int, now_us: int) -> None:
        """Take note that the device does not know a command."""
        task = self._ledger.task
        if task is not None and task.packet_number == number:
            detail = f"{task.task.step}: the device does not know command {unknown}"
            self._lose(LossKind.REFUSED, detail, now_us)
        else:
            self._take_noise(f"unknown command {unknown}, number {number}", now_us)

    def _take_stop_confirmed(self, stop: OpenStop, now_us: int) -> None:
        self._ledger.give_up_stop(stop)
        self._events.append(StopConfirmed(at_us=now_us, requested_us=stop.requested_us))
        if self._phase is Phase.GREETING:
            self._found(now_us)

    def _go_on(self, opened: OpenTask, now_us: int) -> None:
        """Do what follows a step that was answered, or that another answer shows to be done."""
        self._ledger.task = None
        if opened.is_second_try:
            self._events.append(ReplyMissed(at_us=now_us, command=opened.task.step))
        if self._following:
            self._send(self._following.popleft(), now_us)
            return
        self._done(opened, now_us)

    def _done(self, opened: OpenTask, now_us: int) -> None:
        """Tell what the last of some steps has come to."""
        permit, sent_us = opened.task.permit, opened.sent_us
        if self._phase is Phase.GREETING:
            self._found(now_us)
        elif permit is None:
            self._events.append(Alive(at_us=now_us, sent_us=sent_us))
        elif isinstance(permit.subject, TrainSetup):
            self._phase = Phase.RUNNING
            self._setup = permit.subject
            self._events.append(SetUpConfirmed(at_us=now_us, setup=permit.subject))
        # After a second try: a mode says nothing about which frame is in force.
        elif isinstance(permit.subject, OutputFrame) and not opened.is_second_try:
            confirmed = OutputConfirmed(at_us=now_us, sent_us=sent_us, frame=permit.subject)
            self._events.append(confirmed)

    def _found(self, now_us: int) -> None:
        """Tell that the right device has answered and puts out nothing."""
        self._phase = Phase.IDLE
        if self._loss is None:
            self._events.append(Connected(at_us=now_us, identity=self._identity))

    # Trouble

    def _miss(self, opened: OpenTask, now_us: int) -> None:
        """Go on without an answer: search on, or ask."""
        if self._is_searching:
            self._search(now_us)
        else:
            late = f"no answer within {opened.task.reply_us // 1000} ms"
            self._ask_again(opened, LossKind.SILENT, late, now_us)

    def _ask_again(self, opened: OpenTask, kind: LossKind, why: str, now_us: int) -> None:
        """Ask what a task came to in place of a missing answer; the second time, give up."""
        question = None if opened.is_second_try else self._question(opened.task)
        if question is None:
            again = ", twice in a row" if opened.is_second_try else ""
            self._lose(kind, f"{opened.task.step}: {why}{again}", now_us)
        else:
            self._outgoing.append(self._ledger.open_second_try(opened.task, question, now_us))

    def _go_on_stopping(self, stop: OpenStop, now_us: int) -> None:
        if now_us - stop.requested_us >= self._stop_give_up_us:
            self._ledger.give_up_stop(stop)
            if self._is_met:
                silent_s = self._stop_give_up_us / 1_000_000
                self._latch(LossKind.SILENT, f"no answer to a stop for {silent_s:g} s", now_us)
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
            self._lose(LossKind.CONFUSED, what, now_us)

    def _lose(
        self,
        kind: LossKind,
        detail: str,
        now_us: int,
        *,
        advice: str | None = None,
        channel: int | None = None,
    ) -> None:
        """Latch the first loss, and stop a device that may still put something out."""
        if self._loss is None:
            self._latch(kind, detail, now_us, advice=advice, channel=channel)
            if self._is_met:
                self.stop(now_us)
            else:
                self._give_up()

    def _latch(
        self,
        kind: LossKind,
        detail: str,
        now_us: int,
        *,
        advice: str | None = None,
        channel: int | None = None,
    ) -> None:
        if self._loss is None:
            self._loss = OutputLost(
                at_us=now_us,
                kind=kind,
                detail=detail,
                advice=advice or self._advice[kind],
                channel=channel,
            )
            self._events.append(self._loss)

    @property
    def _is_met(self) -> bool:
        """Whether the device has answered, so that it may have to be stopped."""
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

    def _give_up(self) -> None:
        self._ledger.give_up_task()
        self._following.clear()
        self._outgoing = [outgoing for outgoing in self._outgoing if outgoing.permit is None]
