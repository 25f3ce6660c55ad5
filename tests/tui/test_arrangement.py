"""How the session screen uses its window."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.arrangement import FEWEST_PANE_LINES, FIXED_LINES, arrange

windows = (st.integers(80, 260), st.integers(24, 90), st.integers(1, 8))


@settings(deadline=None, max_examples=50)
@given(*windows)
def test_the_parts_fill_the_window_exactly_at_every_size(width: int, height: int, n: int) -> None:
    a = arrange(width, height, n)
    channels = a.channels_height + (a.plot_height if a.is_tiles else 0)
    assert FIXED_LINES + channels + a.panes_height == height
    assert a.panes_height >= FEWEST_PANE_LINES


@settings(deadline=None, max_examples=50)
@given(*windows)
def test_every_channel_has_a_line_and_a_lane(width: int, height: int, n: int) -> None:
    a = arrange(width, height, n)
    assert a.plot_height == 1 + n * a.rows_per_lane
    assert a.channels_height >= n


@settings(deadline=None, max_examples=50)
@given(*windows)
def test_tiles_need_120_by_40(width: int, height: int, n: int) -> None:
    assert arrange(width, height, n).is_tiles == (width >= 120 and height >= 40)


def test_one_or_two_channels_have_big_digits_in_the_smallest_window() -> None:
    assert [arrange(80, 24, n).rows_per_channel for n in (1, 2, 3)] == [3, 3, 1]
