"""The conversation with a RehaStim2 (description 1.24, 1.3, 2.3, 5).

The device offers itself by Init again and again until it is answered; a stop clears what an earlier
program may have left. An answer that is missing is replaced by a question for the device's mode.
"""

from collections.abc import Sequence
from enum import StrEnum

from drivers.exchange import Exchange, Frame, Phase
from drivers.interface import LossKind, Permit
from drivers.ledger import Ledger, OpenTask, Outgoing, Task
from drivers.rehastim2 import frames, messages
from drivers.rehastim2.losses import ADVICE, IDENTITY, fault_text, result_text
from drivers.rehastim2.messages import Mode, Number, Result
from protocols.pulses import OutputFrame, TrainSetup, silent_frame

PROTOCOL_VERSION = 1
STOP_GIVE_UP_US = 1_200_000  # silence makes the device stop by then, further stops would feed it


class Step(StrEnum):
    """What a command is sent for."""

    ASK_MODE = "question for the mode"
    CLEAR = "first stop"
    REST = "stop before the set-up"
    LIST = "set-up of the channels"
    START = "start without current"
    OUTPUT = "output"
    KEEP_ALIVE = "keep-alive"


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


class RehaStim2Exchange(Exchange):
    """One connection, from Init to the last stop."""

    def __init__(self) -> None:
        super().__init__(
            decoder=frames.FrameDecoder(),
            ledger=Ledger(messages.encode, messages.STOP_FRAMES, Number.STOP_CHANNEL_LIST_MODE),
            advice=ADVICE,
            identity=IDENTITY,
            stop_give_up_us=STOP_GIVE_UP_US,
        )

    def _search(self, now_us: int) -> None:
        """Wait: the device sends Init."""

    def _set_up_tasks(self, permit: Permit, setup: TrainSetup) -> Sequence[Task]:
        channel_list = messages.InitChannelListMode(setup=setup)
        start = messages.StartChannelListMode(frame=silent_frame(setup))
        return (
            _stop(Step.REST),
            Task(step=Step.LIST, command=channel_list, permit=permit),
            Task(step=Step.START, command=start, permit=permit),
        )

    def _output_task(self, permit: Permit, frame: OutputFrame) -> Task:
        command = messages.StartChannelListMode(frame=frame)
        return Task(step=Step.OUTPUT, command=command, permit=permit)

    def _feed(self, now_us: int) -> None:
        if self._phase is Phase.RUNNING:
            self._send(Task(step=Step.KEEP_ALIVE, command=messages.GetStimulationMode()), now_us)
        else:
            self._queue(messages.Watchdog(), self._ledger.take_number())

    def _question(self, _task: Task) -> messages.Command:
        return messages.GetStimulationMode()

    def _decode(self, frame: frames.Frame) -> messages.Reply:
        return messages.decode(frame)

    def _worth_taking(self, arrived: list[Frame]) -> list[Frame]:
        """Of several Inits only the newest counts: older ones offer what is gone."""
        inits = [frame for frame in arrived if frame.command == Number.INIT]
        return [frame for frame in arrived if frame.command != Number.INIT or frame is inits[-1]]

    def _take_reply(self, frame: Frame, reply: messages.Reply, now_us: int) -> None:
        match reply:
            case messages.Init(version=version):
                self._take_init(version, frame.packet_number, now_us)
            case messages.StimulationError(error=error):
                if self._is_met:
                    detail, advice = fault_text(error)
                    self._lose(LossKind.FAULT, detail, now_us, advice=advice)
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
            self._lose(LossKind.WRONG_DEVICE, f"protocol version {version}", now_us)
        elif self._phase in (Phase.SEARCHING, Phase.GREETING):
            self._greet(now_us)
        else:
            self._lose(LossKind.RESTARTED, "the device sent Init in mid-session", now_us)

    def _greet(self, now_us: int) -> None:
        self._phase = Phase.GREETING
        self._give_up()
        if self._ledger.stop is None and self._loss is None:
            self._following.append(_stop(Step.CLEAR))
            self._send(Task(step=Step.ASK_MODE, command=messages.GetStimulationMode()), now_us)

    def _is_stop_confirmed(self, reply: messages.Ack) -> bool:
        return reply.result == Result.OK

    def _take_answer(self, opened: OpenTask, reply: messages.Ack, now_us: int) -> None:
        step, result = Step(opened.task.step), reply.result
        if result in _PASSING_RESULTS:
            self._ask_again(opened, LossKind.REFUSED, result_text(result), now_us)
        elif result != Result.OK:
            self._lose(LossKind.REFUSED, f"{step}: {result_text(result)}", now_us)
        elif isinstance(reply, messages.ModeAck) and reply.mode != MODE_AFTER[step]:
            detail = f"{step}: mode {reply.mode} instead of {MODE_AFTER[step]}"
            self._lose(LossKind.WRONG_MODE, detail, now_us)
        else:
            self._go_on(opened, now_us)

    def _queue(self, command: messages.Command, number: int) -> None:
        self._outgoing.append(Outgoing(frame=messages.encode(command, number)))


def _stop(step: Step) -> Task:
    return Task(step=step, command=messages.StopChannelListMode(), is_stop=True)
