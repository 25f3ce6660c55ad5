"""What has been sent to a device and is still to be answered.

An answer is known by its command number, one above that of the question, and by the packet number,
which devices echo. At most one task is open; a stop is apart from that, never waits, and may be
written under several numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from drivers.interface import Permit

STOP_REPEAT_US = 50_000
REPLY_US = 200_000


class Command(Protocol):
    """One command of a device's protocol; `number` is its command number."""

    @property
    def number(self) -> int:
        """The number of the command; that of its answer is one more."""
        ...


Encode = Callable[[Any, int], bytes]
"""Makes the frame of a command under a packet number."""


class Outgoing(NamedTuple):
    """A frame to be written now."""

    frame: bytes
    permit: Permit | None = None
    is_stop: bool = False


class Task(NamedTuple):
    """A command to be sent, what for (`step`), and how long its answer may take."""

    step: str
    command: Command
    permit: Permit | None = None
    is_stop: bool = False
    reply_us: int = REPLY_US


class OpenTask(NamedTuple):
    """A task whose answer is awaited; on the second try the answer is to another question."""

    task: Task
    ack: int
    packet_number: int
    sent_us: int
    is_second_try: bool

    @property
    def due_us(self) -> int:
        """Until when the answer must have come."""
        return self.sent_us + self.task.reply_us


@dataclass(slots=True, kw_only=True)
class OpenStop:
    """A stop not confirmed yet, and the answers to it or to a question about it (ack, number)."""

    requested_us: int
    repeat_us: int
    answers: set[tuple[int, int]] = field(default_factory=set)


class Ledger:
    """Packet numbers, the open task, the open stop, and what was given up for a stop.

    `stop_frames` holds the stop of every packet number, made beforehand so that a stop depends on
    nothing; `stop_number` is the command number of them.
    """

    def __init__(
        self,
        encode: Encode,
        stop_frames: Sequence[bytes],
        stop_number: int,
        stop_repeat_us: int = STOP_REPEAT_US,
    ) -> None:
        self.task: OpenTask | None = None
        self.stop: OpenStop | None = None
        self._encode = encode
        self._stop_frames = stop_frames
        self._stop_ack = stop_number + 1
        self._stop_repeat_us = stop_repeat_us
        self._next_number = 0
        self._given_up: dict[int, int] = {}

    def take_number(self) -> int:
        """Return the packet number for a command; they count up and wrap."""
        number = self._next_number
        self._next_number = (number + 1) % len(self._stop_frames)
        self._given_up.pop(number, None)
        return number

    def open_task(self, task: Task, now_us: int) -> Outgoing:
        """Enter a task and return its frame."""
        return self._open(task, task.command, now_us, is_second_try=False)

    def open_second_try(self, task: Task, question: Command, now_us: int) -> Outgoing:
        """Enter a question in place of a task's own answer; return its frame."""
        return self._open(task, question, now_us, is_second_try=True)

    def open_stop(self, now_us: int) -> Outgoing:
        """Enter a stop, or its repetition, and return its frame."""
        number = self.take_number()
        if self.stop is None:
            self.stop = OpenStop(requested_us=now_us, repeat_us=now_us)
        self.stop.answers.add((self._stop_ack, number))
        self.stop.repeat_us = now_us + self._stop_repeat_us
        return Outgoing(frame=self._stop_frames[number], is_stop=True)

    def ask_of_stop(self, stop: OpenStop, question: Command) -> Outgoing:
        """Enter a question whose answer may confirm a stop; return its frame."""
        number = self.take_number()
        stop.answers.add((question.number + 1, number))
        return Outgoing(frame=self._encode(question, number))

    def give_up_task(self) -> None:
        """Await the open task's answer no more, but know it if it still comes."""
        if self.task is not None:
            self._given_up[self.task.packet_number] = self.task.ack
            self.task = None

    def give_up_stop(self, stop: OpenStop) -> None:
        """Await the open stop's answers no more, but know them if they still come."""
        self._given_up.update({number: ack for ack, number in stop.answers})
        self.stop = None

    def give_up_all(self) -> None:
        """Await nothing any more."""
        self.task = self.stop = None

    def answers_stop(self, command: int, packet_number: int) -> bool:
        """Return whether a reply belongs to the open stop."""
        return self.stop is not None and (command, packet_number) in self.stop.answers

    def answers_task(self, command: int, packet_number: int) -> bool:
        """Return whether a reply belongs to the open task."""
        task = self.task
        return task is not None and (command, packet_number) == (task.ack, task.packet_number)

    def is_given_up(self, command: int, packet_number: int) -> bool:
        """Return whether a reply answers what was given up, and may be dropped without a word."""
        return self._given_up.get(packet_number) == command

    def _open(self, task: Task, sent: Command, now_us: int, *, is_second_try: bool) -> Outgoing:
        number = self.take_number()
        self.task = OpenTask(
            task=task,
            ack=sent.number + 1,
            packet_number=number,
            sent_us=now_us,
            is_second_try=is_second_try,
        )
        frame = self._encode(sent, number)
        if is_second_try:
            return Outgoing(frame=frame)
        return Outgoing(frame=frame, permit=task.permit, is_stop=task.is_stop)
