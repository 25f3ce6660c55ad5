"""Keeps one session's journal: what was asked to be on disk, and what may go on once it is."""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass

from nmes.link import messages as link
from nmes.records.chain import read_journal
from nmes.records.summary import summarise
from nmes.service.preparation import Preparation, opening_record
from nmes.service.workshop import Workshop
from nmes.session.program import contractions_planned
from nmes.session.session import Session
from nmes.session.states import SessionState
from nmes.session.view import elapsed_now_us

CLOSE_TIMEOUT_S = 2.0
SYNC_TIMEOUT_US = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    seq: int
    since_us: int
    then: Callable[[int], None]


class Recorder:
    """The journal of one session, opened with the record that says who, on whom, with what."""

    def __init__(
        self,
        workshop: Workshop,
        preparation: Preparation,
        operator_is_script: bool,
        now_us: int,
    ) -> None:
        self._workshop = workshop
        self.session_id, self._journal = workshop.new_journal()
        self._last_seq = -1
        self._waiting: deque[_Waiting] = deque()
        opening = opening_record(
            preparation,
            session_id=self.session_id,
            operator_is_script=operator_is_script,
            planned_us=preparation.plan.duration_us,
            contractions_planned=contractions_planned(preparation.plan),
        )
        self.append("session_open", opening, now_us, is_vital=True)

    def fileno(self) -> int | None:
        """Return what becomes readable when something was synced or failed."""
        return self._journal.fileno()

    def append(self, event: str, fields: dict[str, object], now_us: int, *, is_vital: bool) -> None:
        """Add a record; a vital one is asked to reach the disk at once. Never waits."""
        self._last_seq = self._journal.append(event, fields, now_us, self._workshop.utc())
        if is_vital:
            self._journal.sync()

    def when_synced(self, then: Callable[[int], None], now_us: int) -> None:
        """Do this once everything appended so far is on disk; see `due`."""
        self._waiting.append(_Waiting(seq=self._last_seq, since_us=now_us, then=then))

    def failure_at(self, now_us: int) -> str | None:
        """Return why the record can no longer be kept, or is too slow; None while all is well."""
        if self._waiting and now_us - self._waiting[0].since_us > SYNC_TIMEOUT_US:
            return "The disk of the data folder does not answer: end the session, check the disk."
        return self._journal.failure

    def due(self) -> tuple[Callable[[int], None], ...]:
        """Return, once, what may be done now that its record is on disk."""
        self._journal.drain()
        due = []
        while self._waiting and self._waiting[0].seq <= self._journal.synced_seq:
            due.append(self._waiting.popleft().then)
        return tuple(due)

    def close(
        self, session: Session, contractions_done: int, now_us: int, *, is_abandoned: bool
    ) -> None:
        """Write the closing record and wait for the disk; nothing flows any more.

        `is_abandoned` says that it stopped because nobody was at the other end any more.
        """
        fields: dict[str, object] = {
            "outcome": _outcome(session, contractions_done, is_abandoned=is_abandoned),
            "contractions_done": contractions_done,
            "done_us": elapsed_now_us(session, now_us),
        }
        self.append("session_close", fields, now_us, is_vital=True)
        self._journal.close(CLOSE_TIMEOUT_S)

    def give_up(self, why: str, now_us: int) -> None:
        """Write why the engine itself failed; there is nobody left to close the record."""
        fields: dict[str, object] = {
            "code": "ENGINE",
            "detail": f"nmes itself failed: {why}",
            "channel": None,
        }
        self.append("fault", fields, now_us, is_vital=True)
        self._journal.close(CLOSE_TIMEOUT_S)

    def summary(self) -> link.Summary:
        """Return the session as its journal tells it."""
        summary = asdict(summarise(read_journal(self._journal.content())))
        return link.Summary.model_validate(summary)


def _outcome(session: Session, contractions_done: int, *, is_abandoned: bool) -> str:
    if session.state is SessionState.STOPPED:
        return "abandoned" if is_abandoned else "stopped"
    if session.state is SessionState.FAULTED:
        return "faulted"
    is_complete = contractions_done == contractions_planned(session.plan)
    return "completed" if is_complete else "ended early"
