import pytest
from support.rehastim2_bench import (
    GET_MODE,
    INIT_LIST,
    SINGLE_PULSE,
    START_LIST,
    STOP_LIST,
    WATCHDOG,
    Bench,
    channel_list,
    setting,
    single_pulse,
)

DELAY_US = 60_000
BUSY = b"\xf8"


@pytest.fixture
def bench():
    """Started, with answers that take 60 ms."""
    bench = Bench(ack_delay_us=DELAY_US).connect()
    for command, data in ((INIT_LIST, channel_list()), (START_LIST, setting(current=10))):
        bench.command(command, data)
        bench.run_until(bench.now_us + DELAY_US)
    return bench


def test_an_answer_is_late_by_exactly_the_delay(bench):
    asked_us = bench.now_us

    assert bench.command(GET_MODE) == []
    bench.run_until(asked_us + 2 * DELAY_US)

    assert [time_us for time_us, packet in bench.received if packet.command == 11] == [
        asked_us + DELAY_US
    ]


def test_values_act_before_they_are_acknowledged(bench):
    bench.command(START_LIST, setting(current=30))

    bench.run_until(bench.now_us + DELAY_US - 1)

    assert bench.pulses[-1].current_ma == 30


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (GET_MODE, b""),
        (INIT_LIST, channel_list()),
        (START_LIST, setting(current=99)),
        (SINGLE_PULSE, single_pulse(current=99)),
    ],
)
def test_a_command_before_the_last_answer_is_refused_as_busy_and_has_no_effect(
    bench, command, data
):
    bench.command(START_LIST, setting(current=30))

    (answer,) = bench.command(command, data)
    bench.run_until(bench.now_us + 2 * DELAY_US)

    assert (answer.command, answer.data) == (command + 1, BUSY)
    assert bench.pulses[-1].current_ma == 30


def test_a_command_after_the_answer_is_obeyed(bench):
    bench.command(START_LIST, setting(current=30))
    bench.run_until(bench.now_us + DELAY_US)

    assert bench.command(START_LIST, setting(current=31)) == []


def test_stop_acts_at_once_while_another_answer_is_owed(bench):
    bench.command(START_LIST, setting(current=30))
    stopped_us = bench.now_us

    bench.command(STOP_LIST)
    packets = bench.run_until(stopped_us + 200_000)

    assert all(time_us <= stopped_us for time_us in bench.pulse_times_us)
    assert [(packet.command, packet.data) for packet in packets] == [(33, b"\x00"), (35, b"\x00")]


def test_a_command_before_the_answer_to_a_stop_is_refused_as_busy(bench):
    bench.command(STOP_LIST)

    (answer,) = bench.command(INIT_LIST, channel_list())

    assert (answer.command, answer.data) == (INIT_LIST + 1, BUSY)


def test_motomed_commands_are_not_refused_as_busy(bench):
    bench.command(GET_MODE)
    bench.command(80, b"\x00")

    packets = bench.run_until(bench.now_us + DELAY_US)

    assert [(packet.command, packet.data) for packet in packets][-1] == (81, b"\xfc")


def test_watchdogs_are_never_refused(bench):
    bench.command(GET_MODE)

    assert bench.command(WATCHDOG) == []


def test_unknown_commands_are_not_refused_as_busy(bench):
    bench.command(GET_MODE)
    bench.command(99)

    packets = bench.run_until(bench.now_us + DELAY_US)

    assert [packet.command for packet in packets] == [11, 3]


def test_a_busy_answer_counts_as_refused(bench):
    bench.command(GET_MODE)
    bench.command(GET_MODE)

    assert bench.device.refused == 1
