"""The conversation with a P24 or a RehaMove3 in mid level (P24 IFU 1.1, p. 23-26; SM3 3.2.4, 5).

The device is asked who it is, because the two read some bits differently; what an earlier program
left running is stopped. In a session every update replaces the whole pattern, and asking what the
channels do keeps the device alive; it stops by itself 2 s after the last of both. A device that has
an error stops all channels by itself: that is a loss here. One that was not spoken to for so long
that it may have stopped is a loss, too: an update would start it again, at full current.

A test pulse is one pulse in low level (p. 20-22), from rest to rest: high voltage on, the pulse,
high voltage off. The next is said only when the last was answered, which happens after it, and none
is ever said twice: where an answer is missing, nobody knows whether there was a pulse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from drivers.exchange import Exchange, Frame, Phase
from drivers.interface import LossKind, Permit, StatusReport
from drivers.ledger import Command, Ledger, OpenStop, OpenTask, Outgoing, Task
from drivers.p24 import frames, messages
from drivers.p24.capabilities import CONTACT_KNOWN_FROM_UA, P24
from drivers.p24.messages import ChannelState, Number, Result, Status
from protocols.capabilities import Capabilities
from protocols.errors import DeviceError
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, silent_frame
from protocols.status import ChannelStatus, Contact, DeviceStatus

HIGH_VOLTAGE_US = 500_000
"""How long the answer to a command that switches the high voltage may take; nothing flows then."""

ARRIVAL_US = 200_000
"""How long the next word may take to the device: so much before its watchdog a flow is given up."""


class Step(StrEnum):
    """What a command is sent for."""

    ASK_VERSION = "question for the version"
    ASK_ID = "question for the device's number"
    ASK_STATUS = "question for the status"
    CLEAR = "first stop"
    REST = "stop before the set-up"
    INIT = "high voltage on"
    START = "start without current"
    OUTPUT = "output"
    KEEP_ALIVE = "keep-alive"
    PULSE_INIT = "high voltage on for a test pulse"
    PULSE = "test pulse"
    PULSE_END = "stop after a test pulse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What tells one model from the other.

    `versions` are asked in this order; the first that is known must tell `protocol`. `selection` is
    the form of its answer to what the channels do.
    """

    capabilities: Capabilities
    versions: tuple[messages.Bare, ...]
    protocol: int
    selection: int
    advice: str


STATUS_AFTER = {
    Step.CLEAR: Status.IDLE,
    Step.ASK_STATUS: Status.IDLE,
    Step.REST: Status.IDLE,
    Step.INIT: Status.MID_LEVEL,
    Step.PULSE_INIT: Status.LOW_LEVEL,
    Step.PULSE: Status.LOW_LEVEL,
    Step.PULSE_END: Status.IDLE,
}
_FEEDING_STEPS = (Step.START, Step.OUTPUT, Step.KEEP_ALIVE)
_LOW_LEVEL_STEPS = (Step.PULSE_INIT, Step.PULSE, Step.PULSE_END)
_PASSING_RESULTS = frozenset((Result.TRANSFER_ERROR, Result.BUSY))

