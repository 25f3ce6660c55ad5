"""Every number of the limit tables does something, and one unit more or less is noticed.

No hash and no copy of the table takes part here: it is what passes that is looked at.
"""

import pytest
from support.boundaries import boundaries
from support.table_numbers import FILES, SCREENING, numbers, with_number

from protocols.errors import LimitTableError
from safety.table import load_table, read_table

TABLE = load_table()
PROBES = boundaries()
NUMBERS = {path: value for file in FILES for path, value in numbers(file).items()}


def name_of(path: str) -> str:
    return path.removesuffix(".value")


def test_every_number_has_a_boundary_and_every_boundary_a_number() -> None:
    assert {name_of(path) for path in NUMBERS} - {"schema"} == set(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_the_last_value_passes_and_the_first_beyond_it_does_not(name: str) -> None:
    PROBES[name](TABLE)


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("path", NUMBERS)
def test_a_number_that_is_off_by_one_is_noticed(path: str, by: int) -> None:
    (file,) = FILES
    try:
        table = read_table(with_number(file, path, NUMBERS[path] + by))
    except LimitTableError:
        return  # nothing at all can be sent with such a table
    with pytest.raises(AssertionError):
        PROBES[name_of(path)](table)


def test_no_other_table_has_numbers() -> None:
    tables = set(FILES[0].parent.glob("*.toml"))
    assert tables == {*FILES, SCREENING}  # of those of screening see test_screening_table.py
