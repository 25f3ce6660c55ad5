"""Whole conversations with a RehaStim2, byte for byte, in virtual time.

The frames of both sides are built by ``support.sciencemode2``; sequences follow the ScienceMode2
description 1.24: handshake 2.3 and 3.1, modes figure 4, results 5.1, errors 4.3.
"""

import pytest
from support.sciencemode2 import (
    ack,
    frame,
    get_mode,
    init,
    init_ack,
    mode_ack,
    stimulation_error,
    stop,
    watchdog,
)
from support.scripted_port import ScriptedPort

from drivers import registry
from drivers.interface import (
    Alive,
    Connected,
    DeviceEvent,
    LossKind,
    NoiseSeen,
    OutputConfirmed,
    OutputLost,
    Permit,
    ReplyMissed,
    SetUpConfirmed,
    Stimulator,
    StopConfirmed,
)
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

MS = 1_000
S = 1_000_000
SETUP = TrainSetup(period_us=25_000, channels=(1, 5))
LIST, START, STOP = 30, 32, 34
IDENTITY = "HASOMED RehaStim2, ScienceMode2 protocol version 1"


def channel_list(number: int) -> bytes:
    """N 0, channels 1 and 5, no low frequency, t2 16 ms = code 29, t1 25 ms = code 48."""
    return frame(number, LIST, 0, 0b0001_0001, 0, 29, 0, 48, 0)


def start(number: int, first: tuple[int, int], second: tuple[int, int]) -> bytes:
    """Two channels, each (width in µs, current in mA)."""
    blocks = [(0, width >> 8, width & 255, current) for width, current in (first, second)]
    return frame(number, START, *blocks[0], *blocks[1])


def silence(number: int) -> bytes:
    return start(number, (0, 0), (0, 0))


def outputs(first_ma: int, second_ma: int) -> OutputFrame:
    both = (symmetric_output(1, first_ma * MS, 300), symmetric_output(5, second_ma * MS, 250))
    return OutputFrame(setup=SETUP, outputs=both)


