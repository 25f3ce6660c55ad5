"""How frames are put out on a RehaStim2 and what it answers, byte for byte."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import MS, SETUP, START, STOP, S, outputs, start
from support.sciencemode2 import ack, frame, get_mode, mode_ack, stop

from drivers.interface import LossKind, OutputConfirmed, ReplyMissed, StopConfirmed
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output


def test_an_output_is_written_at_once_and_confirmed(bench):
    sent = bench.output_sent(ack(5, START))
    assert bench.at(S + 9) == [OutputConfirmed(at_us=S + 9, sent_us=S, frame=sent)]
    assert bench.driver.is_ready


def test_while_an_output_is_unanswered_no_order_is_taken(bench):
    bench.output_sent()
    with pytest.raises(DeviceError):
        bench.driver.output(bench.permit(outputs(1, 1)), S + 1)
    assert bench.driver.next_deadline_us() == S + 200 * MS


def test_an_output_for_another_train_is_refused(bench):
    bench.set_up()
    other = OutputFrame(
        setup=TrainSetup(period_us=30_000, channels=(1, 5)), outputs=outputs(1, 1).outputs
    )
    with pytest.raises(DeviceError, match="another train"):
        bench.driver.output(bench.permit(other), S)
    assert bench.driver.is_ready


def test_an_output_before_any_set_up_is_refused(bench):
    bench.connect()
    with pytest.raises(DeviceError, match="another train"):
        bench.driver.output(bench.permit(outputs(1, 1)), S)


def test_an_output_off_the_grid_is_refused_and_not_rounded(bench):
    bench.set_up()
    both = (symmetric_output(1, 10_500, 300), symmetric_output(5, 0, 0))
    with pytest.raises(DeviceError, match="10500 µA"):
        bench.driver.output(bench.permit(OutputFrame(setup=SETUP, outputs=both)), S)
    assert bench.driver.is_ready


def test_an_output_with_the_permit_of_a_train_is_refused(bench):
    bench.set_up()
    with pytest.raises(DeviceError, match="permit of a frame"):
        bench.driver.output(bench.permit(SETUP), S)


def test_a_used_permit_is_refused_at_the_wire(bench):
    bench.set_up()
    leave = bench.permit(outputs(10, 20))
    bench.port.expect((start(5, (300, 10), (250, 20)), ack(5, START)))
    bench.driver.output(leave, S)
    bench.at(S + 1)
    with pytest.raises(DeviceError, match="used or overtaken"):
        bench.driver.output(leave, S + 2)
    assert bench.port.is_finished


def test_packet_numbers_wrap_after_255(bench):
    bench.set_up()
    for step in range(5, 300):
        number = step % 256
        bench.port.expect((start(number, (300, 10), (250, 20)), ack(number, START)))
        bench.driver.output(bench.permit(outputs(10, 20)), step * S)
        assert len(bench.at(step * S + 1)) == 1


def test_a_refused_output_is_a_loss_and_is_followed_by_a_stop(bench):
    bench.output_sent(ack(5, START, -2))
    bench.port.expect((stop(6), ack(6, STOP)))
    loss = only_loss(bench.at(S + 1))
    assert (loss.kind, loss.detail) == (
        LossKind.REFUSED,
        "output: result -2: a value is out of range",
    )
    assert bench.at(S + 2) == [StopConfirmed(at_us=S + 2, requested_us=S + 1)]


def test_an_output_that_the_device_does_not_know_is_a_loss(bench):
    bench.output_sent(frame(5, 3, START))
    bench.port.expect((stop(6), b""))
    assert only_loss(bench.at(S + 1)).kind is LossKind.REFUSED


@pytest.mark.parametrize("result", [-1, -8])
def test_a_damaged_or_busy_answer_is_followed_by_a_question_and_ready_again(bench, result):
    bench.output_sent(ack(5, START, result))
    bench.port.expect((get_mode(6), mode_ack(6, 2)))
    assert bench.at(S + 1) == []
    assert bench.at(S + 2) == [ReplyMissed(at_us=S + 2, command="output")]
    assert bench.driver.is_ready


def test_a_device_that_stays_busy_is_lost(bench):
    bench.output_sent(ack(5, START, -8))
    bench.port.expect((get_mode(6), frame(6, 11, 0xF8)), (stop(7), b""))
    bench.at(S + 1)
    loss = only_loss(bench.at(S + 2))
    assert (loss.kind, "twice in a row" in loss.detail) == (LossKind.REFUSED, True)
