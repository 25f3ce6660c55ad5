"""The stopped screen: what it tells, how it goes on, and what it asks while output may go on."""

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import on_stage

from nmes.link.messages import Acknowledge, Arm, Note
from tui import texts


async def test_going_on_after_a_stop_takes_two_different_keys() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("y")
        assert stage.link.sent == []
        await stage.press("r")
        assert stage.link.sent == [Acknowledge()]
        assert texts.REARM_READ in stage.text
        await stage.press("y")
        assert stage.link.sent == [Acknowledge(), Arm(confirmed_channels=(1, 2))]


async def test_the_stopped_screen_names_both_keys_of_going_on_whole() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        assert stage.lines[-2].startswith(" r, then y  arm again")
        assert stage.lines[-2].endswith("ctrl+q leave")
        assert f" {texts.REARM_EXPLAINED}" in stage.lines
        await stage.press("r")
        assert stage.lines[-2] == f" {texts.STOPPED_KEYS_CONFIRM}"


@pytest.mark.parametrize("key", ["r", "n", "enter"])
async def test_any_other_second_key_does_not_arm(key: str) -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r", key, "y")
        assert "arm" not in stage.kinds()


async def test_a_stop_key_takes_back_the_first_step_of_arming_again() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r", "space", "y")
        assert stage.kinds() == ["acknowledge", "stop"]


async def test_a_new_stop_begins_with_the_first_step_again() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("r")
        await stage.tell(scenes.snapshot("running"), scenes.stopped())
        await stage.press("y")
        assert "arm" not in stage.kinds()


async def test_nothing_is_armed_again_while_a_stop_is_unconfirmed() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.later(1)
        await stage.press("r", "y")
        assert stage.link.sent == []
        assert texts.REARM_UNCONFIRMED in stage.text


async def test_the_way_on_from_an_unconfirmed_stop_is_the_end_of_the_session() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(None)) as stage:
        await stage.later(1)
        assert texts.UNCONFIRMED_EXPLAINED in stage.text
        assert "arm again" not in stage.text
        await stage.press("e")
        assert stage.kinds() == ["leave"]


DOUBTFUL = scenes.stopped(None, state="faulted", output_is_doubtful=True)


UNKNOWN = "OUTPUT UNKNOWN - 1 leads out of the stimulator, 2 pads off, 3 stimulator off"


async def test_a_session_whose_output_may_go_on_ends_only_once_it_was_ended_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL) as stage:
        await stage.press("e")
        assert "All done?  1 leads out of the stimulator, 2 pads off" in stage.text
        await stage.press("n")
        assert stage.link.sent == []
        await stage.press("e", "y")
        assert stage.kinds() == ["note", "leave"]
        assert "leads out of the stimulator" in stage.link.sent[0].text
        await stage.tell(DOUBTFUL, scenes.summary())
        assert "OUTPUT OFF" in stage.text


async def test_a_stop_key_is_no_answer_to_whether_it_was_ended_by_hand() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL) as stage:
        await stage.press("e", "space", "y")
        assert stage.kinds() == ["stop"]


async def test_an_output_that_nobody_ended_is_called_unknown_until_a_device_is_heard() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL, scenes.summary()) as stage:
        assert UNKNOWN in stage.text
        await stage.press("n")
        assert UNKNOWN in stage.text
        await stage.tell(PLAN, scenes.snapshot("connecting"), scenes.snapshot("armed"))
        await stage.tell(scenes.stopped(), scenes.summary())
        assert "OUTPUT OFF" in stage.text


async def test_an_engine_that_dies_after_an_output_nobody_ended_says_what_to_do() -> None:
    async with on_stage(PLAN, scenes.snapshot(), DOUBTFUL, scenes.summary()) as stage:
        stage.link.die()
        await stage.draw()
        assert "1  leads out of the stimulator" in stage.text


async def test_nothing_is_armed_again_in_a_window_that_is_too_small() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.pilot.resize_terminal(79, 24)
        await stage.press("r", "y")
        assert "arm" not in stage.kinds()


async def test_what_happened_goes_into_the_record() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("3")
        assert stage.link.sent == [Note(topic="stop", text="pads came off")]
        assert "noted: pads came off" in stage.text


async def test_a_stop_without_a_device_is_not_said_to_be_confirmed_by_one() -> None:
    unheard = scenes.stopped(0, state="faulted", confirmed_age_us=None)
    async with on_stage(PLAN, scenes.snapshot(), unheard) as stage:
        assert ("no device was connected" in stage.text, "device confirmed" in stage.text) == (
            True,
            False,
        )


async def test_a_stop_that_was_answered_at_once_is_not_said_to_have_had_no_device() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(0)) as stage:
        await stage.later(1)
        assert ("no device was connected" in stage.text, "device confirmed" in stage.text) == (
            False,
            True,
        )


async def test_advice_for_the_session_does_not_stay_once_it_is_stopped() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app.situation.remark("Still at 0 mA: channel 2.", "!", stage.app.now_us())
        await stage.tell(scenes.stopped())
        await stage.draw()
        assert "Still at 0 mA" not in stage.text


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
