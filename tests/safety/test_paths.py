"""Where current may pass: every pair of zones against a pinned table, and channels together."""

from dataclasses import replace
from itertools import product

import pytest
from support.safety_bench import SCREENING_TABLE, channel, pad, plan, shape, stage

from protocols.plan import Plan, PlannedChannel
from safety.paths import (
    broken_between,
    broken_by,
    crossing_channels,
    group_of,
    is_at_back,
    pad_zones,
    placed_zone,
)

MARKS = {
    "t": "transthoracic",
    "c": "transcerebral",
    "u": "upper_back_front",
    "m": "mixed_group",
}
# Which rules forbid current from a zone to each zone, in the order of the rows; a dot is allowed.
PINNED = {
    "head": "cm cm cm cm cm cm tcm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm",
    "eye": "cm cm cm cm cm cm tcm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm",
    "face": "cm cm cm cm cm cm tcm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm",
    "mouth": "cm cm cm cm cm cm tcm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm cm",
    "neck_anterior": "cm cm cm cm m m tm m m m m m m m m m m m m m m m m m m",
    "neck_posterior": "cm cm cm cm m m tm m m m m m m m m m m m m m m m m m m",
    "chest_anterior": "tcm tcm tcm tcm tm tm tm tum" + 17 * " tm",
    "upper_back": "cm cm cm cm m m tum . m m m m m m m m m tm tm tm tm m m m m",
    "abdomen": "cm cm cm cm m m tm m . . m m m m m m m tm tm tm tm m m m m",
    "lumbar": "cm cm cm cm m m tm m . . m m m m m m m tm tm tm tm m m m m",
    "pelvis_external": "cm cm cm cm m m tm m m m . . m m m m m tm tm tm tm m m m m",
    "perineum": "cm cm cm cm m m tm m m m . . m m m m m tm tm tm tm m m m m",
    "intracavity_vaginal": "cm cm cm cm m m tm m m m m m . m m m m tm tm tm tm m m m m",
    "intracavity_anal": "cm cm cm cm m m tm m m m m m m . m m m tm tm tm tm m m m m",
    "genitalia_external": "cm cm cm cm m m tm m m m m m m m m m m tm tm tm tm m m m m",
    "gluteal_left": "cm cm cm cm m m tm m m m m m m m m . . m m m m . m . m",
    "gluteal_right": "cm cm cm cm m m tm m m m m m m m m . . m m m m m . m .",
    "upper_limb_left": "cm cm cm cm m m tm tm tm tm tm tm tm tm tm m m . tm . tm m m m m",
    "upper_limb_right": "cm cm cm cm m m tm tm tm tm tm tm tm tm tm m m tm . tm . m m m m",
    "hand_left": "cm cm cm cm m m tm tm tm tm tm tm tm tm tm m m . tm . tm m m m m",
    "hand_right": "cm cm cm cm m m tm tm tm tm tm tm tm tm tm m m tm . tm . m m m m",
    "lower_limb_left": "cm cm cm cm m m tm m m m m m m m m . m m m m m . m . m",
    "lower_limb_right": "cm cm cm cm m m tm m m m m m m m m m . m m m m m . m .",
    "foot_left": "cm cm cm cm m m tm m m m m m m m m . m m m m m . m . m",
    "foot_right": "cm cm cm cm m m tm m m m m m m m m m . m m m m m . m .",
}
ZONES = tuple(PINNED)
PAIRS = list(product(ZONES, ZONES))


def placed(*zones: str, side: str | None = "left", aspect: str = "posterior") -> PlannedChannel:
    pads = tuple(
        replace(pad(4500, f"pad {n}", zone), aspect=aspect) for n, zone in enumerate(zones)
    )
    return replace(channel(), pads=pads, side=side)


def test_the_pinned_table_has_the_zones_of_the_table() -> None:
    assert SCREENING_TABLE.zones == ZONES
    assert len(PAIRS) == 625


@pytest.mark.parametrize("first", ZONES)
def test_every_pair_of_zones_is_judged_as_pinned(first: str) -> None:
    for second, marks in zip(ZONES, PINNED[first].split(), strict=True):
        rules = tuple(MARKS[mark] for mark in marks if mark != ".")
        assert broken_between(first, second, SCREENING_TABLE) == rules, (first, second)


def test_a_path_is_judged_alike_in_both_directions() -> None:
    for first, second in PAIRS:
        forth = broken_between(first, second, SCREENING_TABLE)
        assert forth == broken_between(second, first, SCREENING_TABLE)


def test_a_zone_without_its_side_is_that_of_its_channel() -> None:
    assert placed_zone("hand", "right", SCREENING_TABLE) == "hand_right"
    assert placed_zone("hand_left", "right", SCREENING_TABLE) == "hand_left"
    assert placed_zone("lumbar", "midline", SCREENING_TABLE) == "lumbar"


