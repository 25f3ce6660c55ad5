"""What a driver declares it takes and its device makes; what lies beyond is refused unwritten."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from support.conformance import (
    EACH_DEVICE,
    Course,
    Entry,
    all_channels,
    full_ua,
    output,
    shortest_period_us,
    simulated,
    usual_width_us,
    widest_us,
)
from support.conformance_bench import Bench

from protocols.capabilities import Capabilities
from protocols.errors import DeviceError
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, Waveform
from tui.situation import STALE_AFTER_US

LOOK_US = 50_000
"""From the moment when a device should be heard to when it is, and to the screen."""


@EACH_DEVICE
def test_a_device_is_heard_before_the_screen_calls_it_silent(entry: Entry) -> None:
    assert entry.driver.capabilities.keep_alive_us + LOOK_US <= STALE_AFTER_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """A frame at the edge of what is declared, at the shortest or the longest period."""

    name: str
    entry: Entry
    frame: OutputFrame


def extremes(entry: Entry) -> Iterator[Extreme]:
    able = entry.driver.capabilities
    for waveform in sorted(able.waveforms):
        narrowest_us, broadest_us = able.pulse_width_min_us, widest_us(able, waveform)
        for channels in ((1,), (able.channels,), all_channels(able)):
            for width_us in (narrowest_us, broadest_us):
                outputs = tuple(
                    output(channel, full_ua(able, channel, waveform), width_us, waveform)
                    for channel in channels
                )
                for period_us in (shortest_period_us(able, outputs), able.period_max_us):
                    setup = TrainSetup(period_us=period_us, channels=channels)
                    name = f"{entry.name} {waveform} {channels} {width_us} us each {period_us} us"
                    frame = OutputFrame(setup=setup, outputs=outputs)
                    yield Extreme(name=name, entry=entry, frame=frame)


EXTREMES = [extreme for entry in simulated() for extreme in extremes(entry)]


SERIAL = [
    entry for entry in simulated() if entry.driver.capabilities.serial_overhead_us is not None
]


@pytest.mark.parametrize("extreme", EXTREMES, ids=[extreme.name for extreme in EXTREMES])
def test_what_is_declared_is_taken_by_the_driver_and_put_out_by_the_device(
    extreme: Extreme,
) -> None:
    bench, frame = Bench(extreme.entry).connected(), extreme.frame
    bench.set_up(frame.setup).put_out(frame).hold(bench.settle_us)
    from_us = bench.now_us
    bench.hold(3 * frame.setup.period_us)
    since = bench.pulses_since(from_us)
    assert not bench.is_lost
    assert not bench.findings
    assert {pulse.channel for pulse in since} == set(frame.setup.channels)
    assert all(bench.is_of(pulse, frame) for pulse in since)
    assert len(since) >= 2 * len(frame.setup.channels)


def ended_after_us(entry: Entry, wait_us: int) -> int:
    """How long current flows on from the wish to end it by a frame of 0, so long after another."""
    bench = Bench(entry).flowing().hold(100_000)
    bench.write(bench.course.frame(30, 25))
    bench.hold(wait_us)
    wished_us = bench.now_us
    bench.put_out(bench.course.frame(0, 0)).hold(1_000_000)
    return bench.pulses[-1].time_us - wished_us


@EACH_DEVICE
def test_only_what_is_declared_slow_to_lower_ends_later_by_a_frame_of_0_than_by_a_stop(
    entry: Entry,
) -> None:
    able = entry.driver.capabilities
    waits_us = range(0, able.keep_alive_us, 25_000)
    latest_us = max(ended_after_us(entry, wait_us) for wait_us in waits_us)
    assert (latest_us > able.stop_time_us) == able.is_slow_to_lower


def beyond_frames(able: Capabilities) -> Iterator[tuple[str, ChannelOutput]]:
    """Outputs of channel 1 that are one step beyond what is declared."""
    symmetric, width_us = Waveform.SYMMETRIC_BIPHASIC, usual_width_us(able)
    full, step_ua = full_ua(able, 1, symmetric), able.current_step_ua
    yield "current above the largest", output(1, full + step_ua, width_us)
    yield "current below zero", output(1, -step_ua, width_us)
    yield "current between two steps", output(1, step_ua + step_ua // 2, width_us)
    too_wide_us = able.pulse_width_max_us + able.pulse_width_step_us
    too_narrow_us = able.pulse_width_min_us - able.pulse_width_step_us
    yield "width above the largest", output(1, step_ua, too_wide_us)
    yield "width below the least", output(1, step_ua, too_narrow_us)
    unequal = output(1, 2 * step_ua, width_us)._replace(second_current_ua=step_ua)
    yield "phases of unequal charge", unequal
    if Waveform.ASYMMETRIC_BIPHASIC not in able.waveforms:
        uneven = output(1, 4 * step_ua, width_us, Waveform.ASYMMETRIC_BIPHASIC)
        yield "waveform that is not declared", uneven


def beyond_trains(able: Capabilities) -> Iterator[tuple[str, TrainSetup]]:
    """Trains that are one step beyond what is declared."""
    setup = Course(able=able).setup
    step_us, every = able.period_step_us, all_channels(able)
    longest_us = able.period_max_us + step_us
    yield "period above the longest", replace(setup, period_us=longest_us)
    shortest_us = able.period_min_us(setup.channels)
    yield "period below the shortest", replace(setup, period_us=shortest_us - step_us)
    shortest_us = able.period_min_us(every)
    yield (
        "period below the shortest of all channels",
        TrainSetup(period_us=shortest_us - step_us, channels=every),
    )
    if step_us > 1:
        between_us = setup.period_us + step_us // 2
        yield "period between two steps", replace(setup, period_us=between_us)
    yield "channel that there is not", replace(setup, channels=(1, able.channels + 1))
    yield "no channel", replace(setup, channels=())


@EACH_DEVICE
def test_a_frame_one_step_beyond_what_is_declared_is_refused_and_nothing_is_written(
    entry: Entry,
) -> None:
    for name, wanted in beyond_frames(entry.driver.capabilities):
        bench = Bench(entry).connected()
        setup = TrainSetup(period_us=bench.course.setup.period_us, channels=(1,))
        bench.set_up(setup)
        frame = OutputFrame(setup=setup, outputs=(wanted,))
        before = len(bench.line.written)
        with pytest.raises(DeviceError):
            bench.driver.output(bench.permit(frame), bench.now_us)
            pytest.fail(f"{name} was taken")
        assert len(bench.line.written) == before, name
        bench.run(500_000)
        assert not bench.pulses, name


@EACH_DEVICE
def test_a_train_one_step_beyond_what_is_declared_is_refused_and_nothing_is_written(
    entry: Entry,
) -> None:
    for name, setup in beyond_trains(entry.driver.capabilities):
        bench = Bench(entry).connected()
        before = len(bench.line.written)
        with pytest.raises(DeviceError):
            bench.driver.set_up(bench.permit(setup), bench.now_us)
            pytest.fail(f"{name} was taken: {setup}")
        assert len(bench.line.written) == before, name


@pytest.mark.parametrize("entry", SERIAL, ids=lambda entry: entry.name)
def test_pulses_that_do_not_fit_one_after_another_are_refused_and_nothing_is_written(
    entry: Entry,
) -> None:
    able = entry.driver.capabilities
    outputs = tuple(output(channel, 0, able.pulse_width_max_us) for channel in all_channels(able))
    shortest_us = shortest_period_us(able, outputs)
    setup = TrainSetup(
        period_us=shortest_us - able.period_step_us, channels=tuple(o.channel for o in outputs)
    )
    bench = Bench(entry).connected().set_up(setup)
    before = len(bench.line.written)
    with pytest.raises(DeviceError):
        frame = OutputFrame(setup=setup, outputs=outputs)
        bench.driver.output(bench.permit(frame), bench.now_us)
    assert len(bench.line.written) == before
