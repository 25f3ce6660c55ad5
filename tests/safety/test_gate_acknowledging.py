"""What a latched gate refuses until it is acknowledged, and from what it begins then."""

import pytest
from support.gate_moments import armed_gate, latched_gate, refused

from protocols.errors import SessionRefusal
from protocols.pulses import symmetric_output
from safety.state import Mode


def test_a_latched_gate_opens_only_after_it_is_acknowledged():
    bench = latched_gate()
    with pytest.raises(SessionRefusal, match="The gate is shut until acknowledged"):
        bench.gate.open(bench.limits, bench.now_us)
    bench.gate.reset()
    assert bench.gate.latched is None
    bench.gate.open(bench.limits, bench.now_us)
    assert bench.gate.state.mode is Mode.OPEN


@pytest.mark.parametrize(
    "act",
    [
        lambda bench: bench.gate.set_up(bench.setup, bench.now_us),
        lambda bench: bench.gate.raise_level(1, 1_000, bench.now_us),
        lambda bench: bench.gate.allow_ramp(1, 500_000),
    ],
)
def test_a_latched_gate_takes_no_wishes(act):
    bench = latched_gate()
    with pytest.raises(SessionRefusal, match="The gate is shut until acknowledged"):
        act(bench)


def test_an_acknowledged_gate_still_lets_nothing_through():
    bench = latched_gate()
    bench.gate.reset()
    refused(bench, symmetric_output(1, 0, 300))


def test_there_must_be_something_to_acknowledge():
    with pytest.raises(SessionRefusal, match="nothing to acknowledge"):
        armed_gate().gate.reset()


def test_an_acknowledged_session_begins_from_nothing():
    bench = latched_gate()
    bench.gate.reset()
    assert bench.gate.state.channels == ()
    assert bench.gate.limits is None
    assert bench.gate.session_ends_us is None
