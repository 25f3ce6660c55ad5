"""The vocabulary of output: what a channel puts out, in exact integers.

From here down a current is in µA, a width in µs (one phase), a charge in nC, an area in mm²,
and a pulse rate is a period in µs, because device grids are periods.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Waveform(StrEnum):
    """Charge-balanced pulse shapes; nothing else can be asked for."""

    SYMMETRIC_BIPHASIC = "symmetric_biphasic"
    ASYMMETRIC_BIPHASIC = "asymmetric_biphasic"


SECOND_PHASE_FACTOR = 4
"""How many times wider and weaker the second phase of an asymmetric pulse is [design]."""


class ChannelOutput(NamedTuple):
    """What one channel puts out with every pulse from now on; 0 µA is no pulse.

    The second phase mirrors the first with opposite sign after the device's gap:
    `second_current_ua * second_width_us == current_ua * pulse_width_us`.
    """

    channel: int
    current_ua: int
    pulse_width_us: int
    second_current_ua: int
    second_width_us: int


def symmetric_output(channel: int, current_ua: int, pulse_width_us: int) -> ChannelOutput:
    """Return the output of a channel whose two phases are equal."""
    return ChannelOutput(
        channel=channel,
        current_ua=current_ua,
        pulse_width_us=pulse_width_us,
        second_current_ua=current_ua,
        second_width_us=pulse_width_us,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSetup:
    """Which channels share a train of pulses, and its period; it carries no current.

    `channels` are sorted, from 1.
    """

    period_us: int
    channels: tuple[int, ...]


class OutputFrame(NamedTuple):
    """The outputs of all channels of the train in force, in the order of its channels."""

    setup: TrainSetup
    outputs: tuple[ChannelOutput, ...]

    @property
    def is_silent(self) -> bool:
        """Whether no channel puts out a pulse."""
        # Asked three times a frame: a loop takes half the time of all() over a generator.
        for output in self.outputs:
            if output.current_ua != 0 and output.pulse_width_us != 0:
                return False
        return True


def silent_frame(setup: TrainSetup) -> OutputFrame:
    """Return the frame that starts a train without a pulse: current 0 and width 0."""
    outputs = tuple(symmetric_output(channel, 0, 0) for channel in setup.channels)
    return OutputFrame(setup=setup, outputs=outputs)
