"""Mid level: rhythm, ramps, updates, one generator for all channels, the watchdog."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_p24 import BIPHASIC, SECOND_US, P24Bench, setting, shape, update

from hardware_sim.p24.commands import Command

MS = 1_000
WATCHDOG_US = 2_000_000
LONG = ((20.0, 4095), (0.0, 4095), (-20.0, 4095))


def times_us(bench: P24Bench, channel: int) -> list[int]:
    """When pulses of a channel began, from the update on."""
    return [p.time_us - bench.begin_us for p in bench.pulses if p.channel == channel]


@pytest.mark.parametrize(
    ("period_ms", "is_fine"),
    [(20, False), (28.5, False), (33.25, True), (0.75, True), (999, False)],
)
def test_a_channel_fires_at_once_and_then_each_period(period_ms: float, is_fine: bool) -> None:
    bench = P24Bench().mid({1: setting((20, 100), (-20, 100), period_ms=period_ms, fine=is_fine)})
    bench.run_for(1_500 * MS)

    period_us = round(period_ms * MS)
    assert times_us(bench, 1) == list(range(0, 1_502 * MS + 1, period_us))


def test_channels_that_fire_together_follow_each_other_lowest_first() -> None:
    bench = P24Bench().mid({3: setting(), 1: setting(), 8: setting()})
    bench.run_for(50 * MS)

    assert times_us(bench, 1) == [0, 20 * MS, 40 * MS]
    assert times_us(bench, 3) == [560, 20 * MS + 560, 40 * MS + 560]
    assert times_us(bench, 8) == [1120, 20 * MS + 1120, 40 * MS + 1120]


@given(
    periods_ms=st.lists(st.integers(8, 60), min_size=2, max_size=6),
    width_us=st.integers(10, 400),
)
def test_pulses_never_overlap_and_none_comes_sooner_than_its_grid(
    periods_ms: list[int], width_us: int
) -> None:
    values = ((10.0, width_us), (-10.0, width_us))
    channels = {n: setting(*values, period_ms=p) for n, p in enumerate(periods_ms, start=1)}
    bench = P24Bench().mid(channels)
    bench.run_for(400 * MS)

    assert all(b.time_us - a.time_us >= 2 * width_us + 60 for a, b in pairwise(bench.pulses))
    for number, period_ms in enumerate(periods_ms, start=1):
        for index, time_us in enumerate(times_us(bench, number)):
            assert 0 <= time_us - index * period_ms * MS < period_ms * MS


def test_a_pulse_that_waits_beyond_its_period_is_lost_and_told_as_a_pulse_timeout() -> None:
    short = setting((5, 20), (-5, 20), period_ms=2)
    bench = P24Bench().mid({1: setting(*LONG, period_ms=100), 2: short})
    bench.run_for(50 * MS)

    assert bench.current_data() == ((1, 2), {2: 2})
    behind = [time_us for time_us in times_us(bench, 2) if time_us < 20 * MS]
    assert behind == [12_345, 14_000, 16_000, 18_000]


@pytest.mark.parametrize("ramp", [0, 1, 3, 15])
def test_a_ramp_rises_in_equal_steps_to_the_full_current(ramp: int) -> None:
    bench = P24Bench().mid({1: setting((16, 200), (-16, 200), ramp=ramp)})
    bench.run_for(500 * MS)

    expected = [16_000 * k // (ramp + 1) / 1000 for k in range(1, ramp + 1)] + [16, 16]
    assert [p.current_ma for p in bench.pulses[: ramp + 2]] == expected
    assert all(p.net_charge_nc == 0 for p in bench.pulses)


def test_a_ramp_runs_only_when_a_channel_was_off_before() -> None:
    bench = P24Bench().mid({1: setting(ramp=3)})
    bench.run_for(200 * MS)
    first = len(bench.pulses)
    bench.ask(
        Command.Ml_update, update({1: setting((40, 200), (-40, 200), ramp=3), 2: setting(ramp=1)})
    )
    bench.run_for(100 * MS)

    later = bench.pulses[first:]
    assert {p.current_ma for p in later if p.channel == 1} == {40}
    assert [p.current_ma for p in later if p.channel == 2][:2] == [10, 20]


def test_an_update_within_a_ramp_goes_on_with_it() -> None:
    bench = P24Bench().mid({1: setting((16, 200), (-16, 200), ramp=3)})
    bench.run_for(25 * MS)
    bench.ask(Command.Ml_update, update({1: setting((32, 200), (-32, 200), ramp=15)}))
    bench.run_for(60 * MS)
    assert [p.current_ma for p in bench.pulses[:5]] == [4, 8, 24, 32, 32]


def test_an_update_replaces_the_whole_pattern() -> None:
    bench = P24Bench().mid({1: setting(), 2: setting()})
    bench.run_for(100 * MS)
    since_us = bench.now_us
    bench.ask(Command.Ml_update, update({2: setting(*LONG), 5: setting()}))
    bench.run_for(100 * MS)

    later = [p for p in bench.pulses if p.time_us >= since_us]
    assert {p.channel for p in later} == {2, 5}
    assert {shape(p) for p in later if p.channel == 2} == {LONG}
    assert bench.current_data() == ((2, 5), {})


@given(pauses_ms=st.lists(st.integers(1, 45), min_size=1, max_size=30))
def test_updates_however_many_bring_no_pulse_closer_than_the_period(pauses_ms: list[int]) -> None:
    bench = P24Bench().mid({1: setting()})
    for pause_ms in pauses_ms:
        bench.run_for(pause_ms * MS)
        bench.ask(Command.Ml_update, update({1: setting()}))
    assert all(b.time_us - a.time_us == 20 * MS for a, b in pairwise(bench.pulses))


def test_a_shorter_period_counts_from_the_last_pulse() -> None:
    bench = P24Bench().mid({1: setting(period_ms=100)})
    bench.run_until(bench.begin_us + 130 * MS)
    bench.ask(Command.Ml_update, update({1: setting(period_ms=20)}))
    bench.run_for(60 * MS)
    assert times_us(bench, 1)[:5] == [0, 100 * MS, 130 * MS, 150 * MS, 170 * MS]


def test_an_update_before_the_first_pulse_leaves_its_time() -> None:
    bench = P24Bench().mid({1: setting(*LONG), 2: setting(period_ms=50)})
    bench.run_for(5 * MS)
    bench.ask(Command.Ml_update, update({1: setting(*LONG), 2: setting(period_ms=50)}))
    bench.run_for(20 * MS)
    assert times_us(bench, 2) == [12_345]


def test_a_refused_update_leaves_what_runs_as_it_is() -> None:
    bench = P24Bench().mid({1: setting()})
    assert bench.result(Command.Ml_update, update({1: setting((140, 10)), 2: setting()})) == 2
    bench.run_for(100 * MS)
    assert {(p.channel, shape(p)) for p in bench.pulses} == {(1, BIPHASIC)}


@pytest.mark.parametrize(
    ("command", "data", "level"),
    [
        (Command.Ml_stop, b"", 0),
        (Command.Ml_update, update({}), 2),
        (Command.Ml_init, b"\x00", 2),
        (Command.Reset, b"", 0),
    ],
)
def test_whatever_stops_ends_the_pulses_at_once(command: Command, data: bytes, level: int) -> None:
    bench = P24Bench().mid({1: setting(period_ms=1)})
    bench.run_for(500 * MS + 300)
    stopped_us = bench.now_us
    assert bench.result(command, data) == 0
    bench.run_for(SECOND_US)

    assert stopped_us - bench.pulses[-1].time_us < 1 * MS
    assert bench.status()[0] == level


def test_the_watchdog_ends_the_pulses_2_s_after_the_last_update() -> None:
    bench = P24Bench().mid({1: setting(period_ms=10)})
    bench.run_for(5 * SECOND_US)

    assert times_us(bench, 1)[-1] == WATCHDOG_US - 10 * MS
    assert bench.status() == (2, 6)
    assert bench.current_data() == ((), {})


@pytest.mark.parametrize("pause_us", [WATCHDOG_US - 1, WATCHDOG_US])
def test_asking_for_current_data_in_time_keeps_it_running_and_asking_late_does_not(
    pause_us: int,
) -> None:
    bench = P24Bench().mid({1: setting()})
    bench.run_until(bench.begin_us + pause_us)
    is_in_time = pause_us < WATCHDOG_US

    assert bench.current_data() == ((1,) if is_in_time else (), {})
    bench.run_for(SECOND_US)
    assert (times_us(bench, 1)[-1] > WATCHDOG_US) is is_in_time


def test_current_data_each_second_keep_it_running_for_good() -> None:
    bench = P24Bench().mid({1: setting()})
    bench.run_for(20 * SECOND_US, keep_alive=True)
    assert len(bench.pulses) == 1001


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (Command.Get_stim_status, b""),
        (Command.Get_device_id, b""),
        (Command.Get_extended_version, b""),
        (Command.Ml_update, b"\x01"),
        (Command.Ml_get_current_data, b"\x09"),
        (Command.Ll_init, b"\x00"),
        (50, b""),
    ],
)
def test_nothing_else_feeds_the_watchdog(command: int, data: bytes) -> None:
    bench = P24Bench().mid({1: setting()})
    for _ in range(10):
        bench.run_for(400 * MS)
        bench.ask(command, data)
    assert times_us(bench, 1)[-1] < WATCHDOG_US


def test_after_the_watchdog_only_an_update_starts_again_with_its_ramp() -> None:
    bench = P24Bench().mid({1: setting(ramp=1)})
    bench.run_for(3 * SECOND_US)
    count = len(bench.pulses)
    bench.current_data()
    bench.run_for(SECOND_US)
    assert len(bench.pulses) == count

    bench.ask(Command.Ml_update, update({1: setting(ramp=1)}))
    bench.run_for(30 * MS)
    assert [p.current_ma for p in bench.pulses[count:]] == [10, 20]


def test_an_active_channel_without_current_puts_out_nothing_but_counts_as_running() -> None:
    bench = P24Bench().mid({4: setting((0, 0))})
    bench.run_for(100 * MS)
    assert bench.pulses == []
    assert bench.current_data() == ((4,), {})
    assert bench.status()[0] == 3


@pytest.mark.parametrize(("selection", "size"), [(2, 3), (3, 4), (4, 7)])
def test_current_data_come_in_three_shapes(selection: int, size: int) -> None:
    bench = P24Bench().mid({1: setting(), 5: setting()})
    data = bench.ask(Command.Ml_get_current_data, bytes((selection,))).data
    running = {2: b"\x10", 3: b"\x10\x10", 4: b"\x11\x00\x00\x00\x00"}[selection]
    assert data == bytes((0, selection)) + running
    assert len(data) == size
