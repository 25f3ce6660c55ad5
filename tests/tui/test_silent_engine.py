"""An engine that answers nothing or dies: what the screen says, and how it can be left."""

from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import on_stage

from nmes.exit_codes import NOT_COMPLETED
from tui import texts


async def test_an_engine_that_does_not_even_answer_a_stop_is_told_with_what_to_do_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("space")
        await stage.later(0.2)
        before = stage.text
        await stage.later(0.2)
        assert "NOT CONFIRMED" not in before
        assert "NOT CONFIRMED - LEADS OUT OF THE STIMULATOR" in stage.text
        assert "1 leads out of the stimulator, 2 pads off, 3 stimulator off" in stage.text
        assert stage.lines[-2].strip() == texts.KEYS_SILENT


async def test_a_screen_whose_engine_answers_nothing_can_be_left_after_a_stop() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("ctrl+q")
        await stage.later(0.4)
        await stage.press("ctrl+q")
        assert len(stage.link.stops) == 1
        assert stage.app.return_code == NOT_COMPLETED


async def test_stops_pressed_again_do_not_put_off_that_nobody_answers() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("space")
        await stage.later(0.2)
        await stage.press("space")
        await stage.later(0.2)
        assert len(stage.link.stops) == 2
        assert "NOT CONFIRMED" in stage.text


async def test_an_engine_that_dies_while_output_is_possible_leaves_one_instruction() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.link.die()
        await stage.draw()
        assert "LEADS OUT OF THE STIMULATOR" in stage.text
        assert "2  pads off" in stage.text
        await stage.press("q")
        assert stage.app.return_code == 1


async def test_an_engine_that_dies_before_arming_frightens_nobody() -> None:
    async with on_stage(scenes.catalogue()) as stage:
        stage.link.die()
        await stage.draw()
        assert texts.GONE in stage.text
        assert "LEADS" not in stage.text
