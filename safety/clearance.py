"""The clearance: that a plan may run on one person on one day, and why. Nothing arms without one.

There are three. A screening was answered; or somebody said aloud that nobody is connected; or the
device is a simulator that nmes starts itself, at which nobody can be.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256

from protocols.errors import PlanningError
from protocols.plan import Plan
from safety.limits import NO_MOST, Most
from safety.pairs import paired
from safety.screening import (
    Acknowledgement,
    Answer,
    ExtraQuestion,
    Finding,
    Narrowing,
    Question,
    findings_of,
    in_order,
    is_written,
    narrowings_of,
    place_findings,
    questions_of,
)
from safety.screening_table import ScreeningTable
from safety.table import LimitTable

SCREENING, BENCH, SIMULATED = "screening", "bench", "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What was asked of one person on one day (YYYY-MM-DD), by whom, and what was answered.

    `maximum_ua` holds a bound of this person's own, by channel.
    """

    patient: str
    day: str
    asked_by: str
    answers: tuple[Answer, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    maximum_ua: tuple[tuple[int, int], ...]

    @property
    def sha256(self) -> str:
        """The hash of all that was given."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelClearance:
    """What holds of one channel for this person. `items` take what `permille` leaves of the cap."""

    number: int
    site: str
    side: str | None
    permille: int
    items: tuple[str, ...]
    maximum: Most


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """That this plan may run, on whom, on which day, and on what ground.

    `yes` are the questions with an answer that matters; of nobody (`basis` bench or simulated)
    there is neither an answer nor a finding.
    """

    basis: str
    patient: str
    day: str
    asked_by: str
    plan_sha256: str
    table_sha256: str
    answers_sha256: str
    yes: tuple[str, ...]
    findings: tuple[Finding, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    channels: tuple[ChannelClearance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a screening comes to: its questions, and all that follows."""

    questions: tuple[Question, ...]
    findings: tuple[Finding, ...]

    @property
    def is_passed(self) -> bool:
        """Whether nothing keeps from arming."""
        return not any(finding.is_open for finding in self.findings)


def judge_screening(
    plan: Plan,
    limits: LimitTable,
    table: ScreeningTable,
    extra: tuple[ExtraQuestion, ...],
    screening: Screening,
) -> Judged:
    """Return what must be asked, and what follows from what was answered so far."""
    questions = questions_of(plan, limits, table, extra)
    notes = screening.acknowledgements
    found = [
        *place_findings(plan, limits, table, notes),
        *findings_of(questions, screening.answers, notes),
    ]
    return Judged(questions=questions, findings=in_order(found))


def cleared(plan: Plan, table: ScreeningTable, judged: Judged, screening: Screening) -> Clearance:
    """Return the clearance that a screening gives; PlanningError with all that is open."""
    reasons = tuple(_reason(finding) for finding in judged.findings if finding.is_open)
    if not screening.asked_by.strip():
        reasons = ("Name who asked the questions.", *reasons)
    reasons = (*reasons, *_strange_maxima(plan, screening))
    if reasons:
        raise PlanningError(reasons)
    used = {finding.item for finding in judged.findings}
    return Clearance(
        basis=SCREENING,
        patient=screening.patient,
        day=screening.day,
        asked_by=screening.asked_by,
        plan_sha256=plan.sha256,
        table_sha256=table.sha256,
        answers_sha256=screening.sha256,
        yes=tuple(q.id for q in judged.questions if _matters(q, screening.answers)),
        findings=judged.findings,
        acknowledgements=tuple(
            note for note in screening.acknowledgements if note.item in used and is_written(note)
        ),
        channels=_channels(
            plan,
            narrowings_of(judged.questions, screening.answers, plan),
            dict(screening.maximum_ua),
        ),
    )


def nobody(plan: Plan, table: ScreeningTable, basis: str, day: str) -> Clearance:
    """Return the clearance of a plan that runs on nobody; `basis` says how that is known."""
    unnarrowed = tuple(
        Narrowing(channel=channel.number, permille=1000, items=()) for channel in plan.channels
    )
    return Clearance(
        basis=basis,
        patient="",
        day=day,
        asked_by="",
        plan_sha256=plan.sha256,
        table_sha256=table.sha256,
        answers_sha256="",
        yes=(),
        findings=(),
        acknowledgements=(),
        channels=_channels(plan, unnarrowed, {}),
    )


def channel_clearance(clearance: Clearance, plan: Plan, number: int) -> ChannelClearance:
    """Return what the clearance says of a channel; PlanningError if it is one of another plan."""
    channel = plan.channel(number)
    if clearance.plan_sha256 == plan.sha256:
        for own in clearance.channels:
            if (own.number, own.site, own.side) == (number, channel.site, channel.side):
                return own
    raise PlanningError((f"channel {number}: what was asked does not belong to this plan",))


def _channels(
    plan: Plan, narrowings: tuple[Narrowing, ...], maximum_ua: dict[int, int]
) -> tuple[ChannelClearance, ...]:
    return tuple(
        ChannelClearance(
            number=narrowing.channel,
            site=channel.site,
            side=channel.side,
            permille=narrowing.permille,
            items=narrowing.items,
            maximum=_maximum(maximum_ua.get(channel.number)),
        )
        for channel, narrowing in paired(plan.channels, narrowings)
    )


def _maximum(current_ua: int | None) -> Most:
    if current_ua is None:
        return NO_MOST
    return Most(value=current_ua, source="patient's own maximum")


def _strange_maxima(plan: Plan, screening: Screening) -> tuple[str, ...]:
    numbers = [channel.number for channel in plan.channels]
    return tuple(
        f"The plan has no channel {number} to which a maximum could belong."
        for number, _ in screening.maximum_ua
        if number not in numbers
    )


def _matters(question: Question, answers: tuple[Answer, ...]) -> bool:
    return any(
        given.question == question.id and given.answer == question.matters_if for given in answers
    )


def _reason(finding: Finding) -> str:
    listed = ", ".join(map(str, finding.channels))
    place = f" (channel {listed})" if finding.channels else ""
    return f"{finding.item}{place}: {finding.why.removesuffix('.')}. {finding.cure}"
