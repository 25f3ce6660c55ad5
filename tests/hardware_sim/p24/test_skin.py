"""What hangs at the channels: what the device notices, what flows all the same."""

import pytest
from support.simulated_p24 import BIPHASIC, SECOND_US, P24Bench, pulse, setting, shape, update

from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.p24.commands import Command

PULSE = Command.Ll_channel_config
SHORT = Contact(ohm=20, supply_v=150)
DRY = Contact(ohm=5924, supply_v=150)
FLAKY = Contact(ohm=20_000, supply_v=150)


def biphasic(current_ma: float, width_us: int = 200) -> tuple[tuple[float, int], ...]:
    return ((current_ma, width_us), (0.0, 100), (-current_ma, width_us))


@pytest.mark.parametrize("contact", [NOTHING, SHORT, FLAKY])
@pytest.mark.parametrize(("current_ma", "result"), [(14.5, 0), (15, 10), (60, 10)])
def test_an_electrode_error_is_noticed_from_15_ma_on(
    contact: Contact, current_ma: float, result: int
) -> None:
    bench = P24Bench().low()
    bench.device.put_contact(2, contact)
    answer = bench.ask(PULSE, pulse(*biphasic(current_ma), channel=1))
    assert answer.data == bytes((result, 1, 0))


def test_one_point_of_15_ma_is_enough_to_notice_it() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, NOTHING)
    assert bench.result(PULSE, pulse((5, 300), (-15, 100))) == 10


def test_nothing_flows_where_nothing_hangs_noticed_or_not() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, NOTHING)
    bench.ask(PULSE, pulse(*biphasic(10)))
    bench.ask(PULSE, pulse(*biphasic(50)))
    assert bench.pulses == []


def test_a_pulse_into_a_short_below_15_ma_flows_as_asked() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, SHORT)
    bench.ask(PULSE, pulse(*biphasic(10)))
    assert shape(bench.pulses[0]) == biphasic(10)


def test_a_clipped_pulse_is_told_as_low_current_and_is_not_balanced() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, DRY)
    answer = bench.ask(PULSE, pulse((60, 400), (0, 100), (-60, 400)))

    (clipped,) = bench.pulses
    first, _, second = clipped.points
    assert answer.data == bytes((28, 0, 0))
    assert 0 < first.current_ua < -second.current_ua < 60_000
    assert clipped.net_charge_nc == pytest.approx(-6_200, abs=200)


def test_a_current_that_the_supply_can_drive_is_not_clipped() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, DRY)
    assert bench.result(PULSE, pulse(*biphasic(20))) == 0
    assert shape(bench.pulses[0]) == BIPHASIC


def test_pads_about_which_nothing_is_said_clip_nothing() -> None:
    bench = P24Bench().low()
    assert bench.result(PULSE, pulse((130, 4095), (-130, 4095))) == 0
    assert shape(bench.pulses[0]) == ((130.0, 4095), (-130.0, 4095))


def test_mended_pads_are_well_again() -> None:
    bench = P24Bench().low()
    bench.device.put_contact(1, NOTHING)
    bench.device.put_contact(1, None)
    assert bench.result(PULSE, pulse()) == 0


@pytest.mark.parametrize("channel", [0, 9])
def test_a_channel_that_is_not_there_has_no_pads(channel: int) -> None:
    with pytest.raises(ValueError, match="channels are 1 to 8"):
        P24Bench().device.put_contact(channel, None)


def opened(*, stop_all: bool, contact: Contact = NOTHING) -> P24Bench:
    """Two channels run for a second, then something happens to the first."""
    bench = P24Bench().mid({1: setting(), 2: setting()}, stop_all=stop_all)
    bench.run_for(SECOND_US)
    bench.device.put_contact(1, contact)
    bench.opened_us = bench.now_us
    bench.run_for(500_000)
    return bench


def last_us(bench: P24Bench, channel: int) -> int:
    return max(p.time_us for p in bench.pulses if p.channel == channel)


def test_an_electrode_error_stops_only_its_channel_unless_all_shall_stop() -> None:
    bench = opened(stop_all=False)

    assert last_us(bench, 1) <= bench.opened_us < last_us(bench, 2)
    assert bench.current_data() == ((2,), {1: 1})
    assert bench.status() == (3, 6)


def test_an_electrode_error_stops_all_channels_if_they_shall() -> None:
    bench = opened(stop_all=True)

    assert max(last_us(bench, 1), last_us(bench, 2)) <= bench.opened_us
    assert bench.current_data() == ((), {1: 1})
    assert bench.status() == (2, 6)


def test_nothing_is_said_of_an_error_unasked() -> None:
    bench = opened(stop_all=True)
    assert {answer.command for _, answer in bench.received} == {31, 33}


@pytest.mark.parametrize(("selection", "told"), [(2, "11"), (3, "1110")])
def test_older_selections_tell_of_electrode_errors_too(selection: int, told: str) -> None:
    bench = opened(stop_all=False)
    data = bench.ask(Command.Ml_get_current_data, bytes((selection,))).data
    assert data[2:].hex() == told


def test_low_current_is_told_and_stops_nothing() -> None:
    bench = opened(stop_all=True, contact=Contact(ohm=9000, supply_v=100))

    assert last_us(bench, 1) > bench.opened_us
    assert bench.current_data() == ((1, 2), {1: 3})


def test_an_electrode_that_is_off_below_15_ma_is_told_nowhere() -> None:
    bench = P24Bench().mid({1: setting(*biphasic(14))})
    bench.device.put_contact(1, NOTHING)
    count = len(bench.pulses)
    bench.run_for(500_000)
    assert bench.current_data() == ((1,), {})
    assert len(bench.pulses) == count


def test_the_next_update_clears_errors_and_arms_the_channel_with_its_ramp() -> None:
    bench = opened(stop_all=False)
    bench.device.put_contact(1, None)
    count = len(bench.pulses)
    bench.ask(Command.Ml_update, update({1: setting(ramp=1), 2: setting()}))
    bench.run_for(50_000)

    assert bench.current_data() == ((1, 2), {})
    assert [p.current_ma for p in bench.pulses[count:] if p.channel == 1] == [10, 20, 20]
