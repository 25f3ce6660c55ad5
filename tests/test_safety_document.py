"""docs/safety.md says for every fault and hazard which tests show it; they must exist and run."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "safety.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
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


def named(line: str) -> list[tuple[str, str]]:
    return [(file, name) for file, name in NAMED.findall(line)]


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
