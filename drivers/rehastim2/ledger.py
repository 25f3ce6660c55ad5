"""What has been sent to a RehaStim2 and is still to be answered.

An answer is known by its command and the echoed packet number (description 1.24, 2.2). At most one
task is open; a stop is apart from that, never waits, and may be written under several numbers.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from drivers.interface import Permit
from drivers.rehastim2 import messages
from drivers.rehastim2.messages import Number

STOP_REPEAT_US = 50_000


class Step(StrEnum):
    """What a command is sent for."""

    ASK_MODE = "question for the mode"
    CLEAR = "first stop"
    REST = "stop before the set-up"
    LIST = "set-up of the channels"
    START = "start without current"
    OUTPUT = "output"
    KEEP_ALIVE = "keep-alive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A frame to be written now."""

    frame: bytes
    permit: Permit | None = None
    is_stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A command to be sent, and what for."""

    step: Step
    command: messages.Command
    permit: Permit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task whose answer is awaited; on the second try the answer is the device's mode."""

    task: Task
    ack: Number
    packet_number: int
    sent_us: int
    is_second_try: bool


@dataclass(slots=True, kw_only=True)
class OpenStop:
    """A stop not confirmed yet, and the packet numbers under which it was written."""

    requested_us: int
    repeat_us: int
    packet_numbers: set[int] = field(default_factory=set)


class Ledger:
    """Packet numbers, the open task, the open stop, and what was given up for a stop."""

    def __init__(self) -> None:
        self.task: OpenTask | None = None
        self.stop: OpenStop | None = None
        self._next_number = 0
        self._given_up: dict[int, Number] = {}

    def take_number(self) -> int:
        """Return the packet number for a command; they count up and wrap at 256."""
        number = self._next_number
        self._next_number = (number + 1) % 256
        self._given_up.pop(number, None)
        return number

    def open_task(self, task: Task, now_us: int) -> Outgoing:
        """Enter a task and return its frame."""
        number = self.take_number()
        self.task = OpenTask(
            task=task,
            ack=Number(task.command.number + 1),
            packet_number=number,
            sent_us=now_us,
            is_second_try=False,
        )
        return Outgoing(
            frame=messages.encode(task.command, number),
            permit=task.permit,
            is_stop=isinstance(task.command, messages.StopChannelListMode),
        )

    def open_second_try(self, task: Task, now_us: int) -> Outgoing:
        """Enter the question for the mode in place of a task's own answer; return its frame."""
        number = self.take_number()
        self.task = OpenTask(
            task=task,
            ack=Number.GET_STIMULATION_MODE_ACK,
            packet_number=number,
            sent_us=now_us,
            is_second_try=True,
        )
        return Outgoing(frame=messages.encode(messages.GetStimulationMode(), number))

    def open_stop(self, now_us: int) -> Outgoing:
        """Enter a stop, or its repetition, and return its frame."""
        number = self.take_number()
        if self.stop is None:
            self.stop = OpenStop(requested_us=now_us, repeat_us=now_us)
        self.stop.packet_numbers.add(number)
        self.stop.repeat_us = now_us + STOP_REPEAT_US
        return Outgoing(frame=messages.STOP_FRAMES[number], is_stop=True)

    def give_up_task(self) -> None:
        """Await the open task's answer no more, but know it if it still comes."""
        if self.task is not None:
            self._given_up[self.task.packet_number] = self.task.ack
            self.task = None

    def give_up_stop(self, stop: OpenStop) -> None:
        """Await the open stop's answers no more, but know them if they still come."""
        ack = Number.STOP_CHANNEL_LIST_MODE_ACK
        self._given_up.update(dict.fromkeys(stop.packet_numbers, ack))
        self.stop = None

    def answers_stop(self, command: int, packet_number: int) -> bool:
        """Return whether a reply belongs to the open stop."""
        if self.stop is None or command != Number.STOP_CHANNEL_LIST_MODE_ACK:
            return False
        return packet_number in self.stop.packet_numbers

    def answers_task(self, command: int, packet_number: int) -> bool:
        """Return whether a reply belongs to the open task."""
        task = self.task
        return task is not None and (command, packet_number) == (task.ack, task.packet_number)

    def is_given_up(self, command: int, packet_number: int) -> bool:
        """Return whether a reply answers what was given up, and may be dropped without a word."""
        return self._given_up.get(packet_number) == command
