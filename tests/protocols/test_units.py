"""Clinic units become exact integers, or an error."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols import units


@pytest.mark.parametrize(
    ("convert", "clinical", "exact"),
    [
        (units.ua_from_ma, 0.1, 100),
        (units.ua_from_ma, 110.0, 110_000),
        (units.us_from_s, 1.5, 1_500_000),
        (units.us_from_s, 0.000001, 1),
        (units.us_from_minutes, 20.0, 1_200_000_000),
        (units.us_from_minutes, 0.25, 15_000_000),
        (units.mhz_from_hz, 33.333, 33_333),
        (units.mm2_from_cm2, 8.04, 804),
        (units.permille_from_percent, 62.5, 625),
    ],
)
def test_a_clinical_number_becomes_its_exact_integer(convert, clinical, exact) -> None:
    assert convert(clinical) == exact


@pytest.mark.parametrize(
    ("convert", "clinical"),
    [
        (units.ua_from_ma, 0.00001),
        (units.us_from_s, 0.0000001),
        (units.mm2_from_cm2, 8.042477),
        (units.mhz_from_hz, 33.3333),
    ],
)
def test_a_number_finer_than_its_integer_is_an_error_and_never_rounded(convert, clinical) -> None:
    with pytest.raises(units.InexactNumber):
        convert(clinical)


@given(st.integers(0, 10**12), st.integers(0, 6))
def test_every_whole_number_of_small_units_comes_back_from_its_clinical_text(whole, decimals):
    written = float(Decimal(whole).scaleb(-decimals))
    assert units.exact_integer(written, decimals) == whole


def test_a_decimal_with_more_digits_than_a_float_holds_is_not_taken_for_its_neighbour() -> None:
    with pytest.raises(units.InexactNumber):
        units.exact_integer(Decimal("0.30000000000000000001"), 3)
