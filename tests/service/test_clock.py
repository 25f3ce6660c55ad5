import re

from nmes.service.clock import Clocks, monotonic_us, read_clocks, wall_utc


def test_the_wall_clock_is_told_in_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", wall_utc())


def test_the_monotonic_clock_never_runs_back() -> None:
    times_us = [monotonic_us() for _ in range(100)]
    assert times_us == sorted(times_us)


def test_clocks_read_one_after_the_other_show_no_jump() -> None:
    before, now = read_clocks(), read_clocks()
    assert abs(now.slept_us(before)) < 100_000
    assert abs(now.wall_moved_us(before)) < 100_000


def test_a_sleep_is_what_the_sleepless_clock_went_on_without_the_other() -> None:
    before = Clocks(monotonic_us=10, sleepless_us=100, wall_us=1_000)
    now = Clocks(monotonic_us=15, sleepless_us=135, wall_us=1_035)
    assert (now.slept_us(before), now.wall_moved_us(before)) == (30, 0)


def test_a_wall_clock_moved_is_one_that_went_other_ways_than_the_sleepless_clock() -> None:
    before = Clocks(monotonic_us=10, sleepless_us=100, wall_us=1_000)
    now = Clocks(monotonic_us=15, sleepless_us=135, wall_us=935)
    assert (now.slept_us(before), now.wall_moved_us(before)) == (30, -100)