@pytest.mark.parametrize("side", [None, "midline"])
def test_while_no_side_is_chosen_one_side_stands_for_it(side: str | None) -> None:
    assert placed_zone("foot", side, SCREENING_TABLE) == "foot_left"


def test_pads_lie_on_their_zones_in_order() -> None:
    both = placed("hand", "upper_limb_right", side="right")
    assert pad_zones(both, SCREENING_TABLE) == ("hand_right", "upper_limb_right")


@pytest.mark.parametrize(
    ("zone", "group"),
    [
        ("hand_left", "limb_ul"),
        ("upper_limb_right", "limb_ur"),
        ("gluteal_left", "limb_ll"),
        ("foot_right", "limb_lr"),
        ("abdomen", "trunk_low"),
        ("head", "head"),
    ],
)
def test_a_zone_belongs_to_a_limb_or_a_part_of_the_trunk(zone: str, group: str) -> None:
    assert group_of(zone, SCREENING_TABLE) == group


def test_the_muscle_counts_as_a_place_too() -> None:
    both = placed("lower_limb_left", "foot_left")
    assert broken_by(both, "lower_limb", SCREENING_TABLE) == ()
    assert broken_by(both, "upper_limb", SCREENING_TABLE) == ("mixed_group",)


def test_broken_rules_are_named_in_the_order_of_the_table() -> None:
    both = placed("chest_anterior", "head", "upper_back")
    assert broken_by(both, "upper_back", SCREENING_TABLE) == (
        "transthoracic",
        "transcerebral",
        "mixed_group",
        "upper_back_front",
    )


def test_both_pads_at_the_back_of_one_side_are_allowed_on_the_upper_back() -> None:
    both = placed("upper_back", "upper_back")
    assert is_at_back(both, SCREENING_TABLE)
    assert broken_by(both, "upper_back", SCREENING_TABLE) == ()


@pytest.mark.parametrize("aspect", ["anterior", "lateral", "medial"])
def test_pads_of_the_upper_back_lie_at_the_back(aspect: str) -> None:
    both = placed("upper_back", "upper_back", aspect=aspect)
    assert not is_at_back(both, SCREENING_TABLE)
    assert broken_by(both, "upper_back", SCREENING_TABLE) == ("upper_back_front",)


def test_one_pad_of_the_upper_back_in_front_is_enough_to_refuse() -> None:
    both = placed("upper_back", "upper_back")
    turned = replace(both, pads=(both.pads[0], replace(both.pads[1], aspect="lateral")))
    assert not is_at_back(turned, SCREENING_TABLE)


def test_a_channel_across_the_spine_is_refused_on_the_upper_back() -> None:
    assert not is_at_back(placed("upper_back", "upper_back", side="midline"), SCREENING_TABLE)


def test_the_side_of_the_upper_back_may_still_be_open() -> None:
    assert is_at_back(placed("upper_back", "upper_back", side=None), SCREENING_TABLE)


def test_where_pads_of_a_leg_lie_on_it_does_not_matter() -> None:
    assert is_at_back(placed("lower_limb", "lower_limb", aspect="anterior"), SCREENING_TABLE)


# Channels with each other -------------------------------------------------------------------------


def with_channels(*channels: PlannedChannel) -> Plan:
    numbered = tuple(replace(one, number=n) for n, one in enumerate(channels, start=1))
    shapes = tuple(shape(one.number) for one in numbered)
    return plan(channels=numbered, stages=(stage(shapes=shapes),))


@pytest.mark.parametrize(
    ("left", "right"), list(product(("upper_limb", "hand"), ("upper_limb", "hand")))
)
def test_channels_on_both_arms_may_carry_current_through_the_chest(left: str, right: str) -> None:
    of = with_channels(
        placed(left, left),
        placed("lower_limb", "lower_limb"),
        placed(right, right, side="right"),
    )
    assert crossing_channels(of, SCREENING_TABLE) == (1, 3)


def test_channels_on_one_arm_do_not_cross() -> None:
    of = with_channels(placed("hand", "hand"), placed("upper_limb", "upper_limb"))
    assert crossing_channels(of, SCREENING_TABLE) == ()


def test_channels_on_both_legs_do_not_cross() -> None:
    of = with_channels(
        placed("lower_limb", "lower_limb"), placed("lower_limb", "lower_limb", side="right")
    )
    assert crossing_channels(of, SCREENING_TABLE) == ()


def test_one_channel_alone_does_not_cross() -> None:
    assert crossing_channels(with_channels(placed("hand", "hand")), SCREENING_TABLE) == ()
