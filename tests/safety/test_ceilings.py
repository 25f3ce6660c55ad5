from hypothesis import given
from hypothesis import strategies as st

from safety.ceilings import Pulse, largest


def test_the_largest_current_is_the_last_for_which_all_is_well():
    assert largest(10, lambda current_ua: current_ua <= 7) == 7


def test_the_largest_current_is_at_most_the_one_asked_for():
    assert largest(10, lambda _: True) == 10


def test_without_any_current_that_is_well_nothing_is_left():
    assert largest(10, lambda _: False) == 0


def test_no_current_is_left_of_less_than_none():
    assert largest(-5, lambda _: True) == 0


@given(most_ua=st.integers(0, 200_000), last_ua=st.integers(0, 200_000))
def test_the_largest_current_is_found_wherever_it_lies(most_ua, last_ua):
    assert largest(most_ua, lambda current_ua: current_ua <= last_ua) == min(most_ua, last_ua)


def test_the_heat_of_a_pulse_counts_both_phases():
    assert Pulse(width_us=300, second_width_us=300, frequency_mhz=1).heat(10) == 2 * 100 * 300
    # 10 µA for 300 µs come back as 2.5, rounded up to 3 µA for 1200 µs
    asymmetric = Pulse(width_us=300, second_width_us=1200, frequency_mhz=1)
    assert asymmetric.heat(10) == 100 * 300 + 9 * 1200
