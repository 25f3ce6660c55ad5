"""Errors that a RehaStim2 tells of, and restarts in mid-session."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import SETUP, START, STOP, S, channel_list, outputs
from support.sciencemode2 import ack, damaged, init, init_ack, stimulation_error, stop

from drivers.interface import LossKind, NoiseSeen, StopConfirmed
from protocols.errors import DeviceError


@pytest.mark.parametrize(
    ("error", "detail", "advice"),
    [
        (-1, "emergency switch", "Plug the switch in"),
        (-2, "electrode error", "electrodes of all channels"),
        (-3, "stimulation module error", "serviced"),
        (-9, "unknown stimulation error -9", "do not use"),
    ],
)
def test_a_fault_of_the_device_is_a_loss_with_advice_and_is_followed_by_a_stop(
    bench, error, detail, advice
):
    bench.set_up()
    bench.port.say(stimulation_error(42, error))
    bench.port.expect((stop(5), ack(5, STOP)))
    loss = only_loss(bench.at(S))
    assert (loss.kind, loss.channel) == (LossKind.FAULT, None)
    assert detail in loss.detail
    assert advice in loss.advice
    assert bench.at(S + 1) == [StopConfirmed(at_us=S + 1, requested_us=S)]


@pytest.mark.parametrize(
    "arriving",
    [
        stimulation_error(42, -1) + ack(5, START),
        ack(5, START) + stimulation_error(42, -1),
        stimulation_error(42, -1),
    ],
    ids=["before the answer", "after the answer", "instead of the answer"],
)
def test_a_fault_counts_whenever_it_comes(bench, arriving):
    bench.output_sent(arriving)
    bench.port.expect((stop(6), b""))
    events = bench.at(S + 1)
    assert only_loss(events).kind is LossKind.FAULT
    assert not any(isinstance(event, NoiseSeen) for event in events)


def test_a_fault_while_setting_up_ends_the_set_up(bench):
    bench.connect()
    bench.port.expect((stop(2), ack(2, STOP)), (channel_list(3), stimulation_error(1, -1)))
    bench.driver.set_up(bench.permit(SETUP), 10)
    bench.at(11)
    bench.port.expect((stop(4), b""))
    assert only_loss(bench.at(12)).kind is LossKind.FAULT


def test_an_offer_in_mid_session_means_a_restart_and_is_answered(bench):
    bench.output_sent(init(3))
    bench.port.expect((init_ack(3), b""), (stop(6), ack(6, STOP)))
    assert only_loss(bench.at(S + 1)).kind is LossKind.RESTARTED
    assert bench.at(S + 2) == [StopConfirmed(at_us=S + 2, requested_us=S + 1)]


def test_an_offer_while_idle_means_a_restart_too(bench):
    bench.connect()
    bench.port.say(init(3))
    bench.port.expect((init_ack(3), b""), (stop(2), b""))
    assert only_loss(bench.at(S)).kind is LossKind.RESTARTED


def test_after_a_loss_further_offers_are_answered_so_that_stops_reach_the_device(bench):
    bench.set_up()
    bench.port.say(stimulation_error(42, -3))
    bench.port.expect((stop(5), b""))
    bench.at(S)
    bench.port.say(init(1))
    bench.port.expect((init_ack(1), b""))
    assert bench.at(S + 1) == []


@pytest.mark.parametrize("order", ["set_up", "output", "keep_alive"])
def test_after_a_loss_no_order_is_taken(bench, order):
    bench.set_up()
    bench.port.say(stimulation_error(42, -2))
    bench.port.expect((stop(5), ack(5, STOP)))
    bench.at(S)
    bench.at(S + 1)
    arguments = {
        "set_up": (bench.permit(SETUP), S + 2),
        "output": (bench.permit(outputs(1, 1)), S + 2),
        "keep_alive": (S + 2,),
    }
    with pytest.raises(DeviceError, match=r"was lost: electrode error.*Check leads"):
        getattr(bench.driver, order)(*arguments[order])


def test_a_loss_is_told_once(bench):
    bench.set_up()
    bench.port.say(stimulation_error(42, -2), stimulation_error(43, -2), damaged(ack(1, START)))
    bench.port.expect((stop(5), b""))
    assert len(bench.at(S)) == 1
