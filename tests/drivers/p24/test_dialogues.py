"""Whole conversations with a P24 and a RehaMove3, byte for byte, in virtual time.

The frames of both sides are built by ``support.sciencemode4``; sequences follow the P24 IFU 1.1
(general layer p. 18-20, mid level p. 23-26) and, for the RehaMove3, the ScienceMode 3 description.
"""

import pytest
from support.sciencemode4 import (
    ack,
    current_data,
    current_data_of_rehamove3,
    device_id,
    extended_version,
    extended_version_refused,
    general_error,
    get_current_data,
    get_device_id,
    get_extended_version,
    get_status,
    get_version_main,
    ll_stop,
    ml_init,
    ml_stop,
    ml_update,
    no_pulse,
    pulse,
    status,
    unknown_command,
    version_main,
)
from support.scripted_port import ScriptedPort

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
    StatusReport,
    Stimulator,
    StopConfirmed,
)
from drivers.p24.entry import p24, rehamove3
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output
from protocols.status import Contact

MS = 1_000
S = 1_000_000
SETUP = TrainSetup(period_us=25_000, channels=(1, 5))
MASK = 0b1_0001
RESYNC = b"\x0f\x0f"
INIT, UPDATE, STOP, LL_STOP = 30, 32, 34, 4
IDENTITY = "HASOMED P24 (ScienceMode 4), firmware 1.2.3, number 2207000123"


def silence(number: int) -> bytes:
    return ml_update(number, MASK, no_pulse(50), no_pulse(50))


def update(number: int, first_ma: float, second_ma: float) -> bytes:
    first, second = pulse(50, 300, int(2 * first_ma)), pulse(50, 250, int(2 * second_ma))
    return ml_update(number, MASK, first, second)


def outputs(first_ma: float, second_ma: float) -> OutputFrame:
    first = symmetric_output(1, int(first_ma * MS), 300)
    second = symmetric_output(5, int(second_ma * MS), 250)
    return OutputFrame(setup=SETUP, outputs=(first, second))


