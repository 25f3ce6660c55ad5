"""Whole screens as text, compared with files that a person has read.

Write them anew with NMES_WRITE_GOLDEN=1, then read what changed.
"""

from pathlib import Path

import pytest
from support import screen_scenes as scenes
from support.screen_scenes import PLAN, SECOND
from support.stage import Stage, assert_same_text, on_stage

from nmes.link.messages import ChannelNow, Report, Snapshot

GOLDEN = Path(__file__).parent / "golden"

SMALL, LARGE = (80, 24), (120, 40)

SETTINGS = scenes.prepared_with_settings()

SCENES: dict[str, tuple[Report, ...]] = {
    "armed": (PLAN, scenes.snapshot("armed"), *scenes.events()),
    "finding": (PLAN, scenes.snapshot("finding"), *scenes.events()),
    "running": (PLAN, scenes.snapshot("running"), *scenes.events()),
    "paused": (PLAN, scenes.snapshot("paused"), *scenes.events()),
    "stale": (PLAN, scenes.snapshot("running", confirmed_age_us=900_000), *scenes.events()),
    "stopped": (PLAN, scenes.stopped()),
    "fault": (PLAN, scenes.stopped(state="faulted")),
    "placement": (PLAN,),
    "summary": (scenes.summary(),),
    "start": (scenes.catalogue(),),
    "running_setting": (SETTINGS, scenes.snapshot("running"), *scenes.events()),
    "placement_setting": (SETTINGS,),
    "summary_setting": (scenes.summary_with_settings(),),
    "summary_doubt": (scenes.summary_in_doubt(),),
}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", list(SCENES))
async def test_a_screen_looks_as_it_was_read(name: str, size: tuple[int, int]) -> None:
    async with on_stage(*SCENES[name], size=size) as stage:
        assert_same_text(GOLDEN / f"{name}_{size[0]}x{size[1]}.txt", stage.lines)


async def test_an_unconfirmed_stop_looks_as_it_was_read() -> None:
    async with on_stage(PLAN, scenes.stopped(None)) as stage:
        await stage.later(0.5)
        assert_same_text(GOLDEN / "unconfirmed_80x24.txt", stage.lines)


async def test_a_screen_without_its_engine_looks_as_it_was_read() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        stage.link.die()
        await stage.draw()
        assert_same_text(GOLDEN / "gone_80x24.txt", stage.lines)


async def test_the_check_before_arming_looks_as_it_was_read() -> None:
    async with on_stage(PLAN) as stage:
        await stage.press("right", "right")
        assert_same_text(GOLDEN / "check_80x24.txt", stage.lines)


async def test_a_window_that_shrinks_while_output_is_on_looks_as_it_was_read() -> None:
    async with on_stage(PLAN, scenes.snapshot("running")) as stage:
        await stage.pilot.resize_terminal(40, 8)
        await stage.draw()
        assert_same_text(GOLDEN / "shrunk_40x8.txt", stage.lines)


def moments(count: int) -> list[Snapshot]:
    """The last 40 s of a session, 20 times a second, until the sixth contraction holds."""
    plan, end_us = scenes.prepared(count), scenes.snapshot().position_us
    numbers = [channel.number for channel in plan.channels]
    return [_moment(count, numbers, end_us, index) for index in range(-800, 1)]


def _moment(count: int, numbers: list[int], end_us: int, index: int) -> Snapshot:
    position_us = end_us + index * SECOND // 20
    flows = [((number - 1) // 2) % 2 * 8 * SECOND for number in numbers]
    now = [0 <= position_us % scenes.CYCLE_US - start < scenes.ON_US for start in flows]
    return scenes.snapshot(
        "running",
        count,
        at_us=600 * SECOND + index * SECOND // 20,
        position_us=position_us,
        channels=tuple(
            ChannelNow(number=n, now_ua=level if is_on else 0, level_ua=level, phase="hold")
            for n, level, is_on in zip(numbers, scenes.LEVELS_UA, now, strict=False)
        ),
    )


@pytest.mark.parametrize(
    ("name", "count", "size", "is_ascii"),
    [
        ("plot", 2, SMALL, False),
        ("plot_ascii", 8, SMALL, True),
        ("plot_wide", 4, (100, 30), False),
        ("plot_tiles", 8, LARGE, False),
    ],
)
async def test_the_plot_of_a_session_looks_as_it_was_read(
    name: str, count: int, size: tuple[int, int], is_ascii: bool
) -> None:
    reports = (scenes.prepared(count), *moments(count))
    async with on_stage(*reports, size=size, is_ascii=is_ascii) as stage:
        assert_same_text(GOLDEN / f"{name}_{size[0]}x{size[1]}.txt", stage.lines)


@pytest.mark.parametrize("name", ["placement", "stale", "summary"])
async def test_in_ascii_every_character_is_ascii_and_every_column_stays(name: str) -> None:
    async with on_stage(*SCENES[name], is_ascii=True) as stage:
        lines = stage.lines
    assert all(text.isascii() for text in lines)
    golden = (GOLDEN / f"{name}_80x24.txt").read_text(encoding="utf-8").splitlines()
    assert [_ends(text) for text in lines if _ends(text)] == [_ends(t) for t in golden if _ends(t)]


def _ends(text: str) -> str:
    """The last word of a line that is a word in both alphabets."""
    words = text.split()
    return words[-1] if words and words[-1].isalnum() and words[-1].isascii() else ""


@pytest.mark.parametrize("name", [name for name in SCENES if name != "start"])
def test_a_simulated_device_is_called_so_on_every_screen(name: str) -> None:
    golden = (GOLDEN / f"{name}_80x24.txt").read_text(encoding="utf-8")
    assert golden.splitlines()[0].endswith("SIMULATED")


async def test_a_countdown_changes_its_own_lines_only() -> None:
    async with on_stage(*SCENES["running"]) as stage:
        drawn = await _lines_drawn_by(stage, scenes.snapshot("running"))
        assert drawn == []
        changed = scenes.snapshot("running", phase_left_us=2_000_000)
        assert await _lines_drawn_by(stage, changed) == [2, 3, 4]


async def _lines_drawn_by(stage: Stage, snapshot: Snapshot) -> list[int]:
    before = stage.lines
    await stage.tell(snapshot)
    return [index for index, text in enumerate(stage.lines) if text != before[index]]
