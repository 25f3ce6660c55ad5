"""A plan: a protocol made exact for one device, as frozen integers.

Made by `protocols.timeline`; judged by the static check, run by the session machine, drawn by the
screen. Nothing in a plan is an intensity: it belongs to the operator, who raises a *level* per
channel; a plan says which share of that level flows when.
"""

from dataclasses import dataclass

from protocols.pulses import TrainSetup, Waveform


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPad:
    """One electrode pad as the protocol places it. `zone` is completed by the side when chosen."""

    name: str
    zone: str
    aspect: str
    gel_area_mm2: int
    placement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChannel:
    """One channel as it will be used. `side` is left, right, midline; None until chosen at arming.

    `max_current_ua` is the protocol's own upper bound.
    """

    number: int
    name: str
    site: str
    side: str | None
    waveform: Waveform
    max_current_ua: int
    suggested_start_ua: int | None
    pads: tuple[PlannedPad, ...]

    @property
    def smaller_area_mm2(self) -> int:
        """The conductive area of the smaller pad."""
        return min(pad.gel_area_mm2 for pad in self.pads)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBurst:
    """One contraction of one channel inside a cycle. `on_us` includes both ramps."""

    channel: int
    start_us: int
    on_us: int
    ramp_up_us: int
    ramp_down_us: int
    share_permille: int
    cue: str

    @property
    def end_us(self) -> int:
        """When the burst has ended, from the start of its cycle."""
        return self.start_us + self.on_us


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseShape:
    """The width of one phase of a channel's pulses in one stage, and what balances it."""

    channel: int
    pulse_width_us: int
    second_width_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    """A cycle of bursts, repeated. `kind` is warm_up, work or cool_down.

    `frequency_asked_mhz` (millihertz) is what the protocol asked for, `setup.period_us` what the
    device makes of it.
    """

    name: str
    kind: str
    setup: TrainSetup
    shapes: tuple[PulseShape, ...]
    bursts: tuple[PlannedBurst, ...]
    cycle_us: int
    cycles: int
    cue_rest: str
    frequency_asked_mhz: int

    @property
    def duration_us(self) -> int:
        """The whole stage, its last rest included."""
        return self.cycle_us * self.cycles


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All stages of a session on one device, in order.

    The session ends with the last burst of the last stage: nobody waits out a rest that nothing
    follows. `sha256` is the hash of the protocol file's bytes.
    """

    protocol_id: str
    title: str
    version: str
    sha256: str
    device: str
    timing_class: str
    channels: tuple[PlannedChannel, ...]
    stages: tuple[PlannedStage, ...]

    @property
    def duration_us(self) -> int:
        """From the start of the first stage to the end of the last burst."""
        last = self.stages[-1]
        tail_us = last.cycle_us - max(burst.end_us for burst in last.bursts)
        return sum(stage.duration_us for stage in self.stages) - tail_us

    def channel(self, number: int) -> PlannedChannel:
        """Return the planned channel of that number; KeyError if there is none."""
        for channel in self.channels:
            if channel.number == number:
                return channel
        raise KeyError(number)
