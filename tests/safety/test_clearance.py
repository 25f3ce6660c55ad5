from dataclasses import replace

import pytest
from support.safety_bench import SCREENING_TABLE, TABLE, channel, plan, shape, stage

from protocols.errors import PlanningError
from protocols.plan import Plan
from safety.clearance import (
    BENCH,
    SCREENING,
    SIMULATED,
    Clearance,
    Screening,
    channel_clearance,
    cleared,
    judge_screening,
    nobody,
)
from safety.limits import NO_MOST
from safety.screening import Acknowledgement, Answer, ExtraQuestion

TWO = plan(
    channels=(channel(1), channel(2, site="hamstrings")),
    stages=(stage(shapes=(shape(1), shape(2))),),
)
BELLY = plan(channels=(channel(site="abdominals"),))


def screening(of: Plan = TWO, *but: Answer, **other: object) -> Screening:
    """Everything answered no, but for what is told."""
    empty = Screening(
        patient="P1",
        day="2026-03-01",
        asked_by="TW",
        answers=(),
        acknowledgements=(),
        maximum_ua=(),
    )
    told = {answer.question for answer in but}
    asked = judge_screening(of, TABLE, SCREENING_TABLE, (), empty).questions
    rest = tuple(answer(q.id, "no") for q in asked if q.id not in told)
    return replace(empty, answers=(*but, *rest), **other)


def answer(question: str, said: str) -> Answer:
    return Answer(question=question, channel=None, answer=said)


def note(item: str, clinician: str = "Dr. Low") -> Acknowledgement:
    return Acknowledgement(item=item, clinician=clinician, text="seen")


def clear(given: Screening, of: Plan = TWO, *extra: ExtraQuestion) -> Clearance:
    judged = judge_screening(of, TABLE, SCREENING_TABLE, extra, given)
    return cleared(of, SCREENING_TABLE, judged, given)


def reasons(given: Screening, of: Plan = TWO, *extra: ExtraQuestion) -> tuple[str, ...]:
    with pytest.raises(PlanningError) as refused:
        clear(given, of, *extra)
    return refused.value.reasons


def test_a_person_of_whom_nothing_is_true_is_cleared() -> None:
    clearance = clear(screening())
    assert (clearance.basis, clearance.patient, clearance.day) == (SCREENING, "P1", "2026-03-01")
    assert (clearance.asked_by, clearance.yes, clearance.findings) == ("TW", (), ())
    assert clearance.plan_sha256 == TWO.sha256
    assert clearance.table_sha256 == SCREENING_TABLE.sha256


def test_a_clearance_names_each_channel_as_it_was_judged() -> None:
    channels = clear(screening()).channels
    assert [(own.number, own.site, own.side) for own in channels] == [
        (1, "quadriceps", "left"),
        (2, "hamstrings", "left"),
    ]
    assert {(own.permille, own.items, own.maximum) for own in channels} == {(1000, (), NO_MOST)}


def test_what_is_open_is_refused_with_item_channel_reason_and_cure() -> None:
    assert reasons(screening(TWO, answer("infection_at_site", "yes"), answer("icd", "yes"))) == (
        "icd: Does the person have an implanted defibrillator? Yes. Do not stimulate here.",
        "infection_at_site (channel 1, 2): Is there an infection at or near the pads? Yes. "
        "Do not stimulate here.",
    )


def test_a_reason_without_a_full_stop_gets_one() -> None:
    (reason,) = reasons(screening(TWO, answer("icd", "not known")))
    assert reason == "icd: it is not known. Examine, or ask who knows, before stimulating."


@pytest.mark.parametrize("name", ["", "  "])
def test_somebody_must_have_asked(name: str) -> None:
    assert reasons(screening(TWO, asked_by=name)) == ("Name who asked the questions.",)


def test_who_asked_is_said_before_what_is_open() -> None:
    said = reasons(screening(TWO, answer("icd", "yes"), asked_by=""))
    assert [reason.split()[0] for reason in said] == ["Name", "icd:"]


def test_a_zone_to_be_acknowledged_is_refused_until_it_is() -> None:
    assert [r.partition(":")[0] for r in reasons(screening(BELLY), BELLY)] == [
        "zone_abdomen (channel 1)"
    ]
    clearance = clear(screening(BELLY, acknowledgements=(note("zone_abdomen"),)), BELLY)
    assert [finding.item for finding in clearance.findings] == ["zone_abdomen"]


def test_a_warning_is_kept_and_refuses_nothing() -> None:
    clearance = clear(screening(TWO, answer("metal_implant_passive", "yes")))
    assert [f.item for f in clearance.findings] == ["metal_implant_passive"]
    assert clearance.yes == ("metal_implant_passive",)


def test_only_acknowledgements_that_were_needed_and_written_are_kept() -> None:
    notes = (note("epilepsy"), note("osteoporosis"), note("osteoporosis", " "))
    given = screening(TWO, answer("osteoporosis", "yes"), acknowledgements=notes)
    assert clear(given).acknowledgements == (note("osteoporosis"),)