_RECONNECT = "Check cable and device, then connect again."
_ADVICE = {
    LossKind.NOT_FOUND: "Plug the stimulator in, switch it on, check cable and port.",
    LossKind.PORT: "Plug the USB cable in, check that no other program uses the port, reconnect.",
    LossKind.SILENT: _RECONNECT,
    LossKind.WRONG_MODE: _RECONNECT,
    LossKind.REFUSED: "Connect again. If it happens again, do not use this stimulator.",
    LossKind.LATE: "Close other programs on this computer, then acknowledge and arm again.",
    LossKind.CONFUSED: "Use another USB cable or port, keep it away from motors, then reconnect.",
    LossKind.FAULT: "Check leads and electrodes, press them on or renew them, then reconnect.",
}
_FAULTS = {
    ChannelState.ELECTRODE_ERROR: "electrode error",
    ChannelState.PULSE_TIMEOUT: "its pulse did not fit into its time",
    ChannelState.LOW_CURRENT: "less current than set: the load is too high",
}
_ALWAYS_FATAL = (ChannelState.ELECTRODE_ERROR, ChannelState.PULSE_TIMEOUT)
_RESULTS = {
    Result.TRANSFER_ERROR: "the command arrived damaged",
    Result.PARAMETER_ERROR: "a value is out of range",
    Result.NOT_INITIALIZED: "the level is not initialised: the device stopped or restarted",
    Result.BUSY: "the device is busy",
    8: "the high voltage failed",
    Result.ELECTRODE_ERROR: "electrode error",
    Result.PULSE_TIMEOUT: "a pulse did not fit into its time",
    Result.LOW_CURRENT: "less current than set",
}
_PULSE_FAULTS = (Result.ELECTRODE_ERROR, Result.PULSE_TIMEOUT)
_PULSE_RESULTS = (Result.OK, Result.LOW_CURRENT, *_PULSE_FAULTS)


