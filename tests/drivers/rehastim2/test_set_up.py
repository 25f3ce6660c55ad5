"""How a train is set up on a RehaStim2, byte for byte."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import (
    LIST,
    MS,
    SETUP,
    START,
    STOP,
    S,
    channel_list,
    outputs,
    silence,
)
from support.sciencemode2 import ack, get_mode, mode_ack, stop

from drivers.interface import LossKind, ReplyMissed, SetUpConfirmed
from protocols.errors import DeviceError
from protocols.pulses import TrainSetup


def test_a_set_up_is_stop_then_list_then_a_start_without_current(bench):
    assert bench.set_up() == [SetUpConfirmed(at_us=13, setup=SETUP)]
    assert bench.port.is_finished
    assert bench.driver.is_ready


def test_while_setting_up_no_other_order_is_taken(bench):
    bench.connect()
    bench.port.expect((stop(2), b""))
    bench.driver.set_up(bench.permit(SETUP), 10)
    assert not bench.driver.is_ready
    with pytest.raises(DeviceError, match="cannot take a command now: setting up"):
        bench.driver.keep_alive(11)


def test_a_train_may_be_set_up_again(bench):
    bench.set_up()
    bench.port.expect(
        (stop(5), ack(5, STOP)), (channel_list(6), ack(6, LIST)), (silence(7), ack(7, START))
    )
    bench.driver.set_up(bench.permit(SETUP), 20)
    events = bench.at(21) + bench.at(22) + bench.at(23)
    assert events == [SetUpConfirmed(at_us=23, setup=SETUP)]


def test_a_train_that_the_device_cannot_make_is_refused_before_anything_is_written(bench):
    bench.connect()
    impossible = TrainSetup(period_us=10_000, channels=(1, 5))
    with pytest.raises(DeviceError, match="20000"):
        bench.driver.set_up(bench.permit(impossible), 10)
    assert bench.driver.is_ready


def test_a_set_up_with_the_permit_of_a_frame_is_refused(bench):
    bench.connect()
    with pytest.raises(DeviceError, match="permit of a train"):
        bench.driver.set_up(bench.permit(outputs(0, 0)), 10)


@pytest.mark.parametrize("result", [-2, -3])
def test_a_refused_channel_list_is_a_loss_and_is_followed_by_a_stop(bench, result):
    bench.connect()
    bench.port.expect(
        (stop(2), ack(2, STOP)), (channel_list(3), ack(3, LIST, result)), (stop(4), b"")
    )
    bench.driver.set_up(bench.permit(SETUP), 10)
    loss = only_loss(bench.at(11) + bench.at(12))
    assert loss.kind is LossKind.REFUSED
    assert "set-up of the channels: result" in loss.detail
    assert bench.port.is_finished


def test_a_channel_list_whose_answer_was_lost_goes_on_if_the_mode_shows_that_it_took(bench):
    bench.connect()
    bench.port.expect((stop(2), ack(2, STOP)), (channel_list(3), b""))
    bench.driver.set_up(bench.permit(SETUP), 10)
    bench.at(11)
    bench.port.expect((get_mode(4), mode_ack(4, 1)), (silence(5), ack(5, START)))
    events = bench.at(11 + 200 * MS) + bench.at(S) + bench.at(S + 1)
    assert events == [
        ReplyMissed(at_us=S, command="set-up of the channels"),
        SetUpConfirmed(at_us=S + 1, setup=SETUP),
    ]


def test_a_channel_list_that_did_not_take_is_a_loss(bench):
    bench.connect()
    bench.port.expect((stop(2), ack(2, STOP)), (channel_list(3), b""))
    bench.driver.set_up(bench.permit(SETUP), 10)
    bench.at(11)
    bench.port.expect((get_mode(4), mode_ack(4, 0)), (stop(5), b""))
    bench.at(11 + 200 * MS)
    assert only_loss(bench.at(S)).kind is LossKind.WRONG_MODE
