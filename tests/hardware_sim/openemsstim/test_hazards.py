"""What is dangerous about the board, shown by the pulses that reach the skin.

Firmware that ends what it should not, goes on where it should end, or says nothing: a driver that
lives with this simulated board must never come near to any of it.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.simulated_openemsstim import MS, SECOND_US, BoardBench, in_frame

from hardware_sim.fault_script import read_faults
from hardware_sim.faulty_line import FaultyLine
from hardware_sim.pulses import Pulse

STOP = b"\nConnection End\nXXG\n"
LEAST_UA, FULL_UA = 20_000 // 256, 20_000
HIGHEST_UA = FULL_UA * (256 - 42) // 256
"""Of channel 1, whose dial is at 20 mA: at wiper 255, at 0, and at 42, which is 100 %."""


def peaks_ua(bench: BoardBench, since_us: int = 0) -> set[int]:
    return {max(p.current_ua for p in pulse.points) for pulse in pulses_of(bench, since_us)}


def pulses_of(bench: BoardBench, since_us: int) -> list[Pulse]:
    return [pulse for pulse in bench.pulses if pulse.time_us >= since_us]


# What goes on for good --------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(on_ms=st.integers(32_768, 65_535), uptime_ms=st.integers(12_000, 33_000))
def test_an_on_time_above_32767_ms_latches_in_the_first_seconds_after_a_reset(
    on_ms: int, uptime_ms: int
) -> None:
    bench = BoardBench(uptime_ms=uptime_ms)
    bench.write(in_frame(f"C0I50T{on_ms}G"))
    bench.run_for(5_500 * MS)
    obeyed_ms = bench.closed_us(0, uptime_ms * MS) // MS
    assert bench.state[1][0] == (obeyed_ms + on_ms < 65_536 and obeyed_ms != 65_536 - on_ms)


def test_a_latched_channel_passes_every_pulse_until_it_is_stopped() -> None:
    bench = BoardBench(uptime_ms=13_000).send_frames("C0I100T32768G")
    bench.run_for(120 * SECOND_US)
    assert len(pulses_of(bench, bench.now_us - 119 * SECOND_US + 1)) == 119 * 40
    bench.write(STOP)
    bench.run_for(250 * MS)
    assert pulses_of(bench, bench.now_us - 150 * MS) == []


@pytest.mark.parametrize("text", ["T100G", "I50G", "C2I10T100G", "CI50T100G", "C 0I5T100G"])
def test_a_command_without_a_channel_crashes_the_board_with_its_relays_closed(text: str) -> None:
    bench = BoardBench().send_frames("C0I40T600G", text)
    assert bench.device.is_crashed
    heard = len(bench.heard)
    bench.write(STOP)
    bench.run_for(10 * SECOND_US)
    assert len(pulses_of(bench, bench.now_us - 10 * SECOND_US + 1)) == 400
    assert len(bench.heard) == heard


def test_what_was_said_before_a_crash_is_not_said_twice_and_what_was_under_way_is_lost() -> None:
    bench = BoardBench().send_frames("C0I40T5000G")
    first = len(bench.heard)
    bench.send_frames("T100G")
    said = [line.decode().strip() for _, line in bench.heard[first:]]
    assert said[0] == "USB: received command: WV,0018,5431303047."
    assert "T100G" not in said


def test_a_crashed_board_may_start_again_within_a_second_and_open_its_relays() -> None:
    for seed in range(5):
        bench = BoardBench(seed=seed, crash="reset").send_frames("C0I40T5000G", "T100G")
        bench.run_for(SECOND_US)
        assert bench.is_quiet
        bench.run_for(12 * SECOND_US)
        assert bench.said[-1] == "SETUP DONE (LED 13 WILL BE ON)"


def test_a_test_command_of_the_published_build_closes_relays_without_an_end() -> None:
    bench = BoardBench().send("1").run_for(60 * SECOND_US)
    assert bench.state[1] == (True, False)
    assert peaks_ua(bench, bench.now_us - SECOND_US) == {LEAST_UA}


def test_a_step_down_from_the_least_level_is_the_highest_of_all() -> None:
    bench = BoardBench().send("1", "a")
    began_us = bench.now_us
    bench.run_for(SECOND_US)
    assert peaks_ua(bench, began_us) == {FULL_UA}


def test_a_frame_torn_by_a_pause_may_latch_an_idle_channel() -> None:
    wire = in_frame("C1I100T600G")
    bench = BoardBench()
    place = wire.index(b"18,")
    bench.write(wire[:place])
    bench.run_for(80 * MS)
    bench.write(wire[place:])
    bench.run_for(60 * SECOND_US)
    assert bench.state[1] == (True, False)


def test_a_channel_of_build_d_never_ends() -> None:
    bench = BoardBench(dialect="D").send_frames("C0I40T100G").run_for(60 * SECOND_US)
    assert bench.state == ((138, 255), (True, False))


# Less, or more, than it looks -------------------------------------------------------------------


def test_an_intensity_of_0_is_not_off() -> None:
    bench = BoardBench().send_frames("C0I0T500G")
    assert peaks_ua(bench) == {FULL_UA * (256 - 201) // 256}


def test_100_percent_is_not_all_that_the_board_can_pass_on() -> None:
    hundred, more = (BoardBench().send_frames(f"C0I{i}T300G") for i in (100, 127))
    assert (peaks_ua(hundred), peaks_ua(more)) == ({HIGHEST_UA}, {FULL_UA})


def test_relays_closed_at_the_least_level_let_a_little_through() -> None:
    bench = BoardBench().send_frames("C0T300G")
    assert peaks_ua(bench) == {LEAST_UA}


def test_a_channel_that_ends_passes_a_little_for_50_ms_before_its_relays_open() -> None:
    bench = BoardBench(source_hz="200").send_frames("C0I40T100G").run_for(400 * MS)
    last = [max(p.current_ua for p in pulse.points) for pulse in bench.pulses[-10:]]
    assert last == [LEAST_UA] * 10


def test_the_last_on_time_of_a_channel_survives_and_its_level_does_not() -> None:
    bench = BoardBench().send_frames("C0I40T400G").run_for(SECOND_US)
    began_us = bench.now_us
    bench.send_frames("C0G").run_for(SECOND_US)
    ((wiper, closed_ms),) = bench.phases(0, began_us)
    assert (wiper, closed_ms) == (255, pytest.approx(450, abs=3))


def test_a_reset_forgets_on_times_and_levels_but_not_the_wiper() -> None:
    bench = BoardBench(dialect="P").send("OMA[0,50]", "C0I100T5000G")
    bench.device.reboot(bench.now_us, off_us=0)
    assert bench.state == ((128, 255), (False, False))
    bench.run_for(11_500 * MS)
    assert bench.state == ((255, 255), (False, False))
    bench.send("C0I100T500G")
    assert bench.state == ((42, 255), (True, False))


# What is lost or merged -------------------------------------------------------------------------


def test_of_two_commands_in_one_line_the_second_channel_is_forgotten() -> None:
    bench = BoardBench().send_frames("C0I40T600GC1I40T600G")
    assert bench.state == ((138, 255), (True, False))


def test_a_ring_that_runs_over_merges_frames_without_a_word() -> None:
    bench = BoardBench()
    for _ in range(12):
        bench.write(in_frame("C0I100T1000G"))
        bench.run_for(60 * MS)
    bench.run_for(2 * SECOND_US)
    asked = "\tUSB: received command: " + in_frame("C0I100T1000G").decode().strip()
    told = [line for line in bench.said if line.startswith("\tUSB: received")]
    assert bench.device.overflowed > 0
    assert set(told) - {asked}


def test_a_stop_behind_an_unfinished_line_is_none() -> None:
    bench = BoardBench().send_frames("C0I40T5000G")
    bench.write(b"WV,0018,43")
    bench.run_for(10 * MS)
    bench.write(b"Connection End\n")
    bench.run_for(500 * MS)
    assert bench.state == ((138, 255), (True, False))


def test_the_same_stop_behind_a_line_feed_is_one() -> None:
    bench = BoardBench().send_frames("C0I40T5000G")
    bench.write(b"WV,0018,43")
    bench.run_for(10 * MS)
    bench.write(STOP)
    bench.run_for(500 * MS)
    assert bench.is_quiet


# What cannot be seen from outside ---------------------------------------------------------------


def test_a_board_built_without_its_echo_obeys_and_says_nothing() -> None:
    bench = BoardBench(echo="off")
    first = len(bench.heard)
    bench.send_frames("C0I40T600G")
    assert bench.state == ((138, 255), (True, False))
    assert bench.heard[first:] == []


def test_a_board_built_without_its_echo_still_names_what_it_does_not_know() -> None:
    bench = BoardBench(echo="off").send_frames("12")
    assert bench.said[-1] == "Unknown command: 12"
    assert all(line.startswith("\t\t") for line in bench.said[:-1])


def test_nothing_that_the_board_says_tells_that_the_separate_unit_is_off() -> None:
    on, off = (BoardBench(source=state).send_frames("C0I40T600G") for state in ("on", "off"))
    assert (off.said, off.state) == (on.said, on.state)
    assert on.pulses
    assert not off.pulses


# Builds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "is_obeyed"), [("H", False), ("P", True), ("D", True)])
def test_plain_text_is_obeyed_by_the_older_builds_only(dialect: str, is_obeyed: bool) -> None:
    bench = BoardBench(dialect=dialect).send("C0I40T600G")
    assert bench.state[1][0] == is_obeyed


@pytest.mark.parametrize("dialect", ["H", "P", "D"])
def test_the_stop_of_the_driver_ends_both_channels_of_every_build_in_a_quarter_of_a_second(
    dialect: str,
) -> None:
    bench = BoardBench(dialect=dialect).send_frames("C0I40T5000G", "C1I40T5000G")
    bench.write(STOP)
    bench.run_for(250 * MS)
    assert bench.is_quiet


@pytest.mark.parametrize("text", ["G", "C5G", "T100G"])
def test_build_d_answers_a_bad_channel_with_an_error_and_stops_nothing(text: str) -> None:
    bench = BoardBench(dialect="D").send_frames("C0I40T5000G", text)
    assert bench.said[-1].startswith("EMSSystem.cpp:")
    assert bench.state == ((138, 255), (True, False))


# As a fault script sees it ----------------------------------------------------------------------


def test_a_script_lets_the_controller_hang_with_its_relays_closed_and_start_again() -> None:
    bench = BoardBench()
    script = "seed: 1\nfaults: [{kind: failed_module, module: controller, at_s: 0.5, for_s: 10}]"
    faults = read_faults(script, "test", bench.device.dialect)
    line = FaultyLine(bench.device, faults, start_us=bench.now_us)
    bench.send_frames("C0I40T5000G")
    line.advance(bench.now_us + 10 * SECOND_US)
    assert (bench.device.is_crashed, bench.is_quiet) == (True, False)
    line.advance(bench.now_us + 11 * SECOND_US)
    assert (bench.device.is_crashed, bench.is_quiet) == (False, True)
