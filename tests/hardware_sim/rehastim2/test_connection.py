import pytest
from support.rehastim2_bench import (
    GET_MODE,
    INIT_ACK,
    INIT_LIST,
    START_LIST,
    STOP_LIST,
    WATCHDOG,
    Bench,
    channel_list,
    setting,
)

from hardware_sim.rehastim2.device import RehaStim2, StopReason
from hardware_sim.rehastim2.frames import encode

DAMAGED_WATCHDOG = bytes.fromhex("f0814c815701040f")


def init_times(bench):
    return [(time_us, packet.number) for time_us, packet in bench.received if packet.command == 1]


def test_init_is_repeated_each_half_second_from_the_start():
    bench = Bench()

    bench.run_until(1_999_999, keep_alive=False)

    assert init_times(bench) == [(0, 0), (500_000, 1), (1_000_000, 2), (1_500_000, 3)]


def test_init_says_version_1():
    bench = Bench()

    (init,) = bench.run_until(0)

    assert (init.command, init.data) == (1, b"\x01")


def test_the_seed_is_the_first_packet_number():
    bench = Bench(seed=255)

    bench.run_until(500_000, keep_alive=False)

    assert [number for _, number in init_times(bench)] == [255, 0]


def test_a_device_can_be_switched_on_at_any_time():
    device = RehaStim2(on_pulse=lambda _: None, start_us=5_000_000)

    assert device.next_event_us() == 5_000_000
    assert device.take_outgoing(4_999_999) == []


def test_a_connected_device_sends_no_init():
    bench = Bench()
    bench.run_until(700_000, keep_alive=False)

    bench.connect()

    assert bench.run_until(5_000_000) == []


@pytest.mark.parametrize(("gap_us", "is_connected"), [(1_199_999, True), (1_200_000, False)])
def test_the_connection_lasts_1200_ms_after_a_valid_packet(gap_us, is_connected):
    bench = Bench().connect()

    bench.run_until(gap_us, keep_alive=False)

    assert bench.device.is_connected is is_connected


@pytest.mark.parametrize(
    "wire", [encode(1, WATCHDOG), encode(1, GET_MODE), encode(1, 99), encode(1, INIT_ACK, b"\x00")]
)
def test_any_valid_packet_feeds_the_watchdog(wire):
    bench = Bench().connect()

    bench.run_until(1_000_000, keep_alive=False)
    bench.write(wire)
    bench.run_until(2_000_000, keep_alive=False)

    assert bench.device.is_connected


@pytest.mark.parametrize("wire", [DAMAGED_WATCHDOG, encode(1, WATCHDOG)[:-1], b"\x00\x0f"])
def test_damaged_packets_do_not_feed_the_watchdog(wire):
    bench = Bench().connect()

    bench.run_until(1_000_000, keep_alive=False)
    bench.write(wire)
    bench.run_until(1_200_000, keep_alive=False)

    assert not bench.device.is_connected


def test_silence_ends_output_after_1200_ms():
    bench = Bench().start(channel_list(t1=38), setting())

    bench.run_until(3_000_000, keep_alive=False)

    assert bench.pulse_times_us[-1] == 1_180_000
    assert [(stop.time_us, stop.reason) for stop in bench.device.stops] == [
        (1_200_000, StopReason.WATCHDOG)
    ]


def test_after_silence_the_device_is_in_start_mode_and_announces_itself_at_once():
    bench = Bench()
    bench.run_until(0)
    bench.start(channel_list(t1=38), setting())

    bench.run_until(1_700_000, keep_alive=False)

    assert bench.device.mode == "start"
    assert init_times(bench) == [(0, 0), (1_200_000, 1), (1_700_000, 2)]


def test_a_command_at_the_end_of_the_timeout_comes_too_late():
    bench = Bench().start(channel_list(t1=38), setting())

    bench.run_until(1_199_999, keep_alive=False)
    bench.now_us = 1_200_000
    answers = bench.command(START_LIST, setting())

    assert [answer.command for answer in answers] == [1]


def test_a_long_sleep_counts_as_time_without_packets():
    """As when the process was stopped: one late call sees everything happen in order."""
    bench = Bench().start(channel_list(t1=38), setting())

    bench.now_us = 10_000_000
    answers = bench.command(START_LIST, setting())

    assert bench.pulse_times_us[-1] == 1_180_000
    assert {answer.command for answer in answers} == {1}


def test_a_device_that_dropped_its_host_takes_it_back():
    bench = Bench().start(channel_list(), setting())
    bench.run_until(2_000_000, keep_alive=False)

    bench.connect()

    assert bench.result(INIT_LIST, channel_list()) == 0


def test_an_answer_that_is_still_owed_when_the_connection_ends_is_never_sent():
    bench = Bench(ack_delay_us=1_300_000).connect()

    bench.command(GET_MODE)
    packets = bench.run_until(3_000_000, keep_alive=False)

    assert {packet.command for packet in packets} == {1}


def test_the_longest_silence_is_measured():
    bench = Bench().connect()

    for now_us in (100_000, 900_000, 1_100_000):
        bench.run_until(now_us, keep_alive=False)
        bench.command(WATCHDOG)

    assert bench.device.max_gap_us == 800_000


def test_a_watchdog_expiry_counts_as_a_silence():
    bench = Bench().connect()

    bench.run_until(5_000_000, keep_alive=False)

    assert bench.device.max_gap_us == 1_200_000


def test_a_stop_by_command_is_noted():
    bench = Bench().start(channel_list(), setting())

    bench.run_until(30_000)
    bench.command(STOP_LIST)

    assert [(stop.time_us, stop.reason) for stop in bench.device.stops] == [
        (30_000, StopReason.COMMAND)
    ]


def test_a_stop_of_nothing_is_not_noted():
    bench = Bench().connect()

    bench.command(STOP_LIST)

    assert bench.device.stops == []


def test_transfer_errors_are_counted():
    bench = Bench().connect()

    bench.write(DAMAGED_WATCHDOG)
    bench.write(DAMAGED_WATCHDOG)

    assert bench.device.transfer_errors == 2
