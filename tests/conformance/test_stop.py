"""A stop is taken in every state, and ends the current within the declared time."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from support.conformance import EACH_DEVICE, ENTRIES, Entry
from support.conformance_bench import ANSWER_US, Bench, Interrupted

from drivers.interface import StopConfirmed


def course(bench: Bench) -> Bench:
    """A session in which outputs of each kind, a keep-alive and a stop are under way."""
    bench.connected().set_up()
    bench.hold(bench.able.keep_alive_us + 10_000)
    for frame in (*bench.course.frames[:3], *bench.course.frames[-2:]):
        bench.put_out(frame).run(20_000)
    bench.hold(bench.able.keep_alive_us + 10_000)
    return bench.stopped()


@cache
def moments_us(name: str) -> tuple[int, ...]:
    """Every moment at which something was said or heard in an undisturbed course."""
    bench = course(Bench(ENTRIES[name]))
    written_us = [at_us for at_us, _ in bench.line.written]
    return tuple(sorted({*written_us, *bench.moments_us}))


def broken_off(entry: Entry, at_us: int) -> Bench:
    bench = Bench(entry, breaks_off_us=at_us)
    with suppress(Interrupted):  # what the bench raises at that moment
        course(bench)
    bench.breaks_off_us = 10**12
    return bench


def way(bench: Bench, how: str) -> Callable[[], None]:
    return bench.stop if how == "stop" else bench.abandon


@pytest.mark.parametrize("how", ["stop", "abandon"])
@EACH_DEVICE
def test_a_stop_at_any_moment_of_a_session_ends_the_current_in_the_declared_time(
    entry: Entry, how: str
) -> None:
    for at_us in moments_us(entry.name):
        bench = broken_off(entry, at_us)
        stopped_us, before = bench.now_us, len(bench.line.written)
        way(bench, how)()
        assert len(bench.line.written) == before + 1
        bench.run(2_500_000)
        assert not bench.pulses_since(stopped_us + bench.able.stop_time_us)
        assert not bench.findings
        assert bench.line.is_closed == (how == "abandon")
        if how == "abandon":
            assert len(bench.line.written) == before + 1


@EACH_DEVICE
def test_a_stop_in_a_session_is_confirmed_and_told_from_when_it_was_written(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    stopped_us = bench.now_us
    bench.stopped()
    (confirmed,) = [event for event in bench.events if isinstance(event, StopConfirmed)]
    assert confirmed.requested_us == stopped_us
    assert confirmed.at_us - stopped_us <= bench.able.stop_time_us
    assert not bench.is_lost


@EACH_DEVICE
def test_a_stop_whose_first_writing_is_lost_is_repeated_until_it_is_confirmed(
    entry: Entry,
) -> None:
    bench = Bench(entry).flowing()
    bench.line.loses_sent = True
    bench.stop()
    bench.line.loses_sent = False
    asked_us = bench.now_us
    bench.until(lambda: bench.heard(StopConfirmed))
    assert not bench.is_lost
    again_us = bench.line.written[-1][0]
    bench.run(2_000_000)
    assert again_us - asked_us <= bench.able.stop_time_us
    assert not bench.pulses_since(again_us + bench.able.stop_time_us)


@EACH_DEVICE
def test_a_second_stop_is_written_although_the_first_is_still_open(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.line.loses_answers = True
    bench.stop()
    bench.run(ANSWER_US)
    before, stopped_us = len(bench.line.written), bench.now_us
    bench.stop()
    assert len(bench.line.written) == before + 1
    bench.run(2_000_000)
    assert not bench.pulses_since(stopped_us + bench.able.stop_time_us)


@EACH_DEVICE
def test_a_stop_is_written_after_a_loss_too(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.line.loses_answers = True
    bench.hold(2_000_000)
    assert bench.is_lost
    before = len(bench.line.written)
    bench.stop()
    assert len(bench.line.written) == before + 1
    assert not bench.findings


@EACH_DEVICE
def test_a_stop_that_the_line_does_not_carry_leaves_it_to_the_watchdog_of_the_device(
    entry: Entry,
) -> None:
    bench = Bench(entry).flowing()
    fed_us = bench.line.written[-1][0]
    bench.line.loses_sent = True
    bench.stop()
    bench.run(10_000_000)
    assert bench.pulses_since(fed_us)
    assert not bench.pulses_since(fed_us + bench.silence_us)
    assert bench.is_lost


@EACH_DEVICE
def test_after_a_stop_nothing_flows_before_another_set_up(entry: Entry) -> None:
    bench = Bench(entry).flowing().stopped().run(bench_time_us(entry))
    from_us = bench.now_us
    bench.set_up().hold(500_000)
    assert not bench.pulses_since(from_us)
    bench.put_out(bench.course.frames[0]).hold(500_000)
    assert bench.pulses_since(from_us)
    assert not bench.findings


def bench_time_us(entry: Entry) -> int:
    return entry.driver.capabilities.stop_time_us
