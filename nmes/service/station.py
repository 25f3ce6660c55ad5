"""One place at which one person is stimulated, as a screen speaks with it.

Driven by `receive` (an intent) and `turn` (time); both take `now_us` and never wait, so the engine
process and virtual time run the very same code. What happens in a session is the subject of
`nmes.service.live_session`.
"""

from collections import deque
from collections.abc import Mapping

from nmes.link import messages as link
from nmes.records.past import PastUse, Place
from nmes.service import reporting
from nmes.service.admission import judged_answers, screening_of, unanswered
from nmes.service.live_session import LiveSession
from nmes.service.preparation import Choice, judge, prepare, refuse_errors
from nmes.service.wishes import wish_of
from nmes.service.workshop import Search, Workshop
from nmes.session.output import NEVER_US
from protocols.errors import DeviceError, NmesError, SessionRefusal


class Station:
    """At most one session at a time.

    `take_reports` hands over what the screen must see; snapshots are made on request.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._operator_is_script = False
        self._live: LiveSession | None = None
        self._reports: deque[link.Report] = deque()
        self._keys_pressed = 0
        self._search: Search | None = None

    # What the screen says -----------------------------------------------------------------------

    def receive(self, intent: link.Intent, now_us: int) -> None:
        """Do what the screen asks; a refusal is reported, never raised."""
        if self._live is not None:
            self._live.heard(now_us)
        try:
            self._obey(intent, now_us)
        except NmesError as error:
            reasons = tuple(str(error).splitlines())
            self._report(link.Refusal(intent=intent.kind, reasons=reasons))

    def _obey(self, intent: link.Intent, now_us: int) -> None:
        match intent:
            case link.Hello():
                self._operator_is_script = intent.operator_is_script
                self._report(reporting.welcome(intent))
            case link.StillHere():
                self._take_beat(intent, now_us)
            case link.AskCatalogue():
                self._report(reporting.catalogue(self._workshop))
            case link.LookForDevices():
                self._look()
            case link.AskSessions():
                self._report(reporting.sessions(self._workshop))
            case link.AskScreening():
                self._end_search()
                self._report(self._screening(intent))
            case link.Prepare():
                self._end_search()
                self._prepare(intent, now_us)
            case link.Stop() if self._live is None:
                pass
            case _:
                self._ask(self._prepared(), intent, now_us)

    def _take_beat(self, beat: link.StillHere, now_us: int) -> None:
        """Take a sign of the screen; only a key pressed since the last is one of a person."""
        if beat.keys_pressed != self._keys_pressed and self._live is not None:
            self._live.touched(now_us)
        self._keys_pressed = beat.keys_pressed

    def _look(self) -> None:
        if not self.is_idle:
            raise SessionRefusal("A session is open: end it before looking for devices.")
        if self._search is None:
            self._search = self._workshop.search()

    def _end_search(self) -> None:
        """Let go of all ports: one of them will be wanted."""
        if self._search is not None:
            self._search.end()
            self._search = None

    def _follow_search(self, search: Search) -> None:
        try:
            answers = search.take()
        except DeviceError as error:
            self._report(link.Refusal(intent="look_for_devices", reasons=(str(error),)))
            self._search = None
            return
        if answers is not None:
            self._report(reporting.devices_found(answers))
            self._search = None

    def _past_use(self, choice: Choice) -> Mapping[Place, PastUse]:
        """Return what earlier sessions gave to a person; journals of nobody are not read."""
        is_person = choice.screening is not None and choice.port is not None
        return self._workshop.past_use(choice.patient) if is_person else {}

    def _screening(self, asked: link.AskScreening) -> link.ScreeningQuestions:
        """Return what must be asked before a protocol, and what follows from the answers so far."""
        if not self.is_idle:
            raise SessionRefusal("A session is open: end it before asking for another.")
        capabilities, day = self._workshop.capabilities(asked.device), self._workshop.day()
        loaded = self._workshop.protocol(asked.protocol)
        judgement = judge(loaded, capabilities, asked.sides)
        refuse_errors(judgement)
        given = unanswered(asked.patient, day) if asked.given is None else screening_of(asked.given)
        judged = judged_answers(
            loaded.protocol, judgement.plan, judgement.table, judgement.screening_table, given
        )
        return reporting.screening_questions(judgement.plan, judged, asked, day)

    def _prepare(self, intent: link.Prepare, now_us: int) -> None:
        if not self.is_idle:
            raise SessionRefusal("A session is open: end it before preparing another.")
        choice = Choice(
            protocol=intent.protocol,
            device=intent.device,
            port=intent.port,
            operator=intent.operator,
            patient=intent.patient,
            is_bench=intent.is_bench,
            sides=intent.sides,
            operator_is_script=self._operator_is_script,
            screening=None if intent.screening is None else screening_of(intent.screening),
        )
        capabilities = self._workshop.capabilities(choice.device)
        _refuse_contradiction(choice, self._workshop)
        preparation = prepare(
            choice,
            capabilities,
            self._workshop.protocol,
            day=self._workshop.day(),
            used=self._past_use(choice),
        )
        self._live = LiveSession(
            self._workshop,
            preparation,
            self._report,
            operator_is_script=self._operator_is_script,
            now_us=now_us,
        )
        self._report(reporting.prepared(preparation))

    def _prepared(self) -> LiveSession:
        if self._live is None:
            raise SessionRefusal("Choose a protocol and a device first.")
        return self._live

    def _ask(self, live: LiveSession, intent: link.Intent, now_us: int) -> None:
        match intent:
            case link.Arm():
                self._end_search()
                live.arm(intent.confirmed_channels, now_us)
            case link.Note():
                live.note(f"{intent.topic}: {intent.text}", now_us)
            case link.Finish():
                live.finish(now_us)
            case link.Leave():
                live.leave(now_us)
            case _:
                live.ask(wish_of(intent), now_us)
        self._close_if_over(live, now_us)

    def link_lost(self, cause: str, now_us: int) -> None:
        """Stop because nobody is at the other end any more; the session closes by itself."""
        if self._live is not None:
            self._live.end(cause, now_us, is_abandoned=True)
        self._end_search()

    def end(self, cause: str, now_us: int) -> None:
        """Stop because the engine was told to end; the session closes by itself."""
        if self._live is not None:
            self._live.end(cause, now_us, is_abandoned=False)
        self._end_search()

    # Time ---------------------------------------------------------------------------------------

    def turn(self, now_us: int) -> None:
        """Do all that is due at this moment."""
        if self._search is not None:
            self._follow_search(self._search)
        if self._live is not None:
            self._live.turn(now_us)
            self._close_if_over(self._live, now_us)

    def _close_if_over(self, live: LiveSession, now_us: int) -> None:
        if live.is_over:
            live.close(now_us)
            self._live = None

    def next_wake_us(self, now_us: int) -> int:
        """Return the latest time at which `turn` must be called again if nothing arrives."""
        return NEVER_US if self._live is None else self._live.next_wake_us(now_us)

    def snapshot(self, now_us: int) -> link.Snapshot | None:
        """Return everything that changes, as it is now; None while nothing is prepared."""
        return None if self._live is None else self._live.snapshot(now_us)

    def progress(self) -> tuple[int, int]:
        """Return contractions done and planned."""
        return (0, 0) if self._live is None else self._live.progress()

    def _report(self, report: link.Report) -> None:
        self._reports.append(report)

    def take_reports(self) -> tuple[link.Report, ...]:
        """Return, once, what the screen must be told."""
        reports = tuple(self._reports)
        self._reports.clear()
        return reports

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on: a search, the device's answers, the record's disk."""
        searching = () if self._search is None else (self._search.fileno(),)
        return searching if self._live is None else (*searching, *self._live.filenos())

    @property
    def is_idle(self) -> bool:
        """Whether there is no session, or one that has not been armed."""
        return self._live is None or not self._live.is_armed

    def give_up(self, why: str, now_us: int) -> None:
        """Last line of defence after a failure of the engine itself."""
        if self._live is not None:
            self._live.give_up(why, now_us)


def _refuse_contradiction(choice: Choice, workshop: Workshop) -> None:
    """Raise SessionRefusal unless a port is named for a real device, and only for one."""
    name = choice.device.partition("@")[0]
    is_simulated = any(d.is_simulated for d in workshop.devices() if d.name == name)
    if is_simulated and choice.port is not None:
        raise SessionRefusal("A simulated device has no port: choose the real device, or no port.")
    if not is_simulated and choice.port is None:
        raise SessionRefusal("A real device needs its port: choose one, or the simulated device.")
