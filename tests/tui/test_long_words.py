"""What the engine says at length can be read whole, also in the smallest window."""

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import Stage, on_stage

from nmes.link.messages import Event, Refusal

WORDS = [f"word{number}" for number in range(30)]
LONG = " ".join(WORDS)
"""Three lines of eighty columns."""


def refused(intent: str, *reasons: str) -> Refusal:
    """A refusal of that intent."""
    return Refusal.model_validate({"intent": intent, "reasons": reasons})


def shown(stage: Stage) -> list[str]:
    """The words that can be read."""
    return [word for word in stage.text.split() if word in WORDS]


async def test_a_refused_arming_is_told_whole_on_the_page_of_the_check() -> None:
    async with on_stage(PLAN) as stage:
        await stage.press("right", "right")
        await stage.tell(refused("arm", LONG))
        assert shown(stage) == WORDS
        assert "What this device cannot notice" in stage.text


async def test_a_refusal_is_told_whole_on_the_stopped_screen() -> None:
    async with on_stage(PLAN, scenes.stopped()) as stage:
        await stage.tell(refused("arm", LONG))
        assert shown(stage) == WORDS
        assert "r, then y  arm again" in stage.lines[-2]


async def test_a_refusal_is_told_whole_below_the_questions_to_a_person() -> None:
    async with on_stage(start=scenes.PATIENT) as stage:
        await stage.tell(scenes.screening(), refused("prepare", LONG))
        assert shown(stage) == WORDS
        assert "cardiac pacemaker" in stage.text


async def test_the_room_of_a_long_refusal_is_given_back_once_it_is_over() -> None:
    async with on_stage(PLAN, scenes.stopped()) as stage:
        before = stage.lines
        await stage.tell(refused("arm", LONG))
        await stage.later(10)
        await stage.tell(scenes.stopped())
        assert stage.lines == before


@pytest.mark.parametrize("count", [1, 2])
async def test_a_refused_choice_is_told_whole_and_hides_no_field(count: int) -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.tell(refused("prepare", *[LONG] * count))
        assert shown(stage) == WORDS * count
        assert all(name in stage.text for name in ("PROTOCOL", "PORT", "OPERATOR", "PATIENT"))
        assert stage.app.screen.query_one("#patient").region.height == 1


async def test_more_reasons_than_there_is_room_for_say_where_they_can_be_read() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        await stage.tell(refused("prepare", *[LONG] * 5))
        assert "nmes check quadriceps_strength_after_knee_replacement'" in stage.text


async def test_a_long_event_is_told_whole_and_its_lines_stand_below_each_other() -> None:
    event = Event(at_us=0, utc="2026-03-02T14:05:12Z", mark="!", text=LONG)
    async with on_stage(PLAN, scenes.snapshot(), *scenes.events(), event) as stage:
        assert shown(stage) == WORDS
        rows = [row for row in stage.lines if "word" in row]
        assert {row.index("word") for row in rows} == {len("  ! 14:05:12 ")}
