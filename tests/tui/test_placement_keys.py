"""The placement screen: what its keys ask of the engine."""

from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import Stage, on_stage

from nmes.link.messages import Arm, Refusal
from tui import texts


async def tick_every_line(stage: Stage, channels: int = 2) -> None:
    for _ in range(channels):
        await stage.press("space", "space", "space", "enter")


async def test_arming_is_asked_only_after_every_line_was_ticked() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await stage.press("right", "right", "a")
        assert stage.link.sent == []
        await stage.press("left", "left")
        await tick_every_line(stage)
        await stage.press("a")
        assert stage.link.sent == [Arm(confirmed_channels=(1, 2))]


async def test_enter_never_arms() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("enter", "enter", "enter")
        assert stage.link.sent == []


async def test_choosing_a_side_asks_for_the_plan_again() -> None:
    async with on_stage(scenes.prepared(side_is_open=True), start=scenes.BENCH) as stage:
        assert texts.SIDE_IS_OPEN in stage.text
        await stage.press("r")
        assert stage.link.sent[0].sides == {1: "right"}


async def test_a_refused_arming_is_shown_with_its_reason() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("a")
        await stage.tell(Refusal(intent="arm", reasons=("Choose the side first.",)))
        assert "Choose the side first." in stage.text
        await stage.press("space")
        assert stage.link.stops == []


async def test_from_arming_on_space_stops_though_the_engine_has_not_answered_yet() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.press("a", "space")
        assert stage.kinds() == ["arm", "stop"]


async def test_back_from_placement_opens_the_start_screen() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await stage.press("b")
        await stage.draw()
        assert texts.START_TITLE in stage.text


async def test_back_from_the_check_goes_one_page_back_and_keeps_the_ticks() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        assert texts.BACK_A_PAGE in stage.lines[-2]
        await stage.press("b")
        await stage.draw()
        assert "Placement - channel 2" in stage.text
        assert stage.text.count("[x]") == 3


async def test_the_first_page_of_placement_says_where_back_leads() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        assert texts.BACK_TO_START in stage.lines[-2]


async def test_nothing_can_be_armed_in_a_window_below_80_by_24() -> None:
    async with on_stage(PLAN, start=scenes.BENCH) as stage:
        await tick_every_line(stage)
        await stage.pilot.resize_terminal(79, 24)
        await stage.press("a")
        assert stage.link.sent == []
        assert texts.TOO_SMALL_NO_ARMING in " ".join(stage.text.split())
