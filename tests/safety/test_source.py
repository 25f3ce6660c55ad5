"""What the source text of the safety layer must be like; asked of the text as it was written."""

import ast
from functools import cache
from pathlib import Path

import pytest

import safety

ROOT = Path(safety.__file__).parents[1]
MODULES = sorted(Path(safety.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_is_hidden_from_the_mutation_run(path):
    assert "no mutate" not in path.read_text(encoding="utf-8")


@cache
def nodes():
    """Every class and every call of the program, with the path of its module."""
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for package in ("protocols", "drivers", "safety", "nmes", "tui", "hardware_sim")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.Call)
    ]


def calls():
    """Every call by a name, with the path of its module."""
    for path, node in nodes():
        if isinstance(node, ast.Call):
            yield path, getattr(node.func, "id", getattr(node.func, "attr", "")), node


def test_only_the_gate_makes_permits():
    assert [path for path, name, _ in calls() if name == "Permit"] == ["safety/gate.py"]


def test_a_named_tuple_is_made_by_name_but_for_the_one_that_every_frame_makes_eight_times():
    classes = [(path, node) for path, node in nodes() if isinstance(node, ast.ClassDef)]
    tuples = {node.name for _, node in classes if "NamedTuple" in map(ast.unparse, node.bases)}
    assert {"ChannelOutput", "ChannelState", "Permit"} <= tuples
    namesakes = {(path, node.name) for path, node in classes if is_enumeration(node)}
    unnamed = {(path, name) for path, name, call in calls() if name in tuples and call.args}
    assert unnamed - namesakes == {("safety/state.py", "ChannelState")}


def is_enumeration(node):
    """Whether a class is an enumeration, whose members are looked up by a value."""
    return any(ast.unparse(base).endswith("Enum") for base in node.bases)


STATIC = (
    "checks",
    "check_places",
    "check_pulses",
    "check_report",
    "check_timing",
    "check_uses",
    "formulas",
)
SHARED = {"safety.pairs", "safety.table", "safety.screening_table", "safety.paths"}
"""Tables, the paths they forbid, how rows are paired; the session refuses misplaced pads itself."""


@pytest.mark.parametrize("name", [*STATIC, "technical"])
def test_the_static_check_shares_only_the_table_with_the_gate(name):
    path = Path(safety.__file__).with_name(f"{name}.py")
    imported = {
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    own = {f"safety.{module}" for module in (*STATIC, "technical")}
    assert {module for module in imported if module.startswith("safety")} <= own | SHARED


def test_the_gate_shares_only_the_table_with_the_static_check():
    own = {f"safety.{module}" for module in (*STATIC, "technical")}
    for path in Path(safety.__file__).parent.glob("*.py"):
        if path.stem in (*STATIC, "technical"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in own, f"{path.name} imports {node.module}"
