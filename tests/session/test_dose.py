"""When a contraction counts as complete, and where a session holds that was broken off."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from support.bench_protocols import TWO
from support.machine_bench import MachineBench

from nmes.session.dose import Contraction, Place, fields_of, held_where_sure, left
from nmes.session.session import Session
from nmes.session.states import SessionState

END_US = 2_000_000
SECOND_US = 1_000_000
TIMES = st.integers(0, 2 * END_US)
STATES = st.sampled_from(list(SessionState))
SESSION = MachineBench().session

PLACE = Place(stage=0, cycle=0, period_us=20_000, start_us=0, end_us=END_US, ends_cycle=True)
UNDER_WAY = Contraction(place=PLACE, level_ua=10_000, level_kept_ua=10_000, on_us=0, charge_sum=0)


def is_complete(state: SessionState, *, left_us: int, sure_us: int, sure_later_us: int) -> bool:
    outside = left(UNDER_WAY, replace(SESSION, state=state), sure_us, left_us)
    return bool(fields_of(outside, 1, sure_later_us)["is_complete"])


def test_a_contraction_is_complete_once_its_end_is_confirmed() -> None:
    running = SessionState.RUNNING
    for sure_us, expected in ((END_US - 1, False), (END_US, True)):
        told = is_complete(running, left_us=END_US, sure_us=0, sure_later_us=sure_us)
        assert told is expected


@given(state=STATES, left_us=TIMES, sure_us=TIMES, sure_later_us=TIMES)
def test_no_contraction_is_complete_without_its_end(
    state: SessionState, left_us: int, sure_us: int, sure_later_us: int
) -> None:
    if is_complete(state, left_us=left_us, sure_us=sure_us, sure_later_us=sure_later_us):
        assert min(left_us, sure_later_us) >= END_US


@given(left_us=TIMES, sure_us=st.integers(0, END_US - 1))
def test_a_fault_before_the_end_is_confirmed_breaks_off_for_good(
    left_us: int, sure_us: int
) -> None:
    faulted = SessionState.FAULTED
    assert not is_complete(faulted, left_us=left_us, sure_us=sure_us, sure_later_us=2 * END_US)


def test_only_a_complete_contraction_ends_its_cycle() -> None:
    broken = fields_of(replace(UNDER_WAY, is_broken_off=True), 1, END_US)
    assert (broken["ends_cycle"], fields_of(UNDER_WAY, 1, END_US)["ends_cycle"]) == (False, True)


# Where a session holds ------------------------------------------------------------------------

RUNNING = MachineBench(TWO).running({1: 4, 2: 4}).session
"""Cycles of 8 s whose last burst ends after 6 s."""


def held_us(state: SessionState, *, at_s: float, sure_s: float) -> int:
    """Where a session is held that was broken off at a time of its stage."""
    zero_us = RUNNING.zero_us
    stopped: Session = replace(RUNNING, state=state, held_us=-1)
    held = held_where_sure(
        RUNNING, stopped, zero_us + round(at_s * SECOND_US), zero_us + round(sure_s * SECOND_US)
    )
    return held.held_us


def test_a_cycle_whose_end_was_not_confirmed_is_held_at_its_beginning() -> None:
    faulted = SessionState.FAULTED
    assert held_us(faulted, at_s=7, sure_s=5.9) == 0
    assert held_us(faulted, at_s=15, sure_s=13.9) == 8 * SECOND_US


def test_a_stall_of_several_cycles_holds_where_it_began() -> None:
    assert held_us(SessionState.STOPPED, at_s=15, sure_s=3) == 0


def test_a_place_that_is_sure_is_left_as_it_is() -> None:
    assert held_us(SessionState.PAUSED, at_s=7, sure_s=6) == -1
    assert held_us(SessionState.FAULTED, at_s=5, sure_s=1) == -1


def test_a_program_that_ended_is_left_as_it_is() -> None:
    assert held_us(SessionState.FINISHED, at_s=15, sure_s=3) == -1
