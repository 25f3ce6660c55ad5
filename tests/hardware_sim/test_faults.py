import pytest
from support.rehastim2_bench import (
    INIT_LIST,
    SINGLE_PULSE,
    START_LIST,
    STOP_LIST,
    Bench,
    channel_list,
    setting,
    single_pulse,
)

from hardware_sim.rehastim2.device import StopReason

STIMULATION_ERROR = 38
SWITCH, ELECTRODE, MODULE = b"\xff", b"\xfe", b"\xfd"


def two_modules():
    """Channels 1 and 5, 20 ms."""
    return Bench().start(channel_list(mask=0b1_0001), setting(), setting())


def commands(packets):
    return [(packet.command, packet.data) for packet in packets]


def test_an_open_electrode_stops_all_channels_when_its_pulse_is_due():
    bench = two_modules()
    bench.run_until(10_000)

    bench.device.open_electrode(5)
    packets = bench.run_until(1_000_000)

    assert commands(packets) == [(STIMULATION_ERROR, ELECTRODE)]
    assert bench.pulse_times_us == [0, 1_500, 20_000]
    assert bench.received[-1][0] == 21_500
    assert bench.device.mode == "start"


def test_an_open_electrode_on_a_channel_without_current_is_not_noticed():
    bench = Bench().start(channel_list(mask=0b11), setting(), setting(current=0))

    bench.device.open_electrode(2)

    assert bench.run_until(1_000_000) == []


def test_a_start_on_an_open_electrode_is_acknowledged_before_the_error():
    bench = Bench().connect()
    bench.device.open_electrode(1)
    bench.command(INIT_LIST, channel_list())

    acks = bench.command(START_LIST, setting())
    errors = bench.run_until(100_000)

    assert commands(acks) + commands(errors) == [(33, b"\x00"), (STIMULATION_ERROR, ELECTRODE)]
    assert bench.pulses == []


def test_an_electrode_put_back_works_again():
    bench = Bench().connect()
    bench.device.open_electrode(1)
    bench.device.close_electrode(1)

    bench.command(SINGLE_PULSE, single_pulse())

    assert bench.run_until(100_000) == []
    assert len(bench.pulses) == 1


def test_a_single_pulse_on_an_open_electrode_is_an_error_and_no_pulse():
    bench = Bench().connect()
    bench.device.open_electrode(3)

    acks = bench.command(SINGLE_PULSE, single_pulse(channel_field=2))
    errors = bench.run_until(100_000)

    assert commands(acks) + commands(errors) == [(37, b"\x00"), (STIMULATION_ERROR, ELECTRODE)]
    assert bench.pulses == []


def test_the_emergency_switch_stops_at_once():
    bench = two_modules()
    bench.run_until(20_700)

    bench.device.open_emergency_switch(20_700)
    packets = bench.run_until(500_000)

    assert commands(packets) == [(STIMULATION_ERROR, SWITCH)]
    assert bench.pulse_times_us == [0, 1_500, 20_000]
    assert bench.device.mode == "start"


def test_an_open_emergency_switch_is_told_after_the_ack_of_a_start():
    bench = Bench().connect()
    bench.device.open_emergency_switch(0)
    bench.command(INIT_LIST, channel_list())

    packets = bench.command(START_LIST, setting())

    assert commands(packets) == [(33, b"\x00"), (STIMULATION_ERROR, SWITCH)]
    bench.run_until(100_000)
    assert bench.pulses == []


def test_an_open_emergency_switch_is_told_after_the_ack_of_a_single_pulse():
    bench = Bench().connect()
    bench.device.open_emergency_switch(0)

    packets = bench.command(SINGLE_PULSE, single_pulse())

    assert commands(packets) == [(37, b"\x00"), (STIMULATION_ERROR, SWITCH)]
    bench.run_until(100_000)
    assert bench.pulses == []


def test_an_open_emergency_switch_is_not_told_while_nothing_is_started():
    bench = Bench().connect()

    bench.device.open_emergency_switch(0)

    assert bench.result(INIT_LIST, channel_list()) == 0
    assert bench.run_until(1_000_000) == []


def test_the_error_waits_for_an_ack_that_is_owed():
    bench = Bench(ack_delay_us=50_000).connect()
    bench.device.open_emergency_switch(0)

    bench.command(SINGLE_PULSE, single_pulse())
    packets = bench.run_until(100_000)

    assert commands(packets) == [(37, b"\x00"), (STIMULATION_ERROR, SWITCH)]


def test_after_a_fault_a_new_initialisation_is_needed_but_no_new_connection():
    bench = two_modules()
    bench.device.open_emergency_switch(0)
    bench.device.close_emergency_switch()
    bench.run_until(0)

    assert bench.result(START_LIST, setting() * 2) == -3
    assert bench.result(INIT_LIST, channel_list()) == 0
    assert bench.result(START_LIST, setting()) == 0


@pytest.mark.parametrize("module", ["A", "B"])
def test_a_module_that_fails_while_in_use_stops_all_channels(module):
    bench = two_modules()
    bench.run_until(10_000)

    bench.device.fail_module(module, 10_000)
    packets = bench.run_until(500_000)

    assert commands(packets) == [(STIMULATION_ERROR, MODULE)]
    assert bench.pulse_times_us == [0, 1_500]


def test_a_module_that_is_not_in_use_may_fail():
    bench = Bench().start(channel_list(mask=0b1), setting())

    bench.device.fail_module("B", 0)

    assert bench.run_until(500_000) == []


def test_a_start_on_a_failed_module_is_an_error_until_it_is_repaired():
    bench = Bench().connect()
    bench.device.fail_module("A", 0)

    first = bench.command(SINGLE_PULSE, single_pulse())
    bench.device.repair_module("A")
    second = bench.command(SINGLE_PULSE, single_pulse())

    assert commands(first) == [(37, b"\x00"), (STIMULATION_ERROR, MODULE)]
    assert commands(second) == [(37, b"\x00")]


def test_each_fault_is_noted_with_its_reason():
    bench = Bench().start(channel_list(), setting())
    bench.device.fail_module("A", 0)
    bench.device.repair_module("A")
    bench.device.open_electrode(1)
    bench.command(SINGLE_PULSE, single_pulse())
    bench.run_until(10_000)
    bench.device.open_emergency_switch(10_000)
    bench.command(SINGLE_PULSE, single_pulse())

    assert [stop.reason for stop in bench.device.stops] == [
        StopReason.MODULE,
        StopReason.ELECTRODE,
        StopReason.EMERGENCY_SWITCH,
    ]


def test_the_error_carries_the_number_of_the_device():
    bench = Bench(seed=41)
    bench.run_until(0)
    bench.start(channel_list(), setting())

    bench.device.open_emergency_switch(0)
    (error,) = bench.run_until(0)

    assert error.number == 42


@pytest.mark.parametrize("channel", [0, 9])
def test_a_channel_that_does_not_exist_has_no_electrode(channel):
    with pytest.raises(ValueError, match="1 to 8"):
        Bench().device.open_electrode(channel)


def test_a_module_that_does_not_exist_cannot_fail():
    with pytest.raises(ValueError, match="A and B"):
        Bench().device.fail_module("C", 0)


def test_a_stop_after_a_fault_is_answered():
    bench = two_modules()
    bench.device.open_emergency_switch(0)
    bench.run_until(0)

    assert bench.result(STOP_LIST) == 0
