"""What carries no current passes through the gate untouched."""

from support.gate_moments import armed_gate
from support.safety_bench import DEVICE, Bench

from drivers.interface import Alive


def test_what_carries_no_current_passes_through():
    bench = Bench()
    assert bench.gate.capabilities == DEVICE
    assert bench.gate.is_ready
    assert bench.gate.fileno() == 7


def test_other_events_pass_through_untouched():
    bench = armed_gate()
    before = bench.gate.state
    alive = Alive(at_us=3, sent_us=2)
    bench.stimulator.events = [alive]
    assert bench.gate.poll(3) == (alive,)
    assert bench.gate.state == before
