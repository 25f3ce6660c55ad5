"""Bugs that somebody could really have written are found: each by a test, some by the campaign too.

`python -m pytest -m campaign tests/planted_bugs` plants them one by one in a copy of the tree; with
`-k "ignored and paused"` one of them. The fast suite sees to it that they can still be planted.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from support.planted_bugs import (
    DOCUMENT,
    ROOT,
    Bug,
    campaign_finds,
    planted,
    read_bugs,
    run_tests,
    with_bug,
    with_table,
)

from verification.scratch import scratch_copy

BUGS = read_bugs()
IN_CAMPAIGN = [bug for bug in BUGS if bug.campaign is not None]
TIMEOUT_S = 120.0
"""A test that has not failed by then has not found the bug."""

of_each_bug = pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
of_each_in_campaign = pytest.mark.parametrize(
    "bug", IN_CAMPAIGN, ids=[bug.name for bug in IN_CAMPAIGN]
)


@cache
def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@of_each_bug
def test_a_bug_still_has_its_place_and_can_be_run(bug: Bug) -> None:
    sick = with_bug(bug, ROOT)
    assert compile(sick, bug.file, "exec") is not None
    assert sick != (ROOT / bug.file).read_text(encoding="utf-8")


@of_each_bug
def test_the_test_that_catches_a_bug_exists(bug: Bug) -> None:
    assert bug.test_function in functions_of(bug.test_file)


def test_every_bug_has_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)


def test_there_are_bugs_in_every_part_of_the_program() -> None:
    parts = {tuple(Path(bug.file).parts[:2]) for bug in BUGS}
    packages = {first for first, _ in parts}
    assert packages == {"safety", "drivers", "nmes", "tui", "protocols", "hardware_sim"}
    assert parts >= {("nmes", part) for part in ("session", "service", "records", "link")}


def test_the_table_of_the_documentation_is_that_of_the_bugs() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_table(document, BUGS)


@pytest.fixture(scope="module")
def tree() -> Iterator[Path]:
    """Give a copy of everything, without a bug but the one planted at the moment."""
    with scratch_copy() as folder:
        yield folder


@pytest.mark.campaign
def test_without_a_bug_all_that_would_catch_one_pass(tree: Path) -> None:
    tests = sorted({bug.caught_by for bug in BUGS})
    run = run_tests(tree, tests, len(tests) * TIMEOUT_S)
    assert (run.troubles, run.exit_code) == ((), 0)
    assert run.passed >= len(tests)


@pytest.mark.campaign
@of_each_bug
def test_a_planted_bug_is_caught_by_its_test_for_its_reason(bug: Bug, tree: Path) -> None:
    with planted(bug, tree):
        run = run_tests(tree, [bug.caught_by], TIMEOUT_S)
    said = [trouble.message for trouble in run.troubles]
    assert [trouble for trouble in run.troubles if trouble.is_error] == []
    assert any(bug.shows in message for message in said), (run.exit_code, said)


@pytest.mark.campaign
def test_without_a_bug_the_campaign_finds_nothing(tree: Path) -> None:
    seeds = {bug.campaign.seed for bug in IN_CAMPAIGN if bug.campaign is not None}
    sessions = max(bug.campaign.sessions for bug in IN_CAMPAIGN if bug.campaign is not None)
    for seed in seeds:
        assert campaign_finds(tree, seed, sessions, TIMEOUT_S) == {}


@pytest.mark.campaign
@of_each_in_campaign
def test_a_planted_bug_is_seen_by_the_judge_of_the_campaign(bug: Bug, tree: Path) -> None:
    seen = bug.campaign
    assert seen is not None
    with planted(bug, tree):
        found = campaign_finds(tree, seen.seed, seen.sessions, TIMEOUT_S)
    assert found.get(seen.finds, 0) > 0
