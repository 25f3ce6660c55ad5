"""Fault scripts: what goes wrong on the wire, in the device and at the skin, and when.

Times are seconds from the start of the simulator. Frames count from 1 among those that a fault
looks at: of its direction and, if it names some, of its commands. What a device can show of all
this is judged in `fault_fit`.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DAY_S = 86_400.0
HIGHEST_LOAD_OHM = 1_000_000
MOST_BYTES = 4096

Direction = Literal["to_device", "to_host", "both"]
Seconds = Annotated[float, Field(ge=0, le=DAY_S)]
Duration = Annotated[float, Field(gt=0, le=DAY_S)]
Channel = Annotated[int, Field(ge=1)]
Word = Annotated[str, Field(min_length=1, max_length=40)]
TRIGGERS = ("at_s", "at_frame", "probability")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class BaseFault(_Strict):
    """When a fault happens: exactly one of `at_s`, `at_frame`, `probability` (per frame)."""

    acts_on_frames: ClassVar[bool] = True

    kind: str
    at_s: Seconds | None = None
    at_frame: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] | None = None
    from_s: Seconds | None = None
    until_s: Seconds | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    direction: Direction
    commands: Annotated[tuple[Word, ...], Field(strict=False, min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        chosen = [name for name in TRIGGERS if getattr(self, name) is not None]
        if len(chosen) != 1:
            raise ValueError(f"exactly one of {', '.join(TRIGGERS)} says when it happens")
        if self.probability is None and (self.from_s is not None or self.until_s is not None):
            raise ValueError("from_s and until_s belong to probability")
        if self.until_s is not None and self.until_s <= (self.from_s or 0):
            raise ValueError("until_s is not after from_s")
        counts = self.at_s is None or self.acts_on_frames
        if not counts and (self.times or self.commands):
            raise ValueError("times and commands count frames; it happens once at at_s")
        return self


class Drop(BaseFault):
    """The frame never arrives."""

    kind: Literal["drop"]


class Delay(BaseFault):
    """The frame arrives late, and what follows it does not overtake it."""

    kind: Literal["delay"]
    delay_ms: Annotated[float, Field(gt=0, le=60_000)]


class Duplicate(BaseFault):
    """The frame arrives again, `copies` times."""

    kind: Literal["duplicate"]
    copies: Annotated[int, Field(ge=1, le=100)] = 1


class Reorder(BaseFault):
    """The frame arrives after the next one of its direction, at the latest after a second."""

    kind: Literal["reorder"]


class FlipBits(BaseFault):
    """Bits of the frame arrive inverted."""

    kind: Literal["flip_bits"]
    bits: Annotated[int, Field(ge=1, le=64)]


class Truncate(BaseFault):
    """The last bytes of the frame are missing."""

    kind: Literal["truncate"]
    bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]


class Split(BaseFault):
    """The frame arrives in pieces of so many bytes, each `gap_ms` after the one before."""

    kind: Literal["split"]
    bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    gap_ms: Annotated[float, Field(gt=0, le=60_000)]


class Garbage(BaseFault):
    """Random bytes arrive, if a frame is concerned right before it."""

    acts_on_frames: ClassVar[bool] = False
    kind: Literal["garbage"]
    bytes: Annotated[int, Field(ge=1, le=MOST_BYTES)]


class Silence(BaseFault):
    """Nothing gets through, for `for_s` or for good."""

    acts_on_frames: ClassVar[bool] = False
    kind: Literal["silence"]
    for_s: Duration | None = None


class Refuse(BaseFault):
    """The device answers a command by an error code and does not obey."""

    kind: Literal["refuse"]
    direction: Literal["to_device"] = "to_device"
    result: Word


class Lie(BaseFault):
    """A frame of the device tells something else than the truth."""

    direction: Literal["to_host"] = "to_host"

    @property
    def told(self) -> str | int:
        """What is told instead."""
        raise NotImplementedError


class WrongMode(Lie):
    """The device's answer to the question for its mode names one that it is not in."""

    kind: Literal["wrong_mode"]
    mode: Word

    @property
    def told(self) -> str:
        """Return the mode."""
        return self.mode


