"""Where pads may lie: refused by the static check and by the limits, whatever the current."""

from dataclasses import replace
from itertools import combinations_with_replacement

import pytest
from support.safety_bench import (
    DEVICE,
    SCREENING_TABLE,
    TABLE,
    channel,
    limits_on_nobody,
    pad,
    plan,
    shape,
    stage,
)

from protocols.errors import PlanningError
from protocols.plan import Plan
from protocols.vocabulary import Zone
from safety.check_places import place_findings
from safety.check_report import Finding

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
SITE_OF_ZONE = {site.zone: name for name, site in TABLE.sites.items() if site.timing_class == "any"}
"""One site for each zone in which a site can be."""


def placed(*zones: str, side: str | None = "left", site: str = "quadriceps") -> Plan:
    pads = tuple(pad(4500, f"pad {n}", zone) for n, zone in enumerate(zones))
    own = replace(channel(site=site, max_current_ua=10_000), pads=pads, side=side)
    return plan(channels=(own,), stages=(stage(shapes=(shape(width_us=100),), period_us=50_000),))


def said(of: Plan) -> list[str]:
    return [finding.text for finding in place_findings(of, TABLE, SCREENING_TABLE)]


def is_refused_by_both(of: Plan) -> bool:
    errors = said(of)
    try:
        limits_on_nobody(TABLE, DEVICE, of)
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


@pytest.mark.parametrize("site_zone", SITE_OF_ZONE)
def test_the_two_checks_agree_on_every_pair_of_zones(site_zone: str) -> None:
    site = SITE_OF_ZONE[site_zone]
    for pair in combinations_with_replacement(SCREENING_TABLE.zones, 2):
        for side in ("left", "midline"):
            is_refused_by_both(placed(*pair, side=side, site=site))


def test_pads_of_an_arm_do_not_serve_a_leg() -> None:
    assert is_refused_by_both(placed("upper_limb_left", "upper_limb_left"))


def test_pads_of_one_channel_lie_on_one_side() -> None:
    assert is_refused_by_both(placed("lower_limb_left", "lower_limb_right", side=None))


def test_pads_lie_on_the_side_of_their_channel() -> None:
    assert is_refused_by_both(placed("lower_limb_right", "lower_limb_right", side="left"))


def test_pads_on_two_buttocks_are_not_one_channel() -> None:
    of = placed("gluteal_left", "gluteal_right", site="gluteus_maximus")
    assert is_refused_by_both(of)
    assert said(of) == [
        "channel 1 (gluteus_maximus): its pads lie on different sides of the body: "
        "put both on the channel's side."
    ]


def test_a_pad_on_the_buttock_serves_the_thigh_of_the_same_side() -> None:
    assert not is_refused_by_both(placed("lower_limb_left", "gluteal_left"))


def test_zones_without_a_side_yet_are_judged_by_their_part_of_the_body() -> None:
    assert not is_refused_by_both(placed("lower_limb", "lower_limb", side=None))


@pytest.mark.parametrize("side", ["left", "right", None])
def test_pads_at_the_back_of_one_side_may_lie_on_the_upper_back(side: str | None) -> None:
    of = placed("upper_back", "upper_back", side=side, site="scapular_stabilisers")
    assert not is_refused_by_both(of)


def test_pads_on_the_upper_back_belong_to_one_side() -> None:
    of = placed("upper_back", "upper_back", side="midline", site="scapular_stabilisers")
    assert is_refused_by_both(of)


@pytest.mark.parametrize("aspect", ["anterior", "lateral"])
def test_no_pad_of_the_upper_back_lies_at_the_side_or_in_front(aspect: str) -> None:
    of = placed("upper_back", "upper_back", site="scapular_stabilisers")
    first, second = of.channels[0].pads
    pads = (first, replace(second, aspect=aspect))
    of = replace(of, channels=(replace(of.channels[0], pads=pads),))
    assert is_refused_by_both(of)
    assert said(of) == [
        "channel 1 (scapular_stabilisers): on the upper back both pads lie at the back and on one "
        "side, or the current crosses the chest. Put both pads at the back, on the same side, "
        "and name that side."
    ]


def test_a_forbidden_zone_is_named_with_its_reason() -> None:
    assert said(placed("lower_limb_left", "neck_anterior"))[0] == (
        "channel 1 (quadriceps): pad 1 lies on neck_anterior: current at the front of the neck can "
        "close the airway and disturb heart and blood pressure."
    )


def test_a_zone_that_takes_a_pad_with_an_acknowledgement_is_no_error() -> None:
    assert said(placed("abdomen", "abdomen", site="abdominals")) == []


def test_a_site_that_the_limits_do_not_know_is_left_to_the_other_check() -> None:
    assert said(placed("head", "head", site="elbow")) == []


def test_a_leg_may_be_the_right_one() -> None:
    assert not is_refused_by_both(placed("lower_limb_right", "lower_limb_right", side="right"))


def test_a_pad_on_a_forbidden_zone_is_told_in_full() -> None:
    rule = SCREENING_TABLE.zone_rules["head"]
    first, *_ = place_findings(placed("head", "lower_limb_left"), TABLE, SCREENING_TABLE)
    assert first == Finding(
        severity="error",
        channel=1,
        quantity="pad zone",
        asked=None,
        allowed=None,
        unit="",
        source="head",
        text=f"channel 1 (quadriceps): pad 0 lies on head: {rule.why}.",
    )


def test_a_forbidden_path_and_an_odd_side_name_their_rule() -> None:
    of = placed("lower_limb_left", "upper_limb_left")
    assert [found.source for found in place_findings(of, TABLE, SCREENING_TABLE)] == ["mixed_group"]
    of = placed("gluteal_left", "gluteal_right", site="gluteus_maximus")
    assert [found.source for found in place_findings(of, TABLE, SCREENING_TABLE)] == ["side"]


def test_the_cure_of_a_path_across_the_chest_fits_a_leg_too() -> None:
    across = next(
        text for text in said(placed("chest_anterior", "lower_limb_left")) if "cross" in text
    )
    assert across.endswith(
        ". Put both pads over the muscle that the channel names: none on the chest, nor one on "
        "each arm."
    )
