"""Every value of the safety layer is frozen, takes no further fields, and is made by name."""

import importlib
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import safety

NAMES = sorted(path.stem for path in Path(safety.__file__).parent.glob("*.py"))


def values_of(name: str) -> list[type]:
    module = importlib.import_module(f"safety.{name}")
    return [v for v in vars(module).values() if isinstance(v, type) and is_dataclass(v)]


def test_there_are_values() -> None:
    assert sum(len(values_of(name)) for name in NAMES) > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_frozen_slotted_and_made_by_name(name: str) -> None:
    for value in values_of(name):
        assert value.__dataclass_params__.frozen, value
        assert "__slots__" in vars(value), value
        assert all(field.kw_only for field in fields(value)), value
