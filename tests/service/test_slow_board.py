"""A board that ends an output soon only by a stop, on a station: judged by its pulses."""

from functools import cache
from pathlib import Path

import pytest
from support.station_bench import SECOND_US, BenchWorkshop, StationBench, arm

from nmes.link import messages as link
from nmes.rehearsal import VirtualWorkshop
from safety.gate import SafetyGate

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SILENT_US = 300_000
STOP_US = 400_000
"""What the board declares from a stop to its last pulse."""


class BoardWorkshop(BenchWorkshop):
    """The workshop of virtual time with the device that was asked for."""

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        return VirtualWorkshop.open_gate(self, device, port)


class BoardBench(StationBench):
    """A station with a simulated openEMSstim board."""

    workshop_type = BoardWorkshop
    device_name = f"sim:openemsstim@{EXAMPLES / 'openemsstim_source.toml'}"


def flowing(phase: str) -> BoardBench:
    """A bench with current in both channels, at the beginning of a phase of the first burst.

    The first channel ends a second before the other, whose current is all that there is.
    """
    text = (EXAMPLES / "openemsstim_bench.yaml").read_text()
    together = text.replace("start_s: 4.5", "start_s: 0").replace("start_s: 3.5", "start_s: 0")
    bench = BoardBench(together.replace("on_time_s: 3.5", "on_time_s: 2.5", 1))
    bench.press(arm(1, 2)).run_until(lambda: bench.state == "armed")
    bench.find(1, 12).find(2, 10).press(link.Start())
    bench.run_until(lambda: bench.snapshot.phase == phase)
    return bench


def silenced(phase: str, after_us: int) -> BoardBench:
    """A bench whose screen said its last word so long after a phase had begun."""
    bench = flowing(phase)
    bench.run(after_us)
    bench.press(link.StillHere())
    bench.is_beating = False
    return bench


@pytest.mark.parametrize("after_us", [0, 160_000, 360_000])
@pytest.mark.parametrize("phase", ["ramp_up", "hold"])
def test_a_silent_screen_ends_the_current_within_300_ms_and_the_time_of_a_stop(
    phase: str, after_us: int
) -> None:
    bench = silenced(phase, after_us)
    silent_us = bench.now_us
    bench.run(2 * SECOND_US)
    last_us = bench.pulses[-1].time_us
    assert silent_us + SILENT_US < last_us <= silent_us + SILENT_US + STOP_US


def test_a_screen_that_comes_back_after_300_ms_finds_the_session_stopped() -> None:
    bench = silenced("hold", 0).run(SILENT_US + 1_000)
    bench.press(link.StillHere())
    bench.is_beating = True
    bench.run(5 * SECOND_US)
    stop = bench.snapshot.stop
    assert (bench.state, stop and stop.cause) == ("stopped", "the screen fell silent")
    assert bench.pulses_since(bench.now_us - 4 * SECOND_US) == []


def test_a_shorter_silence_changes_nothing() -> None:
    bench = silenced("hold", 0).run(SILENT_US - 20_000)
    bench.press(link.StillHere())
    assert (bench.state, bench.now_ma() > 0) == ("running", True)


@cache
def told_to_end_us() -> int:
    """When, after the hold has begun, the board confirms that the first channel was told to end."""
    bench = flowing("hold")
    held_us = bench.now_us
    return bench.run_until(lambda: bench.now_ma(1) == 0) - held_us


@pytest.mark.parametrize("sooner_us", [180_000, 200_000, 220_000, 240_000])
def test_it_does_so_too_where_one_channel_has_just_been_told_to_end_and_the_other_goes_on(
    sooner_us: int,
) -> None:
    bench = silenced("hold", told_to_end_us() - sooner_us - SILENT_US)
    silent_us = bench.now_us
    bench.run(2 * SECOND_US)
    last_us = bench.pulses[-1].time_us
    assert silent_us + SILENT_US < last_us <= silent_us + SILENT_US + STOP_US


def test_a_screen_that_falls_silent_long_after_a_pause_leaves_it_a_pause() -> None:
    bench = flowing("hold").press(link.Pause()).run(3 * SECOND_US)
    bench.is_beating = False
    bench.run(400_000)
    assert bench.state == "paused"


def test_a_board_that_stops_in_time_after_a_fault_is_not_said_to_flow_on() -> None:
    bench = flowing("hold")
    bench.workshop.disk.why = "The disk is full. Make room."
    bench.run_until(lambda: bench.state == "faulted")
    faulted_us = bench.now_us
    bench.run(SECOND_US)
    assert bench.pulses_since(faulted_us + STOP_US) == []
    assert (bench.workshop.port.is_closed, "NOT CONFIRMED" in " ".join(bench.told)) == (True, False)


def test_two_stop_keys_close_its_port_only_after_it_has_had_the_time_of_a_stop() -> None:
    bench = flowing("hold").press(link.Stop(cause="SPACE"))
    stopped_us = bench.now_us
    bench.run(50_000).press(link.Stop(cause="SPACE"))
    closed_us = bench.run_until(lambda: bench.workshop.port.is_closed)
    bench.run(SECOND_US)
    assert bench.state == "faulted"
    assert closed_us - stopped_us == STOP_US
    assert (len(bench.records("stop_confirmed")), "NOT CONFIRMED" in " ".join(bench.told)) == (1, 0)
