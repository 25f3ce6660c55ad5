"""Arming waits for its record, and a record that cannot be kept is a fault."""

import pytest
from support.station_bench import SECOND_US, arm, fresh, holding
from support.stopped_sessions import STOP, stop_of

from nmes.link import messages as link
from protocols.errors import RecordError


def test_a_journal_that_fails_stops_the_session() -> None:
    bench = holding()
    bench.workshop.disk.why = "The disk is full. Make room."
    bench.run(40_000)
    assert (bench.state, stop_of(bench).cause) == ("faulted", "the record cannot be kept")


def test_a_failed_journal_is_a_fault_again_at_each_arming() -> None:
    bench = holding()
    bench.workshop.disk.why = "The disk is full. Make room."
    bench.run(SECOND_US).press(link.Acknowledge()).press(arm()).run(SECOND_US)
    assert bench.state == "faulted"


def test_a_disk_that_does_not_answer_is_a_fault_and_not_waited_for() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(2_100_000)
    assert bench.state == "faulted"


def test_arming_waits_for_its_record() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(SECOND_US)
    before = len(bench.workshop.ports_opened)
    bench.workshop.disk.is_stuck = False
    bench.run(SECOND_US)
    assert (before, bench.state) == (0, "armed")


def test_arming_again_does_not_act_on_the_record_of_the_arming_before() -> None:
    bench = fresh()
    disk = bench.workshop.disk
    disk.is_stuck = True
    bench.press(arm())
    first_seq = len(bench.events) - 1
    bench.press(STOP, link.Acknowledge(), arm())
    disk.sync_up_to(first_seq)
    bench.run(100_000)
    before = len(bench.workshop.ports_opened)
    disk.is_stuck = False
    bench.run(SECOND_US)
    assert (before, bench.state) == (0, "armed")


def test_while_arming_again_waits_for_its_record_nothing_is_said_to_the_device() -> None:
    bench = holding().press(STOP).run(3 * SECOND_US).press(link.Acknowledge())
    bench.workshop.disk.is_stuck = True
    bench.press(arm())
    before = len(bench.port.written_us)
    bench.run(SECOND_US)
    assert (bench.state, len(bench.port.written_us)) == ("connecting", before)


def test_a_stop_while_arming_again_waits_for_its_record_is_no_emergency() -> None:
    bench = holding()
    bench.device.open_electrode(1)
    bench.run(SECOND_US).press(link.Acknowledge())
    bench.workshop.disk.is_stuck = True
    bench.press(arm(), STOP).run(SECOND_US)
    assert bench.state == "stopped"


def test_a_stop_before_the_record_of_arming_is_on_disk_connects_nothing() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).press(STOP)
    bench.workshop.disk.is_stuck = False
    bench.run(SECOND_US)
    assert (bench.state, bench.workshop.ports_opened) == ("stopped", [])


def test_before_arming_nothing_can_be_recorded() -> None:
    with pytest.raises(RecordError, match="before the session is armed"):
        fresh().live._kept()
