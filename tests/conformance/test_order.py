"""Commands out of order and permits that do not hold are refused, and nothing is written."""

from collections.abc import Callable

import pytest
from support.conformance import EACH_DEVICE, Entry, train
from support.conformance_bench import Bench

from drivers.interface import Permit
from drivers.meaning import HarmlessMeaning
from protocols.errors import DeviceError, UnpermittedWrite
from protocols.pulses import OutputFrame

Command = Callable[[Bench], None]


def set_up(bench: Bench) -> None:
    bench.driver.set_up(bench.permit(bench.course.setup), bench.now_us)


def put_out(bench: Bench) -> None:
    bench.driver.output(bench.permit(bench.course.frames[0]), bench.now_us)


def keep_alive(bench: Bench) -> None:
    bench.driver.keep_alive(bench.now_us)


def connect(bench: Bench) -> None:
    bench.driver.connect(bench.now_us)


def set_up_by_a_frame(bench: Bench) -> None:
    bench.driver.set_up(bench.permit(bench.course.frames[0]), bench.now_us)


def put_out_by_a_train(bench: Bench) -> None:
    bench.driver.output(bench.permit(bench.course.setup), bench.now_us)


def put_out_of_another_train(bench: Bench) -> None:
    channels = (1,) if len(bench.course.setup.channels) > 1 else (2,)
    setup = train(bench.able, channels, bench.course.setup.period_us)
    outputs = tuple(o for o in bench.course.frames[0].outputs if o.channel in channels)
    frame = OutputFrame(setup=setup, outputs=outputs)
    bench.driver.output(bench.permit(frame), bench.now_us)


def fresh(bench: Bench) -> None:
    """Nothing was said yet."""


def searching(bench: Bench) -> None:
    bench.line.loses_answers = True
    bench.driver.connect(bench.now_us)


def connected(bench: Bench) -> None:
    bench.connected()


def setting_up(bench: Bench) -> None:
    bench.connected()
    bench.driver.set_up(bench.permit(bench.course.setup), bench.now_us)


def running(bench: Bench) -> None:
    bench.flowing()


def unanswered(bench: Bench) -> None:
    bench.flowing().write(bench.course.frames[0])


def stopping(bench: Bench) -> None:
    bench.flowing().stop()


def stopped(bench: Bench) -> None:
    bench.flowing().stopped()


def lost(bench: Bench) -> None:
    bench.flowing().line.is_pulled = True
    bench.poll()
    bench.line.is_pulled = False


def closed(bench: Bench) -> None:
    bench.flowing().driver.close()


ALL = (connect, set_up, put_out, keep_alive)
WRONG: dict[Command, tuple[Command, ...]] = {
    fresh: (set_up, put_out, keep_alive),
    searching: ALL,
    connected: (connect, put_out, set_up_by_a_frame),
    setting_up: ALL,
    running: (connect, set_up_by_a_frame, put_out_by_a_train, put_out_of_another_train),
    unanswered: ALL,
    stopping: ALL,
    stopped: (connect, put_out),
    lost: ALL,
    closed: ALL,
}


@pytest.mark.parametrize(
    ("state", "command"),
    [
        pytest.param(state, command, id=f"{state.__name__}-{command.__name__}")
        for state, commands in WRONG.items()
        for command in commands
    ],
)
@EACH_DEVICE
def test_a_command_in_the_wrong_state_is_refused_and_nothing_is_written(
    entry: Entry, state: Command, command: Command
) -> None:
    bench = Bench(entry)
    state(bench)
    before = len(bench.line.written)
    with pytest.raises(DeviceError):
        command(bench)
    assert len(bench.line.written) == before


@pytest.mark.parametrize("state", WRONG, ids=[state.__name__ for state in WRONG])
@EACH_DEVICE
def test_stop_poll_and_close_are_taken_in_every_state(entry: Entry, state: Command) -> None:
    bench = Bench(entry)
    state(bench)
    bench.stop()
    bench.poll()
    bench.abandon()
    bench.poll()
    bench.driver.close()
    bench.driver.close()
    assert bench.driver.next_deadline_us() is None
    assert bench.driver.fileno() is None


@EACH_DEVICE
def test_a_driver_says_that_it_is_ready_where_a_command_would_be_written_at_once(
    entry: Entry,
) -> None:
    ready = {connected, running, stopped}
    for state in WRONG:
        bench = Bench(entry)
        state(bench)
        bench.until(lambda bench=bench, state=state: state not in ready or bench.driver.is_ready)
        assert bench.driver.is_ready == (state in ready), state.__name__


@EACH_DEVICE
def test_a_permit_for_an_output_is_good_for_one_write(entry: Entry) -> None:
    bench = Bench(entry).connected().set_up()
    permit = bench.permit(bench.course.frames[0])
    bench.write(bench.course.frames[0], permit)
    bench.until(lambda: bench.driver.is_ready)
    before = len(bench.line.written)
    with pytest.raises(UnpermittedWrite):
        bench.driver.output(permit, bench.now_us)
    assert len(bench.line.written) == before


@EACH_DEVICE
def test_a_permit_that_a_younger_one_overtook_is_refused(entry: Entry) -> None:
    bench = Bench(entry).connected().set_up()
    older = bench.permit(bench.course.frames[0])
    bench.put_out(bench.course.frames[4])
    bench.until(lambda: bench.driver.is_ready)
    before = len(bench.line.written)
    with pytest.raises(UnpermittedWrite):
        bench.driver.output(older, bench.now_us)
    assert len(bench.line.written) == before


@EACH_DEVICE
def test_a_permit_for_a_train_is_good_for_one_set_up(entry: Entry) -> None:
    bench = Bench(entry).connected()
    permit = Permit(subject=bench.course.setup, serial=1)
    bench.driver.set_up(permit, bench.now_us)
    bench.until(lambda: bench.driver.is_ready)
    before = len(bench.line.written)
    with pytest.raises(UnpermittedWrite):
        bench.driver.set_up(permit, bench.now_us)
        bench.until(lambda: bench.driver.is_ready)
    readback = entry.driver.readback()
    meanings = [readback.read(data) for _, data in bench.line.written]
    after = [meaning for written in meanings[before:] for meaning in written]
    assert all(isinstance(meaning, HarmlessMeaning) for meaning in after)


@EACH_DEVICE
def test_after_a_write_that_was_refused_a_stop_still_ends_everything(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    with pytest.raises(UnpermittedWrite):
        bench.driver.output(Permit(subject=bench.course.frames[0], serial=0), bench.now_us)
    stopped_us = bench.now_us
    bench.stop()
    bench.run(2_000_000)
    assert not bench.pulses_since(stopped_us + bench.able.stop_time_us)
    assert not bench.findings
