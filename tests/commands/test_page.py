"""Text on a terminal: its width, its letters."""

import pytest

from nmes.commands.page import labelled, listed, page_width, paragraph, writable


@pytest.mark.parametrize(("columns", "width"), [(80, 80), (20, 40), (300, 100)])
def test_the_page_is_as_wide_as_the_terminal_within_what_can_be_read(
    monkeypatch: pytest.MonkeyPatch, columns: int, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert page_width() == width


def test_what_an_encoding_has_stays_and_the_rest_gets_a_substitute() -> None:
    assert writable("5 µC/cm² ≤ ⣿", "latin-1") == "5 µC/cm² < ?"
    assert writable("5 µC", "ascii") == "5 uC"
    assert writable("5 µC ⣿", "utf-8") == "5 µC ⣿"
    assert writable("5 µC ⣿", None) == "5 µC ⣿"


def test_a_paragraph_hangs_behind_its_label() -> None:
    assert labelled("Goal", "one two three", 20) == ["Goal        one two", "            three"]


def test_a_long_label_has_a_line_of_its_own() -> None:
    assert labelled("  13000.5 s  ", "rest", 20) == ["  13000.5 s  ", "            rest"]


def test_line_breaks_of_a_text_are_not_kept() -> None:
    assert paragraph("one\ntwo\n\nthree", 40) == ["one two three"]


def test_only_the_first_item_of_a_list_carries_the_label() -> None:
    assert listed("For", ["one", "two"], 40) == ["For         - one", "            - two"]


def test_an_empty_list_is_left_out() -> None:
    assert listed("For", [], 40) == []