class Bench:
    """A driver on a scripted port; `at` polls it and returns what happened."""

    def __init__(self) -> None:
        self.port = ScriptedPort()
        self.driver: Stimulator = registry.load("rehastim2").make(self.port, None)
        self._serial = 0

    def at(self, now_us: int) -> list[DeviceEvent]:
        return list(self.driver.poll(now_us))

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0 and 1."""
        self.driver.connect(0)
        self.port.say(init(9))
        self.port.expect((init_ack(9), b""), (get_mode(0), mode_ack(0, 0)), (stop(1), ack(1, STOP)))
        return self.at(1) + self.at(2) + self.at(3)

    def set_up(self) -> list[DeviceEvent]:
        """Host numbers 2, 3 and 4."""
        self.connect()
        self.port.expect(
            (stop(2), ack(2, STOP)),
            (channel_list(3), ack(3, LIST)),
            (silence(4), ack(4, START)),
        )
        self.driver.set_up(self.permit(SETUP), 10)
        return self.at(11) + self.at(12) + self.at(13)

    def output_sent(self, answer: bytes = b"") -> OutputFrame:
        """Host number 5, written at 1 s."""
        self.set_up()
        self.port.expect((start(5, (300, 10), (250, 20)), answer))
        self.driver.output(self.permit(outputs(10, 20)), S)
        return outputs(10, 20)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def only_loss(events: list[DeviceEvent]) -> OutputLost:
    (loss,) = [event for event in events if isinstance(event, OutputLost)]
    return loss


# Handshake


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


# Set-up


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


# Output


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


# Missing, late, doubled and wrong answers


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


def damaged(sound: bytes) -> bytes:
    return sound[:2] + bytes((sound[2] ^ 1,)) + sound[3:]


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


# Keep-alive


def test_with_nothing_set_up_the_keep_alive_is_a_watchdog_without_an_answer(bench):
    bench.connect()
    bench.port.expect((watchdog(2), b""))
    bench.driver.keep_alive(S)
    assert (bench.at(S + 1), bench.driver.is_ready) == ([], True)


def test_with_a_train_set_up_the_keep_alive_asks_for_the_mode(bench):
    bench.set_up()
    bench.port.expect((get_mode(5), mode_ack(5, 2)))
    bench.driver.keep_alive(S)
    assert bench.at(S + 5) == [Alive(at_us=S + 5, sent_us=S)]
    assert bench.driver.is_ready


@pytest.mark.parametrize("mode", [0, 1])
def test_a_device_in_another_mode_than_believed_is_lost_and_stopped(bench, mode):
    bench.set_up()
    bench.port.expect((get_mode(5), mode_ack(5, mode)), (stop(6), b""))
    bench.driver.keep_alive(S)
    loss = only_loss(bench.at(S + 5))
    assert (loss.kind, loss.detail) == (
        LossKind.WRONG_MODE,
        f"keep-alive: mode {mode} instead of 2",
    )


def test_a_keep_alive_missed_once_is_asked_again(bench):
    bench.set_up()
    bench.port.expect((get_mode(5), b""), (get_mode(6), mode_ack(6, 2)))
    bench.driver.keep_alive(S)
    bench.at(S + 200 * MS)
    assert bench.at(S + 201 * MS) == [
        ReplyMissed(at_us=S + 201 * MS, command="keep-alive"),
        Alive(at_us=S + 201 * MS, sent_us=S + 200 * MS),
    ]


# Faults and restarts


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


# Stop


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


# The port, and the end


def test_a_port_that_fails_while_read_is_a_loss_told_once(bench):
    bench.set_up()
    bench.port.fails = True
    loss = only_loss(bench.at(S))
    assert (loss.kind, loss.detail) == (LossKind.PORT, "the line is gone")
    assert bench.at(S + 1) == []
    assert bench.driver.fileno() is None


def test_a_port_that_fails_while_an_output_is_written_is_a_loss_told_by_the_next_poll(bench):
    bench.set_up()
    bench.port.fails = True
    bench.driver.output(bench.permit(outputs(1, 1)), S)
    assert only_loss(bench.at(S + 1)).kind is LossKind.PORT


def test_a_port_that_fails_while_a_stop_is_written_is_a_loss_told_by_the_next_poll(bench):
    bench.set_up()
    bench.port.fails = True
    bench.driver.stop(S)
    assert only_loss(bench.at(S + 1)).kind is LossKind.PORT


def test_a_port_that_recovers_still_gets_its_stop(bench):
    bench.set_up()
    bench.port.fails = True
    bench.driver.output(bench.permit(outputs(1, 1)), S)
    bench.port.fails = False
    bench.port.expect((stop(7), ack(7, STOP)))
    bench.at(S + 50 * MS)
    (confirmed,) = bench.at(S + 51 * MS)
    assert isinstance(confirmed, StopConfirmed)


def test_abandon_writes_a_last_stop_closes_the_port_and_falls_silent(bench):
    bench.output_sent()
    bench.port.expect((stop(6), b""))
    bench.driver.abandon(S + 1)
    assert bench.port.is_finished
    assert bench.port.is_closed
    assert (bench.at(9 * S), bench.driver.next_deadline_us()) == ([], None)
    assert bench.driver.fileno() is None
    assert not bench.driver.is_ready


def test_abandon_swallows_a_failing_port_and_tells_of_it_afterwards(bench):
    bench.set_up()
    bench.port.fails = True
    bench.driver.abandon(S)
    assert bench.port.is_closed
    assert only_loss(bench.at(S + 1)).kind is LossKind.PORT


def test_a_stop_after_the_end_is_accepted_and_writes_nothing(bench):
    bench.connect()
    bench.driver.close()
    bench.driver.stop(S)
    bench.driver.close()
    assert len(bench.port.written) == 3


def test_there_is_something_to_wait_on_while_the_line_is_open(bench):
    assert bench.driver.fileno() == 7


def test_with_nothing_open_no_poll_is_due(bench):
    bench.set_up()
    assert bench.driver.next_deadline_us() is None
