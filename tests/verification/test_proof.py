"""The contracts that CrossHair proves: none is empty, none is missing, none is left undecided."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import safety
from verification.contracts import bounds, gate
from verification.proof import contract_files, contracts, judged

MODULES = {"bounds": bounds, "gate": gate}
REST = (20_000, 0, 0, 0, 2_000_000)
"""A channel at rest, its level 20 mA: level, output, on since, rest until, ramp up."""
BURST = (20_000, 10_000, 0, 0, 2_000_000)
"""The same in a burst of 10 mA."""

EXAMPLES = {
    "less_current_keeps_the_charge": (80_000, 70_000, 300, 24_000),
    "less_width_keeps_the_charge": (80_000, 300, 200, 24_000),
    "more_charge_allows_as_much": (80_000, 300, 24_000, 25_000),
    "less_heat_keeps_the_rms": (100, 99, 1, 1),
    "a_slower_rate_keeps_the_rms": (100, 2, 1, 1),
    "less_heat_keeps_the_density": (100, 99, 1, 1, 1),
    "a_larger_pad_keeps_the_density": (100, 1, 1, 2, 1),
    "less_heat_keeps_the_power": (100, 99, 1, 1, 1, 1),
    "less_heat_keeps_the_energy": (100, 99, 1, 1),
    "a_slower_rate_leaves_room": (300, 100, 300, 50_000, 40_000),
    "one_current_alone_balances": (60_000, 300, 15_000, 15_001, 1_200),
    "a_balancing_current_carries_enough": (60_001, 300, 1_200),
    "a_period_is_never_counted_slower": (28_500,),
    "the_shortest_period_is_slow_enough": (150,),
    "the_longest_period_is_fast_enough": (3,),
    "an_upper_bound_only_narrows": (1, 2),
    "a_lower_bound_only_narrows": (1, 2),
    "upper_bounds_meet_in_any_order": (1, 1),
    "lower_bounds_meet_in_any_order": (1, 1),
    "upper_bounds_meet_in_any_grouping": (1, 1, 2),
    "an_empty_interval_is_always_found": (2, 1),
    "layers_narrow_each_other_in_every_quantity": (2, 1),
    "a_frame_keeps_the_bounds": (REST, 1_000, 100_000, 10**6),
    "a_frame_that_is_not_balanced_never_passes": (REST, 1_000, 999, 10**6),
    "a_frame_above_its_level_never_passes": (REST, 21_000, 100_000, 10**6),
    "a_frame_changes_no_level": (REST, 1_000, 100_000, 10**6),
    "silence_always_passes": (BURST, 10**6),
    "a_burst_that_is_too_long_never_goes_on": (BURST, 1_000, 100_000, 20_000_001),
    "nothing_flows_in_a_rest": ((20_000, 0, 0, 9, 2_000_000), 1_000, 100_000, 8),
    "an_output_rises_no_faster_than_its_ramp": (20_000, 0, 500_000, 100_000),
    "what_passes_passes_at_less": (BURST, 10, 3, 100_000, 10**6),
    "a_raise_keeps_the_bounds": (REST, 22_000, 10**6),
    "a_raise_is_no_more_than_a_step": (REST, 22_000, 10**6),
    "a_raise_makes_the_next_one_wait": (REST, 20_001, 10**6),
    "a_wait_keeps_the_slew": (2_000,),
    "lowering_keeps_the_bounds": (BURST, -1),
    "lowering_never_raises": (BURST, 30_000),
    "a_ramp_keeps_the_bounds": (REST, 500_000),
    "a_ramp_never_changes_while_it_runs": (BURST, 500_000),
    "a_stop_silences": (BURST, 10**6),
    "a_current_changes_and_nothing_else": (BURST, 2_000, 10**6),
    "a_burst_that_ends_begins_its_rest": (BURST, 10**6),
    "no_rest_is_negative": (0,),
    "a_longer_burst_never_rests_less": (1_000_000, 1_000_001),
    "the_clock_wakes_just_when_a_time_has_run_out": (BURST, 0, 20_250_001),
    "silence_never_runs_out_of_time": (REST, 0, 10**12),
}
"""Numbers that fulfil what each theorem takes for given, near its boundary where it has one."""

JUDGED = ("predicates", "limits", "levels", "rules", "clock", "state", "ceilings")
"""The modules whose every public function is proved, or covered as follows."""

NOT_DECIDED = {
    # a search by bisection: 200 001 currents and as many last currents, drawn by hypothesis
    "ceilings.largest": "test_ceilings.py::test_the_largest_current_is_found_wherever_it_lies",
    "ceilings.current_ceiling": (
        "test_every_current.py::test_the_ceiling_is_the_last_current_of_all"
    ),
    # squares of a free number times a free number: every current there is
    "predicates.pulse_heat": (
        "test_every_current.py::test_more_current_is_more_heat_at_every_current"
    ),
    # loops over all quantities or all channels
    "limits.refuse_silence": (
        "test_limits.py::test_a_quantity_that_no_layer_bounds_is_refused_and_named"
    ),
    "rules.judge_output": "test_rules.py::test_no_frame_above_level_site_or_slew_passes",
    "rules.reachable_ua": "test_rules.py::test_all_that_is_reachable_passes_and_nothing_more",
    # constructors without judgement
    "state.closed": "test_session_words.py::test_a_gate_begins_closed",
    "state.opened": "test_session_words.py::test_a_session_begins_at_rest",
    "state.set_up": (
        "test_session_words.py::test_a_train_that_is_asked_for_is_noted_with_its_time"
    ),
    "state.with_channel": "test_gate_levels.py::test_channels_wait_for_themselves_only",
}
"""What the solver cannot decide, and the test that covers it."""

CONTRACTS = [(path.stem, name) for path in contract_files() for name in contracts(path)]


def conditions(function, kind):
    lines = re.findall(rf"^\s*{kind}:(.*)$", inspect.getdoc(function) or "", re.MULTILINE)
    return [line.strip() for line in lines]


def test_every_contract_has_an_example_and_every_example_a_contract() -> None:
    assert {name for _, name in CONTRACTS} == set(EXAMPLES)
    assert {path.stem for path in contract_files()} == set(MODULES)


@pytest.mark.parametrize(("module", "name"), CONTRACTS)
def test_what_a_contract_takes_for_given_can_be_given(module: str, name: str) -> None:
    function = getattr(MODULES[module], name)
    names = dict(zip(inspect.signature(function).parameters, EXAMPLES[name], strict=True))
    scope = vars(MODULES[module]) | names
    assert all(eval(condition, scope) for condition in conditions(function, "pre"))
    scope["__return__"] = function(*EXAMPLES[name])
    assert all(eval(condition, scope) for condition in conditions(function, "post"))


@pytest.mark.parametrize("module", JUDGED)
def test_every_function_that_judges_is_proved_or_named_as_undecided(module: str) -> None:
    source = Path(safety.__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    public = {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    text = "".join(path.read_text(encoding="utf-8") for path in contract_files())
    called = {
        getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    }
    undecided = {name for name in public if f"{module}.{name}" in NOT_DECIDED}
    assert public - called == undecided


@pytest.mark.parametrize("place", NOT_DECIDED.values())
def test_the_tests_that_cover_what_is_undecided_are_there(place: str) -> None:
    file, _, name = place.partition("::")
    source = (Path(__file__).parents[1] / "safety" / file).read_text(encoding="utf-8")
    assert f"def {name}(" in source


def test_a_report_with_less_than_every_contract_confirmed_is_not_clean() -> None:
    path = contract_files()[0]
    promised = sum(contracts(path).values())
    confirmed = [f"{path}:{n + 1}: info: Confirmed over all paths." for n in range(promised)]
    assert judged(path, confirmed) == (promised, [])
    assert judged(path, confirmed[1:]) == (
        promised - 1,
        [f"{path.name}: 1 of its contracts were not confirmed"],
    )
    undecided = f"{path}:1: info: Not confirmed."
    assert undecided in judged(path, [undecided, *confirmed[1:]])[1]


def test_the_contracts_can_be_imported_without_the_solver() -> None:
    assert "crosshair" not in importlib.import_module("verification.proof").__dict__
