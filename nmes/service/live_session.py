"""One session in the world: joins the session machine with gate, journal and meter.

Driven by wishes and by `turn`; both take `now_us` and never wait. Not responsible for what a screen
may ask for around a session (the station), nor for clocks and ports.
"""

from collections.abc import Callable

from nmes.link import messages as link
from nmes.service import reporting
from nmes.service.conversation import Conversation
from nmes.service.meter import Meter
from nmes.service.preparation import Preparation
from nmes.service.recorder import Recorder
from nmes.service.workshop import Workshop
from nmes.session import actions, clockwork, condition, machine
from nmes.session.dose import held_where_sure
from nmes.session.output import NEVER_US
from nmes.session.program import contractions_planned
from nmes.session.session import PendingRise, Session, new_session
from nmes.session.states import SessionState
from protocols.errors import LimitViolation, NmesError, RecordError, SessionRefusal

OVERTIME = "The longest time of one session is over"


class LiveSession:
    """A prepared plan at its device, from the choice to the close of its record.

    `report` is called with what the screen must be told. SessionRefusal for a wish that cannot be
    granted.
    """

    def __init__(
        self,
        workshop: Workshop,
        preparation: Preparation,
        report: Callable[[link.Report], None],
        *,
        operator_is_script: bool,
        now_us: int,
    ) -> None:
        self._workshop = workshop
        self._preparation = preparation
        self._report = report
        self._session = new_session(
            preparation.plan,
            preparation.capabilities,
            behaviour=preparation.limits.behaviour,
            step_ua=preparation.step_ua,
            ramp_up_min_us=preparation.ramp_up_min_us,
            operator_is_script=operator_is_script,
            now_us=now_us,
        )
        self._recorder: Recorder | None = None
        self._arming: actions.Connect | None = None
        self._device: Conversation | None = None
        self._meter = Meter(preparation.capabilities)
        self._confirmed_channels: tuple[int, ...] = ()
        self._ends_us: int | None = None
        self._rests_until_us: dict[int, int] = {}
        self._halt_utc = ""
        self._is_left = False
        self._is_abandoned = False
        self._settled: Session | None = None
        self._quiet_until_us = 0
        self._snapshots = 0
        self._clocks = workshop.clocks()

    # What an operator wants ---------------------------------------------------------------------

    def heard(self, now_us: int) -> None:
        """Take any sign of life of the screen: it makes nothing due, it only puts off."""
        is_settled = self._session is self._settled
        self._session = machine.heard(self._session, now_us)
        if is_settled:
            self._settled = self._session

    def touched(self, now_us: int) -> None:
        """Take a key that asked for nothing: somebody is there."""
        self._session = machine.touched(self._session, now_us)

    def arm(self, confirmed_channels: tuple[int, ...], now_us: int) -> None:
        """Begin the record, then connect and set up; the checklist is gone through each time."""
        reporting.check_arming(self._preparation, confirmed_channels, self._workshop.day())
        if self._ends_us is not None and now_us >= self._ends_us:
            raise SessionRefusal(f"{OVERTIME}: end it here.")
        if self._recorder is None:
            self._recorder = Recorder(
                self._workshop, self._preparation, self._session.operator_is_script, now_us
            )
        numbers = (planned.number for planned in self._session.plan.channels)
        self._confirmed_channels = tuple(n for n in numbers if n in confirmed_channels)
        self.ask(actions.ArmWish(), now_us)

    def ask(self, wish: actions.Wish, now_us: int) -> None:
        """Let a wish happen; granted or not, an operator has made it."""
        try:
            self._happen(wish, now_us)
        finally:
            self._session = machine.asked(self._session, wish, now_us)

    def note(self, text: str, now_us: int) -> None:
        """Keep what the operator notes."""
        if self._recorder is None:
            raise SessionRefusal("There is no record to note this in yet: arm first.")
        self._record("note", {"text": text}, now_us, is_vital=False)

    def finish(self, now_us: int) -> None:
        """End in good order; what is stopped already is left."""
        if self._session.state in (SessionState.STOPPED, SessionState.FAULTED):
            self.leave(now_us)
        else:
            self.ask(actions.FinishWish(), now_us)

    def leave(self, now_us: int) -> None:
        """Have the session closed."""
        self.ask(actions.LeaveWish(), now_us)
        self._is_left = True

    def end(self, cause: str, now_us: int, *, is_abandoned: bool) -> None:
        """Stop what is live and have it closed; `is_abandoned`: nobody is there any more."""
        self._is_left = True
        self._settled = None
        if self._session.is_live:
            self._is_abandoned = is_abandoned
            self._happen(actions.StopWish(cause=cause), now_us)

    # Time ---------------------------------------------------------------------------------------

    def turn(self, now_us: int) -> None:
        """Do all that is due at this moment."""
        self._watch_clocks(now_us)  # first: after a sleep nothing may be written but a stop
        self._listen(now_us)
        self._follow_record(now_us)
        self._watch_session_time(now_us)
        if self._is_quiet(now_us):
            if self._meter.awaits_end:
                self._measure(now_us)
            return
        self._take(*clockwork.advance(self._session, now_us, self._outputs_ua()), now_us)
        self._measure(now_us)
        self._speak(now_us)
        self._settle(now_us)

    def _measure(self, now_us: int) -> None:
        for fields in self._meter.follow(self._session, now_us):
            self._record("contraction", fields, now_us, is_vital=False)

    def _is_quiet(self, now_us: int) -> bool:
        """Whether nothing has happened since the last whole turn, and nothing is due yet."""
        if self._session is not self._settled or now_us >= self._quiet_until_us:
            return False
        return self._device is None or now_us < self._device.next_wake_us(self._session, now_us)

    def _settle(self, now_us: int) -> None:
        session = self._settled = self._session
        wakes = [self._meter.next_end_us() or NEVER_US, clockwork.next_wake_us(session, now_us)]
        if self._ends_us is not None and session.is_live:
            wakes.append(self._ends_us)
        self._quiet_until_us = min(wakes)

    def next_wake_us(self, now_us: int) -> int:
        """Return the latest time at which `turn` must be called again if nothing arrives."""
        if self._session is not self._settled:
            return now_us
        if self._device is None:
            return self._quiet_until_us
        return min(self._quiet_until_us, self._device.next_wake_us(self._session, now_us))

    # What is to be known ------------------------------------------------------------------------

    @property
    def is_armed(self) -> bool:
        """Whether it has been armed before, and so has a record to be closed."""
        return self._recorder is not None

    @property
    def is_over(self) -> bool:
        """Whether it is wanted no more and its device known to be silent, or given up."""
        session = self._session
        is_wanted = not self._is_left and session.state is not SessionState.FINISHED
        is_settled = session.halt is None or session.halt.is_settled
        return not is_wanted and is_settled and not session.is_live

    def snapshot(self, now_us: int) -> link.Snapshot:
        """Return everything that changes, as it is now."""
        self._snapshots += 1
        device, recorder = self._device, self._recorder
        return reporting.snapshot(
            self._session,
            contractions_done=self._meter.cycles_done,
            sequence=self._snapshots,
            now_us=now_us,
            confirmed=device.confirmed if device else None,
            confirmed_us=device.confirmed_us if device else None,
            reply_us=device.reply_us if device else None,
            replies_missed=device.replies_missed if device else 0,
            session_id=recorder.session_id if recorder else None,
            is_recording=recorder is not None and recorder.failure_at(now_us) is None,
            halt_utc=self._halt_utc,
        )

    def progress(self) -> tuple[int, int]:
        """Return contractions done and planned."""
        return self._meter.cycles_done, contractions_planned(self._session.plan)

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on: the device's answers and the record's disk."""
        candidates = (
            self._device.fileno() if self._device else None,
            self._recorder.fileno() if self._recorder else None,
        )
        return tuple(fileno for fileno in candidates if fileno is not None)

    # The machine --------------------------------------------------------------------------------

    def _outputs_ua(self) -> tuple[int, ...]:
        silent = (0,) * len(self._session.plan.channels)
        return silent if self._device is None else self._device.outputs_ua

    def _facts(self, now_us: int) -> actions.Facts:
        session, device = self._session, self._device
        numbers = [planned.number for planned in session.plan.channels]
        no_rest = (0,) * len(numbers)
        return actions.Facts(
            outputs_ua=self._outputs_ua(),
            rest_left_us=no_rest if device is None else device.rest_left_us(session, now_us),
            caps_ua=tuple(self._preparation.cap(number).value for number in numbers),
        )

    def _happen(self, happening: actions.Happening, now_us: int) -> None:
        outcome = machine.happen(self._session, happening, now_us, self._facts(now_us))
        self._take(*outcome, now_us)

    def _take(self, session: Session, requests: tuple[actions.Request, ...], now_us: int) -> None:
        before, sure_us = self._session, self._meter.sure_until_us(session, now_us)
        self._session = held_where_sure(before, session, now_us, sure_us)
        if session.halt is not None and before.halt is None:
            self._halt_utc = self._workshop.utc()
        for request in requests:
            self._carry_out(request, now_us)

    def _carry_out(self, request: actions.Request, now_us: int) -> None:
        match request:
            case actions.StopDevice():
                self._stop_device(now_us)
            case actions.Connect():
                self._record_arming(request, now_us)
            case actions.RecordRise():
                self._record_rise(request, now_us)
            case actions.Record():
                self._record(request.event, request.fields, now_us, is_vital=request.is_vital)
            case actions.Tell():
                self._tell(request.mark, request.text, now_us)
            case _ if self._device is not None:
                self._tell_device(self._device, request, now_us)

    def _tell_device(
        self,
        device: Conversation,
        request: actions.SetUp | actions.SetLevel | actions.AbandonDevice,
        now_us: int,
    ) -> None:
        if isinstance(request, actions.SetUp):
            device.set_up(request.setup)
        elif isinstance(request, actions.SetLevel):
            device.lower_level(request.channel, request.to_ua)
        else:
            device.abandon(now_us)

    def _stop_device(self, now_us: int) -> None:
        if self._device is not None:
            self._device.stop(now_us)
        elif not self._session.is_doubtful:
            self._happen(actions.StopHeld(), now_us)  # nothing is connected: nothing can flow

    # The device ---------------------------------------------------------------------------------

    def _listen(self, now_us: int) -> None:
        """Let what the device says happen; a driver that fails is a fault."""
        if self._device is None:
            return
        try:
            happenings = self._device.poll(self._session, now_us)
        except NmesError as error:
            happenings = [_fault_of(error)]
        for happening in happenings:
            self._happen(happening, now_us)

    def _speak(self, now_us: int) -> None:
        """Say what is due to the device; what gate or driver refuse here is a fault of ours."""
        if self._device is None:
            return
        try:
            self._device.speak(self._session, now_us)
        except NmesError as error:
            self._happen(_fault_of(error), now_us)

    def _connect(self, request: actions.Connect, now_us: int) -> None:
        if self._session.state is not SessionState.CONNECTING or request is not self._arming:
            return  # stopped while the record was being written, or armed anew since
        try:
            device = Conversation(
                self._workshop, self._preparation, self._meter, self._tell, self._rests_until_us
            )
        except NmesError as error:
            self._happen(_fault_of(error), now_us)
        else:
            device.set_up(request.setup)
            self._device = device

    def _release_device(self) -> None:
        if self._device is not None:
            self._rests_until_us |= self._device.rests_until_us
            self._device.release()
            self._device = None

    def _watch_session_time(self, now_us: int) -> None:
        """Stop when the session's time is over; a new connection does not begin it anew."""
        if self._device is None or not self._session.is_live:
            return
        if self._ends_us is None:
            self._ends_us = self._device.session_ends_us()
        elif now_us >= self._ends_us:
            self._happen(actions.StopWish(cause=OVERTIME), now_us)

    def _watch_clocks(self, now_us: int) -> None:
        """End with a sleep of the computer; take note of a wall clock that was set."""
        before, now = self._clocks, self._workshop.clocks()
        self._clocks = now
        asleep = condition.sleep_fault(self._session, now.slept_us(before))
        if asleep is not None and self._session.is_live:
            self._happen(asleep, now_us)
        moved_us = now.wall_moved_us(before)
        if abs(moved_us) > self._session.behaviour.clock_jump_us and self._recorder is not None:
            text = f"The computer's clock moved by {moved_us / 1e6:+.0f} s; nothing depends on it."
            self._record("notice", {"text": text}, now_us, is_vital=False)

    # The record ---------------------------------------------------------------------------------

    def _tell(self, mark: str, text: str, now_us: int) -> None:
        self._report(reporting.event(mark, text, now_us, self._workshop.utc()))

    def _kept(self) -> Recorder:
        """Return the record; before arming there is nothing that asks for one."""
        if self._recorder is None:
            raise RecordError("Nothing can be recorded before the session is armed.")
        return self._recorder

    def _record(
        self, event: str, fields: dict[str, object], now_us: int, *, is_vital: bool
    ) -> None:
        self._kept().append(event, fields, now_us, is_vital=is_vital)
        for line in reporting.event_of_record(event, fields, now_us, self._workshop.utc()):
            self._report(line)

    def _record_arming(self, request: actions.Connect, now_us: int) -> None:
        fields: dict[str, object] = {"confirmed_channels": list(self._confirmed_channels)}
        self._record("arm", fields, now_us, is_vital=True)
        self._arming = request
        self._release_device()  # it has fallen silent, and nothing more is said to it
        self._kept().when_synced(lambda at_us: self._connect(request, at_us), now_us)

    def _record_rise(self, request: actions.RecordRise, now_us: int) -> None:
        fields: dict[str, object] = {
            "channel": request.channel,
            "from_ua": request.from_ua,
            "to_ua": request.to_ua,
            "state": self._session.state.value,
        }
        self._record("level", fields, now_us, is_vital=True)
        pending = self._session.pending
        self._kept().when_synced(lambda at_us: self._raise(request, pending, at_us), now_us)

    def _raise(
        self, request: actions.RecordRise, recorded: PendingRise | None, now_us: int
    ) -> None:
        # The very step that was recorded: an equal one since waits for a record of its own.
        if self._device is None or recorded is None or self._session.pending is not recorded:
            self._record_unrisen(request, now_us)  # stopped or lowered while it was being recorded
            return
        try:
            self._device.raise_level(request.channel, request.to_ua, now_us)
        except NmesError as refused:
            self._record_unrisen(request, now_us)
            self._happen(actions.RiseRefused(reason=str(refused)), now_us)
        else:
            self._happen(actions.RiseRecorded(), now_us)

    def _record_unrisen(self, rise: actions.RecordRise, now_us: int) -> None:
        text = f"Channel {rise.channel}: the rise to {rise.to_ua / 1000:g} mA did not take place."
        self._record("notice", {"text": text}, now_us, is_vital=False)

    def _follow_record(self, now_us: int) -> None:
        if self._recorder is None:
            return
        for then in self._recorder.due():
            then(now_us)
        failure = self._recorder.failure_at(now_us)
        if failure is not None and self._session.is_live:
            fault = actions.FaultSeen(
                code="RECORD", detail="the record cannot be kept", advice=failure, channel=None
            )
            self._happen(fault, now_us)

    # The end ------------------------------------------------------------------------------------

    def close(self, now_us: int) -> None:
        """Let go of the device, close the record and report its summary."""
        self._release_device()  # before the disk, which may keep us waiting
        if self._recorder is None:
            return
        self._recorder.close(
            self._session, self._meter.cycles_done, now_us, is_abandoned=self._is_abandoned
        )
        try:
            self._report(self._recorder.summary())
        except RecordError as error:
            self._report(link.Refusal(intent="summary", reasons=(str(error),)))

    def give_up(self, why: str, now_us: int) -> None:
        """Last line of defence after a failure of the engine itself: stop, fall silent, record."""
        try:
            if self._device is not None:
                self._device.abandon(now_us)
        finally:
            if self._recorder is not None:
                self._recorder.give_up(why, now_us)


def _fault_of(error: NmesError) -> actions.FaultSeen:
    is_limit = isinstance(error, LimitViolation)
    return actions.FaultSeen(
        code=type(error).__name__,
        detail=f"the safety gate refused: {error}" if is_limit else str(error),
        advice="Nothing flows. Write down what is shown here and report it." if is_limit else "",
        channel=error.channel if isinstance(error, LimitViolation) else None,
    )
