"""When the terminal bell rings."""

from itertools import pairwise

import pytest
from support.screen_scenes import snapshot, stopped

from tui.bells import bells_due


def test_the_bell_rings_once_when_a_contraction_begins() -> None:
    before, after = snapshot(phase="get_ready"), snapshot(phase="ramp_up")
    assert bells_due(before, after, cues_sound=True) == 1


@pytest.mark.parametrize("phase", ["hold", "ramp_down", "rest", "get_ready"])
def test_no_other_phase_rings(phase: str) -> None:
    assert bells_due(snapshot(phase="ramp_up"), snapshot(phase=phase), cues_sound=True) == 0


def test_a_contraction_that_goes_on_does_not_ring_again() -> None:
    assert bells_due(snapshot(phase="ramp_up"), snapshot(phase="ramp_up"), cues_sound=True) == 0


def test_cue_sounds_can_be_silenced() -> None:
    before, after = snapshot(phase="rest"), snapshot(phase="ramp_up")
    assert bells_due(before, after, cues_sound=False) == 0


def test_a_fault_rings_three_times_though_cues_are_silenced() -> None:
    assert bells_due(snapshot(), stopped(state="faulted"), cues_sound=False) == 3


def test_a_fault_that_goes_on_does_not_ring_again() -> None:
    fault = stopped(state="faulted")
    assert bells_due(fault, fault, cues_sound=True) == 0


def test_the_countdown_before_a_start_rings_at_three_two_and_one() -> None:
    times_us = [3_400_000, 2_900_000, 2_400_000, 1_900_000, 1_500_000, 900_000, 0]
    moments = [snapshot(lead_in_us=time_us, phase="get_ready") for time_us in times_us]
    rings = [bells_due(a, b, cues_sound=True) for a, b in pairwise(moments)]
    assert rings == [1, 0, 1, 0, 1, 0]
