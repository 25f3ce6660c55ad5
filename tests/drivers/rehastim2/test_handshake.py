"""How a driver and a RehaStim2 find each other, byte for byte."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import IDENTITY, SETUP, START, STOP, S, outputs
from support.sciencemode2 import (
    ack,
    frame,
    get_mode,
    init,
    init_ack,
    mode_ack,
    stimulation_error,
    stop,
)

from drivers import registry
from drivers.interface import Connected, LossKind
from protocols.errors import DeviceError


def test_the_handshake_ends_connected_with_nothing_flowing(bench):
    assert bench.connect() == [Connected(at_us=3, identity=IDENTITY)]
    assert bench.port.is_finished
    assert bench.driver.is_ready


def test_nothing_is_written_before_the_device_offers_a_connection(bench):
    bench.driver.connect(0)
    assert (bench.at(1_999_999), bench.port.written) == ([], [])


def test_a_device_that_offers_no_connection_within_2_s_is_not_found(bench):
    bench.driver.connect(0)
    assert bench.driver.next_deadline_us() == 2 * S
    loss = only_loss(bench.at(2 * S))
    assert (loss.kind, bench.port.written) == (LossKind.NOT_FOUND, [])
    assert bench.driver.next_deadline_us() is None


def test_not_found_is_told_once(bench):
    bench.driver.connect(0)
    bench.at(2 * S)
    assert bench.at(3 * S) == []


def test_an_offer_that_comes_too_late_is_not_answered(bench):
    bench.driver.connect(0)
    bench.at(2 * S)
    bench.port.say(init(4))
    assert (bench.at(3 * S), bench.port.written) == ([], [])


def test_of_several_offers_the_newest_is_answered(bench):
    bench.driver.connect(0)
    bench.port.say(init(1), init(2), init(3))
    bench.port.expect((init_ack(3), b""), (get_mode(0), b""))
    bench.at(1)
    assert bench.port.is_finished


def test_what_a_former_session_left_behind_is_dropped_without_a_word(bench):
    bench.driver.connect(0)
    bench.port.say(frame(3, 99, 1, 2), ack(200, START), stimulation_error(1, -2), b"\xf0\x81\x00")
    assert (bench.at(1), bench.port.written) == ([], [])


def test_an_offer_repeated_during_the_handshake_is_answered_and_asked_again(bench):
    bench.driver.connect(0)
    bench.port.say(init(1))
    bench.port.expect((init_ack(1), b""), (get_mode(0), b""))
    bench.at(1)
    bench.port.say(init(2))
    bench.port.expect((init_ack(2), b""), (get_mode(1), mode_ack(0, 0) + mode_ack(1, 0)))
    bench.at(2)
    bench.port.expect((stop(2), ack(2, STOP)))
    assert bench.at(3) + bench.at(4) == [Connected(at_us=4, identity=IDENTITY)]


def test_another_protocol_version_is_refused_and_named(bench):
    bench.driver.connect(0)
    bench.port.say(init(9, version=2))
    bench.port.expect((init_ack(9, -5), b""))
    loss = only_loss(bench.at(1))
    assert (loss.kind, loss.detail) == (LossKind.WRONG_DEVICE, "protocol version 2")


def test_a_device_that_is_not_in_start_mode_after_the_offer_is_stopped_and_lost(bench):
    bench.driver.connect(0)
    bench.port.say(init(9))
    bench.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 2)), (stop(1), b""))
    bench.at(1)
    assert only_loss(bench.at(2)).kind is LossKind.WRONG_MODE


def test_the_offers_of_port_and_capabilities_come_from_the_registry(bench):
    assert bench.driver.capabilities is registry.load("rehastim2").capabilities


def test_a_driver_connects_once(bench):
    bench.connect()
    with pytest.raises(DeviceError, match="make a new one"):
        bench.driver.connect(5)


def test_a_closed_driver_does_not_connect(bench):
    bench.driver.close()
    with pytest.raises(DeviceError, match="make a new one"):
        bench.driver.connect(5)


@pytest.mark.parametrize("order", ["set_up", "output", "keep_alive"])
def test_before_the_connection_no_order_is_taken(bench, order):
    arguments = {
        "set_up": (bench.permit(SETUP), 0),
        "output": (bench.permit(outputs(1, 1)), 0),
        "keep_alive": (0,),
    }
    with pytest.raises(DeviceError, match="not connected"):
        getattr(bench.driver, order)(*arguments[order])
