"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.commands.words import (
    area_text,
    counted,
    current_text,
    minutes_text,
    number_text,
    rate_text,
    seconds_text,
    times,
)


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_a_number_never_has_an_exponent_and_keeps_four_digits(number: float) -> None:
    text = number_text(number)
    assert "e" not in text.lower()
    assert float(text) == pytest.approx(number, rel=5.1e-4)


@given(st.integers(min_value=0, max_value=10**12))
def test_seconds_are_exact(time_us: int) -> None:
    number, unit = seconds_text(time_us).split()
    assert unit == "s"
    assert round(float(number) * 1_000_000) == time_us


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (500_000, "0.5 s"),
        (40_000_000, "40 s"),
        (855_000_000, "14 min 15 s"),
        (1_800_000_000, "30 min"),
        (119_600_000, "2 min"),
    ],
)
def test_longer_times_are_told_in_minutes(time_us: int, text: str) -> None:
    assert minutes_text(time_us) == text


@pytest.mark.parametrize(("current_ua", "text"), [(30_500, "30.5 mA"), (1_000_000, "1000 mA")])
def test_a_current_is_told_in_full(current_ua: int, text: str) -> None:
    assert current_text(current_ua) == text


def test_areas_and_rates_carry_their_units() -> None:
    assert area_text(1650) == "16.5 cm²"
    assert rate_text(28_500) == "35.09 Hz"


def test_one_is_told_as_one() -> None:
    assert (counted(1, "channel"), counted(2, "channel")) == ("1 channel", "2 channels")
    assert (times(1), times(3)) == ("once", "3 times")
