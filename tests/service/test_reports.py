"""What a device reports of pads, current and battery; a RehaStim2 cannot, so a double does.

Times count from the change at the pads to the last pulse on the double's own record.
"""

import copy
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.reporting_stimulator import (
    SOUND_OHM,
    STATUS_US,
    ReportingBench,
    holding_reported,
)
from support.station_bench import SECOND_US, arm

from nmes.link import messages as link
from protocols.status import Contact

QUARTER_US = 250_000


@cache
def _holding(level_ma: int) -> ReportingBench:
    return holding_reported(level_ma)


def holding(level_ma: int = 10) -> ReportingBench:
    return copy.deepcopy(_holding(level_ma))


def last_pulse_us(bench: ReportingBench, since_us: int) -> int:
    return bench.pulses[-1].time_us - since_us


def state_after(bench: ReportingBench, for_us: int) -> str:
    return bench.run(for_us).state


def test_as_long_as_all_is_well_nothing_is_told() -> None:
    bench = holding()
    told = len(bench.told)
    bench.run(SECOND_US // 2)
    assert (bench.state, bench.now_ma(), bench.told[told:]) == ("running", 10, [])


# F7 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off_ua", [2_000, -2_000, 60_000])
def test_another_current_than_the_one_set_is_a_fault_within_a_report_and_100_ms(
    off_ua: int,
) -> None:
    bench = holding()
    since_us = bench.now_us
    bench.patient.delivered_off_ua = off_ua
    bench.run(SECOND_US)
    assert (bench.state, bench.records("fault")[0]["code"]) == ("faulted", "DELIVERED")
    assert last_pulse_us(bench, since_us) <= STATUS_US + 100_000


@pytest.mark.parametrize("off_ua", [1_000, -1_000])
def test_a_current_one_step_off_is_none(off_ua: int) -> None:
    bench = holding()
    bench.patient.delivered_off_ua = off_ua
    assert state_after(bench, SECOND_US) == "running"


def test_a_current_that_rises_and_falls_is_never_taken_for_another_one() -> None:
    bench = holding()
    bench.run_until(lambda: bench.snapshot.contractions_done == 2)
    assert bench.state == "running"


# F8, H27 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "ohm"), [(Contact.OPEN, None), (None, 10_001), (Contact.OPEN, SOUND_OHM)]
)
def test_a_pad_that_comes_off_silences_all_within_250_ms_and_pauses(
    contact: Contact | None, ohm: int | None
) -> None:
    bench = holding()
    since_us = bench.now_us
    bench.patient.contact, bench.patient.ohm = contact, ohm
    bench.run(SECOND_US)
    assert (bench.state, bench.level_ma()) == ("paused", 0)
    assert last_pulse_us(bench, since_us) <= QUARTER_US


def test_contact_that_returns_raises_nothing_by_itself() -> None:
    bench = holding()
    bench.patient.contact = Contact.OPEN
    bench.run(SECOND_US)
    bench.patient.contact = Contact.GOOD
    back_us = bench.now_us
    bench.run(20 * SECOND_US)
    assert (bench.state, bench.pulses_since(back_us)) == ("paused", [])


def test_contact_that_flaps_a_thousand_times_raises_nothing() -> None:
    bench = holding()
    since_us = bench.now_us
    for _ in range(1_000):
        bench.patient.contact = Contact.OPEN
        bench.run(STATUS_US)
        bench.patient.contact = Contact.GOOD
        bench.run(STATUS_US)
    assert (bench.state, bench.level_ma()) == ("paused", 0)
    assert last_pulse_us(bench, since_us) <= QUARTER_US


@settings(max_examples=10)
@given(waits_us=st.lists(st.integers(1, 3 * STATUS_US), min_size=1, max_size=30))
def test_contact_that_flaps_at_any_moment_raises_nothing(waits_us: list[int]) -> None:
    bench = holding()
    bench.patient.contact = Contact.OPEN
    bench.run(QUARTER_US)
    since_us = bench.now_us
    for number, wait_us in enumerate(waits_us):
        bench.patient.contact = Contact.GOOD if number % 2 else Contact.OPEN
        bench.run(wait_us)
    assert bench.pulses_since(since_us) == []


