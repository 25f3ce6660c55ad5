"""How frames are put out on a P24 and what it answers, byte for byte."""

import pytest
from support.device_events import only_loss
from support.p24_dialogues import INIT, MASK, MS, UPDATE, S
from support.sciencemode4 import (
    ack,
    current_data,
    general_error,
    get_current_data,
    ml_init,
    ml_stop,
    ml_update,
    no_pulse,
    pulse,
    unknown_command,
)

from drivers.interface import LossKind, NoiseSeen, OutputConfirmed, ReplyMissed
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output


def test_an_output_is_written_at_once_and_confirmed(bench):
    sent = bench.output_sent(ack(5, UPDATE))
    assert bench.at(S + 9) == [OutputConfirmed(at_us=S + 9, sent_us=S, frame=sent)]


def test_half_milliamperes_of_a_fine_period_go_out_as_they_are(bench):
    bench.connect()
    setup = TrainSetup(period_us=28_750, channels=(2,))
    word = (115 << 1 | 1).to_bytes(2, "big")
    quiet = ml_update(4, 2, b"\x00" + word + no_pulse(1)[3:])
    loud = ml_update(5, 2, b"\x20" + word + pulse(1, 350, 25)[3:])
    bench.port.expect((ml_init(3), ack(3, INIT)), (quiet, ack(4, UPDATE)), (loud, b""))
    bench.driver.set_up(bench.permit(setup), 10)
    bench.at(11), bench.at(12)
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(2, 12_500, 350),))
    bench.driver.output(bench.permit(frame), S)
    assert bench.port.is_finished


def test_an_output_whose_answer_was_lost_is_asked_for_and_not_believed(bench):
    bench.output_sent()
    bench.port.expect((get_current_data(6), current_data(6, MASK)))
    bench.at(S + 200 * MS)
    events = bench.at(S + 201 * MS)
    assert events[-1] == ReplyMissed(at_us=S + 201 * MS, command="output")
    assert bench.driver.is_ready


def test_an_output_unanswered_twice_is_a_loss_and_is_followed_by_a_stop(bench):
    bench.output_sent()
    bench.port.expect((get_current_data(6), b""), (ml_stop(7), b""))
    bench.at(S + 200 * MS)
    assert only_loss(bench.at(S + 400 * MS)).kind is LossKind.SILENT
    assert bench.port.is_finished


def test_a_command_that_arrived_damaged_is_asked_about(bench):
    bench.output_sent(general_error(0))
    bench.port.expect((get_current_data(6), current_data(6, MASK)))
    events = bench.at(S + 1) + bench.at(S + 2)
    assert ReplyMissed(at_us=S + 2, command="output") in events


def test_a_busy_device_is_asked_about(bench):
    bench.output_sent(ack(5, UPDATE, 21))
    bench.port.expect((get_current_data(6), current_data(6, MASK)))
    events = bench.at(S + 1) + bench.at(S + 2)
    assert ReplyMissed(at_us=S + 2, command="output") in events


def test_an_unknown_command_in_a_session_is_a_loss(bench):
    bench.output_sent(unknown_command(5))
    bench.port.expect((ml_stop(6), b""))
    assert only_loss(bench.at(S + 1)).kind is LossKind.REFUSED


@pytest.mark.parametrize("unasked", [general_error(9), unknown_command(9)])
def test_a_complaint_that_nobody_asked_for_is_noise(bench, unasked):
    bench.set_up()
    bench.port.say(unasked)
    (event,) = bench.at(S)
    assert isinstance(event, NoiseSeen)
