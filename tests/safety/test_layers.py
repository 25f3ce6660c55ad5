"""The layers of a person and of earlier sessions: what they narrow, and that they only narrow."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.safety_bench import DEVICE, SCREENING_TABLE, TABLE, channel, limits, plan, shape, stage

from protocols.errors import LimitTableError, LimitViolation, PlanningError
from safety.clearance import BENCH, ChannelClearance, Clearance, nobody
from safety.layers import (
    ceiling_layer,
    device_layer,
    patient_layer,
    protocol_layer,
    session_layer,
    site_layer,
    timing_layer,
)
from safety.limits import NO_MOST, UNLIMITED, ChannelLimits, Most, meet
from safety.past import ChannelPast, no_past, past_of
from safety.session_limits import SessionLimits, effective_limits

QUADRICEPS = channel(max_current_ua=60_000)
ONE = plan(channels=(QUADRICEPS,))
HOUR_US = 3_600_000_000


def clearance(
    permille: int = 1000, items: tuple[str, ...] = (), maximum: Most = NO_MOST
) -> ChannelClearance:
    return ChannelClearance(
        number=1,
        site="quadriceps",
        side="left",
        permille=permille,
        items=items,
        maximum=maximum,
    )


def of_person(own: ChannelClearance) -> Clearance:
    return replace(nobody(ONE, SCREENING_TABLE, BENCH, "2026-01-01"), channels=(own,))


def past(used_us: int = 0, tolerated: Most = NO_MOST) -> ChannelPast:
    return past_of(1, "quadriceps left", used_us, tolerated, TABLE.behaviour)


def effective(
    own: ChannelClearance | None = None, before: ChannelPast | None = None
) -> SessionLimits:
    person = of_person(clearance() if own is None else own)
    return effective_limits(TABLE, DEVICE, ONE, person, (past() if before is None else before,))


def cap(session: SessionLimits) -> tuple[int, str]:
    bound = session.channel(1).limits.current_ua
    return bound.value, bound.source


# The person ------------------------------------------------------------


def test_a_person_of_whom_nothing_is_true_changes_nothing() -> None:
    assert effective().channels == limits(ONE).channels
    assert cap(effective()) == (60_000, "protocol")


def test_the_answers_leave_their_part_of_what_would_hold_otherwise() -> None:
    own = clearance(375, ("impaired_sensation", "osteoporosis"))
    assert cap(effective(own)) == (22_500, "answers: impaired_sensation, osteoporosis")


def test_a_part_of_a_cap_is_rounded_down() -> None:
    layer = patient_layer(Most(value=1_001, source="x"), clearance(500, ("a",)))
    assert layer.current_ua == Most(value=500, source="answers: a")


def test_the_own_maximum_of_a_person_narrows_too() -> None:
    own = clearance(maximum=Most(value=20_000, source="patient's own maximum"))
    assert cap(effective(own)) == (20_000, "patient's own maximum")


def test_of_answers_and_own_maximum_the_narrower_holds() -> None:
    own = clearance(500, ("osteoporosis",), Most(value=40_000, source="patient's own maximum"))
    assert cap(effective(own)) == (30_000, "answers: osteoporosis")


def test_nothing_but_the_current_is_touched_by_a_person_or_by_the_past() -> None:
    layer = patient_layer(Most(value=9, source="x"), clearance(500, ("a",)))
    assert replace(layer, current_ua=UNLIMITED.current_ua) == UNLIMITED
    before = session_layer(past(tolerated=Most(value=9, source="x")))
    assert replace(before, current_ua=UNLIMITED.current_ua) == UNLIMITED


def test_a_maximum_below_one_step_of_the_device_is_refused_and_named() -> None:
    own = clearance(maximum=Most(value=999, source="patient's own maximum"))
    with pytest.raises(LimitViolation) as refused:
        effective(own)
    assert (refused.value.limit, refused.value.source) == ("current", "patient's own maximum")
    assert (refused.value.asked, refused.value.allowed) == (1_000, 999)


# Earlier sessions ------------------------------------------------------------


def test_the_level_of_earlier_sessions_narrows_what_a_script_may_do() -> None:
    before = past(tolerated=Most(value=25_000, source="earlier sessions"))
    assert cap(effective(before=before)) == (25_000, "earlier sessions")


def test_a_session_lasts_an_hour_at_most() -> None:
    most = effective().session_max_us
    assert (most.value, most.source) == (HOUR_US, "session")


def test_what_is_left_of_the_day_shortens_the_session() -> None:
    most = effective(before=past(used_us=2 * HOUR_US - 600_000_000)).session_max_us
    assert most.value == 600_000_000
    assert most.source == "what is left today of quadriceps left"


def test_of_several_places_the_one_with_the_least_time_left_counts() -> None:
    of = plan(channels=(channel(1), channel(2)), stages=(stage(shapes=(shape(1), shape(2))),))
    first, second = no_past(of, TABLE.behaviour)
    before = (replace(first, daily_left_us=Most(value=60_000_000, source="x")), second)
    person = nobody(of, SCREENING_TABLE, BENCH, "2026-01-01")
    assert effective_limits(TABLE, DEVICE, of, person, before).session_max_us.source == "x"


@pytest.mark.parametrize("used_us", [2 * HOUR_US, 2 * HOUR_US + 1, 9 * HOUR_US])
def test_a_place_that_had_its_day_is_refused(used_us: int) -> None:
    with pytest.raises(LimitViolation) as refused:
        effective(before=past(used_us=used_us))
    assert (refused.value.limit, refused.value.allowed) == ("session time", 0)
    assert (refused.value.asked, refused.value.unit, refused.value.channel) == (1, "µs", None)
    assert refused.value.source == "what is left today of quadriceps left"


def test_the_last_microsecond_of_a_day_is_left() -> None:
    assert effective(before=past(used_us=2 * HOUR_US - 1)).session_max_us.value == 1


def test_nobody_has_no_past() -> None:
    (own,) = no_past(ONE, TABLE.behaviour)
    assert (own.number, own.daily_left_us.value, own.tolerated) == (1, 2 * HOUR_US, NO_MOST)
    assert own.daily_left_us.source == "what is left today of quadriceps"


# What is missing ------------------------------------------------------------


def test_a_channel_whose_past_nobody_looked_up_is_refused() -> None:
    with pytest.raises(LimitTableError, match="channel 1: nothing is known of earlier"):
        effective(before=replace(past(), number=2))


def test_a_channel_that_was_not_cleared_is_refused() -> None:
    with pytest.raises(PlanningError):
        effective(replace(clearance(), site="hamstrings"))


# The algebra ------------------------------------------------------------


def layers(own: ChannelClearance, before: ChannelPast) -> list[ChannelLimits]:
    timing = TABLE.timing_classes["cyclic"]
    return [
        ceiling_layer(TABLE.ceiling),
        device_layer(DEVICE),
        timing_layer("cyclic", timing),
        site_layer("quadriceps", TABLE.sites["quadriceps"]),
        protocol_layer(QUADRICEPS),
        patient_layer(Most(value=60_000, source="protocol"), own),
        session_layer(before),
    ]


persons = st.builds(
    clearance,
    permille=st.integers(1, 999),
    items=st.just(("osteoporosis",)),
    maximum=st.builds(Most, value=st.integers(0, 200_000), source=st.just("own")),
)
pasts = st.builds(
    past,
    used_us=st.integers(0, 3 * HOUR_US),
    tolerated=st.builds(Most, value=st.integers(0, 200_000), source=st.just("earlier")),
)


def met(of: tuple[ChannelLimits, ...]) -> ChannelLimits:
    bound, *others = of
    for other in others:
        bound = meet(bound, other)
    return bound


@given(persons, pasts, st.randoms(use_true_random=False))
def test_the_order_of_all_seven_layers_does_not_matter(own, before, random) -> None:
    ordered = layers(own, before)
    shuffled = list(ordered)
    random.shuffle(shuffled)
    assert met(tuple(shuffled)) == met(tuple(ordered))


@given(persons, pasts)
def test_three_layers_may_be_met_in_any_grouping(own, before) -> None:
    for a, b, c in permutations(layers(own, before)[-3:]):
        assert meet(meet(a, b), c) == meet(a, meet(b, c))


@given(persons, pasts)
def test_a_layer_met_twice_is_met_once(own, before) -> None:
    for layer in layers(own, before):
        assert meet(layer, layer) == layer


@given(persons, pasts)
def test_person_and_past_only_narrow(own, before) -> None:
    *rest, person, session = layers(own, before)
    wide = met(tuple(rest))
    both = meet(meet(wide, person), session)
    assert both.current_ua.value <= wide.current_ua.value
    assert replace(both, current_ua=wide.current_ua) == wide


@given(st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 1000))
def test_a_smaller_part_is_never_more(otherwise_ua, a, b) -> None:
    otherwise = Most(value=otherwise_ua, source="x")
    small, large = (
        patient_layer(otherwise, clearance(part, ("a",))).current_ua.value
        for part in sorted((a, b))
    )
    assert small <= large <= otherwise_ua


def test_the_device_bounds_each_quantity_that_it_makes_and_says_so() -> None:
    layer, source = device_layer(DEVICE), f"device {DEVICE.device}"
    assert (layer.current_ua.value, layer.current_ua.source) == (DEVICE.current_max_ua, source)
    widths = (layer.pulse_width_min_us, layer.pulse_width_max_us, layer.second_width_max_us)
    assert [width.value for width in widths] == [
        DEVICE.pulse_width_min_us,
        DEVICE.pulse_width_max_us,
        DEVICE.pulse_width_max_us,
    ]
    periods = (layer.period_min_us, layer.period_max_us)
    assert [period.value for period in periods] == [
        min(DEVICE.period_min_us_by_modules),
        DEVICE.period_max_us,
    ]
    assert {bound.source for bound in (*widths, *periods)} == {source}
