"""Exact integers in words of the clinic."""

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui import texts, wording


@pytest.mark.parametrize(
    ("current_ua", "text"),
    [(0, "0"), (38_000, "38"), (12_500, "12.5"), (1, "0.001")],
)
def test_a_current_is_shown_exactly(current_ua: int, text: str) -> None:
    assert wording.current_text(current_ua) == text


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 200_000))
def test_no_current_is_rounded_away(current_ua: int) -> None:
    assert round(float(wording.current_text(current_ua)) * 1000) == current_ua


@pytest.mark.parametrize(("time_us", "text"), [(0, "0"), (1, "1"), (3_000_001, "4")])
def test_seconds_left_reach_zero_only_when_the_time_is_over(time_us: int, text: str) -> None:
    assert wording.seconds_left(time_us) == text


def test_a_reply_time_never_looks_better_than_it_was() -> None:
    assert wording.milliseconds(5_001) == "6"


def test_a_rate_that_a_device_cannot_make_whole_is_shown_with_its_decimal() -> None:
    assert (wording.frequency_text(28_500), wording.frequency_text(20_000)) == ("35.1", "50")


def test_a_time_of_day_is_shown_in_the_zone_asked_for() -> None:
    text = wording.clock_text("2026-03-02T14:12:31.204Z", UTC, with_milliseconds=True)
    assert text == "14:12:31.204"


def test_a_strange_time_is_shown_as_it_came() -> None:
    assert wording.clock_text("yesterday", UTC) == "yesterday"


def test_charges_change_unit_where_numbers_get_long() -> None:
    assert (wording.charge_text(32_800), wording.charge_text(56_000_000)) == ("32.8 µC", "56.0 mC")


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_ascii_text_keeps_its_columns(text: str) -> None:
    plain = wording.to_ascii(text)
    assert plain.isascii()
    assert len(plain) == len(text)


def test_every_text_of_the_catalogue_has_an_ascii_form() -> None:
    words = [value for value in vars(texts).values() if isinstance(value, str)]
    assert not [word for word in words if wording.to_ascii(word).count("?") > word.count("?")]


def test_an_unknown_share_of_nothing_is_left_out() -> None:
    assert (wording.percent(1, 0), wording.percent(512, 640)) == ("", "80 %")
