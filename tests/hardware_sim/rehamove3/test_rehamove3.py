"""In what the RehaMove3 differs from the P24: mostly how the same bytes mean something else."""

import pytest
from support.simulated_p24 import BIPHASIC, SECOND_US, P24Bench, pulse, setting, shape, update

from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.fault_script import FaultScriptError, read_faults
from hardware_sim.p24.commands import Command
from hardware_sim.p24.frames import encode
from hardware_sim.rehamove3.device import RehaMove3Device

PULSE = Command.Ll_channel_config
SOFT = 0x10


def bench() -> P24Bench:
    return P24Bench(RehaMove3Device)


def test_its_version_is_asked_for_by_50_and_68_is_unknown() -> None:
    old = bench()
    assert old.ask(Command.Get_version_main).data == bytes((0, 2, 1, 16, 3, 2, 4))
    told = old.ask(Command.Get_extended_version)
    assert (told.command, told.data) == (67, b"\x0b")


def test_it_has_a_battery() -> None:
    assert bench().ask(Command.Get_battery_status).data.hex() == "00642026"


@pytest.mark.parametrize("command", [56, 60, 64])
def test_other_commands_of_its_library_are_unknown(command: int) -> None:
    assert bench().ask(command).command == 67


@pytest.mark.parametrize(
    ("channel", "is_off", "data"), [(0, False, "0000"), (2, True, "0a02"), (2, False, "0000")]
)
def test_a_pulse_is_acknowledged_by_the_place_of_an_electrode_error_in_14_bytes(
    channel: int, is_off: bool, data: str
) -> None:
    old = bench().low()
    if is_off:
        old.device.put_contact(channel + 1, NOTHING)
    answer = old.ask(PULSE, pulse(channel=channel))
    assert answer.data.hex() == data
    assert len(encode(0, PULSE + 1, answer.data)) == 14 + answer.data.count(0x0F)


def test_bit_4_of_a_pulse_is_no_connector() -> None:
    old = bench().low()
    old.ask(PULSE, pulse(channel=1, connector=1))
    assert old.pulses[0].channel == 2


@pytest.mark.parametrize("measurement", range(8))
def test_the_bits_that_measure_on_a_p24_measure_nothing(measurement: int) -> None:
    old = bench().low(init=measurement << 4)
    assert len(old.ask(PULSE, pulse()).data) == 2


@pytest.mark.parametrize(("code", "volt"), [(2, 30), (3, 60), (4, 90), (5, 120), (6, 150)])
def test_its_supply_has_steps_that_clip(code: int, volt: int) -> None:
    old = bench().low(init=code << 1)
    old.device.put_contact(1, Contact(ohm=2000, supply_v=150))
    old.ask(PULSE, pulse((100, 200), (0, 100), (-100, 200)))

    first = old.pulses[0].points[0].current_ua
    assert old.status() == (1, code)
    assert volt * 500 < first < volt * 1000


def test_a_clipped_pulse_is_told_nowhere() -> None:
    old = bench().low()
    old.device.put_contact(1, Contact(ohm=9000, supply_v=150))
    assert old.result(PULSE, pulse((100, 200), (-100, 200))) == 0
    assert old.pulses[0].net_charge_nc != 0


def test_its_test_pulse_finds_an_electrode_that_is_off_at_any_current() -> None:
    old = bench().low()
    old.device.put_contact(1, NOTHING)
    assert old.result(PULSE, pulse((1, 200), (-1, 200))) == 10


@pytest.mark.parametrize(
    ("values", "result"),
    [
        (((150, 200), (-150, 200)), 0),
        (((150.5, 200), (-150, 200)), 2),
        (((5, 10), (-5, 10)), 0),
        (((5, 10),), 2),
        (4 * ((5, 4000),), 0),
        (4 * ((5, 4001),), 2),
        (((0, 0),), 0),
    ],
)
def test_currents_go_to_the_end_of_the_field_and_widths_as_far_as_rated(
    values: tuple[tuple[float, int], ...], result: int
) -> None:
    assert bench().low().result(PULSE, pulse(*values)) == result


@pytest.mark.parametrize(("period_ms", "result"), [(1.5, 2), (2, 0), (1000, 0), (1000.5, 2)])
def test_rates_are_1_to_500_hz(period_ms: float, result: int) -> None:
    asked = update({1: setting((5, 20), (-5, 20), period_ms=period_ms)})
    assert bench().mid().result(Command.Ml_update, asked) == result


