"""Ticks before arming."""

import pytest
from support import screen_scenes as scenes

from nmes.link.messages import Finding
from tui.placement import Placement, may_choose_side, with_side


def placed(count: int = 2) -> Placement:
    placement = Placement()
    placement.follow(scenes.prepared(count))
    return placement


def tick_all(placement: Placement) -> None:
    for _ in placement.numbers:
        for _ in range(3):
            placement.toggle()
        placement.turn(1)


def test_arming_needs_every_line_of_every_channel() -> None:
    placement, plan = placed(), scenes.prepared()
    placement.toggle()
    assert "tick channel 1, 2" in placement.needs(plan, window_is_small=False)
    placement.begin()
    placement.follow(plan)
    tick_all(placement)
    assert placement.needs(plan, window_is_small=False) == []


def test_a_tick_taken_back_counts_as_missing() -> None:
    placement, plan = placed(), scenes.prepared()
    tick_all(placement)
    placement.turn(-2)
    placement.toggle()
    assert placement.needs(plan, window_is_small=False) == ["tick channel 1"]


def test_arming_needs_a_side_where_the_protocol_leaves_it_open() -> None:
    plan = scenes.prepared(side_is_open=True)
    placement = placed()
    tick_all(placement)
    assert placement.needs(plan, window_is_small=False) == ["choose the side of channel 1"]


def test_an_error_of_the_check_forbids_arming() -> None:
    plan = scenes.prepared(findings=(Finding(severity="error", text="too much"),))
    placement = placed()
    tick_all(placement)
    assert placement.needs(plan, window_is_small=False) == ["the check found an error"]


def test_a_window_too_small_forbids_arming() -> None:
    placement = placed()
    tick_all(placement)
    needs = placement.needs(scenes.prepared(), window_is_small=True)
    assert needs == ["make the window at least 80x24"]


def test_choosing_a_side_asks_that_channel_again_and_leaves_the_others() -> None:
    placement = placed()
    tick_all(placement)
    placement.untick(1)
    placement.follow(scenes.prepared())
    assert placement.needs(scenes.prepared(), window_is_small=False) == ["tick channel 1"]


def test_another_plan_is_ticked_from_the_beginning() -> None:
    placement = placed()
    tick_all(placement)
    placement.follow(scenes.prepared(3))
    assert placement.open_ticks(1) == 3
    assert placement.page == 0


def test_the_last_page_has_no_ticks() -> None:
    placement = placed()
    placement.turn(5)
    placement.toggle()
    assert placement.is_check_page
    assert [placement.open_ticks(number) for number in placement.numbers] == [3, 3]


@pytest.mark.parametrize("number", [1, 2])
def test_only_a_side_that_was_left_open_can_be_chosen(number: int) -> None:
    plan = scenes.prepared(side_is_open=True)
    assert may_choose_side(plan, scenes.BENCH, number) is (number == 1)


def test_a_chosen_side_can_be_chosen_again() -> None:
    asked = with_side(scenes.BENCH, 1, "left")
    assert may_choose_side(scenes.prepared(), asked, 1)
    assert with_side(asked, 1, "right").sides == {1: "right"}


def test_choosing_a_side_keeps_everything_else_that_was_asked() -> None:
    asked = with_side(scenes.BENCH, 1, "left")
    assert asked.model_dump(exclude={"sides"}) == scenes.BENCH.model_dump(exclude={"sides"})
