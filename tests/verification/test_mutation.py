"""What counts as clean in a mutation run, and that nothing is left out of it."""

import tomllib
from pathlib import Path

import pytest

from verification.mutation import is_clean, module_of
from verification.second_opinion import changed_lines

ROOT = Path(__file__).parents[2]

CLEAN = {
    "killed": 97,
    "timeout": 3,
    "total": 100,
    "survived": 0,
    "no_tests": 0,
    "skipped": 0,
    "suspicious": 0,
    "segfault": 0,
}


def test_a_run_in_which_every_mutant_is_killed_or_out_of_time_is_clean() -> None:
    assert is_clean(CLEAN)


@pytest.mark.parametrize("status", ["survived", "no_tests", "skipped", "suspicious", "segfault"])
def test_a_single_mutant_that_ends_in_any_other_way_is_not_clean(status: str) -> None:
    assert not is_clean(CLEAN | {status: 1, "killed": 96})


def test_a_run_that_left_a_mutant_out_is_not_clean() -> None:
    assert not is_clean(CLEAN | {"killed": 96})


def test_a_run_without_mutants_is_not_clean() -> None:
    assert not is_clean({"killed": 0, "timeout": 0, "total": 0})


def test_a_mutant_belongs_to_its_module() -> None:
    assert module_of("safety.levels.x_wait_us__mutmut_3") == "levels"


def test_no_part_of_the_safety_layer_is_left_out_of_the_mutation_run() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mutmut = settings["tool"]["mutmut"]
    assert mutmut["source_paths"] == ["safety/"]
    left_out = ("only_mutate", "do_not_mutate", "do_not_mutate_patterns", "type_check_command")
    assert not set(mutmut) & {*left_out, "mutate_only_covered_lines"}


def test_of_a_difference_only_what_changed_is_shown() -> None:
    diff = "--- before\n+++ after\n@@ -1 +1 @@\n same\n-old\n+new"
    assert changed_lines(diff) == "-old\n+new"
