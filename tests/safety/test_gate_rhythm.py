"""How long current may flow, how long it must rest, and when the session is over."""

import pytest
from support.gate_moments import an_hour_later, on_for, refused, started
from support.safety_bench import SECOND_US, Bench, channel, plan, shape, stage

from protocols.pulses import symmetric_output


def test_the_last_moment_of_the_longest_on_time_passes():
    bench = started()
    bench.write(1_000)
    bench.wait(20 * SECOND_US)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_burst_longer_than_its_class_allows_is_refused():
    bench = started()
    bench.write(1_000)
    bench.wait(20 * SECOND_US + 1)
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert (found.limit, found.asked, found.allowed) == ("on-time", 20_000_001, 20_000_000)
    assert found.source == "timing class cyclic"


def test_falling_does_not_restart_the_on_time():
    bench = started()
    bench.write(1_000)
    bench.wait(50_000)
    bench.write(2_000)
    bench.wait(15 * SECOND_US)
    bench.write(1_000)
    bench.wait(5 * SECOND_US)
    assert refused(bench, symmetric_output(1, 1_000, 300)).limit == "on-time"


def test_a_rest_is_as_long_as_the_burst_before_it_less_the_tolerance():
    bench = started()
    on_for(bench, 10 * SECOND_US)
    bench.wait(9_750_000)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_rest_that_is_too_short_is_refused():
    bench = started()
    on_for(bench, 10 * SECOND_US)
    bench.wait(9_749_999)
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert str(found) == (
        "channel 1: rest still missing: 1 µs asked, 0 µs allowed (timing class cyclic)"
    )


def test_a_short_burst_still_needs_the_shortest_rest():
    bench = started()
    on_for(bench, 100_000)
    bench.wait(750_000 - 1)
    assert bench.gate.reachable_ua(1, bench.now_us) == 0
    bench.wait(1)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_silent_frames_do_not_lengthen_a_rest():
    bench = started()
    on_for(bench, 2 * SECOND_US)
    bench.wait(SECOND_US)
    bench.write(0)
    bench.wait(750_000)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_a_stop_begins_a_rest():
    bench = started()
    bench.write(1_000)
    bench.wait(4 * SECOND_US)
    bench.gate.stop(bench.now_us)
    assert bench.gate.state.channels[0].rest_until_us == bench.now_us + 3_750_000


def test_a_rest_owed_from_an_earlier_connection_is_kept():
    bench = Bench().arm()
    bench.gate.rest_on(1, bench.now_us + 5_000_000)
    assert bench.gate.state.channels[0].rest_until_us == bench.now_us + 5_000_000


def test_a_rest_is_never_made_shorter():
    bench = Bench().arm().raise_to(10_000).ramp_to(10_000)
    bench.gate.stop(bench.now_us)
    until_us = bench.gate.state.channels[0].rest_until_us
    bench.gate.rest_on(1, until_us - 1)
    assert bench.gate.state.channels[0].rest_until_us == until_us
    bench.gate.rest_on(1, until_us + 1)
    assert bench.gate.state.channels[0].rest_until_us == until_us + 1


def test_no_rest_is_kept_for_a_channel_that_is_not_used():
    with pytest.raises(KeyError):
        Bench().arm().gate.rest_on(2, 5_000_000)


def test_a_continuous_class_needs_no_rest():
    of = plan(
        channels=(channel(site="sensory_limb"),),
        stages=(stage(shapes=(shape(width_us=250),)),),
        timing_class="continuous_sensory",
    )
    bench = Bench(of).arm().raise_to(2_000)
    for current_ua in (0, 1_000, 0, 1_000):
        bench.wait(100_000)
        bench.write(current_ua, width_us=250)
    assert bench.gate.latched is None


def test_the_session_ends_an_hour_after_its_first_current():
    bench = started()
    assert bench.gate.session_ends_us is None
    bench.write(1_000)
    assert bench.gate.session_ends_us == bench.now_us + 3600 * SECOND_US


def test_current_at_the_end_of_the_session_passes():
    bench = an_hour_later(0)
    bench.write(1_000)
    assert bench.gate.latched is None


def test_current_after_the_end_of_the_session_is_refused():
    bench = an_hour_later(1)
    assert bench.gate.reachable_ua(1, bench.now_us) == 0
    found = refused(bench, symmetric_output(1, 1_000, 300))
    assert (found.limit, found.asked, found.allowed) == (
        "session time",
        3600 * SECOND_US + 1,
        3600 * SECOND_US,
    )


def test_silence_after_the_end_of_the_session_passes():
    bench = an_hour_later(1)
    bench.write(0)
    assert bench.gate.latched is None
