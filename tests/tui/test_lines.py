"""Lines of styled text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.lines import beside, fit, fit_line, line, plain, spread

spans = st.lists(st.tuples(st.text(max_size=12), st.sampled_from(["", "bold"])), max_size=5)


@settings(deadline=None, max_examples=50)
@given(spans, st.integers(0, 60))
def test_a_fitted_line_has_exactly_the_width(parts: list[tuple[str, str]], width: int) -> None:
    assert len(plain(fit_line(line(*parts), width))) == width


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40), st.integers(0, 30))
def test_a_text_that_fits_is_not_changed(text: str, width: int) -> None:
    fitted = fit(text, width)
    assert len(fitted) == width
    assert fitted.startswith(text) or len(text) > width


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40), st.text(max_size=10), st.integers(12, 60))
def test_the_right_part_of_a_line_is_never_cut_by_the_left(a: str, b: str, width: int) -> None:
    text = plain(spread(line(a), line(b), width))
    assert len(text) == width
    assert text.endswith(b)


def test_panes_beside_each_other_keep_their_widths() -> None:
    rows = beside([([line("a")], 3), ([line("b"), line("c")], 2)], 2, ("|", ""))
    assert [plain(row) for row in rows] == ["a  |b ", "   |c "]
