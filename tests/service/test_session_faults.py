"""Faults of device, line and gate: what they end, what is said, and what leads on from them."""

from collections.abc import Callable

import pytest
from support.bench_protocols import TWO
from support.station_bench import SECOND_US, StationBench, arm, fresh, holding, running
from support.stopped_sessions import STOP, rearmed, stop_of

from nmes.link import messages as link
from protocols.errors import PortError, UnpermittedWrite


def open_electrode(bench: StationBench) -> None:
    bench.device.open_electrode(1)


def press_switch(bench: StationBench) -> None:
    bench.device.open_emergency_switch(bench.now_us)


def break_line(bench: StationBench) -> None:
    bench.port.is_broken = True


def lose_replies(bench: StationBench) -> None:
    bench.port.is_deaf = True


FAULTS = {
    "electrode error": open_electrode,
    "emergency switch": press_switch,
    "the port failed": break_line,
    "stopped answering": lose_replies,
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_fault_ends_all_output_and_says_what_and_what_to_do(words: str) -> None:
    bench = holding()
    FAULTS[words](bench)
    faulted_us = bench.run_until(lambda: bench.state == "faulted", 2 * SECOND_US)
    bench.run(2 * SECOND_US)
    assert words in stop_of(bench).cause
    assert stop_of(bench).advice != ""
    assert [p for p in bench.pulses if p.time_us > faulted_us + 1_300_000] == []


def test_a_fault_takes_all_levels_to_0() -> None:
    bench = running({1: 4, 2: 4}, TWO)
    bench.run_until_phase("hold")
    press_switch(bench)
    bench.run_until(lambda: bench.state == "faulted", SECOND_US)
    assert (bench.level_ma(1), bench.level_ma(2)) == (0, 0)


@pytest.mark.parametrize("words", ["electrode error", "emergency switch"])
def test_after_a_fault_a_new_connection_goes_on_with_the_program(words: str) -> None:
    bench = holding()
    FAULTS[words](bench)
    bench.run_until(lambda: bench.state == "faulted", 2 * SECOND_US)
    bench.device.close_electrode(1)
    bench.device.close_emergency_switch()
    bench.run(SECOND_US)
    rearmed(bench)
    bench.find(1, 4).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (len(bench.workshop.ports_opened), bench.summary.outcome) == (2, "completed")


def test_one_lost_reply_is_told_and_changes_nothing() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.run(8 * SECOND_US)
    assert bench.snapshot.replies_missed == 1
    assert [line for line in bench.told if "did not answer" in line]
    assert (bench.state, bench.now_ma()) == ("running", bench.now_ma())


def test_after_a_lost_reply_the_frame_is_written_again() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.down()
    bench.run(400_000)
    assert (bench.now_ma(), bench.state) == (9, "running")


def test_a_frame_whose_reply_was_lost_is_written_again_as_soon_as_the_device_can_take_it() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.down()
    missed_us = bench.run_until(lambda: bench.snapshot.replies_missed == 1)
    assert bench.port.written_us[-1] == missed_us


def test_noise_on_the_line_is_told() -> None:
    bench = holding()
    bench.port.noise = b"\xf0\x81\x55\x81\x55\x00\x00\x0f"
    bench.run(SECOND_US)
    assert [line for line in bench.told if "Noise on the line" in line]


def test_the_fault_that_lost_the_line_keeps_its_advice_beside_the_warning() -> None:
    bench = holding()
    break_line(bench)
    bench.run(SECOND_US)
    assert "NOT CONFIRMED" in stop_of(bench).advice
    assert "USB" in stop_of(bench).advice


def test_a_device_that_is_not_there_is_a_fault_with_advice_and_no_alarm() -> None:
    bench = fresh()
    bench.press(arm())
    bench.port.is_deaf = True
    bench.run(5 * SECOND_US)
    assert bench.state == "faulted"
    assert stop_of(bench).advice.startswith("Switch the stimulator on")


def test_a_port_that_cannot_be_opened_is_a_fault_with_the_cure_and_no_hang() -> None:
    bench = fresh()
    bench.workshop.port_error = PortError("Cannot open /dev/x: another program has it. Close it.")
    bench.press(arm()).run(SECOND_US)
    assert (bench.state, "Close it" in stop_of(bench).cause) == ("faulted", True)


def test_a_stop_without_any_device_is_told_from_one_that_was_answered_at_once() -> None:
    unheard, heard = fresh(), holding().press(STOP)
    unheard.workshop.port_error = PortError("another program has it")
    unheard.press(arm()).run(SECOND_US)
    heard.run(SECOND_US)
    assert [stop_of(bench).confirmed_after_us for bench in (unheard, heard)] == [0, 0]
    assert unheard.snapshot.confirmed_age_us is None
    assert heard.snapshot.confirmed_age_us is not None


def test_after_a_port_that_could_not_be_opened_arming_works_once_it_can() -> None:
    bench = fresh()
    bench.workshop.port_error = PortError("another program has it")
    bench.press(arm()).run(SECOND_US)
    bench.workshop.port_error = None
    assert rearmed(bench).state == "armed"


def test_a_stop_left_unconfirmed_is_not_confirmed_by_a_port_that_cannot_be_opened() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(SECOND_US)
    bench.workshop.port_error = PortError("gone")
    bench.press(link.Acknowledge()).press(arm()).run(SECOND_US)
    assert stop_of(bench).confirmed_after_us is None


def test_a_frame_that_the_gate_refuses_is_a_fault_and_nothing_flows() -> None:
    bench = holding()
    conversation = bench.live._device
    assert conversation is not None
    conversation.lower_level(1, 3_000)  # behind the session's back, so that its frame is too much
    bench.down()
    faulted_us = bench.now_us
    bench.run(SECOND_US)
    assert "the safety gate refused" in stop_of(bench).cause
    assert bench.pulses_since(faulted_us) == []


def setting_up() -> StationBench:
    """The device has still to answer the first command of the set-up."""
    return fresh(ack_delay_us=30_000).press(arm()).run(75_000)


@pytest.mark.parametrize("moment", [setting_up, holding])
def test_bytes_that_were_not_permitted_are_a_fault(moment: Callable[[], StationBench]) -> None:
    bench = moment()
    bench.port.write_error = UnpermittedWrite("not what the gate permitted")
    bench.run_until(lambda: bench.state == "faulted", 3 * SECOND_US)
    assert "not what the gate permitted" in stop_of(bench).cause


def test_the_record_of_a_fault_names_what_failed() -> None:
    bench = holding()
    press_switch(bench)
    bench.run(100_000)
    assert bench.records("fault") == [
        {
            "code": "FAULT",
            "detail": "the device reported a fault: emergency switch pressed or not plugged in",
            "channel": None,
        }
    ]
