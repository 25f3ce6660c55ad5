"""Margins in percent: how far each quantity stays below its limit."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nmes.service.preparation import Judgement, cap_on_grid
from protocols.capabilities import Capabilities
from safety.check_report import Margin
from safety.checks import check_plan
from safety.session_limits import SessionLimits

_ROUNDING = 1e-9


def worst(margins: Sequence[Margin]) -> tuple[Margin, ...]:
    """Return the smallest margin of each quantity, quantities in the order they are judged in."""
    smallest: dict[str, Margin] = {}
    for margin in margins:
        known = smallest.setdefault(margin.quantity, margin)
        if margin.percent < known.percent:
            smallest[margin.quantity] = margin
    return tuple(smallest.values())


def margins_text(margins: Sequence[Margin]) -> str:
    """Return the worst margins in words; with their channels if there are several."""
    smallest = worst(margins)
    texts = [f"{margin.quantity} {whole_percent(margin)} %" for margin in smallest]
    numbers = [margin.channel for margin in smallest]
    if len({margin.channel for margin in margins}) == 1:
        return ", ".join(texts)
    if len(set(numbers)) == 1:
        return f"{', '.join(texts)} (all on channel {numbers[0]})"
    named = zip(texts, numbers, strict=True)
    return ", ".join(f"{text} (channel {number})" for text, number in named)


def whole_percent(margin: Margin) -> int:
    """Return a margin in whole percent, never better than it is."""
    return math.floor(margin.percent + _ROUNDING)


def margins_at_caps(judgement: Judgement, limits: SessionLimits) -> tuple[Margin, ...]:
    """Return the margins at the largest level that each channel can be raised to."""
    numbers = (channel.number for channel in judgement.plan.channels)
    return margins_at(judgement, {number: cap_on_grid(limits, number).value for number in numbers})


def judged_at(capabilities: Capabilities, levels: str) -> str:
    """Return in words what margins are judged at: levels, or all that may flow at any."""
    return levels if capabilities.source_ua is None else "with all that may flow at any level"


def margins_at(judgement: Judgement, levels_ua: Mapping[int, int]) -> tuple[Margin, ...]:
    """Return the margins at these levels instead of the protocol's largest currents.

    A channel without a level, or at 0, has no margin. A stage that uses only a share of the level
    is judged at the whole; at any level so is a device at which all may flow that it passes on.
    """
    full_ua = judgement.capabilities.full_ua
    channels = tuple(
        replace(
            channel,
            max_current_ua=full_ua(channel.number)
            or levels_ua.get(channel.number)
            or channel.max_current_ua,
        )
        for channel in judgement.plan.channels
    )
    plan = replace(judgement.plan, channels=channels)
    report = check_plan(plan, judgement.table, judgement.capabilities)
    return tuple(margin for margin in report.margins if levels_ua.get(margin.channel))
