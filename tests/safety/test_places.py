"""Where pads may lie: refused by both checks, whatever the current."""

from dataclasses import replace

import pytest
from support.safety_bench import DEVICE, TABLE, channel, pad, plan

from protocols.errors import PlanningError
from protocols.plan import Plan
from protocols.vocabulary import Zone
from safety.checks import check_plan
from safety.session_limits import effective_limits

FORBIDDEN = (
    "head",
    "eye",
    "face",
    "mouth",
    "neck_anterior",
    "neck_posterior",
    "chest_anterior",
    "genitalia_external",
)


def placed(*zones: str, side: str | None = "left") -> Plan:
    pads = tuple(pad(4500, f"pad {n}", zone) for n, zone in enumerate(zones))
    return plan(channels=(replace(channel(), pads=pads, side=side),))


def is_refused_by_both(of: Plan) -> bool:
    errors = [f for f in check_plan(of, TABLE, DEVICE).findings if f.quantity == "pad zone"]
    try:
        effective_limits(TABLE, DEVICE, of)
    except PlanningError:
        assert errors, "only the limits refuse it"
        return True
    assert not errors, "only the static check refuses it"
    return False


@pytest.mark.parametrize("zone", FORBIDDEN)
def test_no_pad_may_lie_on_a_forbidden_zone_at_any_site(zone: str) -> None:
    assert all(zone not in zones for zones in TABLE.pad_zones.values())
    assert is_refused_by_both(placed("lower_limb_left", zone))


def test_every_zone_of_the_table_is_one_that_a_protocol_can_name() -> None:
    named = {zone.value for zone in Zone}
    bases = named | {zone.removesuffix("_left").removesuffix("_right") for zone in named}
    assert {zone for zones in TABLE.pad_zones.values() for zone in zones} <= bases


def test_pads_of_an_arm_do_not_serve_a_leg() -> None:
    assert is_refused_by_both(placed("upper_limb_left", "upper_limb_left"))


def test_pads_of_one_channel_lie_on_one_side() -> None:
    assert is_refused_by_both(placed("lower_limb_left", "lower_limb_right", side=None))


def test_pads_lie_on_the_side_of_their_channel() -> None:
    assert is_refused_by_both(placed("lower_limb_right", "lower_limb_right", side="left"))


def test_a_pad_on_the_buttock_serves_the_thigh_of_the_same_side() -> None:
    assert not is_refused_by_both(placed("lower_limb_left", "gluteal_left"))


def test_zones_without_a_side_yet_are_judged_by_their_part_of_the_body() -> None:
    assert not is_refused_by_both(placed("lower_limb", "lower_limb", side=None))
