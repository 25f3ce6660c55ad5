"""The stopped screen between a stop and its confirmation: what it offers, what it leaves out."""

from support import screen_scenes as scenes
from support.stage import on_stage

from tui import texts

PLAN = scenes.prepared()


async def test_arming_again_is_not_offered_before_the_device_has_confirmed() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None, state="faulted")) as stage:
        assert texts.WAITING_CONFIRM in stage.text
        assert f" {texts.REARM_WAITS}" in stage.lines
        assert "arm again" not in stage.text


async def test_no_key_arms_again_before_the_device_has_confirmed() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.press("r", "y")
        assert stage.link.sent == []


async def test_arming_again_is_offered_as_soon_as_the_device_has_confirmed() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.tell(scenes.stopped())
        assert f" {texts.REARM_EXPLAINED}" in stage.lines
        assert "r, then y  arm again" in stage.text


async def test_a_fault_whose_cause_holds_the_cure_has_no_empty_advice() -> None:
    told = scenes.stopped(0, state="faulted")
    stop = told.stop.model_copy(update={"advice": ""})
    async with on_stage(PLAN, told.model_copy(update={"stop": stop})) as stage:
        assert texts.LABEL_CAUSE in stage.text
        assert texts.LABEL_ADVICE not in stage.text
