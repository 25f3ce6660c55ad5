"""Missing, late, doubled, wrong and damaged answers of a RehaStim2."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import LIST, MS, START, STOP, S, outputs, start
from support.sciencemode2 import ack, damaged, frame, get_mode, mode_ack, stop

from drivers.interface import LossKind, NoiseSeen, OutputConfirmed, ReplyMissed, StopConfirmed


def test_before_the_deadline_a_missing_answer_is_awaited(bench):
    bench.output_sent()
    assert bench.at(S + 200 * MS - 1) == []
    assert bench.port.is_finished


def test_a_missing_answer_is_followed_by_a_question_and_ready_again(bench):
    bench.output_sent()
    bench.port.expect((get_mode(6), mode_ack(6, 2)))
    assert bench.at(S + 200 * MS) == []
    assert not bench.driver.is_ready
    missed = ReplyMissed(at_us=S + 201 * MS, command="output")
    assert bench.at(S + 201 * MS) == [missed]
    assert bench.driver.is_ready


def test_after_a_missed_answer_the_next_output_is_a_fresh_one(bench):
    bench.output_sent()
    bench.port.expect((get_mode(6), mode_ack(6, 2)))
    bench.at(S + 200 * MS)
    bench.at(S + 201 * MS)
    bench.port.expect((start(7, (300, 3), (250, 4)), ack(7, START)))
    bench.driver.output(bench.permit(outputs(3, 4)), S + 202 * MS)
    (confirmed,) = bench.at(S + 203 * MS)
    assert isinstance(confirmed, OutputConfirmed)


@pytest.mark.parametrize("mode", [0, 1])
def test_a_missing_answer_and_another_mode_is_a_loss_and_is_followed_by_a_stop(bench, mode):
    bench.output_sent()
    bench.port.expect((get_mode(6), mode_ack(6, mode)), (stop(7), b""))
    bench.at(S + 200 * MS)
    assert only_loss(bench.at(S + 201 * MS)).kind is LossKind.WRONG_MODE


def test_a_second_missing_answer_is_a_loss_and_is_followed_by_a_stop(bench):
    bench.output_sent()
    bench.port.expect((get_mode(6), b""), (stop(7), b""))
    bench.at(S + 200 * MS)
    loss = only_loss(bench.at(S + 400 * MS))
    assert (loss.kind, bench.port.is_finished) == (LossKind.SILENT, True)


def test_an_answer_that_waited_unread_beyond_the_deadline_still_counts(bench):
    bench.output_sent(ack(5, START))
    (confirmed,) = bench.at(S + 300 * MS)
    assert isinstance(confirmed, OutputConfirmed)


def test_a_late_answer_is_dropped_as_noise(bench):
    bench.output_sent()
    bench.port.expect((get_mode(6), ack(5, START) + mode_ack(6, 2)))
    bench.at(S + 200 * MS)
    late, missed = bench.at(S + 201 * MS)
    assert isinstance(late, NoiseSeen)
    assert isinstance(missed, ReplyMissed)


def test_a_doubled_answer_is_dropped_as_noise(bench):
    bench.output_sent(ack(5, START) * 2)
    confirmed, noise = bench.at(S + 1)
    assert isinstance(confirmed, OutputConfirmed)
    assert noise == NoiseSeen(at_us=S + 1, detail="reply 33, number 5, is not awaited")
    assert bench.driver.is_ready


@pytest.mark.parametrize("wrong", [ack(4, START), ack(6, START)])
def test_an_answer_with_another_number_is_dropped_as_noise(bench, wrong):
    bench.output_sent(wrong)
    (noise,) = bench.at(S + 1)
    assert isinstance(noise, NoiseSeen)
    assert not bench.driver.is_ready


@pytest.mark.parametrize("wrong", [ack(5, LIST), mode_ack(5, 2)])
def test_an_answer_that_contradicts_its_command_is_a_loss_at_once(bench, wrong):
    bench.output_sent(wrong)
    bench.port.expect((stop(6), b""))
    assert only_loss(bench.at(S + 1)).kind is LossKind.CONFUSED


def test_a_late_answer_to_what_a_stop_overtook_is_no_contradiction(bench):
    bench.output_sent()
    bench.port.expect((stop(6), b""))
    bench.driver.stop(S + 1)
    bench.port.say(ack(5, START), ack(6, STOP))
    (confirmed,) = bench.at(S + 2)
    assert isinstance(confirmed, StopConfirmed)


@pytest.mark.parametrize(
    "wrong", [frame(5, 33), frame(5, 99, 0), frame(77, 3, START)], ids=lambda data: data.hex()
)
def test_a_frame_that_is_no_reply_is_dropped_as_noise(bench, wrong):
    bench.output_sent(wrong)
    (noise,) = bench.at(S + 1)
    assert isinstance(noise, NoiseSeen)


def test_a_damaged_answer_is_noise_and_its_command_is_asked_for_again(bench):
    bench.output_sent(damaged(ack(5, START)))
    (noise,) = bench.at(S + 1)
    assert noise.detail.startswith("wrong checksum")
    bench.port.expect((get_mode(6), b""))
    bench.at(S + 200 * MS)
    assert bench.port.is_finished


def test_three_bad_frames_within_a_second_are_a_loss_and_are_followed_by_a_stop(bench):
    bench.set_up()
    bench.port.say(damaged(ack(5, START)) * 2)
    assert len(bench.at(S)) == 2
    bench.port.say(damaged(ack(5, START)))
    bench.port.expect((stop(5), b""))
    assert only_loss(bench.at(2 * S)).kind is LossKind.CONFUSED


def test_three_bad_frames_in_more_than_a_second_are_no_loss(bench):
    bench.set_up()
    bench.port.say(damaged(ack(5, START)) * 2)
    bench.at(S)
    bench.port.say(damaged(ack(5, START)))
    (noise,) = bench.at(2 * S + 1)
    assert isinstance(noise, NoiseSeen)
    assert bench.driver.is_ready
