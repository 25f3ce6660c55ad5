"""How a driver asks a P24 who it is and whether it rests, byte for byte."""

import pytest
from support.device_events import only_loss
from support.p24_dialogues import IDENTITY, LL_STOP, MS, RESYNC, STOP, S
from support.sciencemode4 import (
    ack,
    device_id,
    extended_version,
    extended_version_refused,
    get_device_id,
    get_extended_version,
    get_status,
    ll_stop,
    ml_stop,
    status,
    unknown_command,
)

from drivers.interface import Connected, LossKind, ReplyMissed


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