def test_bit_0_of_a_period_means_nothing() -> None:
    old = bench().mid({1: setting(period_ms=10, fine=True)})  # 40 << 1 | 1
    old.run_for(100_000)
    assert old.pulses[1].time_us - old.pulses[0].time_us == 20_000


def test_it_has_four_channels() -> None:
    old = bench().mid({n: setting() for n in (1, 2, 3, 4)})
    old.run_for(10_000)
    assert [p.channel for p in old.pulses] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="channels are 1 to 4"):
        old.device.put_contact(5, None)


def test_enabling_a_fifth_channel_starts_softly_over_20_s_instead() -> None:
    old = bench().mid({1: setting(), 5: setting()})
    old.run_for(30 * SECOND_US, keep_alive=False)
    assert {p.channel for p in old.pulses} == {1}
    assert max(p.current_ma for p in old.pulses) < 2.01  # the watchdog ends it after 2 of 20 s


def soft_start(old: P24Bench, mask: int = SOFT | 1) -> P24Bench:
    old.mid()
    old.begin_us = old.now_us
    assert old.result(Command.Ml_update, bytes((mask,)) + setting()) == 0
    return old


def kept_alive(old: P24Bench, time_us: int) -> None:
    """As a host does that knows only selection 2."""
    for _ in range(time_us // SECOND_US):
        old.run_for(SECOND_US)
        old.ask(Command.Ml_get_current_data, b"\x02")


def test_a_soft_start_rises_evenly_to_the_full_current_and_stays_balanced() -> None:
    old = soft_start(bench())
    kept_alive(old, 22 * SECOND_US)

    currents = {p.time_us - old.begin_us: p.current_ma for p in old.pulses}
    assert currents[10 * SECOND_US] == 10
    assert currents[20 * SECOND_US] == 20
    assert list(currents.values()) == sorted(currents.values())
    assert all(p.net_charge_nc == 0 for p in old.pulses)


def test_an_update_without_the_bit_ends_the_soft_start() -> None:
    old = soft_start(bench())
    old.run_for(SECOND_US)
    count = len(old.pulses)
    old.ask(Command.Ml_update, update({1: setting()}))
    old.run_for(100_000)
    assert {shape(p) for p in old.pulses[count:]} == {BIPHASIC}


@pytest.mark.parametrize(("selection", "result"), [(2, 0), (3, 2), (4, 2)])
def test_it_answers_selection_2_only(selection: int, result: int) -> None:
    old = bench().mid({1: setting()})
    data = old.ask(Command.Ml_get_current_data, bytes((selection,))).data
    assert data[:2] == bytes((result, selection))
    if result == 0:
        assert data[2:] == b"\x10"


def test_the_stop_all_bit_of_init_means_nothing() -> None:
    old = bench().mid({1: setting(), 2: setting()}, stop_all=True)
    old.device.put_contact(1, NOTHING)
    old.run_for(100_000)
    assert old.ask(Command.Ml_get_current_data, b"\x02").data[2] == 0b1_0001
    assert max(p.time_us for p in old.pulses if p.channel == 2) > old.now_us - 25_000


def test_a_reset_is_not_acknowledged_and_takes_10_s() -> None:
    old = bench().mid({1: setting()})
    old.send(Command.Reset)
    reset_us, count = old.now_us, len(old.pulses)
    assert old.run_for(5 * SECOND_US) == []
    old.send(Command.Get_stim_status)
    assert old.run_until(reset_us + 10 * SECOND_US) == []
    assert old.status() == (0, 1)
    assert len(old.pulses) == count


def test_what_came_with_a_reset_is_lost() -> None:
    old = bench()
    old.write(encode(1, Command.Reset) + encode(2, Command.Ll_init, b"\x00"))
    assert old.run_for(20 * SECOND_US) == []
    assert old.status() == (0, 1)


def test_low_current_and_the_answer_to_a_reset_are_no_faults_that_it_can_show() -> None:
    for fault, said in (
        ("kind: channel_error, channel: 1, error: low_current, at_s: 1", "'low_current'"),
        ("kind: channel_error, channel: 5, error: electrode, at_s: 1", "channel: 5 does"),
        ("kind: drop, direction: to_host, at_s: 1, commands: [Reset_ack]", "no Reset_ack"),
        ("kind: refuse, result: low_current, at_s: 1", "'low_current' does not fit"),
    ):
        with pytest.raises(FaultScriptError, match=said):
            read_faults(f"seed: 1\nfaults: [{{{fault}}}]", "test", RehaMove3Device.dialect)


def test_the_version_that_it_can_lie_about_is_that_of_50() -> None:
    assert RehaMove3Device.dialect.lies["wrong_version"].frame == "Get_version_main_ack"
