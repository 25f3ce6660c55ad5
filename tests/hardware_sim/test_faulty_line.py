"""What each kind of fault does on the wire and to the device, and when."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.faulty_bench import FaultyBench, script
from support.rehastim2_bench import (
    GET_MODE,
    INIT_LIST,
    START_LIST,
    STOP_LIST,
    WATCHDOG,
    Bench,
    channel_list,
    setting,
)

from hardware_sim.faulty_line import FaultyLine
from hardware_sim.rehastim2.device import RehaStim2, StopReason
from hardware_sim.rehastim2.frames import FrameReader, Packet, encode
from hardware_sim.wire_queue import HOLD_US

INIT, MODE_ACK, LIST_ACK, START_ACK, STOP_ACK, ERROR = 1, 11, 31, 33, 35, 38
BUSY, WRONG_MODE = -8, -3
SECOND_US = 1_000_000


def running(*faults: str, current: int = 20, width: int = 300) -> FaultyBench:
    """Channel 1 each 20 ms; frames of the host so far: InitAck, InitChannelListMode, Start."""
    bench = FaultyBench(*faults)
    bench.start(channel_list(), setting(current=current, width=width))
    return bench


def answers(bench: FaultyBench, command: int, data: bytes = b"") -> list[int]:
    """Commands of what arrives at once after a command of the host."""
    return [packet.command for packet in bench.command(command, data)]


def kinds(bench: FaultyBench) -> list[str]:
    return [entry.kind for entry in bench.log]


# When ---------------------------------------------------------------------------------------------


def test_a_line_without_faults_changes_no_byte_and_no_time() -> None:
    plain, line = Bench(ack_delay_us=7_000), FaultyBench(ack_delay_us=7_000)
    for bench in (plain, line):
        bench.run_until(0)
        bench.connect()
        bench.command(INIT_LIST, channel_list(mask=0b11))
        bench.run_until(10_000)
        bench.command(START_LIST, setting() * 2)
        bench.run_until(3 * SECOND_US)
    assert line.pulses == plain.pulses
    assert line.received == plain.received
    assert len(line.pulses) > 200
    assert line.log == []


def test_a_fault_at_a_frame_concerns_that_frame_alone() -> None:
    bench = FaultyBench("kind: drop, direction: to_device, at_frame: 3").connect()
    assert [answers(bench, GET_MODE) for _ in range(3)] == [[MODE_ACK], [], [MODE_ACK]]


def test_a_fault_may_concern_several_frames_in_a_row() -> None:
    bench = FaultyBench("kind: drop, direction: to_device, at_frame: 2, times: 2").connect()
    assert [answers(bench, GET_MODE) for _ in range(3)] == [[], [], [MODE_ACK]]


def test_frames_are_counted_among_the_commands_named() -> None:
    fault = "kind: drop, direction: to_device, at_frame: 2, commands: [GetStimulationMode]"
    bench = FaultyBench(fault).connect()
    bench.command(WATCHDOG)
    assert [answers(bench, GET_MODE) for _ in range(3)] == [[MODE_ACK], [], [MODE_ACK]]


def test_a_fault_at_a_time_concerns_the_first_frame_from_then_on() -> None:
    bench = FaultyBench("kind: drop, direction: to_device, at_s: 0.5").connect()
    bench.run_until(499_999)
    before = answers(bench, GET_MODE)
    bench.run_until(500_000, keep_alive=False)
    assert (before, answers(bench, GET_MODE), answers(bench, GET_MODE)) == (
        [MODE_ACK],
        [],
        [MODE_ACK],
    )


def test_chance_harms_its_share_of_the_frames() -> None:
    bench = FaultyBench("kind: drop, direction: to_host, probability: 0.3").connect()
    lost = sum(not answers(bench, GET_MODE) for _ in range(1000))
    assert 250 < lost < 350
    assert bench.line.log.counts == {"drop": lost}


def test_chance_is_confined_to_its_window() -> None:
    fault = "kind: drop, direction: to_host, probability: 1, from_s: 0.2, until_s: 0.4"
    bench = FaultyBench(fault).connect()
    heard = []
    for now_us in (199_999, 200_000, 399_999, 400_000):
        bench.run_until(now_us, keep_alive=False)
        heard.append(bool(answers(bench, GET_MODE)))
    assert heard == [True, False, False, True]


def test_chance_can_be_limited_in_number() -> None:
    bench = FaultyBench("kind: drop, direction: to_host, probability: 1, times: 2")
    bench.run_until(0)
    bench.connect()
    assert [len(answers(bench, GET_MODE)) for _ in range(4)] == [0, 1, 1, 1]


@given(seed=st.integers(min_value=0, max_value=2**64))
@settings(max_examples=20)
def test_the_same_seed_harms_the_same_bytes(seed: int) -> None:
    faults = (
        "kind: flip_bits, bits: 3, direction: both, probability: 0.3",
        "kind: garbage, bytes: 5, direction: to_host, probability: 0.3",
    )
    logs = []
    for _ in range(2):
        bench = FaultyBench(*faults, seed=seed).connect()
        for _ in range(20):
            bench.command(GET_MODE)
        logs.append((bench.log, bench.heard))
    assert logs[0] == logs[1]


def test_another_seed_harms_other_bytes() -> None:
    heard = []
    for seed in (1, 2):
        bench = FaultyBench("kind: garbage, bytes: 8, direction: to_host, at_s: 0", seed=seed)
        bench.run_until(0)
        heard.append(bench.heard)
    assert heard[0] != heard[1]


def test_a_fault_more_does_not_change_what_the_others_do() -> None:
    drop = "kind: drop, direction: to_host, probability: 0.5"
    late = "kind: delay, delay_ms: 1, direction: to_host, probability: 0.5"
    times = []
    for faults in ((drop,), (drop, late)):
        bench = FaultyBench(*faults).connect()
        for _ in range(100):
            bench.command(GET_MODE)
        times.append([e.data for e in bench.log if e.kind == "drop"])
    assert times[0] == times[1]


def test_two_faults_of_the_same_chance_do_not_happen_to_the_same_frames() -> None:
    bench = FaultyBench(
        "kind: delay, delay_ms: 1, direction: to_host, probability: 0.5",
        "kind: truncate, bytes: 1, direction: to_host, probability: 0.5",
    ).connect()
    for _ in range(100):
        bench.command(GET_MODE)
    harmed = [{e.data for e in bench.log if e.kind == kind} for kind in ("delay", "truncate")]
    assert 20 < len(harmed[0] & harmed[1]) < 45


def test_the_script_begins_with_the_line() -> None:
    faults = script("kind: reboot, at_s: 1")
    stimulator = RehaStim2(on_pulse=lambda _: None, start_us=5 * SECOND_US)
    line = FaultyLine(stimulator, faults, start_us=5 * SECOND_US)
    line.advance(7 * SECOND_US)
    assert [entry.time_us for entry in line.log.entries] == [6 * SECOND_US]


def test_a_line_can_be_copied_with_all_that_is_under_way() -> None:
    bench = running("kind: delay, delay_ms: 80, direction: to_host, probability: 1, from_s: 0.1")
    bench.run_until(300_000, keep_alive=False)
    bench.command(GET_MODE)
    twin = copy.deepcopy(bench)
    for one in (bench, twin):
        one.run_until(SECOND_US, keep_alive=False)
    assert twin.heard == bench.heard


# On the wire --------------------------------------------------------------------------------------


def test_a_dropped_command_is_not_obeyed() -> None:
    bench = running("kind: drop, direction: to_device, commands: [StopChannelListMode], at_s: 0")
    assert answers(bench, STOP_LIST) == []
    assert bench.stimulator.mode == "started"


def test_a_dropped_answer_belongs_to_a_command_that_was_obeyed() -> None:
    bench = running("kind: drop, direction: to_host, commands: [StopChannelListModeAck], at_s: 0")
    assert answers(bench, STOP_LIST) == []
    assert bench.stimulator.mode == "start"


def test_a_late_stop_leaves_the_current_on_until_it_arrives() -> None:
    fault = "kind: delay, delay_ms: 100, direction: to_device, commands: [StopChannelListMode]"
    bench = running(f"{fault}, at_s: 0")
    bench.command(STOP_LIST)
    bench.run_until(SECOND_US)
    assert bench.pulse_times_us[-1] == 100_000
    assert bench.stimulator.stops[0].time_us == 100_000


def test_what_follows_a_late_frame_does_not_overtake_it() -> None:
    bench = FaultyBench("kind: delay, delay_ms: 50, direction: to_device, at_frame: 2").connect()
    bench.command(GET_MODE)
    bench.command(STOP_LIST)
    bench.run_until(50_000, keep_alive=False)
    assert bench.obeyed == ["InitAck", "GetStimulationMode", "StopChannelListMode"]
    assert [now_us for now_us, _ in bench.heard[-2:]] == [50_000, 50_000]


def test_a_duplicated_command_is_obeyed_and_answered_each_time() -> None:
    bench = FaultyBench("kind: duplicate, copies: 2, direction: to_device, at_frame: 2").connect()
    assert answers(bench, GET_MODE) == [MODE_ACK] * 3


def test_a_frame_out_of_order_comes_after_its_successor() -> None:
    bench = FaultyBench("kind: reorder, direction: to_device, at_frame: 2").connect()
    assert answers(bench, GET_MODE) == []
    assert answers(bench, STOP_LIST) == [STOP_ACK, MODE_ACK]


def test_a_frame_that_nothing_overtakes_is_held_for_a_second_at_most() -> None:
    bench = FaultyBench("kind: reorder, direction: to_device, at_frame: 2").connect()
    bench.command(GET_MODE)
    bench.run_until(HOLD_US - 1, keep_alive=False)
    before = len(bench.received)
    bench.run_until(HOLD_US, keep_alive=False)
    assert [packet.command for _, packet in bench.received[before:]] == [MODE_ACK]


@given(bits=st.integers(min_value=1, max_value=64), seed=st.integers(min_value=0, max_value=99))
def test_exactly_as_many_bits_are_flipped_as_said(bits: int, seed: int) -> None:
    bench = FaultyBench(f"kind: flip_bits, bits: {bits}, direction: to_host, at_s: 0", seed=seed)
    bench.run_until(0)
    sent, heard = bench.log[0].data, bench.heard[0][1]
    flipped = int.from_bytes(sent, "big") ^ int.from_bytes(heard, "big")
    assert (len(heard), flipped.bit_count()) == (len(sent), bits)


@given(seed=st.integers(min_value=0, max_value=9999))
def test_a_command_with_a_flipped_bit_is_never_obeyed(seed: int) -> None:
    bench = FaultyBench("kind: flip_bits, bits: 1, direction: to_device, at_frame: 4", seed=seed)
    bench.start(channel_list(), setting(current=20))
    bench.command(START_LIST, setting(current=30))
    bench.run_until(200_000)
    assert {pulse.current_ma for pulse in bench.pulses} == {20}
    assert bench.line.log.counts == {"flip_bits": 1}


def test_a_truncated_frame_lacks_its_last_bytes() -> None:
    bench = FaultyBench("kind: truncate, bytes: 3, direction: to_host, at_s: 0")
    bench.run_until(0)
    assert bench.heard == [(0, bench.log[0].data[:-3])]


def test_garbage_comes_before_its_frame_and_leaves_it_whole() -> None:
    bench = FaultyBench("kind: garbage, bytes: 9, direction: to_host, at_frame: 1")
    bench.run_until(0)
    noise, frame = (wire for _, wire in bench.heard)
    assert len(noise) == 9
    assert FrameReader().receive(frame)[0] == Packet(
        number=0, command=INIT, data=b"\x01", wire=frame
    )


def test_garbage_at_a_time_needs_no_frame() -> None:
    bench = FaultyBench("kind: garbage, bytes: 30, direction: to_host, at_s: 0.25")
    bench.run_until(400_000)
    assert [(now_us, len(wire)) for now_us, wire in bench.heard[1:]] == [(250_000, 30)]


def test_a_silence_swallows_what_is_sent_during_it_and_counts_it() -> None:
    bench = FaultyBench("kind: silence, direction: to_host, at_s: 0.1, for_s: 0.2").connect()
    heard = []
    for now_us in (99_999, 100_000, 299_999, 300_000):
        bench.run_until(now_us, keep_alive=False)
        heard.append(bool(answers(bench, GET_MODE)))
    assert heard == [True, False, False, True]
    assert bench.line.log.counts == {"silence": 1, "lost": 2}


def test_a_silence_for_good_lets_the_watchdog_end_the_current() -> None:
    bench = running("kind: silence, direction: both, at_s: 2")
    bench.run_until(5 * SECOND_US)
    assert [stop.reason for stop in bench.stimulator.stops] == [StopReason.WATCHDOG]
    assert 2 * SECOND_US < bench.pulse_times_us[-1] <= 3.2 * SECOND_US


def test_a_silence_of_one_direction_leaves_the_other_alone() -> None:
    bench = running("kind: silence, direction: to_host, at_s: 0.1")
    bench.run_until(150_000)
    assert answers(bench, STOP_LIST) == []
    assert bench.stimulator.mode == "start"


@given(
    chunks=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.builds(encode, st.integers(0, 255), st.sampled_from((4, 10, 34))),
        ),
        max_size=8,
    ),
    cut=st.integers(min_value=1, max_value=7),
)
@settings(max_examples=60)
def test_the_device_sees_the_same_through_a_line_however_the_bytes_are_cut(
    chunks: list[bytes], cut: int
) -> None:
    stream = b"".join(chunks)
    plain, line = Bench(), FaultyBench()
    for bench in (plain, line):
        bench.run_until(0)
        bench.connect()
    plain.write(stream)
    for start in range(0, len(stream), cut):
        line.write(stream[start : start + cut])
    assert [frame for frame in line.frames if frame[1] == "host"] == [
        frame for frame in plain.frames if frame[1] == "host"
    ]
    assert line.received == plain.received


# The device ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("result", "code"), [("busy", BUSY), ("wrong_mode", WRONG_MODE)])
def test_a_refused_stop_leaves_the_current_on(result: str, code: int) -> None:
    bench = running(
        f"kind: refuse, result: {result}, commands: [StopChannelListMode], probability: 1"
    )
    assert bench.result(STOP_LIST) == code
    bench.run_until(SECOND_US)
    assert bench.stimulator.mode == "started"
    assert bench.pulse_times_us[-1] == SECOND_US


def test_a_refusal_is_over_with_its_command() -> None:
    bench = FaultyBench("kind: refuse, result: busy, at_frame: 1").connect()
    assert [bench.result(STOP_LIST) for _ in range(2)] == [BUSY, 0]


def test_the_mode_that_is_told_can_be_a_lie() -> None:
    bench = running("kind: wrong_mode, mode: start, probability: 1")
    (answer,) = bench.command(GET_MODE)
    assert (answer.data, bench.stimulator.mode) == (b"\x00\x00", "started")


def test_init_can_name_another_version() -> None:
    bench = FaultyBench("kind: wrong_version, version: 9, at_frame: 1")
    bench.run_until(600_000)
    assert [packet.data for _, packet in bench.received] == [b"\x09", b"\x01"]


def test_a_reboot_ends_the_current_at_once_and_offers_a_new_connection_later() -> None:
    bench = running("kind: reboot, at_s: 0.5, off_s: 0.7")
    bench.run_until(1_250_000, keep_alive=False)
    assert bench.pulse_times_us[-1] == 500_000
    assert [(now_us, p.command, p.number) for now_us, p in bench.received[-1:]] == [
        (1_200_000, INIT, 0)
    ]
    assert [stop.reason for stop in bench.stimulator.stops] == [StopReason.POWER]


def test_a_device_without_power_hears_nothing() -> None:
    bench = FaultyBench("kind: reboot, at_s: 0.1, off_s: 0.5").connect()
    bench.run_until(300_000, keep_alive=False)
    bench.connect()
    assert not bench.stimulator.is_connected


def test_an_electrode_that_opens_for_a_while_ends_the_session_and_works_again() -> None:
    bench = running("kind: open_electrode, channel: 1, at_s: 0.5, for_s: 0.2")
    packets = bench.run_until(690_000)
    assert [(packet.command, packet.data) for packet in packets] == [(ERROR, b"\xfe")]
    assert bench.pulse_times_us[-1] == 500_000
    bench.run_until(700_000)
    bench.command(INIT_LIST, channel_list())
    assert bench.result(START_LIST, setting()) == 0
    bench.run_until(SECOND_US)
    assert bench.pulse_times_us[-1] == 1_000_000


def test_pads_that_touch_are_an_electrode_error() -> None:
    bench = running("kind: short_electrode, channel: 1, at_s: 0.5")
    packets = bench.run_until(SECOND_US)
    assert [(packet.command, packet.data) for packet in packets] == [(ERROR, b"\xfe")]


@pytest.mark.parametrize(("ohm", "is_noticed"), [(99, True), (100, False), (10_001, True)])
def test_a_load_that_is_no_contact_is_an_electrode_error(ohm: int, is_noticed: bool) -> None:
    bench = running(f"kind: load, channel: 1, ohm: {ohm}, at_s: 0.1", current=4)
    assert bool(bench.run_until(SECOND_US)) is is_noticed


def test_a_high_load_clips_the_current_and_leaves_charge() -> None:
    bench = running("kind: load, channel: 1, ohm: 4000, at_s: 0.1", current=60)
    bench.run_until(200_000)
    before, after = bench.pulses[0], bench.pulses[-1]
    assert (before.current_ma, before.net_charge_nc) == (60, 0)
    assert 38 <= after.current_ma < -after.second_current_ma <= 60
    assert after.net_charge_nc < -1000


def test_the_youngest_of_two_faults_of_one_contact_holds_while_it_lasts() -> None:
    bench = running(
        "kind: load, channel: 1, ohm: 4000, at_s: 0.1",
        "kind: load, channel: 1, ohm: 500, at_s: 0.3, for_s: 0.2",
        current=60,
    )
    bench.run_until(SECOND_US)
    clipped = [pulse.time_us for pulse in bench.pulses if pulse.current_ma < 60]
    assert clipped == [*range(120_000, 300_001, 20_000), *range(520_000, SECOND_US + 1, 20_000)]


def test_the_emergency_switch_stops_and_its_release_starts_nothing() -> None:
    bench = running("kind: emergency_switch, at_s: 0.5, for_s: 0.1")
    packets = bench.run_until(SECOND_US)
    assert [(packet.command, packet.data) for packet in packets] == [(ERROR, b"\xff")]
    assert bench.pulse_times_us[-1] == 500_000
    assert bench.result(INIT_LIST, channel_list()) == 0
    assert bench.result(START_LIST, setting()) == 0
    assert bench.run_until(2 * SECOND_US) == []
    assert bench.pulse_times_us[-1] == 2 * SECOND_US


def test_a_failed_module_stops_the_channels_and_works_again_when_it_is_over() -> None:
    bench = running("kind: failed_module, module: A, at_s: 0.5, for_s: 0.1")
    packets = bench.run_until(SECOND_US)
    assert [(packet.command, packet.data) for packet in packets] == [(ERROR, b"\xfd")]
    bench.command(INIT_LIST, channel_list())
    assert answers(bench, START_LIST, setting()) == [START_ACK]
    bench.run_until(2 * SECOND_US)
    assert bench.pulse_times_us[-1] == 2 * SECOND_US


def test_a_happening_may_be_brought_about_by_a_frame() -> None:
    bench = FaultyBench(
        "kind: open_electrode, channel: 1, at_frame: 2, commands: [StartChannelListMode]"
    )
    bench.start(channel_list(), setting())
    bench.run_until(300_000)
    bench.command(START_LIST, setting())
    bench.run_until(600_000)
    assert bench.pulse_times_us[-1] == 300_000


# Together, and what is kept -----------------------------------------------------------------------


def test_faults_of_one_frame_act_one_after_the_other() -> None:
    bench = FaultyBench(
        "kind: duplicate, direction: to_host, at_frame: 1",
        "kind: truncate, bytes: 4, direction: to_host, at_frame: 1",
        "kind: delay, delay_ms: 20, direction: to_host, at_frame: 1",
    )
    bench.run_until(100_000)
    assert bench.heard == [(20_000, bench.log[0].data[:-4])] * 2
    assert kinds(bench) == ["duplicate", "truncate", "delay"]


def test_the_log_says_when_what_happened_to_which_bytes() -> None:
    bench = FaultyBench(
        "kind: drop, direction: to_device, at_frame: 2",
        "kind: open_electrode, channel: 3, at_s: 0.2, for_s: 0.1",
    ).connect()
    bench.command(GET_MODE)
    bench.run_until(300_000)
    told = [(e.time_us, e.fault, e.kind, e.direction, e.data, e.detail) for e in bench.log]
    assert told == [
        (0, 1, "drop", "to_device", encode(2, GET_MODE), ""),
        (200_000, 2, "open_electrode", "", b"", "contact 3 for 0.1 s"),
        (300_000, 2, "end", "", b"", "contact 3"),
    ]


def test_a_fault_that_finds_nothing_to_harm_is_not_in_the_log() -> None:
    bench = running("kind: drop, direction: to_host, at_s: 0, commands: [SinglePulseAck]")
    bench.run_until(SECOND_US)
    assert bench.log == []


@pytest.mark.parametrize(
    "fault", ["silence, direction: to_host", "load, channel: 1, ohm: 900", "emergency_switch"]
)
def test_what_lasts_for_good_begins_once(fault: str) -> None:
    bench = FaultyBench(f"kind: {fault}, probability: 1").connect()
    for _ in range(5):
        bench.command(GET_MODE)
    assert [kind for kind in kinds(bench) if kind != "lost"] == [fault.split(",")[0]]


@pytest.mark.parametrize(
    ("fault", "became"),
    [
        ("kind: drop", ""),
        ("kind: delay, delay_ms: 30", "late by 30 ms"),
        ("kind: reorder", "behind the next one"),
        ("kind: truncate, bytes: 5", "f0814781"),
        ("kind: duplicate", "f0814781560001010f f0814781560001010f"),
        ("kind: wrong_version, version: 2", encode(0, INIT, b"\x02").hex()),
    ],
)
def test_the_log_says_what_became_of_a_frame(fault: str, became: str) -> None:
    bench = FaultyBench(f"{fault}, direction: to_host, at_frame: 1")
    bench.run_until(0)
    assert [(e.data.hex(), e.detail) for e in bench.log] == [("f0814781560001010f", became)]
