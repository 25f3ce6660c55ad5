import re

from nmes.service.clock import monotonic_us, wall_utc


def test_the_wall_clock_is_told_in_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", wall_utc())


def test_the_monotonic_clock_never_runs_back() -> None:
    times_us = [monotonic_us() for _ in range(100)]
    assert times_us == sorted(times_us)
