"""The help of the session screen."""

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import on_stage

from tui import texts


async def test_help_takes_the_place_of_the_events_and_covers_nothing_else() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        before = stage.lines
        await stage.press("question_mark")
        after = stage.lines
        first = next(i for i, text in enumerate(before) if "EVENTS" in text)
        assert texts.HELP_HEADING in after[first]
        assert after[:first] == before[:first]
        assert after[-2:] == before[-2:]


@pytest.mark.parametrize("size", [(80, 24), (100, 24), (120, 40)])
@pytest.mark.parametrize("channels", [1, 8])
async def test_every_line_of_the_help_can_be_read_whole(
    channels: int, size: tuple[int, int]
) -> None:
    plan, now = scenes.prepared(channels), scenes.snapshot("running", channels)
    async with on_stage(plan, now, size=size) as stage:
        seen = ""
        while texts.HELP_CLOSES not in seen:
            await stage.press("question_mark")
            assert texts.HELP_HEADING in stage.text
            seen += stage.text
        assert [text for text in texts.HELP if text not in seen] == []


async def test_help_that_goes_on_says_so_and_closes_after_its_last_page() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        before = stage.lines
        await stage.press("question_mark")
        assert texts.HELP_MORE in stage.text
        await stage.press("question_mark")
        assert texts.HELP_CLOSES in stage.text
        await stage.press("question_mark")
        assert stage.lines == before
