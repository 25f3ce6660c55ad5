"""Fault scripts on a P24: what happens, what is refused by name."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from support.simulated_p24 import SECOND_US, P24Bench, pulse, setting, shape, update

from hardware_sim.fault_log import AppliedFault
from hardware_sim.fault_script import FaultScriptError, read_faults
from hardware_sim.faults import KINDS, FaultScript
from hardware_sim.faulty_line import FaultyLine
from hardware_sim.p24.commands import Command
from hardware_sim.p24.device import P24Device
from hardware_sim.p24.frames import FrameReader, Packet, encode

STATUS = Command.Get_stim_status
MS = 1_000


def script(*faults: str) -> FaultScript:
    lines = ["seed: 1", "faults:", *(f"  - {{{fault}}}" for fault in faults)]
    return read_faults("\n".join(lines), "test", P24Device.dialect)


class FaultyP24(P24Bench):
    """The bench's host at the far end of a faulty line; what arrives damaged is not counted."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.line = FaultyLine(self.device, script(*faults))
        self.device = self.line  # type: ignore[assignment] # it has the methods that are used
        self.heard: list[tuple[int, bytes]] = []

    @property
    def log(self) -> Sequence[AppliedFault]:
        return self.line.log.entries

    @property
    def obeyed(self) -> list[str]:
        """What the device understood, by name."""
        return [words.split(" ")[0] for _, who, _, words in self.frames if who == "host"]

    def _collect(self) -> None:
        for wire in self.line.take_outgoing(self.now_us):
            self.heard.append((self.now_us, wire))
            packets = FrameReader().receive(wire)
            self.received += [(self.now_us, p) for p in packets if isinstance(p, Packet)]


def asked(bench: FaultyP24, times: int) -> list[int]:
    """Ask for the status so often, 10 ms apart; the numbers that were answered."""
    first = len(bench.received)
    for number in range(1, times + 1):
        bench.write(encode(number, STATUS))
        bench.run_for(10 * MS)
    bench.run_for(2 * SECOND_US)
    return [answer.number for _, answer in bench.received[first:]]


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        ("kind: drop, direction: to_device, at_frame: 2", [1, 3, 4]),
        ("kind: drop, direction: to_host, at_frame: 2", [1, 3, 4]),
        ("kind: duplicate, direction: to_device, at_frame: 2", [1, 2, 2, 3, 4]),
        ("kind: duplicate, direction: to_host, at_frame: 2", [1, 2, 2, 3, 4]),
        ("kind: reorder, direction: to_device, at_frame: 2", [1, 3, 2, 4]),
        ("kind: reorder, direction: to_host, at_frame: 2", [1, 3, 2, 4]),
        ("kind: delay, direction: both, delay_ms: 25, at_frame: 2", [1, 2, 3, 4]),
        ("kind: truncate, direction: to_host, bytes: 1, at_frame: 2", [1, 3, 4]),
        ("kind: garbage, direction: to_host, bytes: 20, at_frame: 2", [1, 2, 3, 4]),
        ("kind: silence, direction: to_device, for_s: 0.02, at_s: 0.005", [1, 4]),
        ("kind: silence, direction: to_host, for_s: 0.02, at_s: 0.005", [1, 4]),
        ("kind: reboot, off_s: 0.02, at_s: 0.005", [1, 4]),
    ],
)
def test_a_fault_of_the_wire_hits_the_frame_it_is_meant_for(
    fault: str, answered: list[int]
) -> None:
    assert asked(FaultyP24(fault), 4) == answered


def test_a_frame_may_arrive_byte_by_byte_in_either_direction() -> None:
    bench = FaultyP24("kind: split, direction: both, bytes: 1, gap_ms: 1, at_frame: 1, times: 2")
    bench.write(encode(1, STATUS))
    bench.run_for(SECOND_US)

    ((_, question), (_, answer)) = [f[1:3] for f in bench.frames]
    times_us = [at_us for at_us, _ in bench.heard]
    assert b"".join(piece for _, piece in bench.heard) == answer
    assert times_us[0] == (len(question) - 1) * MS + MS
    assert {later - earlier for earlier, later in pairwise(times_us)} == {MS}


def test_inverted_bits_towards_the_device_are_answered_as_a_general_error() -> None:
    bench = FaultyP24("kind: flip_bits, direction: to_device, bits: 1, at_frame: 2")
    asked(bench, 3)
    harmed = bytes.fromhex(bench.log[0].detail)
    named = [answer.command for _, answer in bench.received]
    (verdict,) = FrameReader().receive(harmed) or [None]
    assert named == ([63, 66, 63] if verdict and verdict.number is not None else [63, 63])


def test_a_fault_may_look_at_frames_of_one_name_only() -> None:
    bench = FaultyP24("kind: drop, direction: to_host, probability: 1, commands: [Ml_update_ack]")
    bench.mid()
    bench.send(Command.Ml_update, update({1: setting()}))
    bench.run_for(SECOND_US)
    assert len(bench.received) == 1
    assert len(bench.pulses) == 51


