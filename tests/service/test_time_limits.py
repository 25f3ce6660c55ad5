"""An operator who is not there, and the longest time of one session."""

from support.station_bench import SECOND_US, arm, armed, found
from support.stopped_sessions import STOP, rearmed, stop_of

from nmes.link import messages as link


def test_nobody_at_the_keys_for_5_minutes_is_asked_for_and_stopped_a_minute_later() -> None:
    bench = armed().lazily()
    asked_us = bench.run_until(lambda: any("Still there" in t for t in bench.told), 400 * SECOND_US)
    stopped_us = bench.run_until(lambda: bench.state == "stopped", 400 * SECOND_US)
    assert (stopped_us - asked_us, stop_of(bench).cause) == (
        60 * SECOND_US,
        "no operator for 6 minutes",
    )


def test_any_key_answers_the_question_whether_somebody_is_there() -> None:
    bench = armed().lazily()
    bench.run(330 * SECOND_US).press(link.StillHere(keys_pressed=1)).run(200 * SECOND_US)
    assert bench.state == "armed"


def test_a_refused_wish_shows_that_somebody_is_there() -> None:
    bench = armed().lazily()
    bench.run(330 * SECOND_US).press(link.Pause()).run(200 * SECOND_US)
    assert bench.state == "armed"


def test_a_script_is_present_while_it_beats() -> None:
    bench = armed(is_script=True).lazily()
    bench.run(400 * SECOND_US)
    assert bench.state == "armed"


def test_an_hour_after_current_first_flowed_the_session_stops() -> None:
    bench = found({1: 4}).run(SECOND_US)
    begun_us = bench.pulses[0].time_us
    bench.press(STOP).run(100_000).jump(3590 * SECOND_US)
    rearmed(bench)
    stopped_us = bench.run_until(lambda: bench.state == "stopped")
    assert stop_of(bench).cause == "The longest time of one session is over"
    assert 3599 * SECOND_US < stopped_us - begun_us <= 3600 * SECOND_US


def test_once_the_longest_time_is_over_arming_is_refused() -> None:
    bench = found({1: 4}).run(SECOND_US).press(STOP).run(100_000).jump(3600 * SECOND_US)
    bench.press(link.Acknowledge()).press(arm())
    assert (bench.state, "longest time of one session" in bench.last_refusal) == ("stopped", True)
