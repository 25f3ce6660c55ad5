"""Stops of a RehaStim2, at every stage of a conversation."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import (
    IDENTITY,
    LIST,
    MS,
    SETUP,
    START,
    STOP,
    S,
    channel_list,
    outputs,
)
from support.sciencemode2 import ack, get_mode, init, init_ack, mode_ack, stimulation_error, stop

from drivers.interface import Connected, LossKind, StopConfirmed
from protocols.errors import DeviceError


def test_a_stop_is_written_at_once_and_confirmed(bench):
    bench.set_up()
    bench.port.expect((stop(5), ack(5, STOP)))
    bench.driver.stop(S)
    assert bench.port.is_finished
    assert bench.at(S + 7) == [StopConfirmed(at_us=S + 7, requested_us=S)]
    assert bench.driver.is_ready


def test_a_stop_does_not_wait_for_an_open_answer(bench):
    bench.output_sent()
    bench.port.expect((stop(6), ack(5, START) + ack(6, STOP)))
    bench.driver.stop(S + 1)
    assert bench.port.is_finished
    assert bench.at(S + 2) == [StopConfirmed(at_us=S + 2, requested_us=S + 1)]


def test_after_a_stop_an_output_needs_a_new_set_up(bench):
    bench.set_up()
    bench.port.expect((stop(5), ack(5, STOP)))
    bench.driver.stop(S)
    bench.at(S + 1)
    with pytest.raises(DeviceError, match="another train"):
        bench.driver.output(bench.permit(outputs(1, 1)), S + 2)


def test_while_a_stop_is_open_no_order_is_taken(bench):
    bench.set_up()
    bench.port.expect((stop(5), b""))
    bench.driver.stop(S)
    with pytest.raises(DeviceError):
        bench.driver.set_up(bench.permit(SETUP), S + 1)


def test_an_unanswered_stop_is_repeated_every_50_ms(bench):
    bench.set_up()
    bench.port.expect((stop(5), b""), (stop(6), b""), (stop(7), ack(7, STOP)))
    bench.driver.stop(S)
    assert bench.driver.next_deadline_us() == S + 50 * MS
    assert bench.at(S + 50 * MS - 1) == []
    assert bench.at(S + 50 * MS) == []
    assert bench.at(S + 99 * MS) == []
    assert bench.at(S + 100 * MS) == []
    confirmed = StopConfirmed(at_us=S + 101 * MS, requested_us=S)
    assert bench.at(S + 101 * MS) == [confirmed]


def test_the_answer_to_any_of_several_stops_confirms_and_the_others_are_no_noise(bench):
    bench.set_up()
    bench.port.expect((stop(5), b""), (stop(6), ack(5, STOP) + ack(6, STOP)))
    bench.driver.stop(S)
    bench.driver.stop(S + 1)
    assert bench.at(S + 2) == [StopConfirmed(at_us=S + 2, requested_us=S)]


def test_a_damaged_stop_is_repeated(bench):
    bench.set_up()
    bench.port.expect((stop(5), ack(5, STOP, -1)), (stop(6), ack(6, STOP)))
    bench.driver.stop(S)
    bench.at(S + 1)
    bench.at(S + 50 * MS)
    (confirmed,) = bench.at(S + 51 * MS)
    assert confirmed == StopConfirmed(at_us=S + 51 * MS, requested_us=S)


def test_a_stop_unanswered_for_1200_ms_is_a_loss_and_then_the_driver_is_silent(bench):
    bench.set_up()
    bench.port.expect(*((stop(number), b"") for number in range(5, 29)))
    bench.driver.stop(S)
    events = [event for ms in range(0, 1200, 50) for event in bench.at(S + ms * MS)]
    assert events == []
    assert only_loss(bench.at(S + 1200 * MS)).kind is LossKind.SILENT
    assert bench.driver.next_deadline_us() is None
    assert (bench.at(9 * S), bench.port.is_finished) == ([], True)


def test_a_stop_while_setting_up_ends_the_set_up(bench):
    bench.connect()
    bench.port.expect((stop(2), ack(2, STOP)), (channel_list(3), ack(3, LIST)))
    bench.driver.set_up(bench.permit(SETUP), 10)
    bench.at(11)
    bench.port.expect((stop(4), ack(4, STOP)))
    bench.driver.stop(12)
    assert bench.at(13) == [StopConfirmed(at_us=13, requested_us=12)]
    assert bench.port.is_finished


def test_a_stop_during_the_handshake_completes_it(bench):
    bench.driver.connect(0)
    bench.port.say(init(9))
    bench.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 0)), (stop(1), ack(1, STOP)))
    bench.at(1)
    bench.driver.stop(2)
    assert bench.at(3) == [
        StopConfirmed(at_us=3, requested_us=2),
        Connected(at_us=3, identity=IDENTITY),
    ]


def test_a_stop_before_the_offer_is_written_and_the_search_goes_on(bench):
    bench.driver.connect(0)
    bench.port.expect((stop(0), b""))
    bench.driver.stop(1)
    bench.port.say(init(9))
    bench.port.expect((init_ack(9), b""))
    bench.at(2)
    bench.port.expect((stop(1), ack(1, STOP)))
    bench.at(1 + 50 * MS)
    assert bench.at(2 + 50 * MS) == [
        StopConfirmed(at_us=2 + 50 * MS, requested_us=1),
        Connected(at_us=2 + 50 * MS, identity=IDENTITY),
    ]


def test_a_stop_that_no_device_can_answer_is_given_up_without_a_word(bench):
    bench.port.expect((stop(0), b""))
    bench.driver.stop(0)
    assert (bench.at(1200 * MS), bench.driver.next_deadline_us()) == ([], None)


def test_after_a_loss_a_stop_is_still_written_and_confirmed(bench):
    bench.set_up()
    bench.port.say(stimulation_error(42, -2))
    bench.port.expect((stop(5), ack(5, STOP)))
    bench.at(S)
    bench.at(S + 1)
    bench.port.expect((stop(6), ack(6, STOP)))
    bench.driver.stop(2 * S)
    assert bench.at(2 * S + 1) == [StopConfirmed(at_us=2 * S + 1, requested_us=2 * S)]


def test_a_stop_after_a_loss_that_is_never_answered_is_no_second_loss(bench):
    bench.set_up()
    bench.port.say(stimulation_error(42, -2))
    bench.port.expect((stop(5), b""))
    bench.at(S)
    assert bench.at(S + 1200 * MS) == []


def test_a_loss_during_the_handshake_does_not_end_in_a_connection(bench):
    bench.driver.connect(0)
    bench.port.say(init(9))
    bench.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 2)))
    bench.at(1)
    bench.port.expect((stop(1), ack(1, STOP)))
    bench.at(2)
    assert bench.at(3) == [StopConfirmed(at_us=3, requested_us=2)]


def test_an_offer_after_a_loss_during_the_handshake_is_answered_but_begins_nothing(bench):
    bench.driver.connect(0)
    bench.port.say(init(9))
    bench.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 2)), (stop(1), b""))
    bench.at(1)
    bench.at(2)
    bench.port.say(init(10))
    bench.port.expect((init_ack(10), b""))
    assert bench.at(3) == []
