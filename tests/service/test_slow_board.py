"""A board that ends an output soon only by a stop, on a station: judged by its pulses."""

from pathlib import Path

import pytest
from support.station_bench import SECOND_US, BenchWorkshop, StationBench, arm

from nmes.link import messages as link
from nmes.rehearsal import VirtualWorkshop
from safety.gate import SafetyGate

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SILENT_US = 300_000
STOP_US = 350_000
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
    """A bench with current in both channels, at the beginning of a phase of the first burst."""
    text = (EXAMPLES / "openemsstim_bench.yaml").read_text()
    together = text.replace("start_s: 4.5", "start_s: 0").replace("start_s: 3.5", "start_s: 0")
    bench = BoardBench(together)
    bench.press(arm(1, 2)).run_until(lambda: bench.state == "armed")
    bench.find(1, 12).find(2, 6).press(link.Start())
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
