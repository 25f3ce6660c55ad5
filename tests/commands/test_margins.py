"""Margins in percent, never better than they are."""

from pathlib import Path

import pytest
from support.command_line import Judged, Protocol

from nmes.commands.margins import margins_at, margins_text, whole_percent, worst
from safety.check_report import Margin


def margin(quantity: str, percent: float, channel: int = 1) -> Margin:
    return Margin(
        channel=channel,
        stage="Work",
        quantity=quantity,
        asked=1.0,
        allowed=2.0,
        unit="mA",
        source="site",
        percent=percent,
    )


@pytest.mark.parametrize(
    ("percent", "whole"), [(8.9, 8), (0.0, 0), (-0.1, -1), (59.99999999999, 60), (59.9999, 59)]
)
def test_a_margin_is_rounded_down(percent: float, whole: int) -> None:
    assert whole_percent(margin("current", percent)) == whole


def test_the_smallest_of_each_quantity_is_the_worst() -> None:
    margins = (margin("current", 30), margin("charge", 50), margin("current", 20))
    assert [(m.quantity, m.percent) for m in worst(margins)] == [("current", 20), ("charge", 50)]


def test_worst_margins_of_different_channels_name_them() -> None:
    margins = (margin("current", 30, 1), margin("charge", 5, 1), margin("current", 20, 2))
    assert margins_text(margins) == "current 20 % (channel 2), charge 5 % (channel 1)"


def test_one_channel_needs_no_name() -> None:
    assert margins_text((margin("current", 30, 4),)) == "current 30 %"


def test_margins_at_a_level_are_those_of_that_level(judged: Judged, protocol: Protocol) -> None:
    margins = margins_at(judged(protocol("one_channel")), {1: 30_000})
    # 30 of the site's 120 mA and 9 of its 45 µC.
    assert [m.percent for m in margins[:2]] == pytest.approx([75, 80])


def test_a_channel_at_0_has_no_margin(judged: Judged, hand: Path) -> None:
    assert {m.channel for m in margins_at(judged(hand), {1: 10_000, 2: 0})} == {1}


def test_without_any_level_there_is_no_margin(judged: Judged, hand: Path) -> None:
    assert margins_at(judged(hand), {}) == ()