class Bench:
    """A driver on a scripted port; `at` polls it and returns what happened."""

    def __init__(self) -> None:
        self.port = ScriptedPort()
        self.driver: Stimulator = p24().make(self.port, None)
        self._serial = 0

    def at(self, now_us: int) -> list[DeviceEvent]:
        return list(self.driver.poll(now_us))

    def permit(self, subject: TrainSetup | OutputFrame) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0, 1 and 2."""
        self.port.expect(
            (RESYNC, b""),
            (get_extended_version(0), extended_version(0)),
            (get_device_id(1), device_id(1)),
            (get_status(2), status(2, 0)),
        )
        self.driver.connect(0)
        return self.at(1) + self.at(2) + self.at(3)

    def set_up(self) -> list[DeviceEvent]:
        """Host numbers 3 and 4."""
        self.connect()
        self.port.expect((ml_init(3), ack(3, INIT)), (silence(4), ack(4, UPDATE)))
        self.driver.set_up(self.permit(SETUP), 10)
        return self.at(11) + self.at(12)

    def output_sent(self, answer: bytes = b"") -> OutputFrame:
        """Host number 5, written at 1 s."""
        self.set_up()
        self.port.expect((update(5, 20, 10.5), answer))
        self.driver.output(self.permit(outputs(20, 10.5)), S)
        return outputs(20, 10.5)

    def flowing(self) -> None:
        """An output of 20 and 10.5 mA, confirmed."""
        self.output_sent(ack(5, UPDATE))
        self.at(S + 1)

    def asked(self, answer: bytes) -> list[DeviceEvent]:
        """Host number 6: what the channels do."""
        self.port.expect((get_current_data(6), answer))
        self.driver.keep_alive(2 * S)
        return self.at(2 * S + 1)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def only_loss(events: list[DeviceEvent]) -> OutputLost:
    (loss,) = [event for event in events if isinstance(event, OutputLost)]
    return loss


# Who is there


def test_a_device_is_asked_who_it_is_and_whether_it_rests(bench):
    assert bench.connect() == [Connected(at_us=3, identity=IDENTITY)]
    assert bench.port.is_finished
    assert bench.driver.is_ready


def test_silence_is_asked_again_every_200_ms_and_given_up_after_2_s(bench):
    questions = [(get_extended_version(number), b"") for number in range(10)]
    bench.port.expect((RESYNC, b""), *questions)
    bench.driver.connect(0)
    events = [event for ms in range(200, 2001, 200) for event in bench.at(ms * MS)]
    assert (only_loss(events).kind, bench.port.is_finished) == (LossKind.NOT_FOUND, True)
    assert bench.driver.next_deadline_us() is None


def test_a_device_that_knows_no_extended_version_is_no_p24(bench):
    bench.port.expect((RESYNC, b""), (get_extended_version(0), unknown_command(0)))
    bench.driver.connect(0)
    loss = only_loss(bench.at(1))
    assert (loss.kind, "rehamove3" in loss.advice) == (LossKind.WRONG_DEVICE, True)
    assert bench.at(S) == []


@pytest.mark.parametrize("result", [1, 21])
def test_a_version_that_is_refused_in_passing_is_asked_for_again(bench, result):
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), extended_version_refused(0, result)),
        (get_extended_version(1), extended_version(1)),
        (get_device_id(2), device_id(2)),
        (get_status(3), status(3, 0)),
    )
    bench.driver.connect(0)
    events = [event for now_us in range(1, 5) for event in bench.at(now_us)]
    assert [type(event) for event in events] == [ReplyMissed, Connected]


def test_another_protocol_is_refused_and_named_and_no_stop_is_sent_to_it(bench):
    answer = extended_version(0, protocol=5)
    bench.port.expect((RESYNC, b""), (get_extended_version(0), answer))
    bench.driver.connect(0)
    loss = only_loss(bench.at(1))
    assert (loss.kind, loss.detail) == (LossKind.WRONG_DEVICE, "ScienceMode 5 answered")


@pytest.mark.parametrize(
    ("left", "stop", "command"), [(2, ml_stop, STOP), (3, ml_stop, STOP), (1, ll_stop, LL_STOP)]
)
def test_what_an_earlier_program_left_is_stopped_and_looked_at_again(bench, left, stop, command):
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), extended_version(0)),
        (get_device_id(1), device_id(1)),
        (get_status(2), status(2, left)),
        (stop(3), ack(3, command)),
        (get_status(4), status(4, 0)),
    )
    bench.driver.connect(0)
    events = [event for at_us in range(1, 6) for event in bench.at(at_us)]
    assert events == [Connected(at_us=5, identity=IDENTITY)]
    assert bench.port.is_finished


def test_a_device_that_does_not_come_to_rest_is_lost(bench):
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), extended_version(0)),
        (get_device_id(1), device_id(1)),
        (get_status(2), status(2, 3)),
        (ml_stop(3), ack(3, STOP)),
        (get_status(4), status(4, 3)),
        (ml_stop(5), b""),
    )
    bench.driver.connect(0)
    events = [event for at_us in range(1, 6) for event in bench.at(at_us)]
    assert only_loss(events).kind is LossKind.WRONG_MODE


def test_a_number_that_does_not_come_is_asked_for_again(bench):
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), extended_version(0)),
        (get_device_id(1), b""),
        (get_device_id(2), device_id(2)),
        (get_status(3), status(3, 0)),
    )
    bench.driver.connect(0)
    events = bench.at(1) + bench.at(201 * MS) + bench.at(202 * MS) + bench.at(203 * MS)
    assert [type(event) for event in events] == [ReplyMissed, Connected]


# Set-up


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


# Output


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


# Keep-alive


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


# Stop


def test_a_stop_is_written_whatever_answer_is_outstanding(bench):
    bench.output_sent()
    bench.port.expect((ml_stop(6), ack(6, STOP)))
    bench.driver.stop(S + 10)
    assert bench.at(S + 50) == [StopConfirmed(at_us=S + 50, requested_us=S + 10)]
    assert bench.driver.is_ready


def test_a_stop_without_an_answer_is_repeated_every_50_ms(bench):
    bench.flowing()
    bench.port.expect((ml_stop(6), b""), (ml_stop(7), b""), (ml_stop(8), ack(8, STOP)))
    bench.driver.stop(2 * S)
    events = bench.at(2 * S + 50 * MS) + bench.at(2 * S + 100 * MS) + bench.at(2 * S + 101 * MS)
    assert events == [StopConfirmed(at_us=2 * S + 101 * MS, requested_us=2 * S)]


def test_a_stop_that_comes_too_late_counts_once_the_status_says_idle(bench):
    bench.flowing()
    bench.port.expect((ml_stop(6), ack(6, STOP, 7)), (get_status(7), status(7, 0)))
    bench.driver.stop(2 * S)
    assert bench.at(2 * S + 1) == []
    assert bench.at(2 * S + 2) == [StopConfirmed(at_us=2 * S + 2, requested_us=2 * S)]


def test_a_refused_stop_of_a_device_that_runs_on_is_repeated(bench):
    bench.flowing()
    bench.port.expect((ml_stop(6), ack(6, STOP, 7)), (get_status(7), status(7, 3)))
    bench.driver.stop(2 * S)
    assert bench.at(2 * S + 1) + bench.at(2 * S + 2) == []
    bench.port.expect((ml_stop(8), ack(8, STOP)))
    events = bench.at(2 * S + 51 * MS) + bench.at(2 * S + 52 * MS)
    assert [type(event) for event in events] == [StopConfirmed]


def test_a_stop_unanswered_for_2_s_is_given_up_because_the_device_stops_by_itself(bench):
    bench.flowing()
    bench.port.expect(*[(ml_stop(number), b"") for number in range(6, 46)])
    bench.driver.stop(2 * S)
    events = [event for ms in range(50, 2001, 50) for event in bench.at(2 * S + ms * MS)]
    loss = only_loss(events)
    assert (loss.kind, loss.detail) == (LossKind.SILENT, "no answer to a stop for 2 s")


# RehaMove3


class RehaMove3Bench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self.driver = rehamove3().make(self.port, None)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0 to 3."""
        self.port.expect(
            (RESYNC, b""),
            (get_extended_version(0), unknown_command(0)),
            (get_version_main(1), version_main(1)),
            (get_device_id(2), device_id(2)),
            (get_status(3), status(3, 0)),
        )
        self.driver.connect(0)
        return [event for at_us in range(1, 5) for event in self.at(at_us)]


