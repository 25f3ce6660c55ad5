"""What flows is what was commanded, from zero on: told by the record of the simulated device."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conformance import EACH_DEVICE, Course, Entry, full_ua, output, train, usual_width_us
from support.conformance_bench import Bench

from drivers.interface import Alive, Connected, OutputConfirmed, SetUpConfirmed, StopConfirmed
from protocols.pulses import OutputFrame, Waveform

LONGER_US = 1_000
"""A pulse that waits its turn begins this much later at most."""


@EACH_DEVICE
def test_connecting_brings_no_pulse(entry: Entry) -> None:
    bench = Bench(entry).connected()
    assert (bench.count(Connected), bench.is_lost) == (1, False)
    bench.hold(1_000_000)
    assert not bench.pulses


@EACH_DEVICE
def test_a_device_that_was_switched_on_just_now_is_found_too(entry: Entry) -> None:
    bench = Bench(entry, on_for_us=0).flowing().hold(300_000)
    assert bench.pulses
    assert not bench.findings
    assert not bench.is_lost


@EACH_DEVICE
def test_a_set_up_brings_no_current(entry: Entry) -> None:
    bench = Bench(entry).connected().set_up()
    assert [event.setup for event in bench.events if isinstance(event, SetUpConfirmed)] == [
        bench.course.setup
    ]
    bench.hold(1_000_000)
    assert not bench.pulses
    assert not bench.is_lost


@EACH_DEVICE
def test_what_an_earlier_program_left_flowing_has_ended_when_the_device_is_connected(
    entry: Entry,
) -> None:
    bench = Bench(entry).flowing().hold(200_000)
    flowed = len(bench.pulses)
    bench.open().connected()
    assert flowed
    assert not bench.is_lost
    settled_us = bench.now_us
    bench.hold(1_000_000)
    assert not bench.pulses_since(settled_us)


@EACH_DEVICE
def test_every_frame_flows_exactly_as_commanded_once_it_is_confirmed(entry: Entry) -> None:
    bench = Bench(entry).connected().set_up()
    for frame in bench.course.frames:
        bench.put_out(frame).run(bench.settle_us)
        from_us = bench.now_us
        bench.hold(4 * bench.course.setup.period_us)
        flowing = {o.channel for o in frame.outputs if o.current_ua}
        since = bench.pulses_since(from_us)
        assert {pulse.channel for pulse in since} == flowing
        assert all(bench.is_of(pulse, frame) for pulse in since)
    assert not bench.findings
    assert not bench.is_lost


@EACH_DEVICE
def test_pulses_come_with_the_period_that_was_set(entry: Entry) -> None:
    for period_us in (30_000, 100_000):
        bench = Bench(entry).connected()
        bench.course = Course(able=bench.able, period_us=period_us)
        bench.set_up().put_out(bench.course.frame(20, 30)).run(bench.settle_us)
        from_us, period_us = bench.now_us, bench.course.setup.period_us
        bench.hold(10 * period_us)
        for channel in bench.course.setup.channels:
            times_us = [p.time_us for p in bench.pulses_since(from_us) if p.channel == channel]
            apart_us = {later - earlier for earlier, later in pairwise(times_us)}
            assert apart_us
            assert all(period_us <= apart < period_us + LONGER_US for apart in apart_us)


@EACH_DEVICE
def test_a_train_can_be_set_up_again_and_begins_at_zero_again(entry: Entry) -> None:
    bench = Bench(entry).flowing().put_out(Course(able=entry.driver.capabilities).frames[4])
    bench.run(bench.settle_us)
    bench.course = Course(able=bench.able, period_us=80_000)
    bench.set_up()
    assert not bench.is_lost
    from_us = bench.now_us
    bench.hold(300_000)
    assert not bench.pulses_since(from_us)
    bench.put_out(bench.course.frames[1]).hold(300_000)
    assert bench.pulses_since(from_us)
    assert not bench.findings


@EACH_DEVICE
def test_a_device_kept_alive_goes_on_beyond_its_watchdog_without_a_gap(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    assert bench.able.watchdog_us is not None
    from_us = bench.now_us
    bench.hold(2 * bench.able.watchdog_us)
    assert bench.heard(Alive) or bench.able.refresh_us is not None
    period_us = bench.course.setup.period_us
    times_us = [p.time_us for p in bench.pulses_since(from_us) if p.channel == 1]
    moments_us = [from_us, *times_us, bench.now_us]
    assert all(later - earlier < 2 * period_us for earlier, later in pairwise(moments_us))
    assert not bench.findings
    assert not bench.is_lost


@EACH_DEVICE
def test_a_device_that_is_not_kept_alive_stops_by_itself_in_the_declared_time(
    entry: Entry,
) -> None:
    bench = Bench(entry).flowing()
    last_us = bench.line.written[-1][0]
    bench.driver.close()
    bench.run(10_000_000)
    assert bench.pulses_since(last_us)
    assert not bench.pulses_since(last_us + bench.silence_us)


@EACH_DEVICE
def test_a_whole_session_works_for_a_driver_that_is_polled_at_its_deadlines_only(
    entry: Entry,
) -> None:
    bench = Bench(entry, polls_at_deadlines_only=True).connected().set_up()
    for frame in bench.course.frames[:2]:
        bench.put_out(frame).run(100_000)
    bench.stopped()
    assert (bench.count(OutputConfirmed), bench.count(StopConfirmed)) == (2, 1)
    assert not bench.findings
    assert not bench.is_lost


@EACH_DEVICE
def test_a_poll_before_a_deadline_says_and_writes_nothing(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.write(bench.course.frames[2])
    bench.line.loses_answers = True
    before, deadline_us = len(bench.line.written), bench.driver.next_deadline_us()
    assert deadline_us is not None
    for early_us in (deadline_us - 1_000, deadline_us - 1):
        assert bench.driver.poll(early_us) == ()
    assert len(bench.line.written) == before


@pytest.mark.parametrize("late", [1, 40_000])
@EACH_DEVICE
def test_a_frame_never_brings_more_than_was_commanded_whatever_the_frames(
    entry: Entry, late: int
) -> None:
    able = entry.driver.capabilities
    channels = st.sets(st.integers(1, able.channels), min_size=1, max_size=3)
    symmetric = Waveform.SYMMETRIC_BIPHASIC
    step_ua = able.step_ua((symmetric,))

    @settings(max_examples=6)
    @given(data=st.data(), used=channels, period_us=st.integers(20_000, 90_000))
    def every_frame(data: st.DataObject, used: set[int], period_us: int) -> None:
        bench = Bench(entry).connected()
        bench.line.carry = lambda _number, said: ((late, said),)
        bench.course = Course(able=able, period_us=period_us)
        setup = train(able, tuple(sorted(used)), period_us)
        bench.set_up(setup)
        width_us = usual_width_us(able)
        for _ in range(3):
            steps = [
                data.draw(st.integers(0, full_ua(able, channel, symmetric) // step_ua))
                for channel in setup.channels
            ]
            outputs = tuple(
                output(channel, count * step_ua, width_us)
                for channel, count in zip(setup.channels, steps, strict=True)
            )
            bench.put_out(OutputFrame(setup=setup, outputs=outputs)).hold(100_000)
        bench.stopped().run(500_000)
        assert not bench.findings
        assert not bench.is_lost

    every_frame()
