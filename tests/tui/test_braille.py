"""Curves as characters."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tui.widgets.braille import (
    braille,
    filled,
    filled_ascii,
    heights_of,
    outlined,
    outlined_ascii,
)

DOTS = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]


def test_each_dot_sets_the_bit_that_unicode_gives_it() -> None:
    for bit, (x, y) in enumerate(DOTS):
        dots = np.zeros((1, 4, 2), dtype=bool)
        dots[0, y, x] = True
        assert braille(dots) == [[chr(0x2800 + (1 << bit))]]


def test_the_area_under_a_curve_is_filled_from_below() -> None:
    heights = np.array([[0, 1, 2, 3, 4, 4]])
    assert braille(filled(heights, 1)) == [["⢀⣴⣿"]]


def test_an_outline_joins_its_jumps() -> None:
    heights = np.array([[1, 1, 4, 4, 1, 1]])
    assert braille(outlined(heights, 1)) == [["⣀⡏⣇"]]


def test_two_rows_stack() -> None:
    heights = np.array([[8, 8, 4, 4]])
    assert braille(filled(heights, 2)) == [["⣿⠀", "⣿⣿"]]


def test_nothing_confirmed_is_blank_zero_is_the_base_line_and_any_current_is_above_it() -> None:
    shares = np.array([[np.nan, 0.0, 0.01, 1.0]], dtype=np.float32)
    assert heights_of(shares, 2).tolist() == [[0, 1, 2, 8]]


def test_in_ascii_height_is_told_by_the_character() -> None:
    heights = np.array([[0, 0, 1, 1, 2, 2, 3, 3, 4, 4]])
    assert filled_ascii(filled(heights, 1)) == [[" .:+#"]]
    assert outlined_ascii(outlined(heights, 1)) == [[" _--^"]]


@settings(deadline=None, max_examples=50)
@given(arrays.arrays(np.float32, (3, 20), elements=st.floats(0, 1, width=32)), st.integers(1, 4))
def test_every_picture_has_a_row_of_half_as_many_cells_as_dots(shares: object, rows: int) -> None:
    heights = heights_of(shares, rows)
    for draw, ink in ((braille, filled), (filled_ascii, filled), (outlined_ascii, outlined)):
        lanes = draw(ink(heights, rows))
        assert [[len(row) for row in lane] for lane in lanes] == [[10] * rows] * 3
