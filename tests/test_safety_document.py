"""docs/safety.md says for every fault and hazard which tests show it; they must exist and run.

That they ran and passed is looked at by `conftest.py` at the end of every run of the whole suite.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from support.shown_by import DOCUMENT, named, not_shown

TESTS = Path(__file__).parent
NOT_IN_THE_FAST_SUITE = ("skip", "xfail", "campaign")


def rows() -> dict[str, str]:
    """The rows of both tables by their number; a number that stands twice fails."""
    found: dict[str, str] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        number = re.match(r"\| ([FH]\d+) \|", line)
        if number is not None:
            assert number[1] not in found, f"{number[1]} stands twice"
            found[number[1]] = line
    return found


@cache
def functions_of(file: str) -> dict[str, str]:
    """The test functions of a file, each with what decorates it."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {
        node.name: " ".join(map(ast.unparse, node.decorator_list))
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_fault_and_every_hazard_has_its_row() -> None:
    expected = [f"F{n}" for n in range(1, 33)] + [f"H{n}" for n in range(1, 37)]
    assert list(rows()) == expected


@pytest.mark.parametrize("number", rows())
def test_every_row_names_a_test(number: str) -> None:
    assert named(rows()[number])


@pytest.mark.parametrize("number", rows())
def test_every_test_that_a_row_names_is_one_of_the_fast_suite(number: str) -> None:
    for file, name in named(rows()[number]):
        assert name.startswith("test_")
        decorated = functions_of(file)[name]
        assert [word for word in NOT_IN_THE_FAST_SUITE if f"mark.{word}" in decorated] == []


def test_a_named_test_counts_as_shown_once_a_case_of_it_passed() -> None:
    text = "| F1 | `service/test_stop.py::test_a` `tui/test_keys.py::test_b` |"
    passed = ["tests/service/test_stop.py::test_a[space]", "tests/tui/test_other.py::test_b"]
    assert not_shown(text, passed) == ["tui/test_keys.py::test_b"]
