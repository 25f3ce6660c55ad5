"""The envelope in characters agrees with the envelope in numbers."""

from pathlib import Path

import pytest
from support.command_line import Judged, Protocol

from nmes.commands.envelope_text import ASCII, BRAILLE, GUTTER, ROWS, envelope_lines
from protocols.plan import Plan

FULL = "⣿"


@pytest.fixture
def plan(judged: Judged, protocol: Protocol) -> Plan:
    """One channel: 6 s on with ramps of 2 and 1 s, 10 s off, five times."""
    return judged(protocol("one_channel")).plan


def lane(lines: list[str], number: int = 0) -> list[str]:
    """The drawn rows of one lane, without their labels, as wide as the plot."""
    heads = [place for place, line in enumerate(lines) if line.startswith("channel ")]
    first = heads[number] + 1
    return [row[GUTTER:] for row in lines[first : first + ROWS]]


def columns_full(rows: list[str]) -> list[int]:
    return [
        column for column, letters in enumerate(zip(*rows, strict=True)) if set(letters) == {FULL}
    ]


def test_a_hold_fills_the_lane_and_a_rest_leaves_only_the_base_line(plan: Plan) -> None:
    rows = lane(envelope_lines(plan.stages[0], plan, GUTTER + 64, BRAILLE))
    # 64 columns for 32 s: the first hold is from 2 to 5 s, the second from 18 to 21 s.
    assert columns_full(rows) == [*range(4, 10), *range(36, 42)]
    assert {row[20] for row in rows[:-1]} == {"⠀"}
    assert rows[-1][20] == "⣀"


def test_a_ramp_rises_column_by_column(plan: Plan) -> None:
    rows = lane(envelope_lines(plan.stages[0], plan, GUTTER + 64, BRAILLE))
    drawn = [sum(row[column] != "⠀" for row in rows) for column in range(5)]
    assert drawn == sorted(drawn)
    assert (drawn[0], drawn[4]) == (1, ROWS)


def test_a_share_of_the_level_is_drawn_as_that_share(judged: Judged, hand: Path) -> None:
    plan = judged(hand).plan
    rows = lane(envelope_lines(plan.stages[1], plan, GUTTER + 80, BRAILLE))
    # The second burst of channel 1 has 50 %, its hold is from 13 to 15 s of 40 s in 80 columns.
    assert [row[28] for row in rows] == ["⠀", "⠀", FULL, FULL]


def test_a_short_burst_in_a_long_cycle_is_not_lost(judged: Judged, protocol: Protocol) -> None:
    times = ("on_time_s: 6", "on_time_s: 2", "off_time_s: 10", "off_time_s: 300")
    ramps = ("ramp_up_s: 2", "ramp_up_s: 0.5", "ramp_down_s: 1", "ramp_down_s: 0")
    plan = judged(protocol("one_channel", *times, *ramps)).plan
    rows = lane(envelope_lines(plan.stages[0], plan, GUTTER + 33, BRAILLE))
    assert rows[0][0] != "⠀"


def test_ticks_stand_at_their_times(plan: Plan) -> None:
    *_, line, labels = envelope_lines(plan.stages[0], plan, GUTTER + 64, BRAILLE)
    ticks = [place - GUTTER for place, letter in enumerate(line) if letter == "┬"]
    assert ticks == [0, 10, 20, 30, 40, 50, 60]
    assert labels.split() == ["0", "s", "5", "10", "15", "20", "25", "30"]


def test_a_label_is_centred_below_its_tick(plan: Plan) -> None:
    *_, labels = envelope_lines(plan.stages[0], plan, GUTTER + 64, BRAILLE)
    assert labels[GUTTER + 10] == "5"
    assert labels[GUTTER + 19 : GUTTER + 21] == "10"


def test_of_a_long_cycle_one_is_drawn(judged: Judged, protocol: Protocol) -> None:
    plan = judged(protocol("one_channel", "off_time_s: 10", "off_time_s: 44")).plan
    head, *_ = envelope_lines(plan.stages[0], plan, 80, BRAILLE)
    assert head == "Work: 1 cycle, in % of each channel's level"


def test_a_stage_of_one_cycle_is_drawn_once(judged: Judged, protocol: Protocol) -> None:
    plan = judged(protocol("one_channel", "repetitions: 5", "repetitions: 1")).plan
    assert "1 cycle" in envelope_lines(plan.stages[0], plan, 80, BRAILLE)[0]


def test_each_channel_of_the_stage_has_a_lane(judged: Judged, hand: Path) -> None:
    plan = judged(hand).plan
    lines = envelope_lines(plan.stages[1], plan, 80, BRAILLE)
    assert (lines[1], lines[1 + ROWS + 1]) == ("channel 1: Extensors", "channel 2: Flexors")
    assert columns_full(lane(lines, 0)) != columns_full(lane(lines, 1))


@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_plot_is_as_wide_as_it_may_be(plan: Plan, width: int) -> None:
    assert max(map(len, envelope_lines(plan.stages[0], plan, width, BRAILLE))) == width


def test_in_ascii_the_hold_is_full_too(plan: Plan) -> None:
    lines = envelope_lines(plan.stages[0], plan, GUTTER + 64, ASCII)
    assert "".join(lines).isascii()
    assert lane(lines)[0][4:10] == "#" * 6
