"""Faults of line, device and time, in virtual time, each with the time it may take.

Judged by the record of the simulated device: times count from the fault to the last pulse.
"""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from support import sciencemode2
from support.station_bench import (
    SECOND_US,
    StationBench,
    arm,
    found,
    fresh,
    holding,
    resting,
)

from hardware_sim.rehastim2.device import RehaStim2
from nmes.link import messages as link
from nmes.rehearsal import VirtualPort
from protocols.errors import LimitViolation
from protocols.pulses import OutputFrame
from safety.gate import SafetyGate

MS = 1_000
TICK_US = 20 * MS
STOP = link.Stop(cause="space")
LIST_ACK = 31


def damaged(data: bytes) -> bytes:
    """The same bytes with a wrong checksum."""
    return data[:2] + bytes((data[2] ^ 1,)) + data[3:]


def fault_of(bench: StationBench) -> object:
    return bench.records("fault")[0]["code"]


def last_pulse_us(bench: StationBench, since_us: int) -> int:
    return bench.pulses[-1].time_us - since_us


# F1, F2: the stops ------------------------------------------------------------------------------


def test_a_stop_is_written_at_once_and_no_pulse_follows() -> None:
    bench = holding()
    pressed_us = bench.now_us
    bench.press(STOP).run(SECOND_US)
    assert bench.device.stops[-1].time_us == pressed_us
    assert bench.pulses_since(pressed_us) == []


def test_an_emergency_stop_closes_the_port_within_300_ms() -> None:
    bench = holding()
    pressed_us = bench.now_us
    bench.press(STOP, STOP)
    closed_us = bench.run_until(lambda: bench.port.is_closed)
    assert (bench.state, bench.pulses_since(pressed_us)) == ("faulted", [])
    assert closed_us - pressed_us <= 300 * MS


@pytest.mark.parametrize("lost", range(4))
def test_a_stop_that_is_lost_on_the_way_is_repeated_until_nothing_flows_within_200_ms(
    lost: int,
) -> None:
    bench = holding()
    bench.port.lost_writes = lost
    pressed_us = bench.now_us
    bench.press(STOP).run(2 * SECOND_US)
    assert last_pulse_us(bench, pressed_us) <= 200 * MS


@pytest.mark.parametrize("waited_ms", range(0, 500, 20))
def test_whatever_frame_was_lost_before_it_a_stop_ends_the_current_within_200_ms(
    waited_ms: int,
) -> None:
    bench = holding()
    bench.run(waited_ms * MS)
    bench.port.lost_writes = 1
    bench.down().run(90 * MS)
    pressed_us = bench.now_us
    bench.press(STOP).run(2 * SECOND_US)
    assert last_pulse_us(bench, pressed_us) <= 200 * MS


# F3: no reply -----------------------------------------------------------------------------------


def test_a_device_that_answers_no_more_is_stopped_and_given_up_within_700_ms() -> None:
    bench = holding()
    bench.port.is_deaf = True
    since_us = bench.now_us
    closed_us = bench.run_until(lambda: bench.port.is_closed, 2 * SECOND_US)
    bench.run(2 * SECOND_US)
    unanswered_us = next(at for at in bench.port.written_us if at >= since_us)
    assert fault_of(bench) == "SILENT"
    assert closed_us - unanswered_us <= 700 * MS
    assert last_pulse_us(bench, unanswered_us) <= 700 * MS


def test_when_the_stop_does_not_arrive_either_the_device_stops_by_itself() -> None:
    bench = holding()
    bench.port.is_mute = True
    since_us = bench.now_us
    bench.run(3 * SECOND_US)
    assert fault_of(bench) == "SILENT"
    assert last_pulse_us(bench, since_us) <= 1_200 * MS + TICK_US


# F4: the line is gone ---------------------------------------------------------------------------


def test_a_line_that_is_gone_is_a_fault_within_100_ms_and_the_device_stops_by_itself() -> None:
    bench = holding()
    bench.port.is_broken = True
    since_us = bench.now_us
    faulted_us = bench.run_until(lambda: bench.state == "faulted")
    bench.run(3 * SECOND_US)
    assert (fault_of(bench), faulted_us - since_us <= 100 * MS) == ("PORT", True)
    assert last_pulse_us(bench, since_us) <= 1_200 * MS + TICK_US


# F5, F27: damaged, doubled ----------------------------------------------------------------------


def test_one_damaged_answer_is_asked_for_again_and_the_session_goes_on() -> None:
    bench = holding()
    harmed: list[bytes] = []

    def harm_one(data: bytes) -> bytes:
        if harmed:
            return data
        harmed.append(data)
        return damaged(data)

    bench.port.harm = harm_one
    bench.run(SECOND_US)
    assert (bench.state, bench.snapshot.replies_missed, len(harmed)) == ("running", 1, 1)


def test_answers_that_all_come_damaged_are_a_fault_within_a_second() -> None:
    bench = holding()
    bench.port.harm = damaged
    since_us = bench.now_us
    bench.run(3 * SECOND_US)
    assert bench.state == "faulted"
    assert last_pulse_us(bench, since_us) <= SECOND_US


def test_three_wrong_answers_within_a_second_are_a_fault_at_once() -> None:
    bench = holding()
    for _ in range(2):
        bench.port.noise = damaged(sciencemode2.ack(5, 32))
        bench.run(100 * MS)
        assert bench.state == "running"
    bench.port.noise = damaged(sciencemode2.ack(5, 32))
    since_us = bench.now_us
    bench.run(2 * SECOND_US)
    assert fault_of(bench) == "CONFUSED"
    assert last_pulse_us(bench, since_us) <= 100 * MS


