"""What a session says to its device through the gate, and what the answers mean to it."""

from collections.abc import Callable, Mapping

from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    OutputConfirmed,
    OutputLost,
    ReplyMissed,
    SetUpConfirmed,
    StatusReport,
    StopConfirmed,
)
from nmes.service.meter import Meter
from nmes.service.preparation import Preparation
from nmes.service.workshop import Workshop
from nmes.session import actions
from nmes.session.output import (
    NEVER_US,
    Written,
    frame_at,
    next_change_at_us,
    ramp_up_us,
    silent_frame,
)
from nmes.session.session import Session
from protocols.pulses import OutputFrame, TrainSetup

KEEP_ALIVE_AHEAD_US = 40_000
"""A keep-alive waits if a frame is due this soon: its answer would hold the frame up."""

Happenings = list[actions.Happening]


class Conversation:
    """One connection to one device, from connecting to release; the first `poll` connects.

    `confirmed` is what the device last acknowledged, at `confirmed_us`; `reply_us` is how long its
    last answer took. Opens the port when made: PortError says what to do if that fails.
    """

    def __init__(
        self,
        workshop: Workshop,
        preparation: Preparation,
        meter: Meter,
        tell: Callable[[str, str, int], None],
        rests_until_us: Mapping[int, int],
    ) -> None:
        self._limits = preparation.limits
        self._watchdog_us = preparation.capabilities.watchdog_us or 0
        self._rests_until_us = rests_until_us
        self._keep_alive_us = preparation.capabilities.keep_alive_us
        self._refresh_us = preparation.capabilities.refresh_us
        self._asks_first = preparation.capabilities.has_fleeting_errors
        self._is_asked = False
        self._meter = meter
        self._tell = tell
        self._gate = workshop.open_gate(preparation.choice.device, preparation.choice.port)
        self._is_begun = False
        self._wanted: TrainSetup | None = None
        self._written: OutputFrame | None = None
        self._written_us = 0
        self._is_doubtful = False
        self._exchanged_us = 0
        self._outputs_ua = (0,) * len(preparation.plan.channels)
        self._ranges_ua: dict[int, tuple[int, int]] = {}
        self._looked_at: Session | None = None
        self._change_us = NEVER_US
        self.identity = ""
        self.confirmed: OutputFrame | None = None
        self.confirmed_us: int | None = None
        self.reply_us: int | None = None
        self.replies_missed = 0

    # To the device ------------------------------------------------------------------------------

    def set_up(self, setup: TrainSetup) -> None:
        """Give the device this train as soon as it can take one, while nothing flows."""
        self._wanted = setup

    def raise_level(self, channel: int, to_ua: int, now_us: int) -> None:
        """Ask the gate for a higher level; LimitViolation if it does not grant it."""
        self._gate.raise_level(channel, to_ua, now_us)

    def lower_level(self, channel: int, to_ua: int) -> None:
        """Tell the gate that a level has come down; the gate never refuses that."""
        self._gate.lower_level(channel, to_ua)

    def stop(self, now_us: int) -> None:
        """Write a stop at once."""
        self._gate.stop(now_us)
        self._forget()

    def abandon(self, now_us: int) -> None:
        """Last stop, close the port, fall silent."""
        self._gate.abandon(now_us)
        self._forget()

    def _forget(self) -> None:
        """Nothing flows: what was written before says nothing any more."""
        self._written = None
        self._is_asked = False
        self._outputs_ua = (0,) * len(self._outputs_ua)
        self._ranges_ua = {number: (0, top) for number, (_, top) in self._ranges_ua.items()}

    def release(self) -> None:
        """Close the port."""
        self._gate.close()

    def speak(self, session: Session, now_us: int) -> None:
        """Write a set-up asked for, the frame for now if it is another one, else a keep-alive.

        Where an update would clear an error before anybody was told of it, the keep-alive comes
        first: the frame is then the one for the time of its answer.

        LimitViolation if the gate refuses: it has then stopped the device and latched.
        """
        if not self._gate.is_ready or not session.is_live:
            return
        if self._wanted is not None:
            self._gate.set_up(self._wanted, now_us)
            self._wanted = None
            return
        if self._is_due(session, now_us):
            frame = frame_at(session, now_us, self._last(session, now_us))
            if self._must_ask_first(session, frame):
                self._is_asked = True
                self._keep_alive(now_us)
                return
            if frame != self._written or self._is_doubtful or now_us >= self._refresh_due_us:
                self._write(session, frame, now_us)
            self._is_asked = False
            self._looked_at = session
            self._change_us = next_change_at_us(session, now_us, self._last(session, now_us))
        if self._gate.is_ready and now_us >= self._keep_alive_due_us():
            self._keep_alive(now_us)

    def _keep_alive(self, now_us: int) -> None:
        self._gate.keep_alive(now_us)
        self._exchanged_us = now_us

    def _must_ask_first(self, session: Session, frame: OutputFrame) -> bool:
        """Whether to ask for errors first; what ends a burst or was wished never waits."""
        before = self._written
        if not self._asks_first or self._is_asked or self._is_doubtful or before is None:
            return False
        if before.is_silent or frame == before or self._is_new(session):
            return False
        pairs = zip(before.outputs, frame.outputs, strict=True)
        return all(new.current_ua > 0 for old, new in pairs if old.current_ua > 0)

    def _is_new(self, session: Session) -> bool:
        """Whether the output may have changed since it was last looked at, whatever the time."""
        seen = self._looked_at
        return seen is not session and (seen is None or seen.course != session.course)

    def _last(self, session: Session, now_us: int) -> Written:
        return Written(
            at_us=self._written_us,
            outputs_ua=self._outputs_ua,
            rest_left_us=self.rest_left_us(session, now_us),
        )

    def _is_due(self, session: Session, now_us: int) -> bool:
        """Whether the frame for now may be another than the one written last."""
        is_at_once = self._is_doubtful or self._is_new(session)
        due_us = min(self._change_us, self._refresh_due_us)
        return session.setup is not None and (is_at_once or now_us >= due_us)

    @property
    def _refresh_due_us(self) -> int:
        """When what flows must be said again, on a device that would let it end otherwise."""
        if self._refresh_us is None or self._written is None or self._written.is_silent:
            return NEVER_US
        return self._written_us + self._refresh_us

    def _write(self, session: Session, frame: OutputFrame, now_us: int) -> None:
        before = self._written or frame
        for old, new in zip(before.outputs, frame.outputs, strict=True):
            if old.current_ua == 0 and new.current_ua > 0:
                self._gate.allow_ramp(new.channel, ramp_up_us(session, new.channel, now_us))
        self._gate.output(frame, now_us)
        self._note_written(session, frame, now_us)

    def _note_written(self, session: Session, frame: OutputFrame | None, now_us: int) -> None:
        self._written = frame
        self._written_us = now_us
        self._exchanged_us = now_us
        self._is_doubtful = False
        self._looked_at = None
        outputs = frame.outputs if frame else ()
        by_channel = {output.channel: output.current_ua for output in outputs}
        self._ranges_ua = {
            planned.number: _widened(self._ranges_ua, planned.number, by_channel)
            for planned in session.plan.channels
        }
        self._outputs_ua = tuple(
            by_channel.get(planned.number, 0) for planned in session.plan.channels
        )

    def _keep_alive_due_us(self) -> int:
        due_us = self._exchanged_us + self._keep_alive_us
        is_near = due_us <= self._change_us <= due_us + KEEP_ALIVE_AHEAD_US
        return self._change_us + 1 if is_near else due_us

    # What the session asks to know --------------------------------------------------------------

    @property
    def outputs_ua(self) -> tuple[int, ...]:
        """What was written last, in the order of the plan's channels."""
        return self._outputs_ua

    def rest_left_us(self, session: Session, now_us: int) -> tuple[int, ...]:
        """Return the rest that each channel still needs before its next contraction."""
        return tuple(self._rest_of_us(planned.number, now_us) for planned in session.plan.channels)

    def _rest_of_us(self, number: int, now_us: int) -> int:
        for channel in self._gate.state.channels:
            if channel.number != number:
                continue
            if channel.output_ua == 0:
                return max(0, channel.rest_until_us - now_us)
            limits = self._limits.channel(number).limits
            on_us = now_us - channel.on_since_us
            ratio_us = on_us * limits.off_to_on_min_permille.value // 1000
            return max(limits.off_min_us.value, ratio_us)
        return 0

    @property
    def rests_until_us(self) -> dict[int, int]:
        """When each channel may have current again, whatever connection comes next.

        A device that has not confirmed its stop may have gone on until its watchdog acted: the
        rest begins so much later, and there is so much more to rest from.
        """
        state, rests_until_us = self._gate.state, {}
        doubt_us = self._watchdog_us if state.is_stop_pending else 0
        for channel in state.channels:
            ratio = self._limits.channel(channel.number).limits.off_to_on_min_permille.value
            owed_us = doubt_us + doubt_us * ratio // 1000
            rests_until_us[channel.number] = channel.rest_until_us + owed_us
        return rests_until_us

    def session_ends_us(self) -> int | None:
        """Return when no more current may flow in this session; None before the first."""
        return self._gate.session_ends_us

    def fileno(self) -> int | None:
        """Return what to wait on for the device's answers."""
        return self._gate.fileno()

    def next_wake_us(self, session: Session, now_us: int) -> int:
        """Return when something must be said or checked even if no answer arrives."""
        if not self._is_begun:
            return now_us
        deadline_us = self._gate.next_deadline_us()
        wake_us = NEVER_US if deadline_us is None else deadline_us
        if not self._gate.is_ready or not session.is_live:
            return wake_us
        if self._wanted is not None or self._is_due(session, now_us):
            return now_us
        return min(wake_us, self._change_us, self._refresh_due_us, self._keep_alive_due_us())

    # From the device ----------------------------------------------------------------------------

    def poll(self, session: Session, now_us: int) -> Happenings:
        """Read the device's answers and return what they mean to the session."""
        happenings: Happenings = []
        if not self._is_begun:  # not when it was made: opening the port may have taken long
            self._is_begun = True
            self._exchanged_us = now_us
            self._gate.connect(now_us)
        for event in self._gate.poll(now_us):
            happenings.extend(self._understand(event, session, now_us))
        return happenings

    def _understand(self, event: DeviceEvent, session: Session, now_us: int) -> Happenings:
        match event:
            case OutputConfirmed():
                self._answered(session, event.at_us, event.sent_us)
                self._now_flowing(event.frame, session, event.at_us)
            case Alive():
                self._answered(session, event.at_us, event.sent_us)
            case Connected():
                self.identity = event.identity
                self._gate.open(self._limits, now_us)
                for channel, until_us in self._rests_until_us.items():
                    self._gate.rest_on(channel, until_us)
            case SetUpConfirmed():
                return self._is_set_up(event, session)
            case StopConfirmed():
                self._now_flowing(None, session, event.at_us)
                return [actions.StopHeld()]
            case ReplyMissed():
                self.replies_missed += 1
                self._is_doubtful = True
                self._tell("!", f"The device did not answer '{event.command}' in time.", now_us)
            case StatusReport():
                return [self._status_seen(event, session)]
            case OutputLost():
                return [_fault(event)]
            case _:
                self._tell("!", f"Noise on the line: {event.detail}", now_us)
        return []

    def _status_seen(self, event: StatusReport, session: Session) -> actions.StatusSeen:
        """Hand the report on with what was set since the last one, and begin anew."""
        ranges_ua = self._ranges_ua
        flowing = zip(session.plan.channels, self._outputs_ua, strict=True)
        self._ranges_ua = {planned.number: (ua, ua) for planned, ua in flowing}
        return actions.StatusSeen(status=event.status, ranges_ua=ranges_ua)

    def _is_set_up(self, event: SetUpConfirmed, session: Session) -> Happenings:
        silent = silent_frame(session, event.setup)
        self._note_written(session, silent, event.at_us)
        self._meter.heard(session, event.at_us)  # it was asked for after all bursts had ended
        self._now_flowing(silent, session, event.at_us)
        return [actions.SetUpHeld(setup=event.setup, identity=self.identity)]

    def _answered(self, session: Session, at_us: int, sent_us: int) -> None:
        self._meter.heard(session, sent_us)
        self.confirmed_us = at_us
        self.reply_us = at_us - sent_us

    def _now_flowing(self, frame: OutputFrame | None, session: Session, at_us: int) -> None:
        self.confirmed = frame
        self.confirmed_us = at_us
        self._meter.confirmed(frame, session, at_us)


def _widened(
    ranges_ua: dict[int, tuple[int, int]], number: int, set_ua: dict[int, int]
) -> tuple[int, int]:
    now_ua = set_ua.get(number, 0)
    lowest_ua, highest_ua = ranges_ua.get(number, (now_ua, now_ua))
    return min(lowest_ua, now_ua), max(highest_ua, now_ua)


def _fault(lost: OutputLost) -> actions.FaultSeen:
    return actions.FaultSeen(
        code=lost.kind.name,
        detail=f"{lost.kind.value}: {lost.detail}",
        advice=lost.advice,
        channel=lost.channel,
    )
