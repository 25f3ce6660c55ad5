"""The conversation with an openEMSstim board: no numbers, no answers, only echoes.

The board echoes what it has understood and says when it has stopped. An echo that does not come, or
a channel that reports itself on without being told to, is a loss. Frames are spaced so that its
small buffer never runs over; a frame is repeated by the engine before its on-time ends.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from drivers.exchange import Exchange, Phase
from drivers.interface import LossKind, Permit
from drivers.ledger import Ledger, OpenTask, Task
from drivers.openemsstim import lines
from drivers.openemsstim.lines import Line
from drivers.openemsstim.source import Source
from protocols.capabilities import Capabilities
from protocols.pulses import OutputFrame, TrainSetup

BOOT_US = 20_000_000
"""A board boots for 11.3 s when its port is opened, longer with a Bluetooth module."""

ECHO_US = 300_000
FIRST_ECHO_US = 1_000_000
"""The first question may wait for two stops, both written while the board booted."""

FRAME_APART_US = 120_000
STOP_REPEAT_US = 150_000
STOP_GIVE_UP_US = 900_000

_READY = "SETUP DONE"
_BOOTING = "SETUP:"
_STOPPED = "BT: Disconnected"
_DECODED = "EMS_CMD: Converted HEX command:"
_UNKNOWN = "Unknown command: "
_OTHER_BUILDS = ("EMSSystem.cpp:", _UNKNOWN + "WV")
_SWITCHED_ON = re.compile(r"EMS: Channel \d active")

_SWITCH_OFF = "Switch the separate stimulator off before anything else."
_ADVICE = {
    LossKind.NOT_FOUND: "Plug the board in, check cable and port.",
    LossKind.WRONG_DEVICE: "Install the published firmware of openEMSstim (master).",
    LossKind.PORT: f"{_SWITCH_OFF} Then plug the USB cable in and connect again.",
    LossKind.SILENT: f"{_SWITCH_OFF} Then check cable and board, and connect again.",
    LossKind.RESTARTED: (
        f"{_SWITCH_OFF} Check the board's battery, and that no other program opens its port; "
        "then connect again."
    ),
    LossKind.REFUSED: f"{_SWITCH_OFF} Then connect again.",
    LossKind.FAULT: f"{_SWITCH_OFF} Do not use this board before you know why.",
}


class Step(StrEnum):
    """What is written for."""

    CLEAR = "first stop"
    ASK = "question who is there"
    TRAIN = "channels in use"
    OUTPUT = "output"


class OpenEmsStimExchange(Exchange):
    """One connection, from the end of the boot to the last stop."""

    def __init__(self, capabilities: Capabilities, source: Source) -> None:
        super().__init__(
            decoder=lines.LineReader(),
            ledger=Ledger(lines.encode, (lines.STOP,), lines.Number.STOP, STOP_REPEAT_US),
            advice=_ADVICE,
            identity=f"{capabilities.title}, passing on: {source.unit}, set by {source.set_by} on "
            f"{source.set_on} to {source.dials}",
            stop_give_up_us=STOP_GIVE_UP_US,
            search_us=BOOT_US,
        )
        self._source = source
        self._active: frozenset[int] = frozenset()
        self._echoed: OpenTask | None = None

    def next_deadline_us(self) -> int | None:
        """Return when `tick` has something to do; None if never."""
        deadline_us, opened = super().next_deadline_us(), self._ledger.task
        if opened is None or self._echoed is not opened:
            return deadline_us
        return min(_free_us(opened), deadline_us or _free_us(opened))

    def stop(self, now_us: int) -> None:
        """Stop now, between frames or not."""
        self._active = frozenset()
        super().stop(now_us)

    def tick(self, now_us: int) -> None:
        """Do what is due by the clock; the board is ready again once its buffer is empty."""
        opened = self._ledger.task
        if opened is not None and self._echoed is opened and now_us >= _free_us(opened):
            self._go_on(opened, now_us)
        super().tick(now_us)

    # What is written

    def _search(self, now_us: int) -> None:
        task = Task(step=Step.CLEAR, command=lines.Stop(), is_stop=True, reply_us=BOOT_US)
        self._send(task, now_us)

    def _set_up_tasks(self, permit: Permit, setup: TrainSetup) -> Sequence[Task]:
        train = lines.Train(setup=setup)
        return (Task(step=Step.TRAIN, command=train, permit=permit, reply_us=ECHO_US),)

    def _output_task(self, permit: Permit, frame: OutputFrame) -> Task:
        output = lines.Output(source=self._source, frame=frame, active=self._active)
        output.texts()  # refuses what the board cannot pass on, before anything has changed
        self._active = frozenset(o.channel for o in frame.outputs if o.current_ua)
        return Task(step=Step.OUTPUT, command=output, permit=permit, reply_us=ECHO_US)

    def _feed(self, now_us: int) -> None:
        self._send(Task(step=Step.ASK, command=lines.Ask(), reply_us=ECHO_US), now_us)

    def _question(self, task: Task) -> None:
        """Lose the board at the first echo that does not come: it may have crashed, and be on."""

    # What is read

    def _decode(self, frame: Line) -> str:
        return frame.text

    def _take_reply(self, _frame: Line, reply: str, now_us: int) -> None:
        if self._is_bad_news(reply, now_us):
            return
        task, stop = self._ledger.task, self._ledger.stop
        if stop is not None and self._is_stop_confirmed(reply):
            self._take_stop_confirmed(stop, now_us)
        elif task is None:
            return
        elif reply == _expected(task.task):
            self._take_answer(task, reply, now_us)
        elif reply.startswith(_UNKNOWN) and task.task.step is Step.OUTPUT:
            self._lose(LossKind.REFUSED, f"{task.task.step}: the board says '{reply}'", now_us)

    def _is_bad_news(self, reply: str, now_us: int) -> bool:
        """Take what ends the connection, or the wait for the end of the boot."""
        if reply.startswith(_OTHER_BUILDS):
            self._lose(LossKind.WRONG_DEVICE, f"the board says '{reply}'", now_us)
        elif _SWITCHED_ON.match(reply):
            self._lose(LossKind.FAULT, f"unasked, the board says '{reply}'", now_us)
        elif reply.startswith((_BOOTING, _READY)):
            if self._is_met:
                self._lose(LossKind.RESTARTED, f"the board says '{reply}'", now_us)
            elif self._is_searching and reply.startswith(_READY):
                self._search(now_us)  # what was written while it booted may be lost
        else:
            return False
        return True

    def _is_stop_confirmed(self, reply: str) -> bool:
        return reply == _STOPPED

    def _take_answer(self, opened: OpenTask, _reply: str, _now_us: int) -> None:
        if opened.task.step is Step.CLEAR:
            self._phase = Phase.GREETING
            question = Task(step=Step.ASK, command=lines.Ask(), reply_us=FIRST_ECHO_US)
            self._following.append(question)
        self._echoed = opened


def _expected(task: Task) -> str:
    """Return the line that shows that the last frame of a task was understood."""
    match task.command:
        case lines.Stop():
            return _STOPPED
        case lines.Train() | lines.Output() as command:
            text = command.texts()[-1]
            return _UNKNOWN + text if text.isdigit() else text
        case _:
            return _DECODED


def _free_us(opened: OpenTask) -> int:
    """Return when the board has worked off what was written."""
    command = opened.task.command
    frames = len(command.texts()) if isinstance(command, lines.Output) else 1
    return opened.sent_us + frames * FRAME_APART_US
