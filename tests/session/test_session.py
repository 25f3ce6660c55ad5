import pytest
from support.bench_protocols import TWO_TRAINS
from support.machine_bench import MachineBench, plan_of

from nmes.session.session import home_stage, shape_of

SESSION = MachineBench(TWO_TRAINS).session


def test_a_channel_has_its_place_in_the_plan() -> None:
    assert (SESSION.index(1), SESSION.index(2)) == (0, 1)


def test_a_channel_that_the_plan_does_not_have_has_no_place() -> None:
    with pytest.raises(ValueError, match="no channel 3"):
        SESSION.index(3)


def test_a_channel_is_at_home_in_the_next_stage_that_uses_it() -> None:
    assert [home_stage(SESSION, n).setup.period_us for n in (1, 2)] == [20_000, 40_000]


def test_a_channel_without_a_stage_has_no_home() -> None:
    with pytest.raises(KeyError):
        home_stage(SESSION, 3)


def test_a_stage_has_no_shape_for_a_channel_that_it_does_not_use() -> None:
    with pytest.raises(KeyError):
        shape_of(plan_of(TWO_TRAINS).stages[0], 2)


def test_nothing_is_pressed_before_a_session_begins() -> None:
    assert (SESSION.levels_ua, SESSION.is_live, SESSION.halt) == ((0, 0), False, None)
