"""A stimulation protocol as its author writes it, in clinic units; field names are the YAML keys.

A protocol that exists is complete and agrees with itself. It says nothing about what is permitted
(the safety layer) or possible on a device (`protocols.timeline`), and it holds no intensity: only
an upper bound.
"""

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from protocols.consistency import inconsistencies
from protocols.field_types import one_of, refusal
from protocols.pulses import Waveform
from protocols.quantities import (
    AreaCm2,
    ChannelNumber,
    CurrentMa,
    FrequencyHz,
    Minutes,
    PulseWidthUs,
    Repetitions,
    SharePercent,
    TimeOrZeroS,
    TimeS,
)
from protocols.texts import Line, Paragraph, ShortName
from protocols.vocabulary import (
    Aspect,
    EvidenceGrade,
    Side,
    Site,
    StageKind,
    Status,
    StoppingAnswer,
    TimingClass,
    Zone,
)

SCHEMA_VERSION = 1
"""The version of the protocol format that this program reads."""

INCONSISTENT = "inconsistent"
"""The pydantic error type of a protocol whose fields are fine one by one but not together."""


def _known_version(given: object) -> object:
    if isinstance(given, int) and not isinstance(given, bool) and given == SCHEMA_VERSION:
        return given
    raise refusal(
        f"this program reads protocols of format {SCHEMA_VERSION}",
        f"Begin the file with the line: nmes: {SCHEMA_VERSION}",
    )


class _Written(BaseModel):
    """What a person writes: frozen, nothing unknown, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Evidence(_Written):
    """How well the parameters are supported, and by what."""

    grade: Annotated[EvidenceGrade, one_of(EvidenceGrade)]
    note: Paragraph


class ScreeningQuestion(_Written):
    """A question asked before arming, besides those of the safety table."""

    id: ShortName
    question: Line
    stop_if: Annotated[StoppingAnswer, one_of(StoppingAnswer)]


class Pad(_Written):
    """One electrode pad. `gel_area_cm2` is the conductive area, not that of the backing."""

    name: Line
    zone: Annotated[Zone, one_of(Zone)]
    aspect: Annotated[Aspect, one_of(Aspect)]
    gel_area_cm2: AreaCm2
    placement: Paragraph


class Channel(_Written):
    """One output of the stimulator with its two pads.

    `waveforms` are those accepted, best first. `pulse_width_us` is the width of one phase.
    `max_current_ma` is an upper bound, never a setting.
    """

    number: ChannelNumber
    name: Line
    site: Annotated[Site, one_of(Site)]
    side: Annotated[Side, one_of(Side)]
    pads: tuple[Pad, ...]
    waveforms: tuple[Annotated[Waveform, one_of(Waveform)], ...]
    pulse_width_us: PulseWidthUs
    frequency_hz: FrequencyHz
    max_current_ma: CurrentMa
    suggested_start_ma: CurrentMa | None = None


class Burst(_Written):
    """One contraction of one channel inside a cycle. `on_time_s` includes both ramps.

    `cue` replaces the stage's `cue_contract`.
    """

    channel: ChannelNumber
    start_s: TimeOrZeroS
    on_time_s: TimeS
    ramp_up_s: TimeOrZeroS
    ramp_down_s: TimeOrZeroS
    level_share_percent: SharePercent = 100
    cue: Line | None = None


class Stage(_Written):
    """A cycle of contractions, repeated; its timing is written in one of two forms.

    Short: `on_time_s`, `off_time_s` and the ramps; the named channels (or all) contract together.
    Long: `cycle_time_s` and `bursts`, for channels that take turns.
    `frequency_hz` and `pulse_width_us` replace those of the channels for this stage.
    """

    name: Line
    kind: Annotated[StageKind, one_of(StageKind)]
    on_time_s: TimeS | None = None
    off_time_s: TimeOrZeroS | None = None
    ramp_up_s: TimeOrZeroS | None = None
    ramp_down_s: TimeOrZeroS | None = None
    channels: tuple[ChannelNumber, ...] | None = None
    level_share_percent: SharePercent | None = None
    cycle_time_s: TimeS | None = None
    bursts: tuple[Burst, ...] | None = None
    repetitions: Repetitions | None = None
    minutes: Minutes | None = None
    cue_contract: Line | None = None
    cue_rest: Line
    frequency_hz: FrequencyHz | None = None
    pulse_width_us: PulseWidthUs | None = None


class StimulationProtocol(_Written):
    """One session of stimulation: for whom, where, with which pulses, in which order."""

    nmes: Annotated[int, BeforeValidator(_known_version)]
    id: ShortName
    title: Line
    version: Line
    status: Annotated[Status, one_of(Status)]
    indications: tuple[Line, ...]
    goal: Paragraph
    evidence: Evidence
    timing_class: Annotated[TimingClass, one_of(TimingClass)]
    position: Paragraph
    task: Paragraph
    watch_for: tuple[Line, ...] = ()
    screening: tuple[ScreeningQuestion, ...] = ()
    channels: tuple[Channel, ...]
    stages: tuple[Stage, ...]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        findings = tuple(inconsistencies(self.model_dump(exclude_none=True)))
        if findings:
            text = "; ".join(str(finding) for finding in findings)
            raise PydanticCustomError(INCONSISTENT, "{text}", {"text": text})
        return self

    def channel(self, number: int) -> Channel:
        """Return the channel of that number; KeyError if there is none."""
        for channel in self.channels:
            if channel.number == number:
                return channel
        raise KeyError(number)
