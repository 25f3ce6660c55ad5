"""A port that fails under a conversation with a RehaStim2, and its end."""

from support.device_events import only_loss
from support.rehastim2_dialogues import MS, STOP, S, outputs
from support.sciencemode2 import ack, stop

from drivers.interface import LossKind, StopConfirmed


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
