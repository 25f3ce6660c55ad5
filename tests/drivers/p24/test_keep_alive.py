"""How a P24 is kept alive, and what it tells about its channels."""

import pytest
from support.device_events import only_loss
from support.p24_dialogues import MASK, MS, UPDATE, S, outputs, update
from support.sciencemode4 import ack, current_data, get_current_data, get_status, ml_stop, status

from drivers.interface import Alive, LossKind, StatusReport
from protocols.errors import DeviceError
from protocols.status import Contact


def test_asking_what_the_channels_do_keeps_the_device_alive(bench):
    bench.flowing()
    events = bench.asked(current_data(6, MASK))
    assert events[-1] == Alive(at_us=2 * S + 1, sent_us=2 * S)


def test_a_flow_that_the_device_may_have_ended_by_itself_is_not_gone_on_with(bench):
    bench.flowing()
    bench.port.expect((ml_stop(6), b""))
    assert bench.driver.next_deadline_us() == S + 1_800 * MS
    assert bench.at(S + 1_799 * MS) == []
    assert only_loss(bench.at(S + 1_800 * MS)).kind is LossKind.LATE
    with pytest.raises(DeviceError, match="lost"):
        bench.driver.output(bench.permit(outputs(20, 10.5)), S + 1_800 * MS)


def test_an_answer_that_only_a_host_held_up_reads_late_keeps_no_flow_alive(bench):
    bench.output_sent(ack(5, UPDATE))
    bench.port.expect((ml_stop(6), b""))
    assert only_loss(bench.at(S + 2_500 * MS)).kind is LossKind.LATE


def test_a_train_without_current_may_be_left_alone_for_longer(bench):
    bench.set_up()
    assert bench.at(10 * S) == []
    bench.port.expect((update(5, 20, 10.5), b""))
    bench.driver.output(bench.permit(outputs(20, 10.5)), 10 * S)
    assert bench.at(10 * S) == []


def test_channels_at_rest_are_not_reported(bench):
    bench.set_up()
    bench.port.expect((get_current_data(5), current_data(5, MASK)))
    bench.driver.keep_alive(2 * S)
    assert bench.at(2 * S + 1) == [Alive(at_us=2 * S + 1, sent_us=2 * S)]


def test_contact_is_known_only_from_15_ma_on(bench):
    bench.flowing()
    report = bench.asked(current_data(6, MASK))[0]
    assert isinstance(report, StatusReport)
    contacts = [(own.channel, own.contact) for own in report.status.channels]
    assert contacts == [(1, Contact.GOOD), (5, None)]


def test_less_current_than_set_is_reported_as_clipped(bench):
    bench.flowing()
    report = bench.asked(current_data(6, MASK, ch5=3))[0]
    assert isinstance(report, StatusReport)
    assert [c.is_clipped for c in report.status.channels] == [False, True]


@pytest.mark.parametrize(("state", "mask"), [(1, MASK), (2, MASK), (1, 0), (3, 0)])
def test_a_channel_in_error_is_a_loss_that_names_it(bench, state, mask):
    bench.flowing()
    bench.port.expect((get_current_data(6), current_data(6, mask, ch5=state)), (ml_stop(7), b""))
    bench.driver.keep_alive(2 * S)
    loss = only_loss(bench.at(2 * S + 1))
    assert (loss.kind, loss.channel) == (LossKind.FAULT, 5)


@pytest.mark.parametrize("mask", [0, 1, 0b11_0001])
def test_channels_that_run_other_than_set_are_a_loss(bench, mask):
    bench.flowing()
    bench.port.expect((get_current_data(6), current_data(6, mask)), (ml_stop(7), b""))
    bench.driver.keep_alive(2 * S)
    assert only_loss(bench.at(2 * S + 1)).kind is LossKind.WRONG_MODE


def test_nothing_set_up_is_asked_for_its_status(bench):
    bench.connect()
    bench.port.expect((get_status(3), status(3, 0)))
    bench.driver.keep_alive(S)
    assert bench.at(S + 1) == [Alive(at_us=S + 1, sent_us=S)]
