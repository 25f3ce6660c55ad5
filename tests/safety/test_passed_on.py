"""A device that only passes on what another one makes may let all of that through."""

from dataclasses import replace

import pytest
from support.safety_bench import DEVICE, TABLE, channel, limits, plan, shape, stage

from protocols.errors import LimitViolation
from protocols.plan import Plan
from safety.checks import check_plan


def passing_on(*source_ua: int):
    return replace(DEVICE, source_ua=source_ua)


def two() -> Plan:
    return plan(
        channels=(channel(1, max_current_ua=30_000), channel(2, max_current_ua=50_000)),
        stages=(stage(shapes=(shape(1), shape(2))),),
    )


def test_levels_end_at_what_the_source_puts_out_in_full():
    session = limits(two(), passing_on(20_000, 40_000))
    caps = [(c.limits.current_ua.value, c.limits.current_ua.source) for c in session.channels]
    assert caps == [(20_000, "the source in full"), (40_000, "the source in full")]


def test_a_source_exactly_at_the_cap_is_taken():
    assert limits(two(), passing_on(30_000, 40_000)).channels[0].limits.current_ua.value == 30_000


def test_a_source_above_the_cap_of_its_channel_is_refused():
    with pytest.raises(LimitViolation) as refused:
        limits(two(), passing_on(30_001, 40_000))
    found = refused.value
    assert (found.limit, found.channel, found.asked, found.allowed, found.unit, found.source) == (
        "current of the source",
        1,
        30_001,
        30_000,
        "µA",
        "protocol",
    )


def test_the_check_caps_each_channel_at_what_its_own_source_puts_out_in_full():
    report = check_plan(two(), TABLE, replace(passing_on(20_000, 10_000), current_max_ua=20_000))
    assert [(cap.current_ma, cap.source) for cap in report.caps] == [
        (20.0, "the source in full"),
        (10.0, "the source in full"),
    ]
    assert [row.loads[0].current_ma for row in report.technical] == [20.0, 10.0]
    assert [finding.text for finding in report.findings if finding.quantity == "current"] == [
        "channel 1 (quadriceps): cap 20 mA (the source in full); the protocol would allow 30 mA.",
        "channel 2 (quadriceps): cap 10 mA (the source in full); the protocol would allow 50 mA.",
    ]


def test_a_source_above_what_the_device_can_pass_on_is_refused_by_check_and_limits():
    device = replace(passing_on(20_001, 10_000), current_max_ua=20_000)
    (error,) = [f for f in check_plan(two(), TABLE, device).findings if f.severity == "error"]
    assert (error.channel, error.asked, error.allowed) == (1, 20.001, 20.0)
    assert error.source == "device bench"
    with pytest.raises(LimitViolation, match=r"20001 µA asked, 20000 µA allowed \(device bench\)"):
        limits(two(), device)


def test_the_check_says_to_turn_the_dial_down():
    report = check_plan(two(), TABLE, passing_on(20_000, 50_001))
    (error,) = [finding for finding in report.findings if finding.severity == "error"]
    assert (error.channel, error.quantity, error.asked) == (2, "current", 50.001)
    assert error.text == (
        "channel 2 (quadriceps): the separate stimulator is set to 50.001 mA, which may flow in "
        "full; allowed are 50 mA (protocol). Turn its dial down and declare it anew."
    )


def test_check_and_limits_agree_on_every_source_around_the_cap():
    for source_ua in range(29_995, 30_006):
        device = passing_on(source_ua, 40_000)
        is_usable = check_plan(two(), TABLE, device).is_usable
        if is_usable:
            limits(two(), device)
        else:
            with pytest.raises(LimitViolation):
                limits(two(), device)
        assert is_usable == (source_ua <= 30_000)
