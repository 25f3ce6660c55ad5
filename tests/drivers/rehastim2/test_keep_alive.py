"""How a RehaStim2 is kept alive, and what its mode tells."""

import pytest
from support.device_events import only_loss
from support.rehastim2_dialogues import MS, S
from support.sciencemode2 import get_mode, mode_ack, stop, watchdog

from drivers.interface import Alive, LossKind, ReplyMissed


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
