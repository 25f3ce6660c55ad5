"""Who may be stimulated: from what a screen or a file tells of a person to a clearance, or refusal.

What follows from the answers is judged in `safety`; here they are held against the choice, the day
and the records.
"""

from collections.abc import Mapping

from nmes.link import messages as link
from nmes.records.past import UNUSED, PastUse, Place
from protocols.errors import PlanningError, SessionRefusal
from protocols.model import StimulationProtocol
from protocols.plan import Plan, PlannedChannel
from safety.clearance import (
    BENCH,
    SCREENING,
    SIMULATED,
    Clearance,
    Judged,
    Screening,
    judge_screening,
    nobody,
)
from safety.limits import NO_MOST, Most
from safety.past import ChannelPast, no_past, past_of
from safety.screening import Acknowledgement, Answer, ExtraQuestion
from safety.screening_table import ScreeningTable
from safety.table import LimitTable

NOBODY = "bench"
"""The patient code that stands for nobody."""


def screening_of(given: link.ScreeningGiven) -> Screening:
    """Return what was asked and answered, as the safety layer knows it."""
    return Screening(
        patient=given.patient,
        day=given.day,
        asked_by=given.asked_by,
        answers=tuple(
            Answer(question=one.question, channel=one.channel, answer=one.answer)
            for one in given.answers
        ),
        acknowledgements=tuple(
            Acknowledgement(item=note.item, clinician=note.clinician, text=note.text)
            for note in given.acknowledgements
        ),
        maximum_ua=tuple(sorted(given.maximum_ua.items())),
    )


def judged_answers(
    protocol: StimulationProtocol,
    plan: Plan,
    limits: LimitTable,
    table: ScreeningTable,
    screening: Screening,
) -> Judged:
    """Return what must be asked before this plan, and what follows from the answers so far."""
    extra = tuple(
        ExtraQuestion(id=asked.id, text=asked.question, stop_if=asked.stop_if.value)
        for asked in protocol.screening
    )
    return judge_screening(plan, limits, table, extra, screening)


def unanswered(patient: str, day: str) -> Screening:
    """Return a screening of which nothing is answered yet."""
    return Screening(
        patient=patient, day=day, asked_by="", answers=(), acknowledgements=(), maximum_ua=()
    )


def clearance_without_answers(
    plan: Plan, table: ScreeningTable, *, port: str | None, is_bench: bool, day: str
) -> Clearance:
    """Return the clearance of a plan on nobody; SessionRefusal where somebody may be."""
    if port is None:
        return nobody(plan, table, SIMULATED, day)
    if is_bench:
        return nobody(plan, table, BENCH, day)
    raise SessionRefusal(
        f"A person may be at {port}: answer the screening questions first "
        f"('nmes screening {plan.protocol_id}' writes them, 'nmes run --screening FILE' reads "
        f"them). If nobody is connected, say so: patient {NOBODY}, or --bench."
    )


def refuse_other_screening(screening: Screening, *, patient: str, is_bench: bool, day: str) -> None:
    """Raise SessionRefusal unless the answers are of this patient and of this day."""
    if is_bench or screening.patient.casefold() == NOBODY:
        raise SessionRefusal(
            f"A screening is about a person, {NOBODY} is nobody: leave one of the two out."
        )
    if screening.patient != patient:
        raise SessionRefusal(
            f"The screening is of patient {screening.patient}, chosen is {patient}: "
            "ask the questions of the person who is here."
        )
    if screening.day != day:
        raise SessionRefusal(
            f"The screening is of {screening.day}, today is {day}: ask the questions again."
        )


def check_day(clearance: Clearance, day: str) -> None:
    """Raise SessionRefusal if the clearance is of a person and of another day."""
    if clearance.basis == SCREENING and clearance.day != day:
        raise SessionRefusal(
            f"The screening is of {clearance.day}, today is {day}: ask the questions again."
        )


# Earlier sessions -------------------------------------------------------------------------------


def past_of_plan(
    plan: Plan,
    limits: LimitTable,
    clearance: Clearance,
    used: Mapping[Place, PastUse],
    *,
    is_simulated: bool,
    operator_is_script: bool,
) -> tuple[ChannelPast, ...]:
    """Return what earlier sessions of this person leave to this one.

    PlanningError if the day's time at a place is too short, or a script has no level to go by.
    """
    if clearance.basis != SCREENING or is_simulated:
        return no_past(plan, limits.behaviour)
    past = tuple(
        past_of(
            channel.number,
            _place_text(channel),
            used.get((channel.site, channel.side), UNUSED).today_us,
            _tolerated(channel, used, operator_is_script=operator_is_script),
            limits.behaviour,
        )
        for channel in plan.channels
    )
    reasons = [_too_long(plan, own) for own in past if own.daily_left_us.value < plan.duration_us]
    reasons += [_no_level(plan, clearance, own) for own in past if own.tolerated.value == 0]
    if reasons:
        raise PlanningError(tuple(reasons))
    return past


def _place_text(channel: PlannedChannel) -> str:
    return f"{channel.site}{f' {channel.side}' if channel.side else ''}"


def _tolerated(
    channel: PlannedChannel, used: Mapping[Place, PastUse], *, operator_is_script: bool
) -> Most:
    """Return the highest level that this person has tolerated; a person finds it anew each time."""
    if not operator_is_script:
        return NO_MOST
    own = used.get((channel.site, channel.side), UNUSED)
    return Most(
        value=own.tolerated_ua or 0,
        source="highest level of earlier sessions; find a higher one by hand on the screen",
    )


def _too_long(plan: Plan, past: ChannelPast) -> str:
    left_min, needed_min = past.daily_left_us.value / 60e6, plan.duration_us / 60e6
    return (
        f"channel {past.number}: {left_min:.1f} min is {past.daily_left_us.source}; the protocol "
        f"lasts {needed_min:.1f} min. Go on tomorrow."
    )


def _no_level(plan: Plan, clearance: Clearance, past: ChannelPast) -> str:
    place = _place_text(plan.channel(past.number))
    return (
        f"channel {past.number} ({place}): no level of an earlier session of patient "
        f"{clearance.patient} is recorded. Find it by hand on the screen first."
    )
