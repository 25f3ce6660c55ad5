"""What can happen to a session, and what a session asks for in return: frozen values.

Operator wishes, the clock, the device and the record all enter the same way; later triggers
(hand switch, EMG, gait) are further values of `Happening`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nmes.session.session import Session
from protocols.pulses import TrainSetup
from protocols.status import ChannelStatus, DeviceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmWish:
    """Connect and set up at 0 mA; also the second step of a re-arm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindWish:
    """Find the level of this channel, from 0 mA."""

    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWish:
    """Begin, or go on with, the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWish:
    """One step of a channel's level, up or down."""

    channel: int
    is_up: bool
    is_coarse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroWish:
    """A channel's level to 0."""

    channel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWish:
    """Ramp down and hold the position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWish:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWish:
    """End early, in good order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWish:
    """Stop now."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeWish:
    """First step of a re-arm: the cause was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveWish:
    """Close the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpHeld:
    """The device, which calls itself `identity`, holds this train and runs it at 0 mA."""

    setup: TrainSetup
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopHeld:
    """The device confirmed the stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSeen:
    """Something failed; nothing may flow until a person has acknowledged it."""

    code: str
    detail: str
    advice: str
    channel: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSeen:
    """The device has reported on itself.

    `ranges_ua` are, by channel, the lowest and the highest current set since its last report.
    """

    status: DeviceStatus
    ranges_ua: Mapping[int, tuple[int, int]]

    def range_ua(self, reported: ChannelStatus) -> tuple[int, int]:
        """Return between what a channel's current may lie; a channel never set has none."""
        return self.ranges_ua.get(reported.channel, (0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseRecorded:
    """The pending step up is on disk, and the gate has granted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiseRefused:
    """The gate did not grant the pending step up."""

    reason: str


Wish = (
    ArmWish
    | FindWish
    | StartWish
    | StepWish
    | ZeroWish
    | PauseWish
    | ResumeWish
    | FinishWish
    | StopWish
    | AcknowledgeWish
    | LeaveWish
)
Happening = Wish | SetUpHeld | StopHeld | FaultSeen | StatusSeen | RiseRecorded | RiseRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gate knows that a wish is judged by, in the order of the plan's channels.

    `outputs_ua` was written last; `rest_left_us` is the rest each channel still needs;
    `caps_ua` are the effective upper bounds.
    """

    outputs_ua: tuple[int, ...]
    rest_left_us: tuple[int, ...]
    caps_ua: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Open the port and find the device; then give it this train."""

    setup: TrainSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """Give the device another train while nothing flows."""

    setup: TrainSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRise:
    """Write the step to disk, ask the gate, then say RiseRecorded or RiseRefused."""

    channel: int
    from_ua: int
    to_ua: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevel:
    """Tell the gate that the level of a channel has come down."""

    channel: int
    to_ua: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDevice:
    """Write a stop now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonDevice:
    """Last stop, close the port, fall silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Append to the journal; `is_vital` asks for it to reach the disk at once."""

    event: str
    fields: dict[str, object]
    is_vital: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Show the operator a line: i, ! or !!."""

    mark: str
    text: str


Request = Connect | SetUp | RecordRise | SetLevel | StopDevice | AbandonDevice | Record | Tell
Outcome = tuple[Session, tuple[Request, ...]]
"""The session that follows, and what it asks for in return."""
