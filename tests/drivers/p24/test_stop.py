"""Stops of a P24."""

from support.device_events import only_loss
from support.p24_dialogues import MS, STOP, S
from support.sciencemode4 import ack, get_status, ml_stop, status

from drivers.interface import LossKind, StopConfirmed


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
