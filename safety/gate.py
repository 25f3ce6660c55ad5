"""The gate: the only way to a driver, and shut unless everything says otherwise.

Judgements are pure functions in `safety.rules`, `safety.levels` and `safety.clock`; the gate keeps
the state they judge, calls the driver, and latches shut at the first frame that is refused. It does
not know what a session is: pauses, pain and presence belong to the session machine.
"""

from drivers.interface import (
    Connected,
    DeviceEvent,
    LossKind,
    OutputLost,
    Permit,
    SetUpConfirmed,
    Stimulator,
    StopConfirmed,
)
from protocols.capabilities import Capabilities
from protocols.errors import LimitViolation, PlanningError, SessionRefusal
from protocols.pulses import OutputFrame, TrainSetup
from safety.clock import deadline_us, overtime
from safety.levels import judge_raise, judge_ramp, lowered
from safety.rules import judge_output, reachable_ua
from safety.session_limits import SessionLimits
from safety.state import (
    ChannelState,
    GateState,
    Mode,
    closed,
    opened,
    set_up,
    silenced,
    with_channel,
)
from safety.train_limits import TrainLimits, train_limits
from safety.verdict import Violation, breach

_CONNECTION_LOST = frozenset(
    {
        LossKind.NOT_FOUND,
        LossKind.WRONG_DEVICE,
        LossKind.PORT,
        LossKind.SILENT,
        LossKind.RESTARTED,
    }
)