class WrongVersion(Lie):
    """The device names another protocol version: another device, another firmware."""

    kind: Literal["wrong_version"]
    version: Annotated[int, Field(ge=0, le=255)]

    @property
    def told(self) -> int:
        """Return the version."""
        return self.version


class _Happening(BaseFault):
    """Something that happens to the device or the skin; frames only say when."""

    acts_on_frames: ClassVar[bool] = False
    direction: Direction = "to_device"

    @model_validator(mode="after")
    def _needs_no_direction(self) -> Self:
        if self.at_s is not None and "direction" in self.model_fields_set:
            raise ValueError("direction says which frames count; at_s counts none")
        return self


class Reboot(_Happening):
    """The device loses power and is off for `off_s`; afterwards it knows nothing."""

    kind: Literal["reboot"]
    off_s: Duration = 1.0


class OpenElectrode(_Happening):
    """An electrode is off the skin, for `for_s` or for good."""

    kind: Literal["open_electrode"]
    channel: Channel
    for_s: Duration | None = None


class ShortElectrode(_Happening):
    """The two pads of a channel touch."""

    kind: Literal["short_electrode"]
    channel: Channel
    for_s: Duration | None = None


class Load(_Happening):
    """The pads of a channel have this impedance: V/I at the end of a phase of 300 µs.

    A current above `supply_v` / `ohm` is clipped; without it the device's own supply counts. Below
    100 ohm it is a short, above 10 kohm open.
    """

    kind: Literal["load"]
    channel: Channel
    ohm: Annotated[float, Field(gt=0, le=HIGHEST_LOAD_OHM)]
    supply_v: Annotated[float, Field(gt=0, le=1000)] | None = None
    for_s: Duration | None = None


class Trouble(_Happening):
    """Something in the device that only some devices can show, for `for_s` or for good."""

    for_s: Duration | None = None

    @property
    def which(self) -> str | int:
        """Which of several parts is in trouble; of one part only the youngest trouble holds."""
        return ""

    @property
    def value(self) -> str:
        """What is wrong with it."""
        return self.kind


class EmergencySwitch(Trouble):
    """The patient's switch is pressed, or its plug is out."""

    kind: Literal["emergency_switch"]


class FailedModule(Trouble):
    """A stimulation module fails; the RehaStim2's A has channels 1 to 4, B 5 to 8."""

    kind: Literal["failed_module"]
    module: Word

    @property
    def which(self) -> str:
        """Return the module."""
        return self.module


class ChannelError(Trouble):
    """Each pulse of a channel comes to an error: none leaves, except with `low_current`."""

    kind: Literal["channel_error"]
    channel: Channel
    error: Word

    @property
    def which(self) -> int:
        """Return the channel."""
        return self.channel

    @property
    def value(self) -> str:
        """Return the error."""
        return self.error


class HiddenErrors(Trouble):
    """The device notices no error of any channel, and tells that all is well."""

    kind: Literal["hidden_errors"]


class GeneralError(_Happening):
    """The device says unasked that something is wrong."""

    kind: Literal["general_error"]
    result: Word


KINDS: tuple[type[BaseFault], ...] = (
    Drop,
    Delay,
    Duplicate,
    Reorder,
    FlipBits,
    Truncate,
    Split,
    Garbage,
    Silence,
    Refuse,
    WrongMode,
    WrongVersion,
    Reboot,
    OpenElectrode,
    ShortElectrode,
    Load,
    EmergencySwitch,
    FailedModule,
    ChannelError,
    HiddenErrors,
    GeneralError,
)
Fault = Annotated[
    Drop
    | Delay
    | Duplicate
    | Reorder
    | FlipBits
    | Truncate
    | Split
    | Garbage
    | Silence
    | Refuse
    | WrongMode
    | WrongVersion
    | Reboot
    | OpenElectrode
    | ShortElectrode
    | Load
    | EmergencySwitch
    | FailedModule
    | ChannelError
    | HiddenErrors
    | GeneralError,
    Field(discriminator="kind"),
]


class FaultScript(_Strict):
    """Faults and the seed of their chances; equal scripts harm equal sessions equally."""

    seed: Annotated[int, Field(ge=0)]
    faults: Annotated[tuple[Fault, ...], Field(strict=False)]
