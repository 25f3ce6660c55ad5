"""Arming again after a stop: in two steps, from levels of 0, at the same place of the program."""

import pytest
from support.bench_protocols import TWO_TRAINS, protocol_text, stage
from support.station_bench import SECOND_US, arm, holding, resting, running
from support.stopped_sessions import STOP, rearmed

from hardware_sim.pulses import Pulse
from nmes.link import messages as link


def test_a_session_whose_stop_is_not_confirmed_cannot_be_armed_yet() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).press(link.Acknowledge()).press(arm())
    assert (bench.state, "has not confirmed the stop yet" in bench.last_refusal) == (
        "stopped",
        True,
    )


def test_arming_again_takes_two_steps() -> None:
    bench = holding().press(STOP).run(100_000).press(arm())
    assert (bench.state, bench.last_refusal) == (
        "stopped",
        "Acknowledge the stop first, then arm again.",
    )


@pytest.mark.parametrize("stops", [1, 2])
def test_armed_again_levels_are_0_and_the_place_in_the_program_is_kept(stops: int) -> None:
    bench = resting()
    bench.run(100_000)
    before = bench.snapshot
    bench.press(*[STOP] * stops).run(500_000)
    rearmed(bench)
    after = bench.snapshot
    assert (after.state, after.position_us, after.contractions_done, bench.level_ma()) == (
        "armed",
        before.position_us,
        1,
        0,
    )


LONG = protocol_text(stages=(stage(on_s=14, off_s=14),))


def last_burst_us(pulses: list[Pulse]) -> int:
    """How long the last pulses without a gap lasted."""
    begin_us = end_us = pulses[-1].time_us
    for pulse in reversed(pulses):
        if begin_us - pulse.time_us > 100_000:
            break
        begin_us = pulse.time_us
    return end_us - begin_us


@pytest.mark.parametrize("is_device_lost", [False, True])
def test_armed_again_a_channel_rests_as_long_as_it_was_on(is_device_lost: bool) -> None:
    bench = holding(text=LONG).run(9 * SECOND_US)
    if is_device_lost:
        bench.port.is_mute = True
        bench.press(STOP)
        bench.run(2 * SECOND_US)
    else:
        bench.press(STOP).run(100_000)
    on_us, stopped_us = last_burst_us(bench.pulses), bench.pulses[-1].time_us
    rearmed(bench).find(1, 4).run(10 * SECOND_US)
    rest_us = bench.pulses_since(stopped_us)[0].time_us - stopped_us
    assert rest_us >= on_us - 250_000


def test_armed_again_the_program_goes_on_to_its_end() -> None:
    bench = rearmed(resting().press(STOP).run(100_000))
    bench.find(1, 6).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.contractions_done, bench.summary.stops) == (
        "completed",
        3,
        1,
    )


def test_armed_again_in_the_last_rest_of_a_stage_the_next_stage_begins() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    bench.run_until(lambda: bench.snapshot.contractions_done == 2)
    rearmed(bench.run(500_000).press(STOP).run(100_000))
    bench.find(2, 4).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.contractions_done) == ("completed", 4)


def test_starting_without_any_level_is_refused() -> None:
    bench = rearmed(holding().press(STOP).run(100_000)).press(link.Start())
    assert bench.last_refusal.startswith("All levels are 0 mA")