class SafetyGate:
    """Lets a frame through to the stimulator, or shuts.

    Order of use: connect … Connected; open; set_up … SetUpConfirmed; levels, ramps and output;
    stop. A refused frame latches: stop is written, levels are 0, and only reset and open lead on.
    A refused level, ramp or set-up changes nothing.
    """

    def __init__(self, stimulator: Stimulator) -> None:
        self._stimulator = stimulator
        self._state = closed()
        self._limits: SessionLimits | None = None
        self._train: TrainLimits | None = None
        self._latched: LimitViolation | OutputLost | None = None
        self._serial = 0

    @property
    def capabilities(self) -> Capabilities:
        """What the device can make and report."""
        return self._stimulator.capabilities

    @property
    def is_ready(self) -> bool:
        """Whether a command given now would go onto the wire at once."""
        return self._stimulator.is_ready

    @property
    def state(self) -> GateState:
        """What the gate knows, frozen."""
        return self._state

    @property
    def limits(self) -> SessionLimits | None:
        """What the session is judged by; None before it is open."""
        return self._limits

    @property
    def latched(self) -> LimitViolation | OutputLost | None:
        """Why the gate is latched shut; None if it is not."""
        return self._latched

    @property
    def session_ends_us(self) -> int | None:
        """When no more current may flow in this session; None before the first."""
        begun_us, limits = self._state.session_from_us, self._limits
        if begun_us is None or limits is None:
            return None
        return begun_us + limits.session_max_us.value

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes."""
        return self._stimulator.fileno()

    def next_deadline_us(self) -> int | None:
        """Return when poll must be called even if no byte arrives; None if never."""
        own_us = None if self._limits is None else deadline_us(self._state, self._limits)
        moments = [at for at in (own_us, self._stimulator.next_deadline_us()) if at is not None]
        return min(moments, default=None)

    def connect(self, now_us: int) -> None:
        """Begin to find the device; goes on in poll."""
        self._state = self._state._replace(is_connected=False)
        self._stimulator.connect(now_us)

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        """Let the driver work; tell what happened. Output lost, or a time run out, latches.

        A time that ran out is told as an OutputLost of our own, so that it is never missed.
        """
        try:
            events = self._stimulator.poll(now_us)
        except Exception as fault:
            self._latch(_failed("poll", fault), now_us)
            raise
        for event in events:
            self._note(event, now_us)
        spent = self._watch_clock(now_us)
        return events if spent is None else (*events, _time_run_out(spent, now_us))

    def open(self, limits: SessionLimits, now_us: int) -> None:
        """Take up a session: all levels 0, no train yet."""
        if self._state.mode is not Mode.CLOSED and self._state.mode is not Mode.OPEN:
            raise SessionRefusal(
                f"The gate is {self._state.mode.value}. Stop or acknowledge first."
            )
        if not self._state.is_connected:
            raise SessionRefusal("No stimulator has answered yet. Connect it and wait for it.")
        if limits.device != self.capabilities:
            raise PlanningError((f"the limits are made for {limits.device.device}",))
        self._limits, self._train = limits, None
        self._state = opened(self._state, limits, now_us)

    def rest_on(self, channel: int, until_us: int) -> None:
        """Let a channel rest as an earlier connection left it; never shorter than it would."""
        resting = self._channel(channel)
        until_us = max(resting.rest_until_us, until_us)
        self._keep(channel, resting._replace(rest_until_us=until_us))

    def set_up(self, setup: TrainSetup, now_us: int) -> None:
        """Give the device a train at rest; output waits for its confirmation."""
        limits = self._opened()
        if self._state.mode is Mode.SETTING_UP or self._state.is_stop_pending or not self.is_ready:
            raise SessionRefusal(
                "The stimulator has not answered the last command yet. Wait for it."
            )
        flowing = [channel for channel in self._state.channels if channel.output_ua != 0]
        if flowing:
            asked_ua, number = flowing[0].output_ua, flowing[0].number
            raise breach("current during set-up", number, asked_ua, 0, "µA", "gate").error()
        train = train_limits(limits, setup)
        if isinstance(train, Violation):
            raise train.error()
        self._train = train
        self._state = set_up(self._state, setup, now_us)
        try:
            self._stimulator.set_up(self._permit(setup), now_us)
        except Exception as fault:
            self._latch(_failed("set-up", fault), now_us)
            raise

    def raise_level(self, channel: int, to_ua: int, now_us: int) -> None:
        """Raise a level by hand; LimitViolation if too high, too far or too soon."""
        limits = self._opened()
        if self._state.mode is not Mode.ARMED:
            raise SessionRefusal("Levels can be raised only while the stimulator is armed.")
        rules, behaviour = limits.channel(channel), limits.behaviour
        verdict = judge_raise(self._channel(channel), rules, behaviour, to_ua, now_us)
        self._keep(channel, verdict)

    def lower_level(self, channel: int, to_ua: int) -> None:
        """Lower a level; never refused, never a raise."""
        self._keep(channel, lowered(self._channel(channel), to_ua))

    def zero_levels(self) -> None:
        """Lower all levels to 0."""
        for channel in self._state.channels:
            self.lower_level(channel.number, 0)

    def level_ua(self, channel: int) -> int:
        """Return a channel's level; KeyError if the session does not use it."""
        return self._channel(channel).level_ua

    def allow_ramp(self, channel: int, ramp_up_us: int) -> None:
        """Say how fast this channel's next burst rises; the one after has the default again."""
        rules = self._opened().channel(channel)
        self._keep(channel, judge_ramp(self._channel(channel), rules, ramp_up_us))

    def reachable_ua(self, channel: int, now_us: int) -> int:
        """Return the highest current a frame written now may hold for this channel."""
        train = self._train
        if train is None or self._state.mode is not Mode.ARMED:
            return 0
        for bounds in train.channels:
            if bounds.rules.number == channel:
                return reachable_ua(self._state, bounds, train, now_us)
        return 0

    def output(self, frame: OutputFrame, now_us: int) -> None:
        """Write a frame now, or latch, stop and raise LimitViolation."""
        try:
            verdict = self._judge(frame, now_us)
        except Exception as fault:
            raise self._latch(_failed("check", fault), now_us) from fault
        if isinstance(verdict, Violation):
            raise self._latch(verdict, now_us)
        self._state = verdict
        try:
            self._stimulator.output(self._permit(frame), now_us)
        except Exception as fault:
            self._latch(_failed("output", fault), now_us)
            raise

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog; carries no current and needs no permit."""
        spent = self._watch_clock(now_us)
        if spent is not None:
            raise spent
        self._stimulator.keep_alive(now_us)

    def stop(self, now_us: int) -> None:
        """Stop at once; never refused. Levels are 0 and output waits for a new set-up."""
        self._silence(now_us)
        self._stimulator.stop(now_us)

    def abandon(self, now_us: int) -> None:
        """Write a last stop, close the port and fall silent, so that the device stops by itself."""
        self._silence(now_us)
        self._disconnect()
        self._stimulator.abandon(now_us)

    def reset(self) -> None:
        """Free a latched gate after its reason was acknowledged; a session must be opened anew."""
        if self._latched is None:
            raise SessionRefusal("There is nothing to acknowledge.")
        self._latched = None
        self._state = self._state._replace(mode=Mode.CLOSED, channels=())
        self._limits = self._train = None

    def close(self) -> None:
        """Close the port; may be called twice. Current that still flows is stopped first."""
        if not self._state.is_silent:
            self.stop(self._state.last_write_us)
        self._disconnect()
        self._stimulator.close()

    def _judge(self, frame: OutputFrame, now_us: int) -> GateState | Violation:
        if self._train is None or not self.is_ready:
            return breach("frame without a train or an answer", None, 1, 0, "frame", "gate")
        return judge_output(self._state, frame, self._train, now_us)

    def _permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def _note(self, event: DeviceEvent, now_us: int) -> None:
        """Take what the device said into the state."""
        if isinstance(event, Connected):
            self._state = self._state._replace(is_connected=True, is_stop_pending=False)
        elif isinstance(event, StopConfirmed):
            self._state = self._state._replace(is_stop_pending=False)
        elif isinstance(event, SetUpConfirmed):
            self._arm(event, now_us)
        elif isinstance(event, OutputLost):
            self._lose(event, now_us)

    def _arm(self, event: SetUpConfirmed, now_us: int) -> None:
        """Arm on the train asked for, shut on any other; one that a stop overtook is void."""
        if self._state.mode is not Mode.SETTING_UP:
            return
        if event.setup == self._state.setup:
            self._state = self._state._replace(mode=Mode.ARMED)
        else:
            violation = breach("trains not asked for", None, 1, 0, "train", "device")
            self._latch(violation, now_us)

    def _lose(self, event: OutputLost, now_us: int) -> None:
        """Latch on an output that is lost; the reason that came first stands."""
        if event.kind in _CONNECTION_LOST:
            self._state = self._state._replace(is_connected=False)
        if self._latched is None:
            self._latched = event
            self._shut(now_us)

    def _latch(self, violation: Violation, now_us: int) -> LimitViolation:
        """Latch on a violation and return it as an error; the reason that came first stands."""
        error = violation.error()
        if self._latched is None:
            self._latched = error
        self._shut(now_us)
        return error

    def _shut(self, now_us: int) -> None:
        self._silence(now_us)
        self._state = self._state._replace(mode=Mode.LATCHED)
        self._stimulator.stop(now_us)

    def _silence(self, now_us: int) -> None:
        rules = self._limits.channels if self._limits is not None else ()
        self._state = silenced(self._state, rules, now_us)
        self._train = None

    def _disconnect(self) -> None:
        mode = Mode.LATCHED if self._latched is not None else Mode.CLOSED
        self._state = self._state._replace(mode=mode, is_connected=False)

    def _watch_clock(self, now_us: int) -> LimitViolation | None:
        """Latch if a time has run out while current flows."""
        spent = None if self._limits is None else overtime(self._state, self._limits, now_us)
        return None if spent is None else self._latch(spent, now_us)

    def _opened(self) -> SessionLimits:
        if self._limits is None or self._state.mode in (Mode.CLOSED, Mode.LATCHED):
            raise SessionRefusal(f"The gate is {self._state.mode.value}. Open a session first.")
        return self._limits

    def _channel(self, number: int) -> ChannelState:
        for channel in self._state.channels:
            if channel.number == number:
                return channel
        raise KeyError(number)

    def _keep(self, number: int, verdict: ChannelState | Violation) -> None:
        if isinstance(verdict, Violation):
            raise verdict.error()
        place = [channel.number for channel in self._state.channels].index(number)
        self._state = with_channel(self._state, place, verdict)


def _time_run_out(spent: LimitViolation, now_us: int) -> OutputLost:
    return OutputLost(
        at_us=now_us,
        kind=LossKind.WRONG_MODE,
        detail=f"current still flowed when its time was over: {spent}",
        advice="Stop was written. See that the device is silent, then acknowledge and start anew.",
        channel=spent.channel,
    )


def _failed(what: str, fault: Exception) -> Violation:
    """Return the violation that a check or a write which itself fails amounts to."""
    limit = f"{what} that must not fail ({type(fault).__name__}: {fault})"
    return breach(limit, None, 1, 0, "failure", "gate")