@pytest.mark.parametrize(
    ("result", "command", "answer"),
    [
        ("high_voltage", Command.Ml_init, "08"),
        ("high_voltage", Command.Ll_init, "08"),
        ("parameter_error", Command.Ml_stop, "02"),
        ("not_initialized", Command.Ml_get_current_data, "07040000000000"),
        ("pulse_timeout", Command.Ll_channel_config, "100000"),
        ("transfer_error", Command.Get_stim_status, "010001"),
        ("busy", Command.Reset, "15"),
    ],
)
def test_a_refused_command_is_answered_in_full_size_and_not_obeyed(
    result: str, command: Command, answer: str
) -> None:
    bench = FaultyP24(f"kind: refuse, result: {result}, at_frame: 1")
    data = {Command.Ml_get_current_data: b"\x04", Command.Ll_channel_config: pulse()}
    told = bench.ask(command, data.get(command, b"\x00"))

    assert (told.command, told.data.hex()) == (command + 1, answer)
    assert bench.status() == (0, 1)


def test_a_command_refused_as_unknown_is_answered_so() -> None:
    bench = FaultyP24("kind: refuse, result: unknown_command, at_frame: 1")
    told = bench.ask(Command.Get_extended_version)
    assert (told.command, told.data) == (67, b"\x0b")


def test_a_stop_that_is_refused_stops_nothing() -> None:
    bench = FaultyP24("kind: refuse, result: live_signal, probability: 1, commands: [Ml_stop]")
    bench.mid({1: setting()})
    assert bench.result(Command.Ml_stop) == 18
    count = len(bench.pulses)
    bench.run_for(SECOND_US)
    assert len(bench.pulses) > count + 40


@pytest.mark.parametrize(
    ("mode", "code"), [("idle", 0), ("low_level", 1), ("initialized", 2), ("running", 3)]
)
def test_the_status_can_name_a_level_that_it_is_not_in(mode: str, code: int) -> None:
    bench = FaultyP24(f"kind: wrong_mode, mode: {mode}, at_frame: 1")
    assert bench.status() == (code, 1)
    assert bench.status() == (0, 1)


def test_the_version_can_be_that_of_another_protocol() -> None:
    bench = FaultyP24("kind: wrong_version, version: 3, at_frame: 1")
    told = bench.ask(Command.Get_extended_version).data
    assert told[:8].hex(" ") == "00 01 02 03 03 00 00 5e"
    assert len(told) == 13


def test_after_a_reboot_the_device_is_idle_and_knows_nothing() -> None:
    bench = FaultyP24("kind: reboot, off_s: 0.5, at_s: 1")
    bench.mid({1: setting()})
    bench.run_until(2 * SECOND_US)

    assert max(p.time_us for p in bench.pulses) <= SECOND_US
    assert bench.status() == (0, 1)
    assert bench.result(Command.Ml_get_current_data, b"\x04") == 7


def test_waiting_pulses_are_lost_with_the_power() -> None:
    bench = FaultyP24("kind: reboot, off_s: 0.1, at_s: 0.0412")
    bench.low()
    bench.write(b"".join(encode(number, Command.Ll_channel_config, pulse()) for number in range(9)))
    bench.run_for(SECOND_US)
    assert len(bench.pulses) == 3


@pytest.mark.parametrize("fault", ["open_electrode", "short_electrode"])
def test_pads_in_trouble_are_an_electrode_error_and_mended_ones_are_armed_again(
    fault: str,
) -> None:
    bench = FaultyP24(f"kind: {fault}, channel: 1, at_s: 0.5, for_s: 1")
    bench.mid({1: setting(), 2: setting()})
    bench.run_until(SECOND_US)
    assert bench.current_data() == ((2,), {1: 1})
    bench.run_until(1_600 * MS)
    bench.ask(Command.Ml_update, update({1: setting(), 2: setting()}))
    bench.run_for(100 * MS)
    assert bench.current_data() == ((1, 2), {})


def test_a_dry_pad_is_told_as_low_current_and_clips_at_150_v() -> None:
    bench = FaultyP24("kind: load, channel: 1, ohm: 9000, at_s: 0")
    bench.mid({1: setting((40, 300), (-40, 300))})
    bench.run_for(100 * MS)
    assert bench.current_data() == ((1,), {1: 3})
    assert bench.pulses[0].net_charge_nc < -100


@pytest.mark.parametrize(
    ("error", "code", "state", "pulses"),
    [("electrode", 10, 1, 0), ("pulse_timeout", 16, 2, 0), ("low_current", 28, 3, 1)],
)
def test_a_channel_can_have_any_error_at_any_current(
    error: str, code: int, state: int, pulses: int
) -> None:
    fault = f"kind: channel_error, channel: 1, error: {error}, at_s: 0"
    low = FaultyP24(fault)
    low.low()
    assert low.result(Command.Ll_channel_config, pulse((1, 200), (-1, 200))) == code
    assert [shape(p) for p in low.pulses] == [((1, 200), (-1, 200))] * pulses

    mid = FaultyP24(fault)
    mid.mid({1: setting((1, 200), (-1, 200))})
    mid.run_for(100 * MS)
    assert mid.current_data()[1] == {1: state}