class P24Exchange(Exchange):
    """One connection, from the question who is there to the last stop."""

    def __init__(self, model: Model) -> None:
        super().__init__(
            decoder=frames.FrameDecoder(),
            ledger=Ledger(messages.encode, messages.STOP_FRAMES, Number.ML_STOP),
            advice={**_ADVICE, LossKind.WRONG_DEVICE: model.advice},
            identity=model.capabilities.title,
            stop_give_up_us=model.capabilities.watchdog_us or 0,
        )
        self._model = model
        self._fed_us = 0
        self._is_line_clear = False
        self._asked_versions = 0
        self._frame: OutputFrame | None = None
        self._pulse: ChannelOutput | None = None

    # Who is there

    def _search(self, now_us: int) -> None:
        if not self._is_line_clear:
            self._is_line_clear = True
            self._outgoing.append(Outgoing(frame=frames.RESYNCHRONISATION))
        question = self._model.versions[self._asked_versions % len(self._model.versions)]
        self._asked_versions += 1
        self._send(Task(step=Step.ASK_VERSION, command=question), now_us)

    def _take_version(self, opened: OpenTask, reply: messages.VersionAck, now_us: int) -> None:
        asked = opened.task.command.number
        if (asked, reply.protocol) != (self._model.versions[-1].number, self._model.protocol):
            self._lose(LossKind.WRONG_DEVICE, f"ScienceMode {reply.protocol} answered", now_us)
            return
        self._phase = Phase.GREETING
        self._identity += f", firmware {reply.firmware}"
        self._following.append(Task(step=Step.ASK_ID, command=messages.GET_DEVICE_ID))
        self._following.append(Task(step=Step.ASK_STATUS, command=messages.GET_STIM_STATUS))
        self._go_on(opened, now_us)

    def _take_unknown_version(self, asked: int, now_us: int) -> None:
        """Ask for the next version; a device that knows none of ours is another one."""
        if asked == self._model.versions[-1].number:
            self._lose(LossKind.WRONG_DEVICE, f"it does not know command {asked}", now_us)
        else:
            self._search(now_us)

    def _take_first_status(self, opened: OpenTask, reply: messages.StatusAck, now_us: int) -> None:
        """Stop what an earlier program left, and look again."""
        if reply.status is Status.IDLE:
            self._go_on(opened, now_us)
            return
        is_low = reply.status is Status.LOW_LEVEL
        stop = messages.LL_STOP if is_low else messages.ML_STOP
        clear = Task(step=Step.CLEAR, command=stop, is_stop=True, reply_us=HIGH_VOLTAGE_US)
        self._following.append(clear)
        self._following.append(Task(step=Step.REST, command=messages.GET_STIM_STATUS))
        self._go_on(opened, now_us)

    # The clock

    def tick(self, now_us: int) -> None:
        """Give up a flow that the device may have ended by itself; then do what is due."""
        deadline_us = self._flow_deadline_us
        if deadline_us is not None and now_us >= deadline_us:
            silent_ms = (now_us - self._fed_us) // 1000
            self._lose(LossKind.LATE, f"nothing answered for {silent_ms} ms", now_us)
        super().tick(now_us)

    def next_deadline_us(self) -> int | None:
        """Return when `tick` has something to do; None if never."""
        deadlines_us = (super().next_deadline_us(), self._flow_deadline_us)
        return min((due_us for due_us in deadlines_us if due_us is not None), default=None)

    @property
    def _flow_deadline_us(self) -> int | None:
        """Until when the device must be spoken to and answer, so that a flow goes on."""
        if self._phase is not Phase.RUNNING or not self._is_flowing or self._loss is not None:
            return None
        return self._fed_us + self._stop_give_up_us - ARRIVAL_US

    @property
    def _is_flowing(self) -> bool:
        return self._frame is not None and not self._frame.is_silent

    # What is asked

    def output(self, permit: Permit, now_us: int) -> None:
        """Update all channels; from rest it matters not when the device was spoken to last."""
        if not self._is_flowing:
            self._fed_us = now_us
        super().output(permit, now_us)

    def test_pulse(self, permit: Permit, now_us: int) -> None:
        """Put out one pulse, from rest to rest; DeviceError if a train is set up."""
        self._require_ready()
        if self._phase is not Phase.IDLE:
            raise DeviceError("A test pulse needs a device at rest. Stop it first.")
        if not isinstance(permit.subject, ChannelOutput):
            raise DeviceError("A test pulse needs the permit of a pulse.")
        config, end = messages.LlChannelConfig(output=permit.subject), messages.LL_STOP
        self._pulse = permit.subject
        self._following += (
            Task(step=Step.PULSE, command=config, permit=permit),
            Task(step=Step.PULSE_END, command=end, is_stop=True, reply_us=HIGH_VOLTAGE_US),
        )
        init = Task(step=Step.PULSE_INIT, command=messages.LlInit(), reply_us=HIGH_VOLTAGE_US)
        self._send(init, now_us)

    def stop(self, now_us: int) -> None:
        """Stop now, and both levels if a test pulse is under way."""
        opened = self._ledger.task
        super().stop(now_us)
        stop = self._ledger.stop
        if stop is not None and opened is not None and opened.task.step in _LOW_LEVEL_STEPS:
            self._stop_low_level(stop)

    def _stop_low_level(self, stop: OpenStop) -> None:
        outgoing = self._ledger.ask_of_stop(stop, messages.LL_STOP)
        self._outgoing.append(outgoing._replace(is_stop=True))

    def _set_up_tasks(self, permit: Permit, setup: TrainSetup) -> Sequence[Task]:
        self._require_makeable(setup)
        self._frame = None
        update = messages.MlUpdate(frame=silent_frame(setup))
        init = Task(step=Step.INIT, command=messages.MlInit(), reply_us=HIGH_VOLTAGE_US)
        start = Task(step=Step.START, command=update, permit=permit)
        if self._phase is not Phase.RUNNING:
            return init, start
        stop = messages.ML_STOP
        rest = Task(step=Step.REST, command=stop, is_stop=True, reply_us=HIGH_VOLTAGE_US)
        return rest, init, start

    def _require_makeable(self, setup: TrainSetup) -> None:
        """Refuse a train that this model would read as something else."""
        device, period_us = self._model.capabilities, setup.period_us
        shortest_us = min(device.period_min_us_by_modules)
        is_in_range = shortest_us <= period_us <= device.period_max_us
        is_on_grid = period_us % device.period_step_us == 0
        has_channels = max(setup.channels, default=0) <= device.channels
        if not (has_channels and is_in_range and is_on_grid):
            raise DeviceError(f"{device.title} cannot make {setup}")

    def _output_task(self, permit: Permit, frame: OutputFrame) -> Task:
        if self._model.capabilities.pulse_width_min_us > P24.pulse_width_min_us:
            self._require_wide(frame)
        self._frame = frame
        return Task(step=Step.OUTPUT, command=messages.MlUpdate(frame=frame), permit=permit)

    def _require_wide(self, frame: OutputFrame) -> None:
        """Refuse phases that a P24 makes but not this model; the encoder knows the P24 alone."""
        device = self._model.capabilities
        widths_us = [w for o in frame.outputs for w in (o.pulse_width_us, o.second_width_us) if w]
        if min(widths_us, default=device.pulse_width_min_us) < device.pulse_width_min_us:
            raise DeviceError(f"{device.title} makes no phase of {min(widths_us)} µs")

    def _feed(self, now_us: int) -> None:
        running = self._phase is Phase.RUNNING
        question = self._ask_channels if running else messages.GET_STIM_STATUS
        step = Step.KEEP_ALIVE if running else Step.ASK_STATUS
        self._send(Task(step=step, command=question), now_us)

    def _question(self, task: Task) -> Command:
        if task.step in _FEEDING_STEPS:
            return self._ask_channels
        is_who = task.step in (Step.ASK_VERSION, Step.ASK_ID)
        return task.command if is_who else messages.GET_STIM_STATUS

    @property
    def _ask_channels(self) -> messages.MlGetCurrentData:
        return messages.MlGetCurrentData(selection=self._model.selection)

    # What the answers say

    def _decode(self, frame: frames.Frame) -> messages.Reply:
        return messages.decode(frame)

    def _take_reply(self, frame: Frame, reply: messages.Reply, now_us: int) -> None:
        task = self._ledger.task
        match reply:
            case messages.GeneralError(result=result):
                if task is None or self._is_searching:
                    self._take_noise(f"general error, {_result_text(result)}", now_us)
                else:
                    self._ask_again(task, LossKind.REFUSED, _result_text(result), now_us)
            case messages.UnknownCommand():
                asked = -1 if task is None else task.task.command.number
                is_of_task = task is not None and task.packet_number == frame.packet_number
                if self._is_searching and is_of_task:
                    self._take_unknown_version(asked, now_us)
                else:
                    self._take_unknown(asked, frame.packet_number, now_us)
            case _:
                self._take_ack(frame, reply, now_us)

    def _is_stop_confirmed(self, reply: messages.Ack) -> bool:
        """Ask for the status where a stop is refused: too late, or of the other level."""
        stop = self._ledger.stop
        if isinstance(reply, messages.StatusAck):
            if reply.status is Status.LOW_LEVEL and stop is not None:
                self._stop_low_level(stop)
            return reply.status is Status.IDLE
        if reply.result == Result.NOT_INITIALIZED and stop is not None:
            self._outgoing.append(self._ledger.ask_of_stop(stop, messages.GET_STIM_STATUS))
        return reply.result == Result.OK

    def _take_answer(self, opened: OpenTask, reply: messages.Ack, now_us: int) -> None:
        step, result = Step(opened.task.step), reply.result
        is_late_stop = opened.task.is_stop and result == Result.NOT_INITIALIZED
        if result in _PASSING_RESULTS or is_late_stop:
            self._ask_again(opened, LossKind.REFUSED, _result_text(result), now_us)
        elif isinstance(reply, messages.PulseAck) and result in _PULSE_RESULTS:
            self._take_pulse(opened, reply, now_us)
        elif result != Result.OK:
            self._lose(LossKind.REFUSED, f"{step}: {_result_text(result)}", now_us)
        else:
            self._take_good_answer(opened, step, reply, now_us)

    def _take_good_answer(
        self, opened: OpenTask, step: Step, reply: messages.Ack, now_us: int
    ) -> None:
        match reply:
            case _ if step in _FEEDING_STEPS:
                self._take_fed(opened, reply, now_us)
            case messages.VersionAck():
                self._take_version(opened, reply, now_us)
            case messages.StatusAck() if step is Step.ASK_STATUS and self._phase is Phase.GREETING:
                self._take_first_status(opened, reply, now_us)
            case messages.StatusAck(status=status) if status is not STATUS_AFTER[step]:
                detail = f"{step}: status {status} instead of {STATUS_AFTER[step]}"
                self._lose(LossKind.WRONG_MODE, detail, now_us)
            case messages.DeviceIdAck(device_id=device_id):
                self._identity += f", number {device_id}"
                self._go_on(opened, now_us)
            case _:
                self._go_on(opened, now_us)

    def _take_fed(self, opened: OpenTask, reply: messages.Ack, now_us: int) -> None:
        """Take the answer to what keeps the device alive, or to what was asked in its place."""
        self._fed_us = opened.sent_us
        if isinstance(reply, messages.CurrentDataAck):
            self._take_channels(opened, reply, now_us)
        else:
            self._go_on(opened, now_us)

    def _take_pulse(self, opened: OpenTask, reply: messages.PulseAck, now_us: int) -> None:
        """Take what became of a test pulse: told by a report, or a loss."""
        channel, result = reply.channel, reply.result
        if self._pulse is None or channel != self._pulse.channel:
            detail = f"{opened.task.step}: answered for channel {channel}"
            self._lose(LossKind.CONFUSED, detail, now_us)
        elif result in _PULSE_FAULTS:
            detail = f"channel {channel}: {_RESULTS[result]}"
            self._lose(LossKind.FAULT, detail, now_us, channel=channel)
        else:
            is_clipped = result == Result.LOW_CURRENT
            self._tell((_channel_status(self._pulse, is_clipped=is_clipped),), now_us)
            self._go_on(opened, now_us)

    def _take_channels(self, opened: OpenTask, reply: messages.CurrentDataAck, now_us: int) -> None:
        """Take what every channel does; one that is in error, or does not run, is a loss."""
        step, setup = opened.task.step, _setup_of(opened.task) or self._setup
        expected = setup.channels if setup is not None else ()
        is_running = reply.is_running and reply.channels in (None, expected)
        fatal = _FAULTS if not is_running else _ALWAYS_FATAL
        broken = [(n, state) for n, state in enumerate(reply.states, 1) if state in fatal]
        if broken:
            number, state = broken[0]
            detail = f"channel {number}: {_FAULTS[state]}"
            self._lose(LossKind.FAULT, detail, now_us, channel=number)
        elif not is_running:
            detail = f"{step}: channels {reply.channels or ()} run instead of {expected}"
            self._lose(LossKind.WRONG_MODE, detail, now_us)
        else:
            self._report(reply, now_us)
            self._go_on(opened, now_us)

    def _report(self, reply: messages.CurrentDataAck, now_us: int) -> None:
        """Tell how the channels are that put something out."""
        flowing = self._frame.outputs if self._frame is not None else ()
        channels = tuple(
            _channel_status(output, is_clipped=_is_clipped(output, reply))
            for output in flowing
            if output.current_ua > 0
        )
        if channels:
            self._tell(channels, now_us)

    def _tell(self, channels: tuple[ChannelStatus, ...], now_us: int) -> None:
        status = DeviceStatus(channels=channels, battery_percent=None, error=None)
        self._events.append(StatusReport(at_us=now_us, status=status))


def _setup_of(task: Task) -> TrainSetup | None:
    """Return the train that a task is about."""
    subject = task.permit.subject if task.permit is not None else None
    if isinstance(subject, OutputFrame):
        return subject.setup
    return subject if isinstance(subject, TrainSetup) else None


def _is_clipped(output: ChannelOutput, reply: messages.CurrentDataAck) -> bool | None:
    if reply.channels is None:
        return None
    return reply.states[output.channel - 1] is ChannelState.LOW_CURRENT


def _channel_status(output: ChannelOutput, *, is_clipped: bool | None) -> ChannelStatus:
    is_looked_at = output.current_ua >= CONTACT_KNOWN_FROM_UA
    return ChannelStatus(
        channel=output.channel,
        contact=Contact.GOOD if is_looked_at else None,
        delivered_ua=None,
        impedance_ohm=None,
        is_clipped=is_clipped,
    )


def _result_text(result: int) -> str:
    return f"result {result}: {_RESULTS.get(result, 'not defined for this command')}"
