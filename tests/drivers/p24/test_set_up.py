"""How a train is set up on a P24, byte for byte."""

import pytest
from support.device_events import only_loss
from support.p24_dialogues import INIT, MS, SETUP, STOP, UPDATE, silence
from support.sciencemode4 import ack, get_status, ml_init, ml_stop, status

from drivers.interface import LossKind, ReplyMissed, SetUpConfirmed
from protocols.errors import DeviceError
from protocols.pulses import TrainSetup


def test_a_set_up_is_high_voltage_then_an_update_without_a_pulse(bench):
    assert bench.set_up() == [SetUpConfirmed(at_us=12, setup=SETUP)]
    assert bench.port.is_finished


def test_a_train_that_is_set_up_again_is_stopped_first(bench):
    bench.set_up()
    bench.port.expect(
        (ml_stop(5), ack(5, STOP)), (ml_init(6), ack(6, INIT)), (silence(7), ack(7, UPDATE))
    )
    bench.driver.set_up(bench.permit(SETUP), 20)
    events = bench.at(21) + bench.at(22) + bench.at(23)
    assert events == [SetUpConfirmed(at_us=23, setup=SETUP)]


def test_high_voltage_may_take_half_a_second(bench):
    bench.connect()
    bench.port.expect((ml_init(3), b""))
    bench.driver.set_up(bench.permit(SETUP), 0)
    assert bench.at(499 * MS) == []
    bench.port.expect((get_status(4), status(4, 2)), (silence(5), ack(5, UPDATE)))
    events = bench.at(500 * MS) + bench.at(501 * MS) + bench.at(502 * MS)
    assert [type(event) for event in events] == [ReplyMissed, SetUpConfirmed]


def test_high_voltage_that_did_not_come_on_is_a_loss(bench):
    bench.connect()
    bench.port.expect((ml_init(3), b""))
    bench.driver.set_up(bench.permit(SETUP), 0)
    bench.port.expect((get_status(4), status(4, 0)), (ml_stop(5), b""))
    events = bench.at(500 * MS) + bench.at(501 * MS)
    assert only_loss(events).kind is LossKind.WRONG_MODE


@pytest.mark.parametrize("result", [2, 7, 8])
def test_a_refused_set_up_is_a_loss_and_is_followed_by_a_stop(bench, result):
    bench.connect()
    bench.port.expect((ml_init(3), ack(3, INIT, result)), (ml_stop(4), b""))
    bench.driver.set_up(bench.permit(SETUP), 10)
    loss = only_loss(bench.at(11))
    assert (loss.kind, f"result {result}" in loss.detail) == (LossKind.REFUSED, True)
    assert bench.port.is_finished


@pytest.mark.parametrize(
    "setup",
    [
        TrainSetup(period_us=25_100, channels=(1,)),
        TrainSetup(period_us=25_000, channels=(1, 9)),
        TrainSetup(period_us=500, channels=(1,)),
        TrainSetup(period_us=25_000, channels=()),
        TrainSetup(period_us=25_000, channels=(5, 1)),
    ],
)
def test_a_train_that_the_device_cannot_make_is_refused_before_anything_is_written(bench, setup):
    bench.connect()
    with pytest.raises(DeviceError):
        bench.driver.set_up(bench.permit(setup), 10)
    assert bench.driver.is_ready
