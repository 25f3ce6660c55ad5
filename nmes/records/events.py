"""What may be recorded of a session: one frozen model per event, schema version 1.

Numbers are the exact integers of the engine. A patient is a code, never a name. How events are
written and linked is the subject of `nmes.records.chain`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from protocols.errors import RecordError

SCHEMA_VERSION = 1


def _writable(text: object) -> object:
    """Replace what UTF-8 cannot hold: a device's odd bytes must not keep its fault unrecorded."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


Text = Annotated[str, BeforeValidator(_writable)]
Count = Annotated[int, Field(ge=0)]
ChannelNumber = Annotated[int, Field(ge=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
StateWord = Literal[
    "idle", "connecting", "armed", "finding", "running", "paused", "stopped", "faulted", "finished"
]
Outcome = Literal["completed", "ended early", "stopped", "faulted", "abandoned"]


class Recorded(BaseModel):
    """What an event tells; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class RecordedPad(Recorded):
    """Where one pad was to be placed, as the operator confirmed it."""

    name: Text
    zone: Text
    aspect: Text
    gel_area_mm2: Count
    placement: Text


class RecordedChannel(Recorded):
    """One channel as it was used. `cap_reason` is the layer that its upper bound came from.

    `full_ua` is what may have flowed at any level where a level is only a setting, None where it is
    what flows, and in journals that are older than it.
    """

    number: ChannelNumber
    name: Text
    site: Text
    side: Text | None
    pads: Annotated[tuple[RecordedPad, ...], Field(strict=False)]
    waveform: Text
    pulse_width_us: Count
    cap_ua: Count
    cap_reason: Text
    full_ua: Count | None = None


class RecordedAcknowledgement(Recorded):
    """What a named clinician wrote about one item of the screening."""

    item: Text
    clinician: Text
    text: Text


class RecordedNarrowing(Recorded):
    """What the answers left of a channel's cap, in thousandths, and the person's own maximum."""

    channel: ChannelNumber
    permille: Count
    items: Annotated[tuple[Text, ...], Field(strict=False)]
    maximum_ua: Count | None


class RecordedClearance(Recorded):
    """Why the session was allowed.

    `basis`: a screening was answered; the operator said that nobody is connected (bench); nmes
    started the simulator itself (simulated). `yes` are the questions answered so that it matters,
    `answers_sha256` is the hash of all that was given, None where nobody was asked.
    """

    basis: Literal["screening", "bench", "simulated"]
    day: Text
    asked_by: Text
    table_sha256: Sha256
    answers_sha256: Sha256 | None
    yes: Annotated[tuple[Text, ...], Field(strict=False)]
    warnings: Annotated[tuple[Text, ...], Field(strict=False)]
    acknowledgements: Annotated[tuple[RecordedAcknowledgement, ...], Field(strict=False)]
    narrowed: Annotated[tuple[RecordedNarrowing, ...], Field(strict=False)]


class SessionOpen(Recorded):
    """Who, on whom, with what: the first record of every journal.

    `patient` is a code, or `bench`. `device` is the driver's name, `port` None for a simulator
    that nmes started. `contractions_planned` counts cycles of the plan. `watchdog_us` is the
    silence after which the device stops by itself, None if it never does. It and `clearance` are
    None in journals that are older than they.
    """

    schema_version: Literal[1]
    session_id: Text
    nmes_version: Text
    operator: Text
    operator_is_script: bool
    patient: Text
    is_bench: bool
    protocol_id: Text
    protocol_version: Text
    title: Text
    protocol_sha256: Sha256
    limits_sha256: Sha256
    device: Text
    device_title: Text
    is_simulated: bool
    port: Text | None
    planned_us: Count
    contractions_planned: Count
    channels: Annotated[tuple[RecordedChannel, ...], Field(strict=False)]
    clearance: RecordedClearance | None = None
    watchdog_us: Count | None = None


class Arm(Recorded):
    """The operator confirmed these placements and armed; written before the device is set up."""

    confirmed_channels: Annotated[tuple[ChannelNumber, ...], Field(strict=False)]


class Armed(Recorded):
    """The device holds the train at 0 mA. `identity` is what it said of itself."""

    identity: Text


class FindLevel(Recorded):
    """The find-level train began on this channel."""

    channel: ChannelNumber


class Level(Recorded):
    """The operator's level of a channel changed; a rise is on disk before it acts."""

    channel: ChannelNumber
    from_ua: Count
    to_ua: Count
    state: StateWord


class Start(Recorded):
    """The program began, or went on after a re-arm, at this place."""

    stage: Count
    cycle: Count


class Stage(Recorded):
    """A stage began. `period_us` is the period of its pulses."""

    index: Count
    name: Text
    kind: Literal["warm_up", "work", "cool_down"]
    period_us: Annotated[int, Field(ge=1)]


class Contraction(Recorded):
    """One burst of one channel ended, whether or not current flowed in it.

    `level_ua` is the highest level in force during it, `level_kept_ua` the lowest (None in journals
    that are older than it); `on_us`, `pulses` and `charge_nc` (one
    phase, summed) are what was put out, or where the channel has a `full_ua` the most that may have
    been. `is_complete`: it ran to its planned end. `ends_cycle`: no burst of the cycle ends later.
    While a level is being found `is_dose` is false and there is no place in the program.
    """

    stage: Count | None
    cycle: Count | None
    channel: ChannelNumber
    level_ua: Count
    level_kept_ua: Count | None = None
    on_us: Count
    pulses: Count
    charge_nc: Count
    is_complete: bool
    ends_cycle: bool
    is_dose: bool

    @property
    def borne_ua(self) -> int:
        """The level borne from beginning to end; an older journal tells but the highest."""
        return self.level_ua if self.level_kept_ua is None else self.level_kept_ua

    @model_validator(mode="after")
    def _dose_has_a_place(self) -> Self:
        places = (self.stage, self.cycle)
        if self.is_dose and None in places:
            raise ValueError("a dose contraction needs its stage and cycle")
        if not self.is_dose and places != (None, None):
            raise ValueError("a contraction while finding a level has no stage or cycle")
        return self


class Pause(Recorded):
    """The output fades and the place in the program is held."""

    cause: Text


class LevelLimit(Recorded):
    """How high a channel's level may be after a resume without being raised by hand."""

    channel: ChannelNumber
    limit_ua: Count


class Resume(Recorded):
    """The program goes on after a pause."""

    limits: Annotated[tuple[LevelLimit, ...], Field(strict=False)]


class Stop(Recorded):
    """A stop was written to the device."""

    cause: Text
    is_emergency: bool


class StopConfirmed(Recorded):
    """The device acknowledged the stop."""

    after_us: Count


class StopUnconfirmed(Recorded):
    """The device has not acknowledged the stop for so long."""

    after_us: Count


class Fault(Recorded):
    """Something failed that stops the output. `channel` is None where none is to blame."""

    code: Text
    detail: Text
    channel: ChannelNumber | None


class Acknowledge(Recorded):
    """The operator read the cause of a stop or fault."""


class Notice(Recorded):
    """Something worth telling that changed nothing."""

    text: Text


class Note(Recorded):
    """What the operator wrote."""

    text: Text


class SessionClose(Recorded):
    """How the session ended: the last record. `contractions_done` counts cycles, as planned.

    `done_us` is the time of the program gone by, pauses and countdowns not counted.
    """

    outcome: Outcome
    contractions_done: Count
    done_us: Count


OPENING = "session_open"
CLOSING = "session_close"

EVENTS: dict[str, type[Recorded]] = {
    OPENING: SessionOpen,
    "arm": Arm,
    "armed": Armed,
    "find_level": FindLevel,
    "level": Level,
    "start": Start,
    "stage": Stage,
    "contraction": Contraction,
    "pause": Pause,
    "resume": Resume,
    "stop": Stop,
    "stop_confirmed": StopConfirmed,
    "stop_unconfirmed": StopUnconfirmed,
    "fault": Fault,
    "acknowledge": Acknowledge,
    "notice": Notice,
    "note": Note,
    CLOSING: SessionClose,
}


def parse_event(event: str, data: Mapping[str, object] | Recorded) -> Recorded:
    """Return the event as its model; RecordError names every field that does not fit."""
    model = EVENTS.get(event)
    if model is None:
        raise RecordError(f"'{event}' is no event that this version of nmes knows.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrongs = (f"{'.'.join(map(str, w['loc']))}: {w['msg']}" for w in error.errors())
        raise RecordError(f"'{event}' does not fit its schema: {'; '.join(wrongs)}") from error