def test_without_contact_going_on_is_refused() -> None:
    bench = holding()
    bench.patient.contact = Contact.OPEN
    bench.run(SECOND_US).press(link.Resume())
    assert "Channel 1 has no contact" in bench.last_refusal


def test_with_contact_again_the_program_goes_on_at_0_ma_until_a_hand_raises_it() -> None:
    bench = holding()
    bench.patient.contact = Contact.OPEN
    bench.run(SECOND_US)
    bench.patient.contact = Contact.GOOD
    bench.run(SECOND_US).press(link.Resume())
    resumed_us = bench.now_us
    bench.run_until_phase("hold")
    assert (bench.level_ma(), bench.pulses_since(resumed_us)) == (0, [])
    bench.run(QUARTER_US).up()
    bench.run(QUARTER_US)
    assert bench.now_ma() == 1


def test_a_pad_that_comes_off_while_a_level_is_found_ends_the_search() -> None:
    bench = ReportingBench()
    bench.press(arm()).run_until(lambda: bench.state == "armed")
    bench.find(1, 6)
    since_us = bench.now_us
    bench.patient.contact = Contact.OPEN
    bench.run(SECOND_US)
    assert (bench.state, bench.level_ma()) == ("armed", 0)
    assert bench.pulses_since(since_us + QUARTER_US) == []
    bench.press(link.FindLevel(channel=1))
    assert "Channel 1 has no contact" in bench.last_refusal


def test_a_pad_that_is_off_when_armed_lets_nothing_begin() -> None:
    bench = ReportingBench()
    bench.patient.contact = Contact.OPEN
    bench.press(arm()).run(2 * SECOND_US).press(link.FindLevel(channel=1))
    assert (bench.state, "has no contact" in bench.last_refusal) == ("armed", True)


def test_lost_contact_is_recorded_with_its_cause() -> None:
    bench = holding()
    bench.patient.contact = Contact.OPEN
    bench.run(SECOND_US)
    assert bench.records("pause")[-1] == {"cause": "channel 1: the pads have no contact"}
    assert bench.records("notice") != []


# F9 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("contact", "ohm"), [(Contact.SHORT, None), (Contact.GOOD, 99)])
def test_a_short_is_a_fault_within_250_ms(contact: Contact, ohm: int | None) -> None:
    bench = holding()
    since_us = bench.now_us
    bench.patient.contact, bench.patient.ohm = contact, ohm
    bench.run(SECOND_US)
    assert (bench.state, bench.records("fault")[0]["code"]) == ("faulted", "SHORT")
    assert last_pulse_us(bench, since_us) <= QUARTER_US


# F10, H6 -----------------------------------------------------------------------------------------


def test_impedance_more_than_half_off_is_told_within_a_second_and_goes_on() -> None:
    bench = holding()
    bench.patient.ohm = SOUND_OHM * 8 // 5
    bench.run(SECOND_US)
    warnings = [line for line in bench.told if "impedance" in line]
    assert (bench.state, bench.level_ma(), len(warnings)) == ("running", 10, 1)


def test_impedance_half_off_is_not_worth_a_word() -> None:
    bench = holding()
    bench.patient.ohm = SOUND_OHM * 3 // 2
    bench.run(STATUS_US)
    assert [line for line in bench.told if "impedance" in line] == []


def test_impedance_that_doubles_is_told_and_one_that_more_than_doubles_is_no_contact() -> None:
    bench = holding()
    bench.patient.ohm = 2 * SOUND_OHM
    bench.run(STATUS_US)
    since_us = bench.now_us
    assert bench.state == "running"
    bench.patient.ohm = 2 * SOUND_OHM + 1
    bench.run(SECOND_US)
    assert (bench.state, bench.level_ma()) == ("paused", 0)
    assert last_pulse_us(bench, since_us) <= SECOND_US


