"""Stops and emergency stops, confirmed and unconfirmed."""

from collections.abc import Callable

import pytest
from support.station_bench import SECOND_US, StationBench, arm, armed, found, fresh, holding
from support.stopped_sessions import STOP, stop_of

from nmes.link import messages as link

LIVE: dict[str, Callable[[], StationBench]] = {
    "connecting": lambda: fresh().press(arm()),
    "armed": armed,
    "finding": lambda: found({1: 4}),
    "running": holding,
    "paused": lambda: holding().press(link.Pause()),
}


@pytest.mark.parametrize("state", LIVE)
def test_a_stop_in_any_state_ends_all_output_at_once(state: str) -> None:
    bench = LIVE[state]()
    assert bench.state == state
    bench.press(STOP)
    stopped_us = bench.now_us
    bench.run(SECOND_US)
    assert bench.state in ("stopped", "faulted")
    assert (bench.level_ma(), bench.pulses_since(stopped_us)) == (0, [])


def test_a_stop_is_written_before_anything_else_is_waited_for() -> None:
    bench = holding()
    bench.workshop.disk.is_stuck = True
    bench.send(STOP)
    assert bench.device.stops[-1].time_us == bench.now_us


def test_a_stop_is_shown_as_confirmed_once_the_device_has_said_so() -> None:
    bench = holding(ack_delay_us=30_000).press(STOP)
    before_us = stop_of(bench).confirmed_after_us
    bench.run(40_000)
    assert (before_us, stop_of(bench).confirmed_after_us) == (None, 30_000)


def test_a_stop_that_was_confirmed_stays_a_stop() -> None:
    bench = holding().press(STOP).run(3 * SECOND_US)
    assert (bench.state, stop_of(bench).is_emergency) == ("stopped", False)


def test_a_second_stop_within_2_s_is_the_emergency_stop() -> None:
    bench = holding().press(STOP).run(1_900_000).press(STOP)
    assert (bench.state, stop_of(bench).is_emergency) == ("faulted", True)


def test_the_emergency_stop_closes_the_port_100_ms_later() -> None:
    bench = holding().press(STOP).press(STOP).run(90_000)
    before = bench.port.is_closed
    bench.run(20_000)
    assert (before, bench.port.is_closed) == (False, True)


def test_a_second_stop_later_than_2_s_stops_once_more_and_is_no_emergency() -> None:
    bench = holding().press(STOP).run(2_100_000).press(STOP)
    assert (bench.state, stop_of(bench).is_emergency) == ("stopped", False)


def test_a_screen_that_goes_after_a_stop_makes_no_emergency_of_it() -> None:
    bench = holding().press(STOP).run(200_000)
    bench.station.link_lost("the screen is gone", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.summary.stops) == ("stopped", 1)


def test_an_emergency_stop_after_the_stop_was_acknowledged_must_be_acknowledged_itself() -> None:
    bench = holding().press(STOP, link.Acknowledge(), STOP).run(SECOND_US).press(arm())
    assert (bench.state, bench.last_refusal) == (
        "faulted",
        "Acknowledge the stop first, then arm again.",
    )


def test_a_stop_acknowledged_before_it_proved_unconfirmed_must_be_acknowledged_again() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP, link.Acknowledge()).run(SECOND_US)
    bench.port.is_deaf = False
    bench.press(arm()).run(100_000)
    assert (bench.state, stop_of(bench).is_acknowledged) == ("faulted", False)


def test_a_stop_without_an_answer_for_200_ms_is_an_emergency_and_then_the_port_closes() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP)
    pressed_us = bench.now_us
    emergency_us = bench.run_until(lambda: bench.state == "faulted")
    closed_us = bench.run_until(lambda: bench.port.is_closed)
    assert (emergency_us - pressed_us, closed_us - emergency_us) == (200_001, 100_000)


def test_a_stop_that_nobody_confirmed_tells_what_to_do_by_hand_in_its_order() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(SECOND_US)
    assert stop_of(bench).confirmed_after_us is None
    by_hand = "NOT CONFIRMED. Now: 1 leads out of the stimulator, 2 pads off, 3 stimulator off."
    assert stop_of(bench).advice.startswith(by_hand)
    assert f"!! {by_hand}" in bench.told
    assert bench.records("stop_unconfirmed") == [{"after_us": 300_001}]


def test_after_a_lost_line_the_device_stops_by_itself() -> None:
    bench = holding()
    bench.port.is_mute = True
    bench.press(STOP)
    bench.run(2 * SECOND_US)
    assert bench.device.stops[-1].reason == "watchdog"


def test_a_step_that_is_still_being_recorded_when_the_session_stops_never_acts() -> None:
    bench = holding()
    bench.workshop.disk.is_stuck = True
    bench.up().press(STOP).run(100_000)
    bench.workshop.disk.is_stuck = False
    bench.run(100_000)
    assert (bench.level_ma(), len(bench.records("notice"))) == (0, 1)
