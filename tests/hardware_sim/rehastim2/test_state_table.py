import pytest
from support.rehastim2_bench import (
    GET_MODE,
    INIT_ACK,
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

MODES = {"start": 0, "initialized": 1, "started": 2}
DATA = {INIT_LIST: channel_list(), START_LIST: setting(), SINGLE_PULSE: single_pulse()}
OK, PARAMETER_ERROR, WRONG_MODE, NO_MOTOMED = 0, -2, -3, -4
MOTOMED = (50, 52, 54, 56, 70, 72, 74, 76, 80, 82, 84, 86)
KNOWN = {INIT_ACK, WATCHDOG, GET_MODE, 12, INIT_LIST, START_LIST, STOP_LIST, SINGLE_PULSE, *MOTOMED}
UNKNOWN = [number for number in range(256) if number not in KNOWN]

TABLE = [
    (INIT_LIST, "start", OK, "initialized"),
    (INIT_LIST, "initialized", WRONG_MODE, "initialized"),
    (INIT_LIST, "started", WRONG_MODE, "started"),
    (START_LIST, "start", WRONG_MODE, "start"),
    (START_LIST, "initialized", OK, "started"),
    (START_LIST, "started", OK, "started"),
    (STOP_LIST, "start", OK, "start"),
    (STOP_LIST, "initialized", OK, "start"),
    (STOP_LIST, "started", OK, "start"),
    (SINGLE_PULSE, "start", OK, "start"),
    (SINGLE_PULSE, "initialized", WRONG_MODE, "initialized"),
    (SINGLE_PULSE, "started", WRONG_MODE, "started"),
]


def bench_in(mode):
    bench = Bench().connect()
    if mode != "start":
        bench.command(INIT_LIST, channel_list())
    if mode == "started":
        bench.command(START_LIST, setting(current=0))
    assert bench.device.mode == mode
    return bench


@pytest.mark.parametrize(("command", "mode", "result", "mode_after"), TABLE)
def test_a_command_is_answered_and_changes_the_mode_as_figure_4_says(
    command, mode, result, mode_after
):
    bench = bench_in(mode)

    assert bench.result(command, DATA.get(command, b"")) == result
    assert bench.device.mode == mode_after


@pytest.mark.parametrize("mode", MODES)
def test_the_mode_can_be_asked_for_in_every_mode(mode):
    (answer,) = bench_in(mode).command(GET_MODE)

    assert (answer.command, answer.data) == (11, bytes((0, MODES[mode])))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", [INIT_ACK, WATCHDOG])
def test_init_ack_and_watchdog_get_no_answer_and_change_nothing(command, mode):
    bench = bench_in(mode)

    assert bench.command(command, b"\x00" if command == INIT_ACK else b"") == []
    assert bench.device.mode == mode


@pytest.mark.parametrize("mode", MODES)
def test_every_unknown_number_is_echoed_in_unknown_command(mode):
    bench = bench_in(mode)

    answers = [bench.command(number) for number in UNKNOWN]

    assert [[(a.command, a.data) for a in answer] for answer in answers] == [
        [(3, bytes((number,)))] for number in UNKNOWN
    ]
    assert bench.device.mode == mode


@pytest.mark.parametrize("mode", MODES)
def test_every_motomed_command_says_that_there_is_none(mode):
    bench = bench_in(mode)

    assert [bench.result(number, b"\x00") for number in MOTOMED] == [NO_MOTOMED] * len(MOTOMED)
    assert bench.device.mode == mode


def test_the_motomed_mode_is_a_connection_error():
    (answer,) = Bench().connect().command(12)

    assert (answer.command, answer.data) == (13, b"\x00\xff")


def test_nothing_but_an_init_ack_has_an_effect_while_disconnected():
    bench = Bench()
    bench.run_until(0)

    answers = [bench.command(number, b"") for number in range(256)]

    assert answers == [[]] * 256
    assert not bench.device.is_connected


def test_a_damaged_command_gets_no_answer_while_disconnected():
    bench = Bench()
    bench.run_until(0)

    assert bench.write(bytes.fromhex("f08181815702220f")) == []
    assert bench.device.transfer_errors == 1


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x01", b"\xfb"])
def test_an_init_ack_that_does_not_say_zero_does_not_connect(data):
    bench = Bench()

    bench.command(INIT_ACK, data)

    assert not bench.device.is_connected


def test_the_mode_is_judged_before_the_data():
    assert Bench().connect().result(START_LIST, b"\xff") == WRONG_MODE


@pytest.mark.parametrize(
    "init",
    [
        b"",
        channel_list()[:6],
        channel_list() + b"\x00",
        channel_list(factor=8),
        channel_list(mask=0),
        channel_list(t1=2049),
        channel_list(execution=2),
    ],
)
def test_a_channel_list_out_of_range_is_a_parameter_error(init):
    bench = Bench().connect()

    assert bench.result(INIT_LIST, init) == PARAMETER_ERROR
    assert bench.device.mode == "start"


@pytest.mark.parametrize(
    "init",
    [
        channel_list(factor=7, low=1),
        channel_list(mask=255),
        channel_list(t1=0),
        channel_list(t1=2048),
        channel_list(t2=0),
        channel_list(t2=255),
        channel_list(execution=1),
        channel_list(mask=1, low=255),
    ],
)
def test_a_channel_list_at_the_ends_of_its_ranges_is_accepted(init):
    assert Bench().connect().result(INIT_LIST, init) == OK


@pytest.mark.parametrize(
    "data",
    [
        b"",
        setting()[:3],
        setting() + b"\x00",
        setting() * 2,
        setting(mode=3),
        setting(width=501),
        setting(current=131),
    ],
)
def test_a_start_out_of_range_is_a_parameter_error(data):
    bench = bench_in("initialized")

    assert bench.result(START_LIST, data) == PARAMETER_ERROR
    assert bench.device.mode == "initialized"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        single_pulse()[:3],
        single_pulse() + b"\x00",
        single_pulse(channel_field=8),
        single_pulse(width=501),
        single_pulse(current=131),
    ],
)
def test_a_single_pulse_out_of_range_is_a_parameter_error_and_no_pulse(data):
    bench = Bench().connect()

    assert bench.result(SINGLE_PULSE, data) == PARAMETER_ERROR
    bench.run_until(100_000)
    assert bench.pulses == []


def test_a_refused_update_leaves_the_old_values_running():
    bench = Bench().start(channel_list(), setting(current=20))

    assert bench.result(START_LIST, setting(current=131)) == PARAMETER_ERROR
    bench.run_until(100_000)

    assert {pulse.current_ma for pulse in bench.pulses} == {20}
    assert len(bench.pulses) == 6


def test_stop_is_obeyed_whatever_data_it_carries():
    bench = bench_in("started")

    assert bench.result(STOP_LIST, b"\x01\x02") == OK
    assert bench.device.mode == "start"


def test_refused_commands_are_counted():
    bench = Bench().connect()

    bench.command(START_LIST, setting())
    bench.command(INIT_LIST, b"")
    bench.command(99)

    assert bench.device.refused == 3


def test_an_answer_carries_the_number_of_its_command_even_if_numbers_repeat():
    bench = Bench().connect()
    stop = bytes.fromhex("f08191815702220f")

    numbers = [bench.write(stop)[0].number for _ in range(3)]

    assert numbers == [2, 2, 2]
