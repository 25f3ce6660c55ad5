"""Every command in every state: the result, the state after it, when the answer comes."""

import pytest
from support.simulated_p24 import LONG_US, P24Bench, pulse, setting, update

from hardware_sim.p24.commands import Command
from hardware_sim.p24.frames import encode

IDLE, LOW, MID, RUN = 0, 1, 2, 3
VOLTAGE = {IDLE: 1, LOW: 6, MID: 6, RUN: 6}
MS = 1_000
SOME = update({1: setting()})
NONE = update({})

COMMANDS = {
    "Get_device_id": (Command.Get_device_id, b""),
    "Get_extended_version": (Command.Get_extended_version, b""),
    "Get_stim_status": (Command.Get_stim_status, b""),
    "Reset": (Command.Reset, b""),
    "Ll_init": (Command.Ll_init, b"\x00"),
    "Ll_init, no such voltage": (Command.Ll_init, b"\x0e"),
    "Ll_channel_config": (Command.Ll_channel_config, pulse()),
    "Ll_channel_config, 150 mA": (Command.Ll_channel_config, pulse((150, 200), (-150, 200))),
    "Ll_stop": (Command.Ll_stop, b""),
    "Ml_init": (Command.Ml_init, b"\x00"),
    "Ml_init, no data": (Command.Ml_init, b""),
    "Ml_update": (Command.Ml_update, SOME),
    "Ml_update, nothing": (Command.Ml_update, NONE),
    "Ml_update, too short": (Command.Ml_update, SOME[:-1]),
    "Ml_get_current_data": (Command.Ml_get_current_data, b"\x04"),
    "Ml_get_current_data, selection 5": (Command.Ml_get_current_data, b"\x05"),
    "Ml_stop": (Command.Ml_stop, b""),
}
TABLE = {  # (result, state after) in IDLE, LOW, MID, RUN
    "Get_device_id": ((0, IDLE), (0, LOW), (0, MID), (0, RUN)),
    "Get_extended_version": ((0, IDLE), (0, LOW), (0, MID), (0, RUN)),
    "Get_stim_status": ((0, IDLE), (0, LOW), (0, MID), (0, RUN)),
    "Reset": ((0, IDLE), (0, IDLE), (0, IDLE), (0, IDLE)),
    "Ll_init": ((0, LOW), (0, LOW), (7, MID), (7, RUN)),
    "Ll_init, no such voltage": ((2, IDLE), (2, LOW), (7, MID), (7, RUN)),
    "Ll_channel_config": ((7, IDLE), (0, LOW), (7, MID), (7, RUN)),
    "Ll_channel_config, 150 mA": ((7, IDLE), (2, LOW), (7, MID), (7, RUN)),
    "Ll_stop": ((7, IDLE), (0, IDLE), (7, MID), (7, RUN)),
    "Ml_init": ((0, MID), (7, LOW), (0, MID), (0, MID)),
    "Ml_init, no data": ((2, IDLE), (7, LOW), (2, MID), (2, RUN)),
    "Ml_update": ((7, IDLE), (7, LOW), (0, RUN), (0, RUN)),
    "Ml_update, nothing": ((7, IDLE), (7, LOW), (0, MID), (0, MID)),
    "Ml_update, too short": ((7, IDLE), (7, LOW), (2, MID), (2, RUN)),
    "Ml_get_current_data": ((7, IDLE), (7, LOW), (0, MID), (0, RUN)),
    "Ml_get_current_data, selection 5": ((7, IDLE), (7, LOW), (2, MID), (2, RUN)),
    "Ml_stop": ((7, IDLE), (7, LOW), (0, IDLE), (0, IDLE)),
}
CELLS = [(name, state, *TABLE[name][state]) for name in COMMANDS for state in (IDLE, LOW, MID, RUN)]
ANSWER_BYTES = {
    Command.Get_device_id: 11,
    Command.Get_extended_version: 13,
    Command.Get_stim_status: 3,
    Command.Ll_channel_config: 3,
    Command.Ml_get_current_data: 7,
}
SLOW_MS = {
    Command.Ll_init: 40,
    Command.Ll_stop: 40,
    Command.Ml_stop: 40,
    Command.Ml_init: 80,
    Command.Ml_update: 2,
}


def bench_in(state: int) -> P24Bench:
    bench = P24Bench()
    if state == LOW:
        bench.low()
    elif state != IDLE:
        bench.mid({1: setting()} if state == RUN else None)
    assert bench.status() == (state, VOLTAGE[state])
    return bench


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(COMMANDS)
    assert {command for command, _ in COMMANDS.values()} == set(P24Bench().device.model.commands)


@pytest.mark.parametrize(("name", "state", "result", "after"), CELLS)
def test_a_command_has_the_result_and_the_state_of_the_table(
    name: str, state: int, result: int, after: int
) -> None:
    bench = bench_in(state)
    answer = bench.ask(*COMMANDS[name])

    assert answer.command == COMMANDS[name][0] + 1
    assert answer.data[0] == result
    assert bench.status() == (after, VOLTAGE[after])