def test_an_answer_that_comes_twice_counts_once() -> None:
    bench, doubled = holding(), holding()
    calls: list[int] = []

    def double_one(data: bytes) -> bytes:
        calls.append(1)
        return data * 2 if len(calls) == 1 else data

    doubled.port.harm = double_one
    for each in (bench, doubled):
        each.run(SECOND_US)
    assert (doubled.state, doubled.pulses) == ("running", bench.pulses)


def test_answers_that_all_come_twice_are_a_fault_within_a_second() -> None:
    bench = holding()
    bench.port.harm = lambda data: data * 2
    since_us = bench.now_us
    bench.run(3 * SECOND_US)
    assert fault_of(bench) == "CONFUSED"
    assert last_pulse_us(bench, since_us) <= SECOND_US


# F6: an answer that contradicts its command -----------------------------------------------------


def test_an_answer_to_another_command_under_the_same_number_is_a_fault_within_100_ms() -> None:
    bench = holding()
    answered_us: list[int] = []

    def answer_another_command(data: bytes) -> bytes:
        answered_us.append(bench.now_us)
        return sciencemode2.frame(data[5], LIST_ACK, 0)

    bench.port.harm = answer_another_command
    bench.run(2 * SECOND_US)
    assert fault_of(bench) == "CONFUSED"
    assert last_pulse_us(bench, answered_us[0]) <= 100 * MS


# F25, F26: another device, a device that restarts -----------------------------------------------


def test_a_device_of_another_version_is_never_armed() -> None:
    bench = fresh().press(arm())
    bench.run_until(lambda: bench.workshop.ports_opened != [])
    bench.port.harm = lambda _: sciencemode2.init(1, version=2)
    bench.run(3 * SECOND_US)
    assert (bench.state, fault_of(bench), bench.pulses) == ("faulted", "WRONG_DEVICE", [])


def test_a_device_that_restarts_in_the_session_is_a_fault_within_100_ms() -> None:
    bench = holding()
    since_us = bench.now_us
    bench.workshop.device = RehaStim2(on_pulse=bench.pulses.append, start_us=since_us)
    bench.workshop.port = VirtualPort(bench.workshop.device, bench.workshop.clock)
    bench.port._inner = bench.workshop.port
    faulted_us = bench.run_until(lambda: bench.state == "faulted")
    bench.run(2 * SECOND_US)
    assert (fault_of(bench), faulted_us - since_us <= 100 * MS) == ("RESTARTED", True)
    assert bench.pulses_since(since_us) == []


# F12, F18, F19, F20: the gate -------------------------------------------------------------------


def at_the_gate(bench: StationBench) -> tuple[SafetyGate, OutputFrame]:
    """The gate of a session, and the frame that flows."""
    conversation = bench.live._device
    assert conversation is not None
    frame = conversation.confirmed
    assert frame is not None
    return conversation._gate, frame


def go_on_for(bench: StationBench, for_us: int, act: Callable[[SafetyGate], None]) -> None:
    """Let a session that has lost its mind speak with the gate, every tick."""
    gate, _ = at_the_gate(bench)
    until_us = bench.now_us + for_us
    for tick_us in range(bench.now_us, until_us, TICK_US):
        while bench.now_us < tick_us:
            bench.workshop.pass_time(tick_us)
            gate.poll(bench.now_us)
        if gate.is_ready:
            act(gate)


@pytest.mark.parametrize("says", ["the same frame", "only that it is alive"])
def test_a_burst_that_never_ends_is_ended_by_the_gate(says: str) -> None:
    bench = holding()
    gate, frame = at_the_gate(bench)
    begun_us = gate.state.channels[0].on_since_us
    tolerance_us = 0 if says == "the same frame" else 250 * MS

    def act(gate: SafetyGate) -> None:
        if says == "the same frame":
            gate.output(frame, bench.now_us)
        else:
            gate.keep_alive(bench.now_us)

    with pytest.raises(LimitViolation, match="on-time") if not tolerance_us else nullcontext():
        go_on_for(bench, 21 * SECOND_US, lambda gate: None if gate.latched else act(gate))
    bench.workshop.pass_time(bench.now_us + 2 * SECOND_US)
    assert last_pulse_us(bench, begun_us) > 19 * SECOND_US
    assert last_pulse_us(bench, begun_us) <= 20 * SECOND_US + tolerance_us + TICK_US


def test_a_frame_before_its_rest_is_over_is_refused_and_never_flows() -> None:
    bench = holding()
    gate, frame = at_the_gate(bench)
    bench.run_until_phase("rest").run(200 * MS)
    rested_us = bench.now_us
    with pytest.raises(LimitViolation, match="rest still missing"):
        gate.output(frame, rested_us)
    bench.workshop.pass_time(rested_us + 2 * SECOND_US)
    assert (gate.latched is not None, bench.pulses_since(rested_us)) == (True, [])


def test_current_in_the_last_moment_of_the_hour_is_stopped_in_one_tick() -> None:
    bench = found({1: 4}).run(SECOND_US)
    ends_us = bench.pulses[0].time_us + 3_600 * SECOND_US
    bench.press(STOP).run(100 * MS).jump(3_590 * SECOND_US)
    bench.press(link.Acknowledge()).press(arm()).run_until(lambda: bench.state == "armed")
    bench.find(1, 4)
    bench.run_until(lambda: bench.state == "stopped")
    assert bench.now_us <= ends_us + TICK_US
    assert bench.pulses[-1].time_us > ends_us - 6 * SECOND_US
    stopped_us = bench.now_us
    assert bench.run(2 * SECOND_US).pulses_since(stopped_us) == []


def test_in_a_rest_nothing_flows_however_the_line_misbehaves() -> None:
    bench = resting()
    bench.port.harm = damaged
    since_us = bench.now_us
    bench.run(5 * SECOND_US)
    assert bench.pulses_since(since_us) == []