def test_low_current_is_told_of_an_open_contact_but_does_not_flow_into_it() -> None:
    low_current = "kind: channel_error, channel: 1, error: low_current, at_s: 0"
    bench = FaultyP24(low_current, "kind: open_electrode, channel: 1, at_s: 0")
    bench.mid({1: setting((10, 200), (-10, 200))})
    bench.run_for(100 * MS)
    assert (bench.current_data(), bench.pulses) == (((1,), {1: 3}), [])


def test_a_channel_error_ends_with_its_time() -> None:
    bench = FaultyP24("kind: channel_error, channel: 1, error: electrode, at_s: 0, for_s: 0.2")
    bench.low()
    assert bench.result(Command.Ll_channel_config, pulse()) == 10
    bench.run_until(300 * MS)
    assert bench.result(Command.Ll_channel_config, pulse()) == 0


def test_a_device_that_hides_errors_tells_that_all_is_well_with_an_electrode_off() -> None:
    bench = FaultyP24("kind: hidden_errors, at_s: 0", "kind: open_electrode, channel: 1, at_s: 0.3")
    bench.mid({1: setting(), 2: setting()}, stop_all=True)
    bench.run_for(500 * MS)

    assert bench.current_data() == ((1, 2), {})
    assert max(p.time_us for p in bench.pulses if p.channel == 1) <= 300 * MS
    assert max(p.time_us for p in bench.pulses if p.channel == 2) > 400 * MS


def test_a_device_that_hides_errors_loses_pulses_and_tells_nothing() -> None:
    bench = FaultyP24("kind: hidden_errors, at_s: 0")
    long = setting((5, 4095), (-5, 4095), period_ms=100)
    bench.mid({1: long, 2: setting((5, 20), (-5, 20), period_ms=2)})
    bench.run_for(50 * MS)
    assert bench.current_data() == ((1, 2), {})
    assert sum(p.channel == 2 for p in bench.pulses) < 25


def test_a_lie_needs_a_whole_frame() -> None:
    bench = FaultyP24(
        "kind: truncate, direction: to_host, bytes: 3, at_frame: 1",
        "kind: wrong_mode, mode: running, at_frame: 1",
    )
    assert asked(bench, 2) == [2]


def test_a_general_error_comes_unasked_with_number_0() -> None:
    bench = FaultyP24("kind: general_error, result: stim_timeout, at_s: 0.5")
    bench.run_for(SECOND_US)
    ((at_us, told),) = bench.received
    assert (at_us, told.number, told.command, told.data) == (500 * MS, 0, 66, b"\x04")
    assert bench.log[0].kind == "general_error"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("kind: emergency_switch, at_s: 1", "fault 1, kind: the p24 has no emergency_switch"),
        ("kind: failed_module, module: A, at_s: 1", "the p24 has no failed_module"),
        ("kind: open_electrode, channel: 9, at_s: 1", "fault 1, channel: 9 does not fit"),
        ("kind: refuse, result: wrong_mode, at_s: 1", "result: 'wrong_mode' does not fit"),
        ("kind: wrong_mode, mode: start, at_s: 1", "fault 1, mode: 'start' does not fit"),
        ("kind: channel_error, channel: 1, error: pain, at_s: 1", "error: 'pain' does not fit"),
        ("kind: general_error, result: ok, at_s: 1", "result: 'ok' does not fit"),
        (
            "kind: drop, direction: to_device, at_s: 1, commands: [StopChannelListMode]",
            "no StopChannelListMode travels to_device",
        ),
        (
            "kind: drop, direction: to_host, at_s: 1, commands: [Get_version_main_ack]",
            "no Get_version_main_ack travels to_host",
        ),
    ],
)
def test_what_a_p24_cannot_show_is_refused_when_the_script_is_read(fault: str, said: str) -> None:
    with pytest.raises(FaultScriptError, match="test: line 3: fault 1") as refused:
        script(fault)
    assert said in str(refused.value)


def test_a_script_written_in_code_is_refused_too() -> None:
    faults = FaultScript.model_validate(
        {"seed": 1, "faults": [{"kind": "emergency_switch", "at_s": 1}]}
    )
    with pytest.raises(ValueError, match="fault 1: the p24 has no emergency_switch"):
        FaultyLine(P24Bench().device, faults)


def test_every_kind_of_fault_is_of_every_device_or_named_by_its_dialect() -> None:
    special = {"wrong_mode", "wrong_version", "channel_error", "hidden_errors", "general_error"}
    dialect = P24Device.dialect
    assert {*dialect.lies, *dialect.troubles} == special
    names = {model.model_fields["kind"].annotation.__args__[0] for model in KINDS}
    assert special < names
