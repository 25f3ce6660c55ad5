"""Pulses that a device makes one after another must fit into their period."""

from dataclasses import replace

import pytest
from support.safety_bench import DEVICE, TABLE, Bench, burst, channel, limits, plan, shape, stage

from protocols.errors import LimitViolation
from protocols.plan import Plan, PlannedStage
from protocols.pulses import TrainSetup
from safety.checks import check_plan

SERIAL = replace(
    DEVICE,
    period_step_us=250,
    period_min_us_by_modules=(500, 500),
    interphase_gap_us=100,
    serial_overhead_us=60,
)


def eight_channels(period_us: int) -> Plan:
    """Eight pulses of 900 µs, which with 60 µs each take 7680 µs."""
    numbers = range(1, 9)
    return plan(
        channels=tuple(channel(number) for number in numbers),
        stages=(
            stage(
                shapes=tuple(shape(number, 400) for number in numbers),
                bursts=tuple(burst(number) for number in numbers),
                period_us=period_us,
            ),
        ),
    )


def test_pulses_that_do_not_fit_one_after_another_into_a_period_are_refused():
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    table = replace(TABLE, sites=fast)
    exact = replace(SERIAL, period_step_us=1)
    assert limits(eight_channels(7_688), exact, table).channels
    with pytest.raises(LimitViolation) as found:
        limits(eight_channels(7_687), exact, table)
    assert str(found.value) == (
        "pulses one after another: 7687 µs asked, 7688 µs allowed (device bench)"
    )


def test_the_check_says_how_fast_pulses_can_follow_one_another():
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    table = replace(TABLE, sites=fast)
    assert check_plan(eight_channels(7_750), table, SERIAL).is_usable
    found = check_plan(eight_channels(7_500), table, SERIAL).findings
    errors = [finding for finding in found if finding.severity == "error"]
    assert {(e.quantity, e.source, round(e.allowed, 2)) for e in errors} == {
        ("frequency", "device bench", round(1_000_000 / 7_688, 2))
    }
    assert [error.channel for error in errors] == list(range(1, 9))


def half(*numbers: int, width_us: int = 400) -> PlannedStage:
    return stage(
        shapes=tuple(shape(number, width_us) for number in numbers),
        bursts=tuple(burst(number) for number in numbers),
        period_us=7_500,
    )


@pytest.mark.parametrize("others", [(), (half(1, width_us=50),), (half(8, width_us=50),)])
def test_a_train_of_more_channels_than_fit_into_its_period_is_refused(others):
    """Every stage of the plan fits, all channels together do not, whatever else they may have."""
    fast = {name: replace(site, frequency_max_hz=150) for name, site in TABLE.sites.items()}
    numbers = range(1, 9)
    of = plan(
        channels=tuple(channel(number) for number in numbers),
        stages=(half(1, 2, 3, 4), half(5, 6, 7, 8), *others),
    )
    bench = Bench(of, SERIAL, replace(TABLE, sites=fast)).open()
    with pytest.raises(LimitViolation) as found:
        bench.gate.set_up(TrainSetup(period_us=7_500, channels=tuple(numbers)), 0)
    assert (found.value.limit, found.value.allowed) == ("pulses one after another", 7_688)


def test_a_device_that_makes_its_pulses_at_once_needs_no_room_for_them():
    at_once = replace(SERIAL, serial_overhead_us=None)
    assert at_once.serial_period_us([600] * 8) == 0
