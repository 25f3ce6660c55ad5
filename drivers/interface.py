"""What every stimulator driver offers: commands in, events out, nothing that waits.

A driver joins one port to one device's protocol. Time comes in with every call; nothing here
blocks, sleeps or reads a clock. Only `safety.gate` calls a driver.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from protocols.capabilities import Capabilities
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup
from protocols.status import DeviceStatus


class Permit(NamedTuple):
    """The gate's leave to write one train, frame or pulse, once. Only `safety.gate` makes them."""

    subject: TrainSetup | OutputFrame | ChannelOutput
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The device answered, is of the right kind, and puts out nothing."""

    at_us: int
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpConfirmed:
    """The device holds this train and runs it with all currents 0."""

    at_us: int
    setup: TrainSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputConfirmed:
    """The device acknowledged this frame, written at `sent_us`."""

    at_us: int
    sent_us: int
    frame: OutputFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """The device answered a keep-alive and is in the state we believe it to be in."""

    at_us: int
    sent_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopConfirmed:
    """The device acknowledged the stop first written at `requested_us`."""

    at_us: int
    requested_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyMissed:
    """One answer did not come in time; the driver has asked for the device's state."""

    at_us: int
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseSeen:
    """Bytes came that are no valid answer; `detail` says what was wrong with them."""

    at_us: int
    detail: str


class LossKind(StrEnum):
    """How the device, or its output, was lost."""

    NOT_FOUND = "no stimulator answered"
    WRONG_DEVICE = "another device or version answered"
    PORT = "the port failed"
    SILENT = "the device stopped answering"
    RESTARTED = "the device dropped the connection"
    WRONG_MODE = "the device is not in the mode it should be in"
    REFUSED = "the device refused a command"
    FAULT = "the device reported a fault"
    CONFUSED = "the device's answer does not belong to the command"
    LATE = "this program was held up while current could flow"
    UNGUARDED = "the guard of the output is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputLost:
    """The device can no longer be believed to do what was asked; nothing goes out until re-armed.

    `channel` is None where the device does not name one. `advice` tells the therapist what to do.
    """

    at_us: int
    kind: LossKind
    detail: str
    advice: str
    channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What the device says of pads, delivered current and battery, as far as it can."""

    at_us: int
    status: DeviceStatus


DeviceEvent = (
    Connected
    | SetUpConfirmed
    | OutputConfirmed
    | Alive
    | StopConfirmed
    | ReplyMissed
    | NoiseSeen
    | StatusReport
    | OutputLost
)


class Stimulator(Protocol):
    """One stimulator on one port.

    Order of use: connect … Connected; set_up … SetUpConfirmed; output … OutputConfirmed, again and
    again; stop … StopConfirmed. `set_up` may be called again while nothing flows. Calls made
    when `is_ready` is false raise DeviceError, except stop, abandon, poll and close, which are
    always accepted.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this device can make and report."""
        ...

    @property
    def is_ready(self) -> bool:
        """Whether a command given now would go onto the wire at once."""
        ...

    def connect(self, now_us: int) -> None:
        """Begin to find and identify the device; goes on in poll."""
        ...

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        """Read what has come, do what is due, and tell what happened since the last call."""
        ...

    def next_deadline_us(self) -> int | None:
        """Return when poll must be called even if no byte arrives; None if never."""
        ...

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Give the device the permitted train and start it with all currents 0."""
        ...

    def output(self, permit: Permit, now_us: int) -> None:
        """Write the permitted frame now."""
        ...

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog and ask whether it still does what we believe."""
        ...

    def stop(self, now_us: int) -> None:
        """Write a stop at once, whatever answer is outstanding; poll repeats it until confirmed."""
        ...

    def abandon(self, now_us: int) -> None:
        """Write a last stop, close the port and fall silent, so that the device stops by itself."""
        ...

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes; None if there is nothing to wait on."""
        ...

    def close(self) -> None:
        """Close the port; may be called twice."""
        ...


class BytePort(Protocol):
    """Bytes in and out, never blocking. Raises PortError when the line is gone."""

    def read(self) -> bytes:
        """Return what has arrived, b"" if nothing."""
        ...

    def write(self, data: bytes) -> None:
        """Hand bytes to the line; called from `drivers.wire` only."""
        ...

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes."""
        ...

    def close(self) -> None:
        """Release the port."""
        ...
