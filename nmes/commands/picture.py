"""The pulse of each channel and the start of the session, drawn into a PNG file by matplotlib.

Needs the extra `plot`. No window and no state: a figure is made, written and forgotten.
"""

from itertools import accumulate
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nmes.commands.words import current_text, number_text, rate_text
from nmes.service.preparation import Judgement, cap_on_grid
from protocols.envelope import stage_share_ppm
from protocols.plan import Plan, PlannedStage, PulseShape
from safety.session_limits import SessionLimits

WIDTH_IN, ROW_IN, HEAD_IN = 11.0, 2.7, 0.8
DOTS_PER_INCH = 150
INK, PAPER, QUIET = "#0072b2", "#cfe3ef", "#5f6b75"
LOOKS = 3000
CYCLES_SHOWN = 2


def draw(judgement: Judgement, limits: SessionLimits, file: Path) -> None:
    """Draw all channels at their largest currents into a file; OSError if it cannot be written."""
    with file.open("wb") as png:
        figure_of(judgement, limits).savefig(png, format="png")


def figure_of(judgement: Judgement, limits: SessionLimits) -> Figure:
    """Return the picture: one row for each channel, pulse on the left, session on the right."""
    plan = judgement.plan
    height_in = HEAD_IN + ROW_IN * len(plan.channels)
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DOTS_PER_INCH, layout="constrained")
    figure.suptitle(
        f"{_literal(plan.title)}\n{_literal(judgement.capabilities.title)}, "
        "at the largest current of each channel (a bound, not a setting)",
        fontsize=11,
    )
    panels = figure.subplots(len(plan.channels), 2, squeeze=False, width_ratios=(2, 3))
    for channel, (pulse, envelope) in zip(plan.channels, panels, strict=True):
        name = _literal(f"Channel {channel.number}: {channel.name}")
        cap_ua = cap_on_grid(limits, channel.number).value
        gap_us = judgement.capabilities.interphase_gap_us
        stage, shape = _widest(plan, channel.number)
        pulse.set_title(f"{name}\n{_pulse_text(plan, stage, shape)}", fontsize=9, loc="left")
        _draw_pulse(pulse, shape, gap_us, cap_ua)
        envelope.set_title(f"{name}\nstart of the session", fontsize=9, loc="left")
        _draw_envelope(envelope, plan, channel.number)
    return figure


def _literal(text: str) -> str:
    """Return a text in which matplotlib finds no formula."""
    return text.replace("$", r"\$")


def _widest(plan: Plan, channel: int) -> tuple[PlannedStage, PulseShape]:
    """Return the widest pulse of a channel with the first stage that uses it."""
    uses = [(s, shape) for s in plan.stages for shape in s.shapes if shape.channel == channel]
    return max(uses, key=lambda use: use[1].pulse_width_us)


def _pulse_text(plan: Plan, stage: PlannedStage, shape: PulseShape) -> str:
    same = {
        (other.pulse_width_us, each.setup.period_us)
        for each in plan.stages
        for other in each.shapes
        if other.channel == shape.channel
    }
    where = f", in {_literal(stage.name)}" if len(same) > 1 else ""
    return f"one pulse, {rate_text(stage.setup.period_us)}{where}"


def _draw_pulse(axes: Axes, shape: PulseShape, gap_us: int, cap_ua: int) -> None:
    first_us, second_us = shape.pulse_width_us, shape.second_width_us
    turn_us = first_us + gap_us
    end_us = turn_us + second_us
    high_ma = cap_ua / 1000
    low_ma = -high_ma * first_us / second_us
    margin_us = end_us * 0.12
    corners_us = [-margin_us, 0, 0, first_us, first_us, turn_us, turn_us, end_us, end_us]
    current_ma = [0, 0, high_ma, high_ma, 0, 0, low_ma, low_ma, 0]
    corners_us, current_ma = [*corners_us, end_us + margin_us], [*current_ma, 0]
    axes.fill_between(corners_us, current_ma, color=PAPER, linewidth=0)
    axes.plot(corners_us, current_ma, color=INK, linewidth=1.6, solid_joinstyle="miter")
    axes.axhline(0, color=QUIET, linewidth=0.6)
    charge = f"{number_text(high_ma * first_us / 1000)} µC"
    first, second = current_text(cap_ua), f"−{number_text(-low_ma)} mA"
    _measure(axes, (0, first_us), high_ma * 1.15, f"{first}, {charge}")
    _measure(axes, (turn_us, end_us), low_ma - high_ma * 0.15, f"{second}, {charge}")
    if gap_us:
        axes.annotate(
            f"gap {gap_us} µs",
            ((first_us + turn_us) / 2, 0),
            (turn_us + margin_us / 2, high_ma * 0.5),
            arrowprops={"arrowstyle": "->", "color": QUIET, "linewidth": 0.8},
            fontsize=8,
            va="center",
        )
    axes.set(xlabel="time, µs", ylabel="current, mA", xlim=(corners_us[0], corners_us[-1]))
    axes.set_ylim(low_ma - high_ma * 0.75, high_ma * 1.75)
    axes.spines[["top", "right"]].set_visible(False)


def _measure(axes: Axes, phase_us: tuple[int, int], at_ma: float, text: str) -> None:
    """Draw the width of one phase as a dimension line, with what flows in it beyond the line."""
    begin_us, end_us = phase_us
    arrow = {"arrowstyle": "<->", "color": QUIET, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (begin_us, at_ma), (end_us, at_ma), arrowprops=arrow)
    axes.annotate(
        f"{end_us - begin_us} µs\n{text}",
        ((begin_us + end_us) / 2, at_ma),
        (0, 3 if at_ma > 0 else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if at_ma > 0 else "top",
        fontsize=8,
    )


def _draw_envelope(axes: Axes, plan: Plan, channel: int) -> None:
    longest_us = max(stage.cycle_us for stage in plan.stages)
    span_us = min(plan.duration_us, CYCLES_SHOWN * longest_us)
    times_us = np.linspace(0, span_us, LOOKS, dtype=np.int64)
    shares = _session_shares(plan, channel, times_us)
    axes.fill_between(times_us / 1e6, shares, color=PAPER, linewidth=0)
    axes.plot(times_us / 1e6, shares, color=INK, linewidth=1.6)
    if len(plan.stages) > 1:
        _mark_stages(axes, plan, span_us)
    axes.set(xlabel="time, s", ylabel="% of the level", xlim=(0, span_us / 1e6), ylim=(0, 118))
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _stage_starts_us(plan: Plan) -> list[int]:
    return list(accumulate((stage.duration_us for stage in plan.stages[:-1]), initial=0))


def _session_shares(plan: Plan, channel: int, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the percent of a channel's level at times from the start of the session."""
    starts_us = _stage_starts_us(plan)
    places = np.searchsorted(starts_us, times_us, side="right") - 1
    ppm = [
        stage_share_ppm(plan.stages[place], channel, int(t_us) - starts_us[place])
        for place, t_us in zip(places, times_us, strict=True)
    ]
    return np.array(ppm) / 1e4


def _mark_stages(axes: Axes, plan: Plan, span_us: int) -> None:
    for stage, start_us in zip(plan.stages, _stage_starts_us(plan), strict=True):
        if start_us < span_us:
            axes.axvline(start_us / 1e6, color=QUIET, linewidth=0.8, linestyle="--")
            axes.annotate(
                _literal(stage.name),
                (start_us / 1e6, 110),
                (4, 0),
                textcoords="offset points",
                fontsize=8,
                color=QUIET,
                va="center",
            )
