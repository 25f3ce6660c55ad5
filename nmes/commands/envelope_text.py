"""The envelope of a stage drawn in characters: one lane per channel, time in s, % of the level."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmes.commands.page import paragraph
from nmes.commands.words import number_text
from protocols.envelope import stage_share_ppm
from protocols.plan import Plan, PlannedStage
from tui.widgets.braille import DOTS_ACROSS, braille, filled, filled_ascii, heights_of

ROWS = 4
GUTTER = 7
SHORT_CYCLE_US = 30_000_000
"""Of a cycle up to this long, two are drawn."""

LOOKS_PER_DOT = 8
TICK_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14400)
TICK_COLUMNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The characters of a plot's frame."""

    wall: str
    corner: str
    line: str
    tick: str
    is_ascii: bool


BRAILLE = Ink(wall="┤", corner="└", line="─", tick="┬", is_ascii=False)
ASCII = Ink(wall="|", corner="+", line="-", tick="+", is_ascii=True)
EVERY_LETTER = "⠀⣿┤└─┬"
"""What an encoding must have for the braille plot."""


def envelope_lines(stage: PlannedStage, plan: Plan, width: int, ink: Ink) -> list[str]:
    """Return the plot of one cycle of a stage, or of two short ones."""
    columns = width - GUTTER
    cycles = 2 if stage.cycles > 1 and stage.cycle_us <= SHORT_CYCLE_US else 1
    span_us = stage.cycle_us * cycles
    shown = "the first 2 cycles" if cycles > 1 else "1 cycle"
    lines = paragraph(f"{stage.name}: {shown}, in % of each channel's level", width)
    for number in stage.setup.channels:
        lines += paragraph(f"channel {number}: {plan.channel(number).name}", width)
        shares = _shares(stage, number, columns * DOTS_ACROSS, span_us)
        lines += [
            f"{label:>{GUTTER - 2}} {ink.wall}{row}".rstrip()
            for label, row in zip(_labels(), _rows(shares, ink), strict=True)
        ]
    return [*lines, *_time_axis(span_us, columns, ink)]


def _labels() -> list[str]:
    return ["100", *[""] * (ROWS - 2), "0"]


def _shares(stage: PlannedStage, channel: int, dots: int, span_us: int) -> NDArray[np.float32]:
    """Return the largest share (0 to 1) in the time of each dot, so that no burst is missed."""
    looks = dots * LOOKS_PER_DOT
    ppm = [stage_share_ppm(stage, channel, look * span_us // looks) for look in range(looks)]
    looked = np.array(ppm, dtype=np.float32).reshape(dots, LOOKS_PER_DOT)
    largest: NDArray[np.float32] = looked.max(axis=1) / 1e6
    return largest


def _rows(shares: NDArray[np.float32], ink: Ink) -> list[str]:
    dots = filled(heights_of(shares[None, :], ROWS), ROWS)
    return (filled_ascii if ink.is_ascii else braille)(dots)[0]


def _time_axis(span_us: int, columns: int, ink: Ink) -> list[str]:
    span_s = span_us / 1e6
    step_s = next(
        (step for step in TICK_STEPS_S if step * columns >= TICK_COLUMNS * span_s), span_s
    )
    line, labels = [ink.line] * columns, [" "] * (GUTTER + columns)
    tick = 0
    while (column := round(tick * step_s / span_s * columns)) < columns:
        line[column] = ink.tick
        label = number_text(tick * step_s) + (" s" if tick == 0 else "")
        begin = GUTTER + column - (0 if tick == 0 else len(label) // 2)
        labels[begin : begin + len(label)] = label
        tick += 1
    head = " " * (GUTTER - 1) + ink.corner
    return [head + "".join(line), "".join(labels)[: GUTTER + columns].rstrip()]
