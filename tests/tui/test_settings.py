"""A device whose levels are only settings: each screen shows how much may flow at them."""

import pytest
from support import screen_scenes as scenes
from support.stage import on_stage

from nmes.link.messages import ChannelNow
from tui.controls import Controls
from tui.drawing.channel_table import table_lines
from tui.lines import plain
from tui.situation import Situation
from tui.view import view_of

SETTINGS = scenes.prepared_with_settings()


async def test_where_a_level_is_a_setting_what_flows_is_shown_with_its_bound() -> None:
    async with on_stage(SETTINGS, scenes.snapshot("running")) as stage:
        assert "ch1 set 38, max 60 mA  ch2 set 42, max 80 mA" in stage.lines[1]


async def test_a_channel_set_to_0_is_shown_without_a_bound() -> None:
    async with on_stage(SETTINGS, scenes.snapshot("running", channels=nothing_on_2())) as stage:
        assert "ch1 set 38, max 60 mA  ch2 0 mA" in stage.lines[1]


async def test_where_a_level_is_a_setting_the_standing_advice_says_so_first() -> None:
    async with on_stage(SETTINGS, scenes.snapshot("running")) as stage:
        assert any("LEVELS ARE SETTINGS: up to 60 / 80 mA may flow" in text for text in stage.lines)


@pytest.mark.parametrize("state", ["armed", "finding", "running", "paused"])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40)])
async def test_the_bound_of_a_setting_stays_beside_its_number(
    state: str, size: tuple[int, int]
) -> None:
    async with on_stage(SETTINGS, scenes.snapshot(state), size=size) as stage:
        told = "\n".join(stage.lines)
    assert "up to 60 mA" in told
    assert "up to 80 mA" in told
    assert "NOW mA" not in told
    assert "confirmed" not in told


async def test_a_stale_setting_says_unknown_with_its_bound() -> None:
    stale = scenes.snapshot("running", confirmed_age_us=900_000)
    async with on_stage(SETTINGS, stale) as stage:
        assert any("STALE, up to 60 mA" in text for text in stage.lines)


async def test_in_a_window_too_small_a_setting_keeps_its_bound() -> None:
    async with on_stage(SETTINGS, scenes.snapshot("running"), size=(40, 8)) as stage:
        assert any("ch1 set 38, max 60 mA" in text for text in stage.lines)


async def test_where_a_level_is_what_flows_no_bound_is_told() -> None:
    async with on_stage(scenes.prepared(), scenes.snapshot("running")) as stage:
        told = "\n".join(stage.lines)
    assert "SETTING" not in told
    assert "max 60" not in told


def nothing_on_2() -> tuple[ChannelNow, ...]:
    """The second channel at rest, its level kept."""
    first, second = scenes.snapshot("running").channels
    return first, second.model_copy(update={"now_ua": 0})


def test_in_a_table_of_one_line_per_channel_the_bound_takes_the_place_of_the_reason() -> None:
    situation = Situation()
    for report in (SETTINGS, scenes.snapshot("running")):
        situation.take(report, 0)
    view = view_of(situation, Controls(situation), 0, cues_sound=True, is_ascii=False)
    assert view is not None
    assert [plain(row).rstrip().endswith("up to 60 mA") for row in table_lines(view, 1)] == [
        False,
        True,
        False,
    ]
