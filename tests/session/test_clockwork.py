"""What follows from time alone: trains, stages, wakes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bench_protocols import TWO_TRAINS
from support.machine_bench import MachineBench

from drivers.rehastim2.capabilities import REHASTIM2
from nmes.session import actions, clockwork
from nmes.session.output import TICK_US
from nmes.session.states import SessionState

SECOND_US = 1_000_000
SLOW = replace(REHASTIM2, is_slow_to_lower=True)


def between_stages() -> MachineBench:
    """In the last rest of the first stage; the device owes the train of the second."""
    bench = MachineBench(TWO_TRAINS).running({1: 4, 2: 4})
    bench.sets_up = False
    bench.run(9_100_000)
    assert bench.session.setup_is_asked
    return bench


def test_the_next_train_is_asked_for_in_the_rest_before_its_stage() -> None:
    bench = between_stages()
    assert (bench.session.stage_index, bench.requests[-1]) == (
        0,
        actions.SetUp(setup=bench.session.plan.stages[1].setup),
    )


def test_a_train_is_asked_for_once() -> None:
    bench = between_stages()
    before = len(bench.requests)
    bench.run(SECOND_US)
    assert len(bench.requests) == before


def test_time_stands_still_at_the_end_of_a_stage_until_the_next_train_is_held() -> None:
    bench = between_stages().run(10 * SECOND_US)
    assert (bench.session.stage_index, bench.session.stage_time_us(bench.now_us)) == (
        0,
        8 * SECOND_US,
    )


def test_once_the_train_is_held_the_stage_begins_from_its_beginning() -> None:
    bench = between_stages().run(10 * SECOND_US)
    bench.set_up(actions.SetUp(setup=bench.session.plan.stages[1].setup))
    bench.tick(20_000)
    assert (bench.session.stage_index, bench.session.stage_time_us(bench.now_us)) == (1, 20_000)


def test_a_train_is_not_asked_for_while_current_flows() -> None:
    bench = MachineBench(TWO_TRAINS).running({1: 4}).run(4 * SECOND_US)
    assert bench.do(actions.PauseWish())
    assert not [r for r in bench.requests if isinstance(r, actions.SetUp)]


def test_a_level_is_not_looked_for_before_its_train_is_held() -> None:
    bench = MachineBench(TWO_TRAINS, is_script=False).armed()
    bench.sets_up = False
    bench.do(actions.FindWish(channel=2))
    bench.run(3 * SECOND_US)
    assert bench.session.find_zero_us == bench.now_us


def test_a_start_waits_for_its_own_train_after_another_was_tried() -> None:
    bench = MachineBench(TWO_TRAINS, is_script=False).armed()
    bench.do(actions.FindWish(channel=2))
    bench.run(1_200_000)
    bench.do(actions.StepWish(channel=2, is_up=True, is_coarse=False))
    bench.sets_up = False
    assert bench.do(actions.StartWish())
    bench.run(10 * SECOND_US)
    waiting_us = bench.session.stage_time_us(bench.now_us)
    bench.set_up(actions.SetUp(setup=bench.session.plan.stages[0].setup))
    bench.tick(20_000)
    assert (waiting_us, bench.session.setup) == (0, bench.session.plan.stages[0].setup)


def test_a_train_held_after_a_stop_is_void() -> None:
    bench = between_stages()
    bench.do(actions.StopWish(cause="space"))
    setup = bench.session.plan.stages[1].setup
    assert bench.happen(actions.SetUpHeld(setup=setup, identity="")) == ()
    assert bench.session.state is SessionState.STOPPED


def test_a_fault_after_a_stop_changes_nothing() -> None:
    bench = MachineBench().armed()
    bench.do(actions.StopWish(cause="space"))
    fault = actions.FaultSeen(code="RESTARTED", detail="", advice="", channel=None)
    assert (bench.happen(fault), bench.session.state) == ((), SessionState.STOPPED)


def test_a_rise_recorded_that_nobody_waits_for_changes_nothing() -> None:
    bench = MachineBench().armed()
    before = bench.session
    assert (bench.happen(actions.RiseRecorded()), bench.session) == ((), before)


def test_a_rise_that_the_gate_refuses_is_told_and_forgotten() -> None:
    bench = MachineBench().armed()
    bench.grants_rises = False
    bench.tick(200_000).do(actions.StepWish(channel=1, is_up=True, is_coarse=False))
    (told,) = bench.happen(actions.RiseRefused(reason="too high"))
    assert (told, bench.session.pending) == (actions.Tell(mark="!", text="too high"), None)


def test_a_stop_confirmed_twice_is_recorded_once() -> None:
    bench = MachineBench().armed()
    bench.do(actions.StopWish(cause="space"))
    assert bench.happen(actions.StopHeld()) == ()


@settings(max_examples=30)
@given(
    waits_us=st.lists(st.integers(1, 3 * SECOND_US), max_size=8),
    share=st.floats(0, 1, exclude_max=True),
)
def test_between_wakes_time_changes_nothing(waits_us: list[int], share: float) -> None:
    bench = MachineBench(TWO_TRAINS).running({1: 4, 2: 4})
    for wait_us in waits_us:
        bench.tick(wait_us)
    session, now_us = bench.session, bench.now_us
    wake_us = clockwork.next_wake_us(session, now_us)
    assert wake_us > now_us
    if session.setup_is_asked or wake_us <= now_us + TICK_US:  # a train is waited for
        return
    looked_us = now_us + int((min(wake_us, now_us + SECOND_US) - now_us) * share)
    assert clockwork.advance(session, looked_us, bench.outputs_ua) == (session, ())


def finding() -> MachineBench:
    bench = MachineBench(device=SLOW).armed()
    assert bench.do(actions.FindWish(channel=1))
    return bench


def holding() -> MachineBench:
    return MachineBench(device=SLOW).running({1: 4}).run(4 * SECOND_US)


def fading() -> MachineBench:
    bench = holding()
    assert bench.do(actions.PauseWish())
    return bench


@pytest.mark.parametrize("hushable", [finding, holding, fading])
def test_a_silent_screen_stops_at_once_where_only_a_stop_ends_the_output_soon(
    hushable: Callable[[], MachineBench],
) -> None:
    bench = hushable()
    before = bench.session.state
    bench.tick(0)
    states = [bench.tick(us, screen_beats=False).session.state for us in (300_000, 1)]
    assert states == [before, SessionState.STOPPED]
    assert actions.StopDevice() in bench.requests


def test_a_silent_screen_leaves_a_pause_alone_that_had_faded_before_it_fell_silent() -> None:
    bench = fading().run(SECOND_US)
    bench.tick(0)
    states = [bench.tick(us, screen_beats=False).session.state for us in (300_001, 199_999, 1)]
    assert states == [SessionState.PAUSED, SessionState.PAUSED, SessionState.STOPPED]


@pytest.mark.parametrize(("declared_us", "due_us"), [(30_000, 200_000), (350_000, 350_000)])
def test_a_stop_is_an_emergency_once_the_device_has_had_the_time_that_it_declares(
    declared_us: int, due_us: int
) -> None:
    bench = MachineBench(device=replace(REHASTIM2, stop_time_us=declared_us)).running({1: 4})
    bench.confirms_stops = False
    bench.do(actions.StopWish(cause="space"))
    states = [bench.tick(due_us).session.state, bench.tick(1).session.state]
    assert states == [SessionState.STOPPED, SessionState.FAULTED]
