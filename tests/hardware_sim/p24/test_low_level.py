"""Low level: one command, one pulse."""

import pytest
from support.simulated_p24 import BIPHASIC, P24Bench, points, pulse, shape

from hardware_sim.p24.commands import Command
from hardware_sim.p24.frames import Packet, encode

PULSE = Command.Ll_channel_config


def burst(bench: P24Bench, count: int, data: bytes) -> list[tuple[int, Packet]]:
    """Write that many frames at once; return the answers with their times."""
    first = len(bench.received)
    bench.write(b"".join(encode(number, PULSE, data) for number in range(count)))
    bench.run_for(2_000_000)
    return bench.received[first:]


@pytest.mark.parametrize("channel", range(4))
@pytest.mark.parametrize("connector", range(2))
def test_a_pulse_leaves_at_once_on_its_output_and_is_acknowledged_after_it(
    channel: int, connector: int
) -> None:
    bench = P24Bench().low()
    sent_us = bench.now_us
    answer = bench.ask(PULSE, pulse(channel=channel, connector=connector))

    (put_out,) = bench.pulses
    assert put_out.channel == connector * 4 + channel + 1
    assert (put_out.time_us, shape(put_out)) == (sent_us, BIPHASIC)
    assert bench.now_us == sent_us + 500 + 60
    assert answer.data == bytes((0, connector << 4 | channel, 0))


def test_a_pulse_may_have_any_shape_and_its_net_charge_is_told_exactly() -> None:
    bench = P24Bench().low()
    values = ((20, 100), (20, 100), (0, 50), (-20, 100), (-0.5, 33))
    bench.ask(PULSE, pulse(*values))

    (put_out,) = bench.pulses
    assert shape(put_out) == values
    assert put_out.net_charge_nc == 2000 - 16.5
    assert (put_out.current_ma, put_out.pulse_width_us, put_out.gap_us) == (20, 200, 50)
    assert (put_out.second_current_ma, put_out.second_width_us) == (-15.162, 133)


def test_points_of_1_to_9_us_take_10_and_points_of_none_take_none() -> None:
    bench = P24Bench().low()
    bench.ask(PULSE, pulse((10, 1), (5, 0), (-10, 9)))
    assert shape(bench.pulses[0]) == ((10, 10), (5, 0), (-10, 10))


@pytest.mark.parametrize(
    "data", [pulse(execute=False), b"\x00", b"\x60", pulse((0, 400)), pulse((20, 0))]
)
def test_nothing_leaves_and_all_is_well_when_no_stimulation_is_asked_for(data: bytes) -> None:
    bench = P24Bench().low()
    assert bench.result(PULSE, data) == 0
    assert bench.pulses == []


def test_ten_pulses_wait_and_leave_one_after_the_other() -> None:
    bench = P24Bench().low()
    begin_us = bench.now_us
    answers = burst(bench, 10, pulse())

    assert [answer.data[0] for _, answer in answers] == [0] * 10
    assert [p.time_us for p in bench.pulses] == [begin_us + 560 * n for n in range(10)]
    assert [at_us for at_us, _ in answers] == [begin_us + 560 * (n + 1) for n in range(10)]


def test_the_eleventh_is_refused_in_its_turn_as_a_pulse_timeout() -> None:
    bench = P24Bench().low()
    answers = burst(bench, 12, pulse())

    assert [answer.number for _, answer in answers] == list(range(12))
    assert [answer.data[0] for _, answer in answers] == [0] * 10 + [16] * 2
    assert len(bench.pulses) == 10


def test_an_acknowledged_pulse_makes_room_for_another() -> None:
    bench = P24Bench().low()
    bench.write(b"".join(encode(number, PULSE, pulse()) for number in range(10)))
    bench.run_for(560)
    bench.write(encode(10, PULSE, pulse()))
    bench.run_for(100_000)
    assert len(bench.pulses) == 11


def test_a_stop_waits_until_the_pulses_before_it_have_left() -> None:
    bench = P24Bench().low()
    begin_us = bench.now_us
    bench.write(b"".join(encode(number, PULSE, pulse()) for number in range(5)))
    bench.write(encode(5, Command.Ll_stop))
    bench.run_for(1_000_000)

    assert len(bench.pulses) == 5
    told_us, answer = bench.received[-1]
    assert (told_us, answer.number) == (begin_us + 5 * 560 + 40_000, 5)


def test_no_watchdog_ends_low_level() -> None:
    bench = P24Bench().low()
    bench.run_for(60_000_000)
    assert bench.status() == (1, 6)
    assert bench.result(PULSE, pulse()) == 0


def test_without_high_voltage_no_pulse_leaves_and_the_answer_says_so() -> None:
    bench = P24Bench().low(init=1 << 1)
    assert bench.status() == (1, 1)
    assert bench.result(PULSE, pulse()) == 8
    assert bench.pulses == []


@pytest.mark.parametrize(("kind", "highest"), [(1, 2000), (2, 1000), (3, 15_000)])
def test_128_samples_are_measured_as_asked_in_hundredths_without_a_sign(
    kind: int, highest: int
) -> None:
    bench = P24Bench().low(init=kind << 4)
    data = bench.ask(PULSE, pulse(channel=1)).data

    assert (len(data), data[:3]) == (5 + 2 * 128, bytes((0, 1, kind)))
    assert int.from_bytes(data[3:5], "big") == 4
    samples = [int.from_bytes(data[i : i + 2], "big") for i in range(5, len(data), 2)]
    assert max(samples) == highest
    if kind == 1:
        assert samples[:50] == samples[75:125] == [2000] * 50
        assert samples[50:75] == [0] * 25


def test_an_answer_with_an_error_has_no_samples() -> None:
    bench = P24Bench().low(init=1 << 4)
    assert bench.ask(PULSE, b"\x81" + points((140, 200), (-140, 200))).data == bytes((2, 0, 0))


def test_a_new_init_changes_the_measurement() -> None:
    bench = P24Bench().low(init=1 << 4).low()
    assert len(bench.ask(PULSE, pulse()).data) == 3
