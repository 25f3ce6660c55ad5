"""Asking a person: nothing is answered beforehand, and no pad is placed before all is answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support import screen_scenes as scenes
from support.stage import Stage, assert_same_text, on_stage

from nmes.link.messages import AskScreening, Prepare, Refusal, ScreeningFinding
from tui import texts

GOLDEN = Path(__file__).parent / "golden"

EPILEPSY = scenes.screening_finding("epilepsy", "acknowledge", "Is epilepsy known?")
PACEMAKER = scenes.screening_finding("cardiac_pacemaker", "block", "Is there a pacemaker?")


def asked(stage: Stage) -> AskScreening:
    """What the screen last wanted to know."""
    last = stage.link.sent[-1]
    assert isinstance(last, AskScreening)
    return last


def replies(stage: Stage) -> dict[str, str]:
    """The answers it sent last."""
    given = asked(stage).given
    return {} if given is None else {one.question: one.answer for one in given.answers}


@asynccontextmanager
async def asking(
    size: tuple[int, int] = (80, 24), *, is_passed: bool = False
) -> AsyncIterator[Stage]:
    """The screen of a person whose questions the engine has just told."""
    async with on_stage(start=scenes.PATIENT, size=size) as stage:
        await stage.tell(scenes.screening(is_passed=is_passed))
        yield stage


async def answer_all(stage: Stage, *findings: ScreeningFinding, is_passed: bool) -> None:
    await stage.press("l", "n", "n", "n", "n", apart_s=0.3)
    await stage.tell(scenes.screening(*findings, is_passed=is_passed))


async def test_a_person_at_a_real_port_is_asked_before_a_plan_is() -> None:
    async with on_stage() as stage:
        stage.app.prepare(scenes.PATIENT)
        assert asked(stage).given is None
        assert asked(stage).patient == "0417"


async def test_a_test_load_and_a_simulator_are_asked_nothing() -> None:
    bench = scenes.PATIENT.model_copy(update={"patient": "bench", "is_bench": True})
    for start in (bench, scenes.BENCH):
        async with on_stage() as stage:
            stage.app.prepare(start)
            assert stage.link.sent == [start]


async def test_nothing_is_answered_beforehand() -> None:
    async with asking() as stage:
        assert "0 of 5 answered" in stage.text
        assert not {"[YES]", "[no ]", "[ ? ]", "[ L ]", "[ R ]"} & set(stage.text.split("  "))


async def test_each_answer_is_told_and_the_cursor_goes_to_the_next_open_line() -> None:
    async with asking() as stage:
        await stage.press("down", "n", "y", "u", apart_s=0.3)
        assert replies(stage) == {
            "cardiac_pacemaker": "no",
            "epilepsy": "yes",
            "impaired_sensation": "not known",
        }
        assert "3 of 5 answered" in stage.text


async def test_the_side_is_chosen_before_what_is_asked_about_it() -> None:
    async with asking() as stage:
        await stage.press("l")
        assert asked(stage).sides == {1: "left"}


async def test_another_side_asks_again_what_was_answered_about_the_place() -> None:
    async with asking() as stage:
        await stage.press("l", "n", "n", "n", "n", "up", "up", "up", "up", "up", "r", apart_s=0.3)
        assert replies(stage) == {"cardiac_pacemaker": "no", "epilepsy": "no"}


async def test_no_pads_are_placed_while_a_line_is_open() -> None:
    async with asking(is_passed=True) as stage:
        await stage.press("l", "n", "n", "enter", apart_s=0.3)
        assert not any(isinstance(sent, Prepare) for sent in stage.link.sent)
        assert "2 still to be answered" in stage.text


async def test_a_screening_without_findings_leads_to_the_plan_with_all_answers() -> None:
    async with asking() as stage:
        await answer_all(stage, is_passed=True)
        await stage.press("enter")
        sent = stage.link.sent[-1]
        assert isinstance(sent, Prepare)
        assert sent.sides == {1: "left"}
        assert sent.screening is not None
        assert sent.screening.asked_by == "TW"
        assert sent.screening.day == "2026-03-04"
        assert len(sent.screening.answers) == 4


async def test_a_block_says_why_and_keeps_the_pads_away() -> None:
    async with asking() as stage:
        await answer_all(stage, PACEMAKER, is_passed=False)
        assert "1 x BLOCKED" in stage.text
        await stage.press("enter", "enter")
        assert "cardiac pacemaker: Is there a pacemaker? Do not" in stage.text
        assert not any(isinstance(sent, Prepare) for sent in stage.link.sent)


async def test_a_clinician_acknowledges_with_name_and_reason() -> None:
    async with asking() as stage:
        await answer_all(stage, EPILEPSY, is_passed=False)
        await stage.press("right", "enter", *"Ho", "enter", *"ok", "enter")
        given = asked(stage).given
        assert given is not None
        assert [(n.item, n.clinician, n.text) for n in given.acknowledgements] == [
            ("epilepsy", "Ho", "ok")
        ]


async def test_an_acknowledgement_without_a_reason_is_not_taken() -> None:
    async with asking() as stage:
        await answer_all(stage, EPILEPSY, is_passed=False)
        await stage.press("right", "enter", *"Ho", "enter", "enter")
        assert texts.ACKNOWLEDGE_NEEDS in stage.text
        given = asked(stage).given
        assert given is not None
        assert given.acknowledgements == ()


async def test_writing_can_be_left_without_a_trace() -> None:
    async with asking() as stage:
        await answer_all(stage, EPILEPSY, is_passed=False)
        await stage.press("right", "enter", *"yn", "escape")
        assert stage.app.screening.writes is None
        assert stage.app.screening.note("epilepsy") is None


async def test_a_refused_plan_leads_back_to_the_answers_with_the_reason() -> None:
    async with asking() as stage:
        await answer_all(stage, is_passed=True)
        await stage.press("enter")
        await stage.tell(Refusal(intent="prepare", reasons=("another day's answers",)))
        assert "another day's answers" in stage.text
        assert "5 of 5 answered" in stage.text


async def test_going_back_from_the_pads_loses_no_answer() -> None:
    async with asking() as stage:
        await answer_all(stage, is_passed=True)
        await stage.press("enter")
        await stage.tell(scenes.prepared())
        assert "Placement - channel 1" in stage.text
        await stage.press("b")
        await stage.draw()
        assert "5 of 5 answered" in stage.text


async def test_the_side_of_a_screened_person_is_not_changed_at_the_pads() -> None:
    async with asking() as stage:
        await answer_all(stage, is_passed=True)
        await stage.press("enter")
        await stage.tell(scenes.prepared())
        await stage.press("r")
        assert "l/r side" not in stage.text
        assert isinstance(stage.link.sent[-1], Prepare)
        assert stage.link.sent[-1].sides == {1: "left"}


async def test_what_cannot_be_asked_is_said_on_the_start_screen() -> None:
    async with on_stage(scenes.catalogue(), start=scenes.PATIENT) as stage:
        await stage.tell(Refusal(intent="ask_screening", reasons=("no such protocol",)))
        assert "no such protocol" in stage.text
        assert texts.START_TITLE in stage.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_the_questions_look_as_they_were_read(size: tuple[int, int]) -> None:
    async with asking(size) as stage:
        await stage.press("l", "n", "y", apart_s=0.3)
        name = f"screening_{size[0]}x{size[1]}.txt"
        assert_same_text(GOLDEN / name, stage.lines)


async def test_the_findings_look_as_they_were_read() -> None:
    async with asking() as stage:
        await answer_all(stage, PACEMAKER, EPILEPSY, is_passed=False)
        await stage.press("right", "down", "enter", *"Dr Ho")
        assert_same_text(GOLDEN / "screening_findings_80x24.txt", stage.lines)


async def test_a_key_held_down_answers_no_question_that_was_not_read() -> None:
    async with asking() as stage:
        await stage.press("l", "n", "n", "n", "n", apart_s=0.08)
        await stage.draw()
        assert texts.ONE_BY_ONE in stage.text
        assert list(replies(stage).values()) == ["no"]