def test_a_rehamove3_is_known_by_what_it_does_not_know() -> None:
    (connected,) = RehaMove3Bench().connect()
    identity = "HASOMED RehaMove3 (ScienceMode 3), firmware 2.1.0, number 2207000123"
    assert connected == Connected(at_us=4, identity=identity)


def test_a_p24_is_no_rehamove3() -> None:
    bench = RehaMove3Bench()
    bench.port.expect((RESYNC, b""), (get_extended_version(0), extended_version(0)))
    bench.driver.connect(0)
    assert only_loss(bench.at(1)).kind is LossKind.WRONG_DEVICE


def test_an_answer_that_comes_twice_is_not_taken_for_the_answer_to_the_next_question() -> None:
    bench = RehaMove3Bench()
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), unknown_command(0)),
        (get_version_main(1), b""),
    )
    bench.driver.connect(0)
    bench.at(1)
    bench.port.say(unknown_command(0))
    assert bench.at(2) == []
    bench.port.say(version_main(1))
    bench.port.expect((get_device_id(2), device_id(2)), (get_status(3), status(3, 0)))
    events = bench.at(3) + bench.at(4) + bench.at(5)
    assert [type(event) for event in events] == [Connected]


def test_a_rehamove3_is_asked_what_it_does_in_its_own_way() -> None:
    bench = RehaMove3Bench()
    bench.connect()
    setup = TrainSetup(period_us=25_000, channels=(1,))
    quiet, loud = ml_update(5, 1, no_pulse(50)), ml_update(6, 1, pulse(50, 300, 60))
    bench.port.expect((ml_init(4), ack(4, INIT)), (quiet, ack(5, UPDATE)), (loud, ack(6, UPDATE)))
    bench.driver.set_up(bench.permit(setup), 10)
    bench.at(11), bench.at(12)
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, 30_000, 300),))
    bench.driver.output(bench.permit(frame), S)
    bench.at(S + 1)
    bench.port.expect((get_current_data(7, 2), current_data_of_rehamove3(7, running=True)))
    bench.driver.keep_alive(2 * S)
    report, alive = bench.at(2 * S + 1)
    assert isinstance(report, StatusReport)
    assert report.status.channels[0].is_clipped is None
    assert alive == Alive(at_us=2 * S + 1, sent_us=2 * S)


@pytest.mark.parametrize(
    "setup",
    [
        TrainSetup(period_us=25_000, channels=(1, 5)),
        TrainSetup(period_us=28_750, channels=(1,)),
        TrainSetup(period_us=1_500, channels=(1,)),
        TrainSetup(period_us=1_000_500, channels=(1,)),
    ],
    ids=["channel 5 would be a soft start", "a fine period is not known", "> 500 Hz", "< 1 Hz"],
)
def test_what_a_rehamove3_would_misread_is_refused_before_anything_is_written(setup) -> None:
    bench = RehaMove3Bench()
    bench.connect()
    with pytest.raises(DeviceError, match="cannot make"):
        bench.driver.set_up(bench.permit(setup), 10)


def test_a_phase_that_is_too_short_for_a_rehamove3_is_refused_before_anything_is_written() -> None:
    bench = RehaMove3Bench()
    bench.connect()
    setup = TrainSetup(period_us=25_000, channels=(1,))
    bench.port.expect((ml_init(4), ack(4, INIT)), (ml_update(5, 1, no_pulse(50)), ack(5, UPDATE)))
    bench.driver.set_up(bench.permit(setup), 10)
    bench.at(11), bench.at(12)
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, 10_000, 19),))
    with pytest.raises(DeviceError, match="no phase of 19 µs"):
        bench.driver.output(bench.permit(frame), S)