@pytest.mark.parametrize("name", COMMANDS)
def test_an_answer_has_its_full_size_whatever_the_result(name: str) -> None:
    command, data = COMMANDS[name]
    sizes = {len(bench_in(state).ask(command, data).data) for state in (IDLE, LOW, MID, RUN)}
    assert sizes == {ANSWER_BYTES.get(command, 1)}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_answer_comes_when_the_command_is_done(name: str) -> None:
    command, data = COMMANDS[name]
    for state, (result, _) in enumerate(TABLE[name]):
        bench = bench_in(state)
        sent_us = bench.now_us
        bench.ask(command, data)

        expected_us = SLOW_MS.get(command, 1) * MS if result == 0 else MS
        if command is Command.Ll_channel_config and result == 0:
            expected_us = 500 + 60
        assert bench.now_us - sent_us == expected_us


@pytest.mark.parametrize("state", [IDLE, LOW, MID, RUN])
@pytest.mark.parametrize("command", [50, 54, 56, 60, 64, 1, 3, 33, 66, 67, 100, 104, 1023])
def test_a_command_that_the_device_does_not_have_is_unknown_and_changes_nothing(
    state: int, command: int
) -> None:
    bench = bench_in(state)
    answer = bench.ask(command, b"\x00")

    assert (answer.command, answer.data) == (67, b"\x0b")
    assert bench.status()[0] == state


@pytest.mark.parametrize("state", [IDLE, LOW, MID, RUN])
@pytest.mark.parametrize("place", [4, 8, 10])
def test_a_damaged_frame_is_a_general_error_with_its_number_and_changes_nothing(
    state: int, place: int
) -> None:
    bench = bench_in(state)
    harmed = bytearray(encode(17, Command.Reset))
    harmed[place] ^= 0x40
    bench.write(bytes(harmed))
    (answer,) = bench.run_for(5 * MS)

    assert (answer.command, answer.number, answer.data) == (66, 17, b"\x01")
    assert bench.status()[0] == state


@pytest.mark.parametrize("noise", ["0f0f", "00ff", "f00f", "f0815581", "f0815481580f"])
def test_what_is_no_frame_at_all_is_not_answered(noise: str) -> None:
    bench = P24Bench()
    bench.write(bytes.fromhex(noise))
    assert bench.run_for(LONG_US) == []


def test_answers_come_in_the_order_of_the_commands_one_after_the_other() -> None:
    bench = P24Bench()
    wire = b"".join(
        encode(number, command, data)
        for number, (command, data) in enumerate(
            [
                (Command.Ml_init, b"\x00"),
                (Command.Ml_update, SOME),
                (Command.Get_stim_status, b""),
                (Command.Ml_stop, b""),
                (Command.Ll_init, b"\x00"),
            ]
        )
    )
    bench.write(wire)
    bench.run_for(LONG_US)

    assert [(time_us, answer.number) for time_us, answer in bench.received] == [
        (80 * MS, 0),
        (82 * MS, 1),
        (83 * MS, 2),
        (123 * MS, 3),
        (163 * MS, 4),
    ]
    assert [answer.data[0] for _, answer in bench.received] == [0, 0, 0, 0, 0]


def test_a_delay_of_answers_delays_no_command() -> None:
    bench = P24Bench(ack_delay_us=300 * MS)
    bench.mid({1: setting()})

    assert bench.now_us == 80 * MS + 300 * MS + 2 * MS + 300 * MS
    assert bench.pulses[0].time_us == 380 * MS


@pytest.mark.parametrize("number", [0, 1, 59, 60, 63])
def test_packet_numbers_are_echoed_and_never_judged(number: int) -> None:
    bench = P24Bench()
    for _ in range(2):
        bench.write(encode(number, Command.Get_stim_status))
    assert [answer.number for answer in bench.run_for(5 * MS)] == [number, number]


def test_the_device_says_nothing_before_it_is_asked() -> None:
    bench = P24Bench()
    assert bench.run_for(10 * LONG_US) == []


def test_what_it_is_told_in_words_for_the_trace() -> None:
    bench = P24Bench()
    bench.mid({2: setting(ramp=3)}, stop_all=True)
    bench.current_data()
    assert [words for _, _, _, words in bench.frames] == [
        "Ml_init #1: all stop on error",
        "Ml_init_ack #1: 0 ok",
        "Ml_update #2: ch2 each 20 ms ramp 3: 20 mA 200 us 0 mA 100 us -20 mA 200 us",
        "Ml_update_ack #2: 0 ok",
        "Ml_get_current_data #3: selection 4",
        "Ml_get_current_data_ack #3: 0 ok, ch2",
    ]
