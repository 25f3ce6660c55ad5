from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LimitTableError
from safety.limits import (
    UNLIMITED,
    ChannelLimits,
    Least,
    Most,
    contradiction,
    higher,
    lower,
    meet,
    refuse_silence,
)

NAMES = [field.name for field in fields(ChannelLimits)]
UPPER = [name for name in NAMES if isinstance(getattr(UNLIMITED, name), Most)]
LOWER = [name for name in NAMES if isinstance(getattr(UNLIMITED, name), Least)]
SOURCES = ("device", "protocol", "site")


def limits_of(codes):
    """Make limits of small numbers: each is a value from 0 to 2 and one of three sources."""
    return ChannelLimits(
        **{
            name: (Most if name in UPPER else Least)(value=code % 3, source=SOURCES[code // 3])
            for name, code in zip(NAMES, codes, strict=True)
        }
    )


def channel_limits():
    size = len(NAMES)
    return st.binary(min_size=size, max_size=size).map(
        lambda codes: limits_of([code % 9 for code in codes])
    )


def is_narrower(a, b):
    return all(getattr(a, n).value <= getattr(b, n).value for n in UPPER) and all(
        getattr(a, n).value >= getattr(b, n).value for n in LOWER
    )


def test_every_quantity_has_a_direction():
    assert len(UPPER) == 11
    assert len(LOWER) == 6


@given(channel_limits(), channel_limits())
def test_meet_is_commutative(a, b):
    assert meet(a, b) == meet(b, a)


@given(channel_limits(), channel_limits(), channel_limits())
def test_meet_is_associative(a, b, c):
    assert meet(meet(a, b), c) == meet(a, meet(b, c))


@given(channel_limits())
def test_meet_is_idempotent(a):
    assert meet(a, a) == a


@given(channel_limits(), channel_limits())
def test_meet_only_narrows(a, b):
    both = meet(a, b)
    assert is_narrower(both, a)
    assert is_narrower(both, b)


@given(channel_limits(), channel_limits(), channel_limits())
def test_meet_keeps_the_order_of_limits(a, b, c):
    assert is_narrower(meet(meet(a, b), c), meet(b, c))


@given(channel_limits())
def test_a_layer_that_says_nothing_changes_nothing(a):
    assert meet(a, UNLIMITED) == a


@pytest.mark.parametrize("name", NAMES)
def test_meet_takes_the_narrower_value_of_each_quantity_and_its_source(name):
    kind = Most if name in UPPER else Least
    narrow, wide = (5, 6) if kind is Most else (6, 5)
    a = replace(UNLIMITED, **{name: kind(value=narrow, source="site")})
    b = replace(UNLIMITED, **{name: kind(value=wide, source="device")})
    assert meet(a, b) == a
    assert meet(b, a) == a


def test_of_equal_bounds_the_first_by_name_stands():
    assert lower(Most(value=1, source="b"), Most(value=1, source="a")).source == "a"
    assert higher(Least(value=1, source="b"), Least(value=1, source="a")).source == "a"


@pytest.mark.parametrize("name", NAMES)
def test_a_quantity_that_no_layer_bounds_is_refused_and_named(name):
    bounds = {n: replace(getattr(UNLIMITED, n), value=1, source="site") for n in NAMES if n != name}
    with pytest.raises(LimitTableError, match=f"nothing limits {name}$"):
        refuse_silence(replace(UNLIMITED, **bounds))


def test_limits_that_are_all_set_pass():
    bounds = {n: replace(getattr(UNLIMITED, n), value=1, source="site") for n in NAMES}
    assert refuse_silence(ChannelLimits(**bounds)) is None


PAIRS = [
    ("pulse width", "µs", "pulse_width_min_us", "pulse_width_max_us"),
    ("pulse period", "µs", "period_min_us", "period_max_us"),
    ("electrode area", "mm²", "area_min_mm2", "area_mm2"),
    ("ramp up within on-time", "µs", "ramp_up_min_us", "on_max_us"),
]


@pytest.mark.parametrize(("limit", "unit", "least", "most"), PAIRS)
def test_an_empty_interval_is_found_and_both_layers_named(limit, unit, least, most):
    empty = replace(
        UNLIMITED,
        **{least: Least(value=8, source="device"), most: Most(value=7, source="site")},
    )
    found = contradiction(empty, 2)
    assert (found.limit, found.channel, found.unit) == (limit, 2, unit)
    assert (found.asked, found.allowed) == (8, 7)
    assert found.source == "device against site"


@pytest.mark.parametrize(("limit", "unit", "least", "most"), PAIRS)
def test_an_interval_of_one_value_is_enough(limit, unit, least, most):
    single = replace(
        UNLIMITED,
        **{least: Least(value=7, source="device"), most: Most(value=7, source="site")},
    )
    assert contradiction(single, 2) is None
