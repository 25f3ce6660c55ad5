"""Errors carry their facts as fields and tell a person what to do."""

from protocols.errors import LimitViolation, Problem


def test_a_limit_violation_names_channel_limit_both_numbers_and_source() -> None:
    violation = LimitViolation(
        limit="current of the site",
        channel=2,
        asked=41_000,
        allowed=40_000,
        unit="µA",
        source="site finger_extensors",
    )
    assert str(violation) == (
        "channel 2: current of the site: 41000 µA asked, 40000 µA allowed (site finger_extensors)"
    )


def test_a_violation_that_belongs_to_no_channel_names_none() -> None:
    violation = LimitViolation(
        limit="period", channel=None, asked=1, allowed=2, unit="µs", source="table"
    )
    assert str(violation).startswith("period: 1 µs asked")


def test_a_problem_says_where_what_and_how_to_mend_it() -> None:
    problem = Problem(
        line=3, column=7, field="id", found="found 1", allowed="a name", cure="Do it."
    )
    assert str(problem) == "line 3, column 7: id: found 1; a name. Do it."
