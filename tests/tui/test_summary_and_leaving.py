"""The summary, and how the screen is left."""

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN
from support.stage import on_stage

from nmes.exit_codes import DEVICE_TROUBLE, DONE, NOT_COMPLETED
from nmes.link.messages import Leave
from tui import texts


async def test_e_ends_a_stopped_session_and_the_summary_follows() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("e")
        assert stage.link.sent == [Leave()]
        await stage.tell(scenes.summary())
        assert "contractions of the program 32/40" in stage.text


async def test_the_summary_says_what_each_of_its_counts_of_contractions_counts() -> None:
    summary = scenes.summary()
    repeated = summary.channels[0].model_copy(update={"contractions": 33})
    async with on_stage(summary.model_copy(update={"channels": (repeated,)})) as stage:
        assert "contractions of the program 32/40" in stage.text
        heading, row = stage.lines[7:9]
        end = heading.index("GIVEN") + len("GIVEN")
        assert row[:end].endswith(" 33")
        assert texts.SUMMARY_NOTE in " ".join(stage.text.split())


async def test_after_the_summary_a_new_session_begins_at_the_start_screen() -> None:
    async with on_stage(scenes.catalogue(), PLAN, scenes.summary(), start=scenes.BENCH) as stage:
        await stage.press("n")
        await stage.draw()
        assert texts.START_TITLE in stage.text


async def test_leaving_closes_an_open_session() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped()) as stage:
        await stage.press("ctrl+q")
        assert stage.link.sent == [Leave()]
        assert stage.app.return_code == NOT_COMPLETED


async def test_leaving_after_a_fault_is_told_by_the_exit_code() -> None:
    async with on_stage(PLAN, scenes.snapshot(), scenes.stopped(state="faulted")) as stage:
        await stage.press("ctrl+q")
        assert stage.app.return_code == DEVICE_TROUBLE


@pytest.mark.parametrize(
    ("outcome", "faults", "code"),
    [
        ("completed", (), DONE),
        ("ended early", (), NOT_COMPLETED),
        ("faulted", ("the device stopped answering",), DEVICE_TROUBLE),
    ],
)
async def test_what_became_of_the_last_session_is_told_by_the_exit_code(
    outcome: str, faults: tuple[str, ...], code: int
) -> None:
    summary = scenes.summary().model_copy(update={"outcome": outcome, "faults": faults})
    async with on_stage(scenes.catalogue(), PLAN, summary) as stage:
        await stage.press("ctrl+q")
        assert stage.app.return_code == code


async def test_leaving_while_output_is_possible_stops_first() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app.leave()
        assert stage.kinds() == ["stop", "leave"]


async def test_a_signal_stops_before_the_program_ends() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.app._end_on_signal("SIGTERM")
        assert stage.kinds() == ["stop", "leave"]
        assert "SIGTERM" in stage.link.stops[0]
