"""The drivers that the conformance suite holds to the interface: one entry each, a few lines.

All else comes from what a driver declares and from the simulated device of the same name. Trains
and frames lie on the grid of the capabilities.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers import registry
from drivers.entry import DriverEntry
from hardware_sim.device import Device
from hardware_sim.devices import DEVICES
from hardware_sim.pulses import Point, Pulse
from protocols.capabilities import Capabilities
from protocols.pulses import SECOND_PHASE_FACTOR, ChannelOutput, OutputFrame, TrainSetup, Waveform

USUAL_PERIOD_US = 50_000
USUAL_WIDTH_US = 250
SUITE = Path(__file__).parent.parent / "conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One driver. `file` declares to it what it must be told.

    `late_us` is by how much every answer may be late without being missed; `options` are those of
    the simulator as a process.
    """

    name: str
    late_us: int
    file: Path | None = None
    options: tuple[str, ...] = ()

    @property
    def driver(self) -> DriverEntry:
        return registry.load(self.name if self.file is None else f"{self.name}@{self.file}")

    def simulator(
        self, *, on_pulse: Callable[[Pulse], None], ack_delay_us: int, start_us: int
    ) -> Device:
        return DEVICES[self.name].make(
            on_pulse=on_pulse, ack_delay_us=ack_delay_us, start_us=start_us
        )


ENTRIES = {
    entry.name: entry
    for entry in (
        Entry(name="rehastim2", late_us=190_000),
        Entry(name="p24", late_us=190_000),
        Entry(name="rehamove3", late_us=190_000),
        Entry(
            name="openemsstim",
            late_us=50_000,
            file=SUITE / "source.toml",
            options=("--set", "boot_s=0.5"),
        ),
    )
}


def simulated() -> tuple[Entry, ...]:
    """The entries for which there is a simulated device; a test sees to it that these are all."""
    return tuple(entry for entry in ENTRIES.values() if entry.name in DEVICES)


EACH_DEVICE = pytest.mark.parametrize("entry", simulated(), ids=lambda entry: entry.name)


def all_channels(able: Capabilities) -> tuple[int, ...]:
    return tuple(range(1, able.channels + 1))


def full_ua(able: Capabilities, channel: int, waveform: Waveform) -> int:
    """The largest current of a channel that is on the grid."""
    most_ua = able.source_ua[channel - 1] if able.source_ua else able.current_max_ua
    step_ua = able.step_ua((waveform,))
    return most_ua // step_ua * step_ua


def output(
    channel: int, current_ua: int, width_us: int, waveform: Waveform = Waveform.SYMMETRIC_BIPHASIC
) -> ChannelOutput:
    factor = SECOND_PHASE_FACTOR if waveform is Waveform.ASYMMETRIC_BIPHASIC else 1
    return ChannelOutput(
        channel=channel,
        current_ua=current_ua,
        pulse_width_us=width_us,
        second_current_ua=current_ua // factor,
        second_width_us=width_us * factor,
    )


def widest_us(able: Capabilities, waveform: Waveform) -> int:
    """The longest first phase that a device can make."""
    factor = SECOND_PHASE_FACTOR if waveform is Waveform.ASYMMETRIC_BIPHASIC else 1
    step_us = able.pulse_width_step_us
    return able.pulse_width_max_us // factor // step_us * step_us


def shortest_period_us(able: Capabilities, outputs: Iterable[ChannelOutput]) -> int:
    """The shortest period on the grid into which the pulses of all channels go."""
    outputs = tuple(outputs)
    least_us = max(
        able.period_min_us(tuple(o.channel for o in outputs)),
        able.serial_period_us(o.pulse_width_us + o.second_width_us for o in outputs),
    )
    return -(-least_us // able.period_step_us) * able.period_step_us


def train(able: Capabilities, channels: tuple[int, ...], period_us: int) -> TrainSetup:
    """A train of about that period, as far as the device makes it."""
    widths_us = [output(channel, 0, usual_width_us(able)) for channel in channels]
    least_us = shortest_period_us(able, widths_us)
    period_us = period_us // able.period_step_us * able.period_step_us
    return TrainSetup(
        period_us=min(max(period_us, least_us), able.period_max_us), channels=channels
    )


def usual_width_us(able: Capabilities) -> int:
    return min(max(USUAL_WIDTH_US, able.pulse_width_min_us), able.pulse_width_max_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A train of two channels and some frames of it: up, further up, one to zero, down, silence.

    At last the other one to zero, and all that there is.
    """

    able: Capabilities
    period_us: int = USUAL_PERIOD_US
    setup: TrainSetup = field(init=False)

    def __post_init__(self) -> None:
        channels = all_channels(self.able)
        setup = train(self.able, (channels[0], channels[-1]), self.period_us)
        object.__setattr__(self, "setup", setup)

    def frame(self, *percents: int) -> OutputFrame:
        """Parts of the largest current, for each channel of the train."""
        symmetric, width_us = Waveform.SYMMETRIC_BIPHASIC, usual_width_us(self.able)
        step_ua = self.able.step_ua((symmetric,))
        return OutputFrame(
            setup=self.setup,
            outputs=tuple(
                output(
                    channel,
                    full_ua(self.able, channel, symmetric) * percent // 100 // step_ua * step_ua,
                    width_us,
                )
                for channel, percent in zip(self.setup.channels, percents, strict=True)
            ),
        )

    @property
    def frames(self) -> tuple[OutputFrame, ...]:
        parts = ((10, 20), (30, 25), (30, 0), (20, 5), (0, 0), (5, 10), (0, 30), (100, 100))
        return tuple(self.frame(*percents) for percents in parts)


# What is judged ---------------------------------------------------------------------------------


def settle_us(able: Capabilities, setup: TrainSetup) -> int:
    """How long the frame before may flow on: a period, or what a board needs to end it."""
    return max(setup.period_us, able.stop_time_us if able.source_ua else 0)


def is_of(pulse: Pulse, frame: OutputFrame, able: Capabilities) -> bool:
    """Whether a pulse is exactly one of the frame, or of what it lets a source make."""
    flowing = [o for o in frame.outputs if o.channel == pulse.channel and o.current_ua]
    if able.source_ua is None:
        return any(pulse.points == points_of(o, able) for o in flowing)
    most_ua = able.source_ua[pulse.channel - 1]
    widths_us = {p.duration_us for p in pulse.points if p.current_ua}
    is_within = all(abs(p.current_ua) <= most_ua for p in pulse.points)
    return bool(flowing) and is_within and widths_us <= {o.pulse_width_us for o in flowing}


def points_of(wanted: ChannelOutput, able: Capabilities) -> tuple[Point, ...]:
    return (
        Point(current_ua=wanted.current_ua, duration_us=wanted.pulse_width_us),
        Point(current_ua=0, duration_us=able.interphase_gap_us),
        Point(current_ua=-wanted.second_current_ua, duration_us=wanted.second_width_us),
    )