def test_the_most_severe_finding_comes_first_wherever_it_comes_from() -> None:
    given = screening(BELLY, answer("icd", "yes"))
    judged = judge_screening(BELLY, TABLE, SCREENING_TABLE, (), given)
    assert [finding.item for finding in judged.findings] == ["icd", "zone_abdomen"]
    assert not judged.is_passed


def test_nothing_open_is_passed() -> None:
    assert judge_screening(TWO, TABLE, SCREENING_TABLE, (), screening()).is_passed


def test_the_questions_of_a_protocol_must_be_answered_too() -> None:
    cast = ExtraQuestion(id="cast", text="Is the cast off?", stop_if="no")
    assert reasons(screening(), TWO, cast) == (
        "protocol.cast: it is not answered. Ask it and write the answer.",
    )
    assert reasons(screening(TWO, answer("protocol.cast", "no")), TWO, cast) == (
        "protocol.cast: Is the cast off? No. Do not stimulate here.",
    )
    assert clear(screening(TWO, answer("protocol.cast", "yes")), TWO, cast).yes == ()


def test_what_is_left_of_a_cap_and_the_own_maximum_belong_to_their_channel() -> None:
    clearance = clear(
        screening(
            TWO,
            Answer(question="impaired_sensation", channel=2, answer="yes"),
            Answer(question="impaired_sensation", channel=1, answer="no"),
            acknowledgements=(note("impaired_sensation"),),
            maximum_ua=((2, 30_000),),
        )
    )
    first, second = clearance.channels
    assert (first.permille, first.items, first.maximum) == (1000, (), NO_MOST)
    assert (second.permille, second.items) == (500, ("impaired_sensation",))
    assert (second.maximum.value, second.maximum.source) == (30_000, "patient's own maximum")
    assert clearance.yes == ("impaired_sensation",)


def test_a_maximum_of_a_channel_that_is_not_used_is_refused() -> None:
    assert reasons(screening(TWO, maximum_ua=((1, 5), (7, 5)))) == (
        "The plan has no channel 7 to which a maximum could belong.",
    )


@pytest.mark.parametrize(
    "other",
    [
        {"patient": "P2"},
        {"day": "2026-03-02"},
        {"asked_by": "XY"},
        {"answers": ()},
        {"acknowledgements": (note("x"),)},
        {"maximum_ua": ((1, 2),)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_whatever_is_given_differently_has_another_hash(other: dict[str, object]) -> None:
    given = screening()
    assert replace(given, **other).sha256 != given.sha256
    assert len(given.sha256) == 64


def test_the_hash_does_not_depend_on_when_it_is_asked_for() -> None:
    assert screening().sha256 == screening().sha256
    assert clear(screening()).answers_sha256 == screening().sha256


@pytest.mark.parametrize("basis", [BENCH, SIMULATED])
def test_nobody_has_neither_answers_nor_bounds(basis: str) -> None:
    clearance = nobody(TWO, SCREENING_TABLE, basis, "2026-03-01")
    assert (clearance.basis, clearance.day, clearance.patient) == (basis, "2026-03-01", "")
    assert (clearance.asked_by, clearance.answers_sha256) == ("", "")
    assert (clearance.yes, clearance.findings, clearance.acknowledgements) == ((), (), ())
    assert (clearance.plan_sha256, clearance.table_sha256) == (TWO.sha256, SCREENING_TABLE.sha256)
    assert [own.permille for own in clearance.channels] == [1000, 1000]
    assert {own.maximum for own in clearance.channels} == {NO_MOST}
    assert {own.items for own in clearance.channels} == {()}


# Whose clearance it is ------------------------------------------------------------


def test_a_channel_is_found_in_the_clearance_of_its_plan() -> None:
    clearance = clear(screening())
    assert channel_clearance(clearance, TWO, 2) == clearance.channels[1]


OTHER = {
    "another protocol": replace(TWO, sha256="1" * 64),
    "another side": replace(
        TWO, channels=(replace(TWO.channels[0], side="right"), TWO.channels[1])
    ),
    "another site": replace(
        TWO, channels=(replace(TWO.channels[0], site="thenar"), TWO.channels[1])
    ),
}


@pytest.mark.parametrize("of", OTHER.values(), ids=OTHER)
def test_a_clearance_is_not_valid_for_anything_else(of: Plan) -> None:
    with pytest.raises(PlanningError) as refused:
        channel_clearance(clear(screening()), of, 1)
    assert refused.value.reasons == ("channel 1: what was asked does not belong to this plan",)


def test_a_channel_that_was_not_asked_about_is_not_cleared() -> None:
    clearance = clear(screening())
    with pytest.raises(PlanningError):
        channel_clearance(replace(clearance, channels=clearance.channels[1:]), TWO, 1)
