"""The example and the word lists of docs/protocols.md are true."""

import re
from pathlib import Path

import pytest

from protocols.complaints import _GROUPS, _SYNONYMS
from protocols.loading import load_text
from protocols.timeline import make_plan
from protocols.vocabulary import Aspect, Site, Zone

TEXT = (Path(__file__).parents[2] / "docs" / "protocols.md").read_text()


def test_the_example_of_the_documentation_can_be_planned(device) -> None:
    example = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    plan = make_plan(load_text(example[1], "example"), device(), {1: "left", 2: "left"})
    assert [stage.cycles for stage in plan.stages] == [3, 30]


@pytest.mark.parametrize("word", [*Site, *Zone, *Aspect])
def test_every_word_that_a_protocol_may_use_is_documented(word: str) -> None:
    unsided = word.removesuffix("_left").removesuffix("_right")
    assert re.search(rf"\b{unsided}\b", TEXT)


@pytest.mark.parametrize("field", sorted({f for _, m in _GROUPS.values() for f in m.model_fields}))
def test_every_field_of_a_protocol_is_documented(field: str) -> None:
    assert f"`{field}`" in TEXT


@pytest.mark.parametrize(("word", "field"), _SYNONYMS.items())
def test_every_other_word_for_a_field_leads_to_one_that_exists(word: str, field: str) -> None:
    fields = {name for _, model in _GROUPS.values() for name in model.model_fields}
    assert field in fields
    assert word not in fields
