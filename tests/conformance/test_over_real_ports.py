"""The same short session over a pseudo-terminal and over TCP, with the simulator as a process."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from itertools import pairwise

import pytest
from support.conformance import EACH_DEVICE, Entry, is_of, simulated
from support.real_session import RealSession, play
from support.simulator_process import Simulator, running_simulator

from drivers.interface import OutputConfirmed, OutputLost, StopConfirmed

WIRES: Mapping[str, tuple[str, ...]] = {
    "pseudo-terminal": (),
    "TCP": ("--tcp", "127.0.0.1:0"),
}
EACH_WIRE = pytest.mark.parametrize("wire", WIRES)
Sessions = Mapping[tuple[str, str], RealSession]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """All sessions, played side by side: each lasts longer than the watchdog of its device."""
    folder = tmp_path_factory.mktemp("records")
    with ExitStack() as running:
        played = {
            (entry.name, wire): RealSession(
                entry=entry, record=record, simulator=running.enter_context(started)
            )
            for wire, where in WIRES.items()
            for entry in simulated()
            for record in [folder / f"{entry.name} {wire}.csv"]
            for started in [_simulator(entry, *where, "--pulses", str(record))]
        }
        play(tuple(played.values()))
        assert {session.simulator.end() for session in played.values()} == {0}
        yield played


def _simulator(entry: Entry, *options: str) -> AbstractContextManager[Simulator]:
    return running_simulator(*options, *entry.options, device=entry.name)


@EACH_WIRE
@EACH_DEVICE
def test_a_session_over_a_real_port_goes_from_its_beginning_to_its_stop(
    sessions: Sessions, entry: Entry, wire: str
) -> None:
    events = sessions[entry.name, wire].events
    assert [event for event in events if isinstance(event, OutputLost)] == []
    assert len([event for event in events if isinstance(event, OutputConfirmed)]) >= 2
    assert len([event for event in events if isinstance(event, StopConfirmed)]) == 1


@EACH_WIRE
@EACH_DEVICE
def test_over_a_real_port_flows_what_was_commanded_and_nothing_else(
    sessions: Sessions, entry: Entry, wire: str
) -> None:
    session = sessions[entry.name, wire]
    pulses = session.pulses()
    first, second = session.flows
    assert all(pulse.time_us >= session.written_us for pulse in pulses)
    for flow in (first, second):
        within = [pulse for pulse in pulses if flow.from_us <= pulse.time_us < flow.until_us]
        assert {pulse.channel for pulse in within} == set(session.course.setup.channels)
        assert all(is_of(pulse, flow.frame, session.able) for pulse in within)
    either = [
        pulse
        for pulse in pulses
        if not any(is_of(pulse, flow.frame, session.able) for flow in (first, second))
    ]
    assert not either


@EACH_WIRE
@EACH_DEVICE
def test_over_a_real_port_a_device_is_kept_alive_beyond_its_watchdog_and_stops_in_its_time(
    sessions: Sessions, entry: Entry, wire: str
) -> None:
    session = sessions[entry.name, wire]
    times_us = [pulse.time_us for pulse in session.pulses() if pulse.channel == 1]
    first, _ = session.flows
    assert first.until_us - first.from_us > (session.able.watchdog_us or 0)
    held_us = [at_us for at_us in times_us if first.from_us <= at_us < first.until_us]
    moments_us = (first.from_us, *held_us, first.until_us)
    period_us = session.course.setup.period_us
    assert all(later - earlier < 3 * period_us for earlier, later in pairwise(moments_us))
    assert max(times_us) <= session.stopped_us + session.able.stop_time_us
