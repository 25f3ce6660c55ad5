"""What was confirmed during the last minutes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.history import CAPACITY, GAP, History


def test_a_value_holds_until_the_next_one() -> None:
    history = History((1,), 300)
    history.add(1000, [10])
    history.add(1100, [20])
    assert history.at(np.array([999, 1000, 1099, 1100, 1400])).tolist() == [[GAP, 10, 10, 20, 20]]


def test_a_silence_longer_than_allowed_is_a_gap() -> None:
    history = History((1,), 300)
    history.add(1000, [10])
    assert history.at(np.array([1300, 1301])).tolist() == [[10, GAP]]


def test_late_values_are_dropped() -> None:
    history = History((1,), 300)
    history.add(1000, [10])
    history.add(1000, [99])
    history.add(900, [99])
    assert history.at(np.array([1000])).tolist() == [[10]]


def test_nothing_is_known_before_the_first_value() -> None:
    assert History((1, 2), 300).at(np.array([5])).tolist() == [[GAP], [GAP]]


@settings(deadline=None, max_examples=8)
@given(st.integers(1, 3 * CAPACITY))
def test_the_newest_values_survive_however_many_there_were(count: int) -> None:
    history = History((1,), 10)
    for index in range(count):
        history.add(index * 10, [index])
    kept = min(count, CAPACITY)
    times = np.arange(count - kept, count, dtype=np.int64) * 10
    assert history.at(times)[0].tolist() == list(range(count - kept, count))
