"""One session at one device: joins session machine, safety gate and journal.

Driven by `receive` (an intent) and `turn` (time); both take `now_us` and never wait, so the engine
process and virtual time run the very same code. Not responsible for clocks, ports or the link.
"""

from collections import deque
from collections.abc import Callable

from nmes.link import messages as link
from nmes.service import reporting
from nmes.service.conversation import Conversation
from nmes.service.meter import Meter
from nmes.service.preparation import Choice, Preparation, prepare
from nmes.service.recorder import Recorder
from nmes.service.wishes import wish_of
from nmes.service.workshop import Workshop
from nmes.session import actions, clockwork, machine
from nmes.session.program import contractions_planned
from nmes.session.session import PendingRise, Session, new_session
from nmes.session.states import SessionState
from nmes.session.view import done_now
from protocols.errors import LimitViolation, NmesError, RecordError, SessionRefusal

NEVER_US = 2**62
OVERTIME = "The longest time of one session is over"


class Station:
    """One place at which one person is stimulated.

    `take_reports` hands over what the screen must see; snapshots are made on request.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._operator_is_script = False
        self._preparation: Preparation | None = None
        self._session: Session | None = None
        self._recorder: Recorder | None = None
        self._device: Conversation | None = None
        self._meter = Meter()
        self._reports: deque[link.Report] = deque()
        self._is_left = False
        self._settled: Session | None = None
        self._quiet_until_us = 0
        self._is_abandoned = False
        self._ends_us: int | None = None
        self._keys_pressed = 0
        self._snapshots = 0
        self._confirmed_channels: tuple[int, ...] = ()
        self._halt_utc = ""

    # What the screen says -----------------------------------------------------------------------

    def receive(self, intent: link.Intent, now_us: int) -> None:
        """Do what the screen asks; a refusal is reported, never raised."""
        if self._session is not None:
            self._session = machine.heard(self._session, now_us)
        try:
            self._obey(intent, now_us)
        except NmesError as error:
            reasons = tuple(str(error).splitlines())
            self._reports.append(link.Refusal(intent=intent.kind, reasons=reasons))

    def _obey(self, intent: link.Intent, now_us: int) -> None:
        match intent:
            case link.Hello():
                self._operator_is_script = intent.operator_is_script
                self._reports.append(reporting.welcome(intent))
            case link.StillHere():
                self._take_beat(intent, now_us)
            case link.AskCatalogue():
                self._reports.append(reporting.catalogue(self._workshop))
            case link.AskSessions():
                self._reports.append(reporting.sessions(self._workshop))
            case link.Prepare():
                self._prepare(intent, now_us)
            case link.Arm():
                self._arm(intent, now_us)
            case link.Note():
                self._note(intent, now_us)
            case _:
                self._wish(intent, now_us)

    def _note(self, note: link.Note, now_us: int) -> None:
        if self._recorder is None:
            raise SessionRefusal("There is no record to note this in yet: arm first.")
        fields: dict[str, object] = {"text": f"{note.topic}: {note.text}"}
        self._record("note", fields, now_us, is_vital=False)

    def _take_beat(self, beat: link.StillHere, now_us: int) -> None:
        """Take a sign of the screen; only a key pressed since the last is one of a person."""
        if beat.keys_pressed != self._keys_pressed and self._session is not None:
            self._session = machine.touched(self._session, now_us)
        self._keys_pressed = beat.keys_pressed

    def _prepare(self, intent: link.Prepare, now_us: int) -> None:
        if self._session is not None and self._session.state is not SessionState.IDLE:
            raise SessionRefusal("A session is open: end it before preparing another.")
        choice = Choice(
            protocol=intent.protocol,
            device=intent.device,
            port=intent.port,
            operator=intent.operator,
            patient=intent.patient,
            is_bench=intent.is_bench,
            sides=intent.sides,
        )
        capabilities = self._workshop.capabilities(choice.device)
        _refuse_contradiction(choice, self._workshop)
        preparation = prepare(choice, capabilities)
        self._preparation = preparation
        self._session = new_session(
            preparation.plan,
            behaviour=preparation.limits.behaviour,
            step_ua=preparation.capabilities.current_step_ua,
            ramp_up_min_us=preparation.ramp_up_min_us,
            operator_is_script=self._operator_is_script,
            now_us=now_us,
        )
        self._recorder = None
        self._meter = Meter()
        self._ends_us = None
        self._reports.append(reporting.prepared(preparation))

    def _arm(self, intent: link.Arm, now_us: int) -> None:
        preparation, _ = self._prepared()
        reporting.check_arming(preparation, intent.confirmed_channels)
        if self._ends_us is not None and now_us >= self._ends_us:
            raise SessionRefusal(f"{OVERTIME}: end it here.")
        if self._recorder is None:
            self._recorder = Recorder(self._workshop, preparation, self._operator_is_script, now_us)
        self._confirmed_channels = tuple(
            planned.number
            for planned in preparation.plan.channels
            if planned.number in intent.confirmed_channels
        )
        self._ask(actions.ArmWish(), now_us)

    def _wish(self, intent: link.Intent, now_us: int) -> None:
        if self._session is None:
            if isinstance(intent, link.Stop):
                return
            raise SessionRefusal("Choose a protocol and a device first.")
        is_halted = self._session.state in (SessionState.STOPPED, SessionState.FAULTED)
        if isinstance(intent, link.Finish) and is_halted:
            intent = link.Leave()
        self._ask(wish_of(intent), now_us)
        if isinstance(intent, link.Leave):
            self._is_left = True
            self._close_if_over(now_us)

    def _ask(self, wish: actions.Wish, now_us: int) -> None:
        """Let a wish happen; granted or not, an operator has made it."""
        try:
            self._happen(wish, now_us)
        finally:
            if self._session is not None:
                self._session = machine.asked(self._session, wish, now_us)

    def link_lost(self, cause: str, now_us: int) -> None:
        """Stop because nobody is at the other end any more; the session closes by itself."""
        self._is_abandoned = self._session is not None and self._session.is_live
        self.end(cause, now_us)

    def end(self, cause: str, now_us: int) -> None:
        """Stop what is live; the session closes by itself."""
        self._is_left = True
        self._settled = None
        if self._session is not None and self._session.is_live:
            self._stop(cause, now_us)

    def _stop(self, cause: str, now_us: int) -> None:
        self._happen(actions.StopWish(cause=cause), now_us)

    # Time ---------------------------------------------------------------------------------------

    def turn(self, now_us: int) -> None:
        """Do all that is due at this moment."""
        self._listen(now_us)
        self._follow_record(now_us)
        self._watch_session_time(now_us)
        session = self._session
        if session is None or self._is_quiet(session, now_us):
            return
        session, requests = clockwork.advance(session, now_us, self._outputs_ua())
        self._take(session, requests, now_us)
        self._speak(now_us)  # before all that can wait: what flows is due now
        self._measure(now_us)
        self._close_if_over(now_us)
        self._settle(now_us)

    def _is_quiet(self, session: Session, now_us: int) -> bool:
        """Whether nothing has happened since the last whole turn, and nothing is due yet."""
        if session is not self._settled or now_us >= self._quiet_until_us:
            return False
        return self._device is None or now_us < self._device.next_wake_us(session, now_us)

    def _settle(self, now_us: int) -> None:
        session = self._settled = self._session
        if session is None:
            return
        wakes = [self._meter.next_end_us() or NEVER_US, clockwork.next_wake_us(session, now_us)]
        if self._ends_us is not None and session.is_live:
            wakes.append(self._ends_us)
        self._quiet_until_us = min(wakes)

    def next_wake_us(self, now_us: int) -> int:
        """Return the latest time at which `turn` must be called again if nothing arrives."""
        session = self._session
        if session is None:
            return NEVER_US
        if session is not self._settled:
            return now_us
        if self._device is None:
            return self._quiet_until_us
        return min(self._quiet_until_us, self._device.next_wake_us(session, now_us))

    def snapshot(self, now_us: int) -> link.Snapshot | None:
        """Return everything that changes, as it is now; None while nothing is prepared."""
        if self._session is None:
            return None
        self._snapshots += 1
        device, recorder = self._device, self._recorder
        return reporting.snapshot(
            self._session,
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

    def progress(self, now_us: int) -> tuple[int, int]:
        """Return contractions done and planned."""
        session = self._session
        if session is None:
            return 0, 0
        return done_now(session, now_us), contractions_planned(session.plan)

    def take_reports(self) -> tuple[link.Report, ...]:
        """Return, once, what the screen must be told."""
        reports = tuple(self._reports)
        self._reports.clear()
        return reports

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on: the device's answers and the record's disk."""
        candidates = (
            self._device.fileno() if self._device else None,
            self._recorder.fileno() if self._recorder else None,
        )
        return tuple(fileno for fileno in candidates if fileno is not None)

    @property
    def is_idle(self) -> bool:
        """Whether there is no session, or one that has not been armed."""
        return self._session is None or self._recorder is None

    def give_up(self, why: str, now_us: int) -> None:
        """Last line of defence after a failure of the engine itself: stop, fall silent, record."""
        try:
            if self._device is not None:
                self._device.abandon(now_us)
                self._release_device()
        finally:
            if self._recorder is not None:
                self._recorder.give_up(why, now_us)

    # Inside -------------------------------------------------------------------------------------

    def _prepared(self) -> tuple[Preparation, Session]:
        if self._preparation is None or self._session is None:
            raise SessionRefusal("Choose a protocol and a device first.")
        return self._preparation, self._session

    def _outputs_ua(self) -> tuple[int, ...]:
        _, session = self._prepared()
        silent = (0,) * len(session.plan.channels)
        return silent if self._device is None else self._device.outputs_ua

    def _facts(self, now_us: int) -> actions.Facts:
        preparation, session = self._prepared()
        numbers = [planned.number for planned in session.plan.channels]
        no_rest = (0,) * len(numbers)
        device = self._device
        return actions.Facts(
            outputs_ua=self._outputs_ua(),
            rest_left_us=no_rest if device is None else device.rest_left_us(session, now_us),
            caps_ua=tuple(preparation.cap(number).value for number in numbers),
        )

    def _happen(self, happening: actions.Happening, now_us: int) -> None:
        session = self._session
        if session is None:
            return
        following, requests = machine.happen(session, happening, now_us, self._facts(now_us))
        self._take(following, requests, now_us)

    def _take(self, session: Session, requests: tuple[actions.Request, ...], now_us: int) -> None:
        before, self._session = self._session, session
        if session.halt is not None and (before is None or before.halt is None):
            self._halt_utc = self._workshop.utc()
        for request in requests:
            self._carry_out(request, now_us)

    def _carry_out(self, request: actions.Request, now_us: int) -> None:
        match request:
            case actions.StopDevice():
                self._stop_device(now_us)
            case actions.AbandonDevice():
                if self._device is not None:
                    self._device.abandon(now_us)
            case actions.Connect():
                self._record_arming(request, now_us)
            case actions.SetUp():
                if self._device is not None:
                    self._device.set_up(request.setup)
            case actions.SetLevel():
                if self._device is not None:
                    self._device.lower_level(request.channel, request.to_ua)
            case actions.RecordRise():
                self._record_rise(request, now_us)
            case actions.Record():
                self._record(request.event, request.fields, now_us, is_vital=request.is_vital)
            case actions.Tell():
                self._tell(request.mark, request.text, now_us)

    def _stop_device(self, now_us: int) -> None:
        if self._device is not None:
            self._device.stop(now_us)
        elif self._session is not None and not self._session.is_doubtful:
            self._happen(actions.StopHeld(), now_us)  # nothing is connected: nothing can flow

    def _listen(self, now_us: int) -> None:
        """Let what the device says happen; a driver that fails is a fault."""
        if self._device is None or self._session is None:
            return
        try:
            happenings = self._device.poll(self._session, now_us)
        except NmesError as error:
            happenings = [_fault_of(error)]
        for happening in happenings:
            self._happen(happening, now_us)

    def _speak(self, now_us: int) -> None:
        """Say what is due to the device; what gate or driver refuse here is a fault of ours."""
        if self._device is None or self._session is None:
            return
        try:
            self._device.speak(self._session, now_us)
        except NmesError as error:
            self._happen(_fault_of(error), now_us)

    def _tell(self, mark: str, text: str, now_us: int) -> None:
        self._reports.append(reporting.event(mark, text, now_us, self._workshop.utc()))

    # The record ---------------------------------------------------------------------------------

    def _record(
        self, event: str, fields: dict[str, object], now_us: int, *, is_vital: bool
    ) -> None:
        if self._recorder is not None:
            self._recorder.append(event, fields, now_us, is_vital=is_vital)
            line = reporting.event_of_record(event, fields, now_us, self._workshop.utc())
            self._reports.extend(line)

    def _record_arming(self, request: actions.Connect, now_us: int) -> None:
        fields: dict[str, object] = {"confirmed_channels": list(self._confirmed_channels)}
        self._record("arm", fields, now_us, is_vital=True)
        self._when_recorded(lambda at_us: self._connect(request, at_us), now_us)

    def _record_rise(self, request: actions.RecordRise, now_us: int) -> None:
        _, session = self._prepared()
        fields: dict[str, object] = {
            "channel": request.channel,
            "from_ua": request.from_ua,
            "to_ua": request.to_ua,
            "state": session.state.value,
        }
        self._record("level", fields, now_us, is_vital=True)
        self._when_recorded(lambda at_us: self._raise(request, at_us), now_us)

    def _raise(self, request: actions.RecordRise, now_us: int) -> None:
        wanted = PendingRise(channel=request.channel, to_ua=request.to_ua)
        if self._device is None or self._session is None or self._session.pending != wanted:
            self._record_unrisen(wanted, now_us)  # stopped or lowered while it was being recorded
            return
        try:
            self._device.raise_level(request.channel, request.to_ua, now_us)
        except NmesError as refused:
            self._record_unrisen(wanted, now_us)
            self._happen(actions.RiseRefused(reason=str(refused)), now_us)
        else:
            self._happen(actions.RiseRecorded(), now_us)

    def _record_unrisen(self, rise: PendingRise, now_us: int) -> None:
        text = f"Channel {rise.channel}: the rise to {rise.to_ua / 1000:g} mA did not take place."
        self._record("notice", {"text": text}, now_us, is_vital=False)

    def _when_recorded(self, then: Callable[[int], None], now_us: int) -> None:
        if self._recorder is not None:
            self._recorder.when_synced(then, now_us)

    def _follow_record(self, now_us: int) -> None:
        if self._recorder is None:
            return
        for then in self._recorder.due():
            then(now_us)
        failure = self._recorder.failure_at(now_us)
        if failure is not None and self._session is not None and self._session.is_live:
            fault = actions.FaultSeen(
                code="RECORD", detail="the record cannot be kept", advice=failure, channel=None
            )
            self._happen(fault, now_us)

    def _watch_session_time(self, now_us: int) -> None:
        """Stop when the session's time is over; a new connection does not begin it anew."""
        if self._device is None or self._session is None or not self._session.is_live:
            return
        if self._ends_us is None:
            self._ends_us = self._device.session_ends_us()
        elif now_us >= self._ends_us:
            self._stop(OVERTIME, now_us)

    def _measure(self, now_us: int) -> None:
        if self._session is None:
            return
        for fields in self._meter.follow(self._session, now_us):
            self._record("contraction", fields, now_us, is_vital=False)

    def _connect(self, request: actions.Connect, now_us: int) -> None:
        preparation, session = self._prepared()
        if session.state is not SessionState.CONNECTING:
            return  # stopped while the record was being written
        self._release_device()
        try:
            device = Conversation(self._workshop, preparation, self._meter, self._tell)
        except NmesError as error:
            self._happen(_fault_of(error), now_us)
        else:
            device.set_up(request.setup)
            self._device = device

    def _release_device(self) -> None:
        if self._device is not None:
            self._device.release()
            self._device = None

    # The end ------------------------------------------------------------------------------------

    def _close_if_over(self, now_us: int) -> None:
        session = self._session
        if session is None or not self._is_over(session):
            return
        self._release_device()  # before the disk, which may keep us waiting
        if self._recorder is not None:
            self._recorder.close(session, now_us, is_abandoned=self._is_abandoned)
            self._reports.append(self._summary(self._recorder))
        self._session = None
        self._recorder = None
        self._is_left = self._is_abandoned = False

    @staticmethod
    def _summary(recorder: Recorder) -> link.Report:
        try:
            return recorder.summary()
        except RecordError as error:
            return link.Refusal(intent="summary", reasons=(str(error),))

    def _is_over(self, session: Session) -> bool:
        is_wanted = self._is_left or session.state is SessionState.FINISHED
        is_settled = session.halt is None or session.halt.is_settled
        return is_wanted and is_settled and not session.is_live


def _refuse_contradiction(choice: Choice, workshop: Workshop) -> None:
    """Raise SessionRefusal unless a port is named for a real device, and only for one."""
    is_simulated = any(d.is_simulated for d in workshop.devices() if d.name == choice.device)
    if is_simulated and choice.port is not None:
        raise SessionRefusal("A simulated device has no port: choose the real device, or no port.")
    if not is_simulated and choice.port is None:
        raise SessionRefusal("A real device needs its port: choose one, or the simulated device.")


def _fault_of(error: NmesError) -> actions.FaultSeen:
    is_limit = isinstance(error, LimitViolation)
    return actions.FaultSeen(
        code=type(error).__name__,
        detail=f"the safety gate refused: {error}" if is_limit else str(error),
        advice="Nothing flows. Write down what is shown here and report it." if is_limit else "",
        channel=error.channel if isinstance(error, LimitViolation) else None,
    )
