"""The session screen: what each key asks of the engine."""

import pytest
from support import screen_scenes as scenes
from support.fake_link import FakeLink
from support.screen_scenes import PLAN
from support.stage import on_stage

from nmes.link.messages import Finish, Note, Pause, Refusal, Snapshot, StepLevel, StillHere
from tui import texts
from tui.app import NmesApp


@pytest.mark.parametrize(
    ("fine_ua", "coarse_ua", "words"),
    [
        (1_000, 2_000, "up/down 1 mA  pgup/pgdn 2 mA"),
        (500, 2_000, "up/down 0.5 mA  pgup/pgdn 2 mA"),
        (720, 1_800, "up/down 0.72 mA  pgup/pgdn 1.8 mA"),
    ],
)
async def test_the_keys_say_what_a_press_is_worth_on_this_device(
    fine_ua: int, coarse_ua: int, words: str
) -> None:
    plan = PLAN.model_copy(update={"press_fine_ua": fine_ua, "press_coarse_ua": coarse_ua})
    async with on_stage(plan, scenes.snapshot()) as stage:
        assert words in stage.text


async def test_each_press_sends_one_step_with_a_rising_number() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("up", "plus", "down", "minus", "pageup", "pagedown")
        steps = [(s.direction, s.is_coarse, s.sequence) for s in stage.link.sent]
        assert steps == [
            ("up", False, 1),
            ("up", False, 2),
            ("down", False, 3),
            ("down", False, 4),
            ("up", True, 5),
            ("down", True, 6),
        ]


@pytest.mark.parametrize("state", ["connecting", "armed", "paused"])
@pytest.mark.parametrize("key", ["up", "pageup"])
async def test_no_key_sends_a_step_up_where_nothing_may_rise(state: str, key: str) -> None:
    async with on_stage(PLAN, scenes.snapshot(state)) as stage:
        await stage.press(key)
        assert stage.link.sent == []
        assert texts.UP_NOT_NOW in stage.text


@pytest.mark.parametrize("state", ["stopped", "faulted"])
async def test_no_key_of_the_stopped_screen_changes_a_level(state: str) -> None:
    async with on_stage(PLAN, scenes.stopped(state=state)) as stage:
        await stage.press("up", "plus", "pageup", "s", "p", "f", "enter")
        assert stage.link.sent == []


async def test_no_step_up_leaves_a_stale_screen() -> None:
    async with on_stage(PLAN, scenes.snapshot("running", confirmed_age_us=400_000)) as stage:
        await stage.press("up", "down")
        assert [s.direction for s in stage.link.sent] == ["down"]


async def test_no_step_up_leaves_a_window_that_is_too_small() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.pilot.resize_terminal(60, 20)
        await stage.press("up", "down", "0")
        assert stage.kinds() == ["step_level", "zero_level"]


async def test_pause_and_channels_and_zero_are_single_keys() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("2", "0", "P")
        assert [i.kind for i in stage.link.sent] == ["zero_level", "pause"]
        assert stage.link.sent[0].channel == 2
        assert stage.link.sent[1] == Pause()


def with_levels(state: str, *levels_ua: int) -> Snapshot:
    snapshot = scenes.snapshot(state)
    channels = [
        channel.model_copy(update={"level_ua": level_ua})
        for channel, level_ua in zip(snapshot.channels, levels_ua, strict=True)
    ]
    return snapshot.model_copy(update={"channels": tuple(channels)})


@pytest.mark.parametrize(
    ("levels_ua", "is_told"), [((0, 9_000), True), ((9_000, 9_000), False), ((0, 0), False)]
)
async def test_a_level_forgotten_at_the_start_is_named(
    levels_ua: tuple[int, int], is_told: bool
) -> None:
    async with on_stage(PLAN, with_levels("finding", *levels_ua)) as stage:
        await stage.press("s")
        assert stage.kinds() == ["start"]
        await stage.tell(with_levels("running", *levels_ua))
        assert ("Still at 0 mA: channel 1." in stage.text) is is_told


async def test_the_end_is_asked_twice() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("e", "n", "y")
        assert stage.link.sent == []
        await stage.press("e", "y")
        assert stage.link.sent == [Finish()]


async def test_lowering_keys_work_though_the_end_is_being_asked() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("e", "down", "e", "0", "e", "up")
        assert stage.kinds() == ["step_level", "zero_level"]
        assert stage.link.sent[0] == StepLevel(
            channel=1, direction="down", is_coarse=False, sequence=1
        )


async def test_a_moment_is_marked_with_one_key() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.press("m")
        assert stage.link.sent == [Note(topic="mark", text="")]


async def test_the_reason_of_a_refused_step_is_shown() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.tell(Refusal(intent="step_level", reasons=("At most two steps a second.",)))
        assert "At most two steps a second." in stage.text


async def test_keys_that_ask_for_nothing_still_tell_that_somebody_is_there() -> None:
    beats: list[StillHere] = []

    class Listening(FakeLink):
        def send(self, intent: object) -> None:
            if isinstance(intent, StillHere):
                beats.append(intent)
            else:
                super().send(intent)

    async with NmesApp(Listening()).run_test() as pilot:
        await pilot.press("f7", "f8")
        pilot.app._beat()
        assert beats[-1].keys_pressed == 2
