"""Every number of the limit tables does something, and one unit more or less is noticed.

No hash and no copy of the table takes part here: it is what passes that is looked at.
"""

import pytest
from support.boundaries import boundaries
from support.safety_bench import DEVICE, plan
from support.table_numbers import FILES, SCREENING, numbers, with_number

from protocols.errors import LimitTableError
from safety.clearance import Screening, cleared, judge_screening
from safety.past import no_past
from safety.screening import Acknowledgement, Answer, questions_of
from safety.screening_table import ScreeningTable, load_screening_table, read_screening_table
from safety.session_limits import effective_limits
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


# The table of screening: its numbers leave a share of a cap of 100 mA when an answer is yes
LEFT_UA = {"cap_percent.impaired_sensation": 50_000, "cap_percent.osteoporosis": 75_000}


def cap_left_ua(table: ScreeningTable, item: str) -> int:
    """The cap of a person of whom one item is true and acknowledged."""
    of = plan()
    questions = questions_of(of, TABLE, table, ())
    (true,) = (q for q in questions if item in {own.name for own in q.items})
    screening = Screening(
        patient="P1",
        day="2026-03-01",
        asked_by="TW",
        answers=tuple(
            Answer(question=q.id, channel=None, answer="yes" if q is true else "no")
            for q in questions
        ),
        acknowledgements=tuple(
            Acknowledgement(item=own.name, clinician="Dr B", text="seen") for own in true.items
        ),
        maximum_ua=(),
    )
    judged = judge_screening(of, TABLE, table, (), screening)
    clearance = cleared(of, table, judged, screening)
    past = no_past(of, TABLE.behaviour)
    limits = effective_limits(TABLE, DEVICE, of, clearance, past)
    return limits.channel(1).limits.current_ua.value


def test_every_number_of_the_screening_table_leaves_its_share_of_a_cap() -> None:
    assert set(numbers(SCREENING)) - {"schema"} == set(LEFT_UA)
    table = load_screening_table()
    left_ua = {path: cap_left_ua(table, path.rpartition(".")[2]) for path in LEFT_UA}
    assert left_ua == LEFT_UA


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("path", LEFT_UA)
def test_a_share_that_is_off_by_one_percent_is_noticed(path: str, by: int) -> None:
    content = with_number(SCREENING, path, numbers(SCREENING)[path] + by)
    left_ua = cap_left_ua(read_screening_table(content), path.rpartition(".")[2])
    assert left_ua == LEFT_UA[path] + by * 1_000


def test_no_other_table_has_numbers() -> None:
    assert set(FILES[0].parent.glob("*.toml")) == {*FILES, SCREENING}