def test_impedance_that_creeps_becomes_the_new_baseline_up_to_the_absolute_bound() -> None:
    bench = holding(2)
    while bench.patient.ohm < 3 * SOUND_OHM:
        bench.patient.ohm += 20
        bench.run(STATUS_US)
    assert [line for line in bench.told if "Contact lost" in line] == []


# F11 ---------------------------------------------------------------------------------------------


def test_a_clipped_output_is_held_within_250_ms_and_not_raised() -> None:
    bench = holding()
    bench.patient.is_clipped = True
    bench.run(STATUS_US).up()
    assert (bench.level_ma(), "cannot drive more" in bench.last_refusal) == (10, True)
    assert bench.pulses[-1].current_ma == 10


def test_an_output_clipped_while_it_rises_stays_where_it_is() -> None:
    bench = holding()
    bench.run_until_phase("ramp_up").run_until(lambda: 3 <= bench.now_ma() < 6)
    bench.patient.is_clipped = True
    bench.run(STATUS_US)
    held_ma = bench.level_ma()
    since_us = bench.now_us
    bench.patient.is_clipped = False
    bench.run(SECOND_US)
    assert 3 <= held_ma < 10
    assert max(pulse.current_ma for pulse in bench.pulses_since(since_us)) <= held_ma


def test_clipped_three_times_within_5_s_is_no_contact() -> None:
    bench = holding()
    for _ in range(3):
        assert bench.state == "running"
        clip_once(bench)
    since_us = bench.now_us
    bench.run(SECOND_US)
    assert (bench.state, bench.level_ma()) == ("paused", 0)
    assert last_pulse_us(bench, since_us) <= QUARTER_US


def test_clipped_three_times_in_more_than_5_s_goes_on() -> None:
    bench = holding(2)
    for _ in range(3):
        clip_once(bench)
        bench.run(26 * STATUS_US)
    assert bench.state == "running"


def clip_once(bench: ReportingBench) -> None:
    """Let one report tell of a clipped output, the next of none."""
    bench.patient.is_clipped = True
    bench.run(STATUS_US)
    bench.patient.is_clipped = False
    bench.run(STATUS_US)


# F28 ---------------------------------------------------------------------------------------------


def test_a_low_battery_is_told_once() -> None:
    bench = holding()
    bench.patient.battery_percent = 19
    bench.run(SECOND_US)
    warnings = [line for line in bench.told if "battery" in line]
    assert (bench.state, warnings) == ("running", ["! The battery of the device is at 19 %."])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("battery_percent", 9, "BATTERY"), ("error", "high voltage error", "DEVICE")],
)
def test_an_empty_battery_or_a_device_in_trouble_is_a_fault_within_a_second(
    field: str, value: object, code: str
) -> None:
    bench = holding()
    since_us = bench.now_us
    setattr(bench.patient, field, value)
    bench.run(SECOND_US)
    assert (bench.state, bench.records("fault")[0]["code"]) == ("faulted", code)
    assert last_pulse_us(bench, since_us) <= QUARTER_US


# What is not reported ----------------------------------------------------------------------------


def test_what_a_device_does_not_report_is_no_fault() -> None:
    bench = holding()
    patient = bench.patient
    patient.contact = patient.ohm = patient.is_clipped = patient.battery_percent = None
    patient.delivered_off_ua = None
    assert state_after(bench, 2 * SECOND_US) == "running"


def test_a_report_after_the_end_changes_nothing() -> None:
    bench = holding().press(link.Stop(cause="space")).run(SECOND_US)
    bench.patient.contact = Contact.SHORT
    assert state_after(bench, SECOND_US) == "stopped"


def test_arming_again_begins_with_new_baselines() -> None:
    bench = holding()
    bench.press(link.Stop(cause="space")).run(SECOND_US)
    bench.patient.ohm = 5 * SOUND_OHM
    bench.press(link.Acknowledge()).press(arm()).run(2 * SECOND_US)
    assert (bench.state, [t for t in bench.told if "Contact lost" in t]) == ("armed", [])
