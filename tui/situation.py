"""All the screen knows: what the engine last said, and when that arrived."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from nmes.exit_codes import DEVICE_TROUBLE, DONE, NOT_COMPLETED
from nmes.link.messages import (
    Catalogue,
    DevicesFound,
    Event,
    Prepare,
    Prepared,
    Refusal,
    Report,
    ScreeningQuestions,
    Sessions,
    Snapshot,
    Summary,
)
from protocols.capabilities import LEADS_OUT
from tui.history import GAP, History
from tui.screening import needs_screening, with_screening

STALE_AFTER_US = 300_000
STOP_CONFIRM_GRACE_US = 300_000
ARM_ANSWER_GRACE_US = 1_000_000
MESSAGE_SHOWN_US = 6_000_000
EVENTS_KEPT = 200

LIVE_STATES = frozenset({"connecting", "armed", "finding", "running", "paused"})
STOPPED_STATES = frozenset({"stopped", "faulted"})

ScreenName = Literal["start", "screening", "placement", "session", "stopped", "summary", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One line of advice to the operator and until when it is shown."""

    text: str
    mark: Literal["i", "!"]
    until_us: int


class Situation:
    """Collects reports; answers questions about now. `now_us` is the screen's monotonic time."""

    def __init__(self) -> None:
        self.catalogue: Catalogue | None = None
        self.sessions: Sessions | None = None
        self.asked: Prepare | None = None
        self.screening: ScreeningQuestions | None = None
        self.prepared: Prepared | None = None
        self.snapshot: Snapshot | None = None
        self.summary: Summary | None = None
        self.refusal: Refusal | None = None
        self.found: DevicesFound | None = None
        self.is_looking = False
        self.events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self.history = History((), STALE_AFTER_US)
        self.has_ended = False
        self.snapshot_came_us = 0
        self.arm_sent_us: int | None = None
        self.stop_sent_us: int | None = None
        self.stop_seen_us: int | None = None
        self.doubt: tuple[str, ...] = ()
        self._is_ended_by_hand = False
        self._remark: Remark | None = None

    # What comes in ---------------------------------------------------------------------------

    def take(self, report: Report, now_us: int) -> None:
        """Remember what the engine said."""
        match report:
            case Snapshot():
                self._take_snapshot(report, now_us)
            case Prepared():
                self.prepared, self.refusal = report, None
                channels = [channel.number for channel in report.channels]
                self.history = History(channels, STALE_AFTER_US)
            case ScreeningQuestions():
                self.screening = report
            case Refusal():
                self._take_refusal(report, now_us)
            case Event():
                self.events.append(report)
            case Catalogue():
                self.catalogue = report
            case DevicesFound():
                self.found, self.is_looking = report, False
            case Sessions():
                self.sessions = report
            case Summary():
                self._take_summary(report)

    def _take_summary(self, summary: Summary) -> None:
        """With the summary the session is closed; the engine is silent until the next plan."""
        self.summary = summary
        self.asked, self.screening, self.prepared, self.snapshot = None, None, None, None
        self.arm_sent_us, self.stop_sent_us, self.stop_seen_us = None, None, None

    def _take_snapshot(self, snapshot: Snapshot, now_us: int) -> None:
        if self.prepared is None and not snapshot.output_is_possible:
            return  # of a session that is closed
        if snapshot.state != self.state and self._remark is not None:
            has_stopped = snapshot.state in STOPPED_STATES  # nothing advised before can be done now
            if has_stopped or self._remark.mark == "i":
                self._remark = None
        self.snapshot, self.snapshot_came_us = snapshot, now_us
        self._follow_doubt(snapshot)
        if snapshot.state in LIVE_STATES or self._arm_is_old(now_us):
            self.arm_sent_us = None
        if snapshot.state not in STOPPED_STATES:
            self.stop_seen_us = None
        elif self.stop_seen_us is None:
            self.stop_seen_us = now_us
        if snapshot.state not in LIVE_STATES:
            self.stop_sent_us = None
        is_known = (
            snapshot.confirmed_age_us is not None and snapshot.confirmed_age_us <= STALE_AFTER_US
        )
        now_ua = {channel.number: channel.now_ua for channel in snapshot.channels}
        values = [now_ua.get(number, GAP) if is_known else GAP for number in self.history.channels]
        self.history.add(snapshot.at_us, values)

    def _follow_doubt(self, snapshot: Snapshot) -> None:
        """Keep a doubt beyond its session, until it is ended by hand or a device is heard again."""
        if not snapshot.output_is_doubtful:
            self._is_ended_by_hand = False
            if snapshot.state in LIVE_STATES and snapshot.confirmed_age_us is not None:
                self.doubt = ()
        elif self.prepared is not None and not self._is_ended_by_hand:
            self.doubt = self.prepared.by_hand

    def _take_refusal(self, refusal: Refusal, now_us: int) -> None:
        self.refusal = refusal
        if refusal.intent == "look_for_devices":
            self.is_looking = False
        if refusal.intent == "arm":
            self.arm_sent_us = None
        if refusal.intent == "ask_screening":
            self.asked, self.screening = None, None
        elif refusal.intent == "prepare" and self.prepared is None:
            self.ask_again()
            self.refusal = refusal
        self.remark("; ".join(refusal.reasons), "!", now_us)

    def _arm_is_old(self, now_us: int) -> bool:
        return self.arm_sent_us is not None and now_us - self.arm_sent_us > ARM_ANSWER_GRACE_US

    # What the screen itself did --------------------------------------------------------------

    def remark(self, text: str, mark: Literal["i", "!"], now_us: int) -> None:
        """Show one line of advice for a while."""
        self._remark = Remark(text=text, mark=mark, until_us=now_us + MESSAGE_SHOWN_US)

    def remark_now(self, now_us: int) -> Remark | None:
        """Return the advice still to be shown."""
        if self._remark is not None and now_us < self._remark.until_us:
            return self._remark
        return None

    def end_by_hand(self) -> None:
        """Believe the operator that no current can reach anybody any more."""
        self.doubt, self._is_ended_by_hand = (), True

    def look(self) -> None:
        """Wait for who answers at the ports; what answered before may be gone."""
        self.is_looking, self.found, self.refusal = True, None, None

    def start_anew(self) -> None:
        """Forget the plan and the session; what can be chosen stays."""
        self.asked, self.prepared, self.summary, self.refusal = None, None, None, None
        self.screening = None
        self.events.clear()

    def ask_again(self) -> None:
        """Go back from a plan: to the questions of a person who was asked, else to the start."""
        asked, screening = self.asked, self.screening
        self.start_anew()
        if asked is not None and screening is not None:
            self.asked, self.screening = with_screening(asked, None, {}), screening

    # Questions -------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The engine's state as last told."""
        return self.snapshot.state if self.snapshot is not None else "idle"

    def is_stale(self, now_us: int) -> bool:
        """Tell whether what would be shown as flowing now is not known."""
        if self.snapshot is None or self.snapshot.confirmed_age_us is None:
            return True
        return self.engine_is_silent(now_us) or self.snapshot.confirmed_age_us > STALE_AFTER_US

    def engine_is_silent(self, now_us: int) -> bool:
        """Tell whether nothing that is shown of the session can be of now."""
        return now_us - self.snapshot_came_us > STALE_AFTER_US

    def unconfirmed_for_us(self, now_us: int) -> int | None:
        """Return how old the last confirmation is by now; None if there never was one."""
        if self.snapshot is None or self.snapshot.confirmed_age_us is None:
            return None
        return self.snapshot.confirmed_age_us + now_us - self.snapshot_came_us

    @property
    def by_hand(self) -> tuple[str, ...]:
        """How a person ends an output that no key can end."""
        return self.doubt or (LEADS_OUT if self.prepared is None else self.prepared.by_hand)

    @property
    def stop_is_live(self) -> bool:
        """Whether output is possible, or cannot be ruled out."""
        if self.has_ended:
            return False
        if self.arm_sent_us is not None:
            return True
        if self.snapshot is None:
            return False
        return self.snapshot.output_is_possible or self.snapshot.state in LIVE_STATES

    def stop_is_unconfirmed(self, now_us: int) -> bool:
        """Tell whether a stop has had its time and no device has confirmed it."""
        stop = self.snapshot.stop if self.snapshot is not None else None
        if stop is None or stop.confirmed_after_us is not None or self.stop_seen_us is None:
            return self.nobody_answers(now_us)
        return self._has_had_its_time(self.stop_seen_us, now_us)

    def nobody_answers(self, now_us: int) -> bool:
        """Tell whether the engine says nothing any more, not even to a stop."""
        if self.stop_sent_us is None or not self.engine_is_silent(now_us):
            return False
        return self._has_had_its_time(self.stop_sent_us, now_us)

    def _has_had_its_time(self, since_us: int, now_us: int) -> bool:
        declared_us = self.prepared.stop_time_us if self.prepared is not None else 0
        return now_us - since_us >= max(STOP_CONFIRM_GRACE_US, declared_us)

    @property
    def exit_code(self) -> int:
        """What the program tells of its last session: see `Summary`; 1 too if it is left open."""
        if self.summary is not None:
            return self.summary.exit_code
        if self.state == "faulted":
            return DEVICE_TROUBLE
        is_open = self.state == "stopped" or self.state in LIVE_STATES
        return NOT_COMPLETED if self.has_ended or is_open else DONE

    def screen_name(self) -> ScreenName:
        """Return which screen belongs to now."""
        if self.has_ended:
            return "gone"
        if self.state in LIVE_STATES:
            return "session"
        if self.state in STOPPED_STATES:
            return "stopped"
        if self.summary is not None:
            return "summary"
        if self.state == "finished":
            return "session"
        if self.asked is not None and needs_screening(self.asked):
            return "screening"
        is_asked = self.prepared is not None or self.asked is not None
        return "placement" if is_asked else "start"
