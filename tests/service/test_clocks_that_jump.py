"""A computer that slept, and a wall clock that somebody set, while current flows."""

import pytest
from support.station_bench import SECOND_US, StationBench, armed, holding, resting

from nmes.link import messages as link

JUST_A_JUMP_US = 1_000_001


@pytest.mark.parametrize("bench", [armed, holding, resting])
def test_a_computer_that_slept_is_a_fault_before_anything_but_stops_is_written(
    bench: type[StationBench],
) -> None:
    slept = bench()
    pulses = len(slept.pulses)
    slept.workshop.slept_us += JUST_A_JUMP_US
    slept.press()
    assert slept.device.stops[-1].time_us == slept.now_us
    slept.run(2 * SECOND_US)
    assert (slept.state, len(slept.pulses)) == ("faulted", pulses)
    assert slept.records("fault")[-1]["code"] == "SLEPT"


def test_a_computer_that_slept_for_a_second_goes_on() -> None:
    bench = holding()
    bench.workshop.slept_us += JUST_A_JUMP_US - 1
    bench.run(SECOND_US)
    assert bench.state == "running"


def test_many_short_naps_are_no_sleep() -> None:
    bench = holding()
    for _ in range(10):
        bench.workshop.slept_us += 500_000
        bench.run(100_000)
    assert bench.state == "running"


def test_after_a_sleep_the_session_is_armed_again_from_0_ma() -> None:
    bench = holding()
    bench.workshop.slept_us += 3_600 * SECOND_US
    bench.run(SECOND_US)
    bench.press(link.Acknowledge(), link.Arm(confirmed_channels=(1,)))
    bench.run_until(lambda: bench.state == "armed")
    assert bench.level_ma() == 0


def test_a_sleep_while_stopped_changes_nothing() -> None:
    bench = holding().press(link.Stop(cause="space")).run(SECOND_US)
    bench.workshop.slept_us += 3_600 * SECOND_US
    bench.run(SECOND_US)
    assert bench.state == "stopped"


@pytest.mark.parametrize("moved_s", [-3_600, 3_600])
def test_a_wall_clock_that_was_set_changes_no_pulse_and_is_recorded(moved_s: int) -> None:
    still, moved = holding(), holding()
    moved.workshop.wall_moved_us += moved_s * SECOND_US
    for bench in (still, moved):
        bench.run(8 * SECOND_US)
    assert moved.pulses == still.pulses
    assert moved.records("notice") == [
        {"text": f"The computer's clock moved by {moved_s:+} s; nothing depends on it."}
    ]


def test_a_wall_clock_that_is_trimmed_is_not_worth_a_word() -> None:
    bench = holding()
    for _ in range(10):
        bench.workshop.wall_moved_us += 900_000
        bench.run(100_000)
    assert bench.records("notice") == []


def test_a_wall_clock_set_before_there_is_a_record_is_no_trouble() -> None:
    bench = StationBench()
    bench.workshop.wall_moved_us += 3_600 * SECOND_US
    assert bench.run(SECOND_US).state == "idle"
