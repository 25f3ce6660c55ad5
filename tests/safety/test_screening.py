"""What must be asked, and what follows from the answers: over all items and all sites."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.safety_bench import SCREENING_TABLE, TABLE, channel, plan, shape, stage

from protocols.plan import Plan, PlannedChannel
from safety.screening import (
    Acknowledgement,
    Answer,
    ExtraQuestion,
    Finding,
    Question,
    answer_to,
    consequence,
    findings_of,
    narrowings_of,
    place_findings,
    questions_of,
    touched_zones,
)

SITES = tuple(TABLE.sites)


@pytest.fixture(scope="module", autouse=True)
def _asked_anew() -> None:
    """Forget what was asked before: a mutation run starts every run in a copy of one process."""
    on.cache_clear()
    asked.cache_clear()


ITEMS = SCREENING_TABLE.contraindications
CAST = ExtraQuestion(id="cast_removed", text="Is the cast removed?", stop_if="no")


@cache
def on(*sites: str, side: str = "left") -> Plan:
    return with_channels(*(replace(channel(site=site), side=side) for site in sites))


def with_channels(*channels: PlannedChannel) -> Plan:
    numbered = tuple(replace(one, number=n) for n, one in enumerate(channels, start=1))
    shapes = tuple(shape(one.number) for one in numbered)
    return plan(channels=numbered, stages=(stage(shapes=shapes),))


def on_both_legs() -> Plan:
    left, right = channel(), channel()
    other = tuple(replace(pad, zone="lower_limb_right") for pad in right.pads)
    return with_channels(left, replace(right, side="right", pads=other))


@cache
def asked(of: Plan, *extra: ExtraQuestion) -> tuple[Question, ...]:
    return questions_of(of, TABLE, SCREENING_TABLE, extra)


def all_no(of: Plan, *but: Answer) -> tuple[Answer, ...]:
    """Every question of the table answered no, but for what is told."""
    told = {answer.question for answer in but}
    rest = (q.id for q in asked(of) if q.id not in told)
    return (*but, *(answer(question, "no") for question in rest))


def answer(question: str, said: str, number: int | None = None) -> Answer:
    return Answer(question=question, channel=number, answer=said)


def found(of: Plan, *but: Answer, notes: tuple[Acknowledgement, ...] = ()) -> tuple[Finding, ...]:
    return findings_of(asked(of), all_no(of, *but), notes)


def note(item: str, clinician: str = "Dr. Low", text: str = "seen, gently") -> Acknowledgement:
    return Acknowledgement(item=item, clinician=clinician, text=text)


def question_of(item: str) -> str:
    """Under which name an item is asked."""
    return "pregnancy" if item == "pregnancy_other_site" else item


def is_about(item: str, site: str) -> bool:
    zones = touched_zones(on(site).channels[0], TABLE, SCREENING_TABLE)
    return not ITEMS[item].zones or bool(zones & set(ITEMS[item].zones))


def test_a_channel_touches_the_zones_of_its_pads_and_of_its_muscle_on_its_side() -> None:
    right = channel(site="posterior_tibial_nerve")
    pads = tuple(replace(pad, zone="foot_right") for pad in right.pads)
    of = replace(right, side="right", pads=pads)
    assert touched_zones(of, TABLE, SCREENING_TABLE) == {"foot_right", "lower_limb_right"}


# What is asked ------------------------------------------------------------


@pytest.mark.parametrize("site", SITES)
def test_what_touches_a_site_is_asked_and_nothing_else(site: str) -> None:
    expected = {question_of(item) for item in ITEMS if is_about(item, site)}
    assert {question.id for question in asked(on(site))} == expected


def test_a_leg_is_not_asked_about_the_pelvis() -> None:
    ids = {question.id for question in asked(on("quadriceps"))}
    assert not ids & {"pelvic_infection", "menstruation_pelvic", "intrauterine_device_metal"}


def test_questions_come_in_the_order_of_the_table_those_of_the_protocol_last() -> None:
    ids = [question.id for question in asked(on("abdominals"), CAST)]
    own = [name for name in ITEMS if name in ids]
    assert ids == [*own, "protocol.cast_removed"]


def test_a_pregnancy_is_asked_once_about_the_whole_person() -> None:
    (question,) = [q for q in asked(on("abdominals")) if "pregnant" in q.text]
    assert (question.id, question.channels) == ("pregnancy", ())
    assert [item.name for item in question.items] == ["pregnancy", "pregnancy_other_site"]


def test_a_question_about_a_place_names_the_channels_that_it_is_about() -> None:
    by_id = {question.id: question for question in asked(on("quadriceps", "abdominals"))}
    assert by_id["infection_at_site"].channels == (1, 2)
    assert by_id["menstruation_pelvic"].channels == (2,)
    assert by_id["icd"].channels == ()


def test_a_question_carries_its_text_and_the_answer_that_matters() -> None:
    (question,) = [q for q in asked(on("quadriceps")) if q.id == "osteoporosis"]
    assert question.text == "Does the person have osteoporosis?"
    assert question.matters_if == "yes"
    (item,) = question.items
    assert (item.name, item.cap_percent, item.channels) == ("osteoporosis", 75, (1,))
    assert item.source.startswith("a maker's manual")


def test_an_item_that_narrows_nothing_leaves_all_of_the_cap() -> None:
    (question,) = [q for q in asked(on("quadriceps")) if q.id == "icd"]
    assert question.items[0].cap_percent == 100


def test_a_question_of_a_protocol_is_added_and_blocks_with_its_own_answer() -> None:
    of = on("quadriceps", "hamstrings")
    question = asked(of, CAST)[-1]
    assert (question.id, question.text) == ("protocol.cast_removed", "Is the cast removed?")
    assert (question.matters_if, question.channels) == ("no", ())
    (item,) = question.items
    assert (item.name, item.channels, item.decisions) == (question.id, (1, 2), ("block", "block"))
    assert (item.cap_percent, item.source, item.limbs) == (100, "the protocol", ("", ""))


@pytest.mark.parametrize("name", ITEMS)
def test_a_question_of_a_protocol_never_replaces_one_of_the_table(name: str) -> None:
    twin = ExtraQuestion(id=name, text=ITEMS[name].question, stop_if="no")
    of = on("pelvic_floor_surface")
    assert asked(of, twin)[:-1] == asked(of)
    assert asked(of, twin)[-1].id == f"protocol.{name}"


# What follows ------------------------------------------------------------


@pytest.mark.parametrize("site", SITES)
def test_if_nothing_speaks_against_it_nothing_follows(site: str) -> None:
    assert found(on(site)) == ()


@pytest.mark.parametrize("item", ITEMS)
def test_what_is_true_has_the_consequence_of_the_table_at_every_site(item: str) -> None:
    rule = ITEMS[item]
    for of in (on(site) for site in SITES if is_about(item, site)):
        zones = touched_zones(of.channels[0], TABLE, SCREENING_TABLE)
        expected = "block" if zones & set(rule.block_zones) else rule.decision
        (finding,) = [f for f in found(of, answer(question_of(item), "yes")) if f.item == item]
        assert finding.decision == expected
        assert finding.is_open == (expected != "warn")
        assert finding.why == f"{rule.question} Yes."


@pytest.mark.parametrize("item", ITEMS)
def test_what_is_not_answered_or_not_known_blocks_at_every_site(item: str) -> None:
    for of in (on(site) for site in SITES if is_about(item, site)):
        unknown = found(of, answer(question_of(item), "not known"))
        told = tuple(given for given in all_no(of) if given.question != question_of(item))
        missing = findings_of(asked(of), told, ())
        for findings, why in ((unknown, "it is not known"), (missing, "it is not answered")):
            (finding,) = [f for f in findings if f.item == item]
            assert (finding.decision, finding.is_open, finding.why) == ("block", True, why)


def test_the_cure_of_a_missing_answer_is_to_ask_and_of_an_unknown_one_to_examine() -> None:
    of = on("quadriceps")
    (unknown,) = found(of, answer("icd", "not known"))
    assert unknown.cure == "Examine, or ask who knows, before stimulating."
    (missing,) = findings_of(asked(of), tuple(a for a in all_no(of) if a.question != "icd"), ())
    assert missing.cure == "Ask it and write the answer."


def test_pregnancy_blocks_the_abdomen_and_needs_an_acknowledgement_elsewhere() -> None:
    of = on("quadriceps", "abdominals")
    told = {f.item: (f.decision, f.channels) for f in found(of, answer("pregnancy", "yes"))}
    assert told == {
        "pregnancy": ("block", (2,)),
        "pregnancy_other_site": ("acknowledge", ()),
    }


@pytest.mark.parametrize("item", ["cardiac_disease", "arrhythmia_unstable_cardiac"])
def test_a_sick_heart_blocks_the_trunk_and_needs_an_acknowledgement_elsewhere(item: str) -> None:
    of = on("quadriceps", "lumbar_paraspinals")
    findings = found(of, answer(item, "yes"))
    assert [(f.decision, f.channels) for f in findings] == [
        ("block", (2,)),
        ("acknowledge", (1,)),
    ]


def test_the_most_severe_comes_first() -> None:
    of = on("quadriceps")
    findings = found(
        of,
        answer("metal_implant_passive", "yes"),
        answer("osteoporosis", "yes"),
        answer("icd", "yes"),
    )
    assert [f.decision for f in findings] == ["block", "acknowledge", "warn"]


def test_what_is_about_the_whole_person_names_no_channel() -> None:
    (finding,) = found(on("quadriceps", "hamstrings"), answer("epilepsy", "yes"))
    assert finding.channels == ()


def test_what_is_about_a_place_names_its_channels() -> None:
    (finding,) = found(on("quadriceps", "hamstrings"), answer("infection_at_site", "yes"))
    assert finding.channels == (1, 2)


def test_every_consequence_says_what_to_do() -> None:
    of = on("quadriceps")
    yes = ("icd", "osteoporosis", "metal_implant_passive")
    cures = [f.cure for f in found(of, *(answer(name, "yes") for name in yes))]
    assert cures == [
        "Do not stimulate here.",
        "A clinician writes name and reason for this item, or do not stimulate.",
        "Keep an eye on it.",
    ]


# Answers by channel ------------------------------------------------------------


def test_a_place_may_be_answered_channel_by_channel() -> None:
    of = on("quadriceps", "hamstrings")
    (finding,) = found(
        of, answer("infection_at_site", "no", 1), answer("infection_at_site", "yes", 2)
    )
    assert (finding.decision, finding.channels) == ("block", (2,))


def test_a_channel_left_out_is_not_answered() -> None:
    of = on("quadriceps", "hamstrings")
    (finding,) = found(of, answer("infection_at_site", "no", 1))
    assert (finding.why, finding.channels) == ("it is not answered", (2,))


def test_what_is_true_of_one_channel_of_a_limb_is_true_of_the_limb() -> None:
    item = "dvt_or_thrombophlebitis"
    of = on("quadriceps", "tibialis_anterior")
    (finding,) = found(of, answer(item, "yes", 1), answer(item, "no", 2))
    assert (finding.decision, finding.channels) == ("block", (1, 2))


def test_the_other_limb_keeps_its_own_answer() -> None:
    item = "dvt_or_thrombophlebitis"
    (finding,) = found(on_both_legs(), answer(item, "yes", 1), answer(item, "no", 2))
    assert finding.channels == (1,)


def test_what_is_true_of_one_place_is_not_true_of_its_neighbour() -> None:
    of = on("quadriceps", "tibialis_anterior")
    item = "infection_at_site"
    (finding,) = found(of, answer(item, "yes", 1), answer(item, "no", 2))
    assert finding.channels == (1,)


def test_an_answer_for_a_channel_goes_before_that_for_all() -> None:
    (question,) = [q for q in asked(on("quadriceps")) if q.id == "infection_at_site"]
    answers = (answer(question.id, "no"), answer(question.id, "yes", 1), answer("icd", "no", 2))
    assert answer_to(question, 1, answers) == "yes"
    assert answer_to(question, 2, answers) == "no"
    assert answer_to(question, 1, ()) is None


STRAY: Mapping[str, tuple[tuple[Answer, ...], tuple[int, ...], str]] = {
    "a name that is not asked": ((answer("hiccups", "no"),), (), "this is not asked"),
    "a pelvis where only a leg is treated": (
        (answer("pelvic_infection", "no"),),
        (),
        "this is not asked for these sites",
    ),
    "a channel that is not there": (
        (answer("infection_at_site", "no"), answer("infection_at_site", "no", 7)),
        (7,),
        "this is not asked for these sites",
    ),
    "a channel where the person is meant": (
        (answer("icd", "no"), answer("icd", "no", 1)),
        (1,),
        "this is not asked for these sites",
    ),
    "two answers": ((answer("icd", "no"), answer("icd", "no")), (), "it is answered twice"),
    "one for all and one apart": (
        (answer("infection_at_site", "no"), answer("infection_at_site", "no", 1)),
        (1,),
        "it is answered twice",
    ),
    "a word that is no answer": (
        (answer("icd", "no"), answer("osteoporosis", "maybe")),
        (),
        "'maybe' is no answer",
    ),
}


@pytest.mark.parametrize("case", STRAY)
def test_an_answer_that_does_not_belong_here_blocks(case: str) -> None:
    answers, channels, why = STRAY[case]
    findings = [f for f in found(on("quadriceps"), *answers) if f.why.startswith(why)]
    (finding,) = findings
    assert (finding.decision, finding.is_open, finding.channels) == ("block", True, channels)
    assert finding.item in {given.question for given in answers}
    assert finding.cure in (
        "Remove the answer, or the one too many.",
        "Answer yes, no or not known.",
    )


# Acknowledgements ------------------------------------------------------------


def test_what_a_clinician_wrote_settles_the_item_it_names() -> None:
    of = on("quadriceps")
    yes = answer("osteoporosis", "yes")
    (settled,) = found(of, yes, notes=(note("osteoporosis"),))
    assert (settled.decision, settled.is_open) == ("acknowledge", False)
    (other,) = found(of, yes, notes=(note("epilepsy"),))
    assert other.is_open


@pytest.mark.parametrize(("clinician", "text"), [("", "seen"), ("Dr. Low", ""), (" ", " ")])
def test_without_a_name_or_a_word_nothing_is_acknowledged(clinician: str, text: str) -> None:
    (finding,) = found(
        on("quadriceps"),
        answer("osteoporosis", "yes"),
        notes=(note("osteoporosis", clinician, text),),
    )
    assert finding.is_open


@pytest.mark.parametrize("item", [name for name, rule in ITEMS.items() if rule.decision == "block"])
def test_nobody_can_acknowledge_a_block_away(item: str) -> None:
    of = on("pelvic_floor_surface")
    findings = found(of, answer(question_of(item), "yes"), notes=(note(item),))
    assert all(f.is_open for f in findings if f.item == item)


@given(st.sampled_from(("block", "acknowledge", "warn")), st.booleans())
def test_open_is_a_block_and_an_acknowledgement_not_yet_written(
    decision: str, is_written: bool
) -> None:
    notes = (note("x"),) if is_written else ()
    finding = consequence("x", decision, (), "because", notes)
    is_missing = decision == "acknowledge" and not is_written
    assert finding.is_open == (decision == "block" or is_missing)


# Places ------------------------------------------------------------


def places(of: Plan, *notes: Acknowledgement) -> tuple[Finding, ...]:
    return place_findings(of, TABLE, SCREENING_TABLE, notes)


@pytest.mark.parametrize("site", SITES)
def test_a_zone_has_the_consequence_of_the_table_at_every_site(site: str) -> None:
    of = on(site)
    zones = touched_zones(of.channels[0], TABLE, SCREENING_TABLE)
    expected = {
        (f"zone_{zone}", SCREENING_TABLE.zone_rules[zone].decision)
        for zone in zones & SCREENING_TABLE.zone_rules.keys()
    }
    assert {(f.item, f.decision) for f in places(of)} == expected


def test_pads_on_the_belly_need_an_acknowledgement() -> None:
    of = on("quadriceps", "abdominals")
    (finding,) = places(of)
    assert (finding.item, finding.channels, finding.is_open) == ("zone_abdomen", (2,), True)
    assert finding.why == SCREENING_TABLE.zone_rules["abdomen"].why
    (settled,) = places(of, note("zone_abdomen"))
    assert not settled.is_open


def test_channels_on_one_zone_are_named_together() -> None:
    (finding,) = places(on("abdominals", "quadriceps", "abdominals"))
    assert finding.channels == (1, 3)


def test_a_blocked_zone_comes_before_one_to_be_acknowledged() -> None:
    first, second = on("abdominals", "quadriceps").channels
    head = replace(second, pads=tuple(replace(pad, zone="head") for pad in second.pads))
    findings = places(with_channels(first, head))
    assert [f.item for f in findings] == ["zone_head", "zone_abdomen"]
    assert findings[0].is_open


def test_channels_on_both_arms_need_an_acknowledgement() -> None:
    left, right = channel(site="wrist_extensors"), channel(site="wrist_extensors")
    other = tuple(replace(pad, zone="upper_limb_right") for pad in right.pads)
    of = with_channels(left, replace(right, side="right", pads=other))
    (finding,) = places(of)
    assert (finding.item, finding.channels) == ("cross_channel_thorax", (1, 2))
    assert (finding.decision, finding.is_open) == ("acknowledge", True)
    assert "not known to be isolated" in finding.why
    (settled,) = places(of, note("cross_channel_thorax"))
    assert not settled.is_open


# Caps ------------------------------------------------------------


def permilles(of: Plan, *but: Answer) -> list[tuple[int, int, tuple[str, ...]]]:
    narrowed = narrowings_of(asked(of), all_no(of, *but), of)
    return [(one.channel, one.permille, one.items) for one in narrowed]


def test_without_a_reason_all_of_a_cap_is_left() -> None:
    assert permilles(on("quadriceps")) == [(1, 1000, ())]


def test_impaired_sensation_leaves_half_and_only_there() -> None:
    of = on("quadriceps", "hamstrings")
    item = "impaired_sensation"
    assert permilles(of, answer(item, "yes", 2), answer(item, "no", 1)) == [
        (1, 1000, ()),
        (2, 500, (item,)),
    ]


def test_osteoporosis_leaves_three_quarters_everywhere() -> None:
    assert permilles(on("quadriceps", "thenar"), answer("osteoporosis", "yes")) == [
        (1, 750, ("osteoporosis",)),
        (2, 750, ("osteoporosis",)),
    ]


def test_several_reasons_narrow_one_after_another() -> None:
    both = (answer("osteoporosis", "yes"), answer("impaired_sensation", "yes"))
    assert permilles(on("quadriceps"), *both) == [
        (1, 375, ("impaired_sensation", "osteoporosis")),
    ]


@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
)
def test_the_part_left_is_never_above_the_least_of_the_reasons(percents: list[int]) -> None:
    names = list(ITEMS)[: len(percents)]
    table = replace(SCREENING_TABLE, cap_percent=dict(zip(names, percents, strict=True)))
    of = on("quadriceps")
    questions = questions_of(of, TABLE, table, ())
    told = tuple(answer(q.id, "yes") for q in questions)
    (narrowing,) = narrowings_of(questions, told, of)
    assert narrowing.permille <= 10 * min(percents)
