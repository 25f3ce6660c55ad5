"""The errors of nmes, one tree.

NmesError
├── ProtocolFileError       a file that people write (a protocol, a screening, what a board passes
│                           on) cannot be used; lists every problem found in it
├── PlanningError           a valid protocol asks for what this device cannot make
├── LimitViolation          a value is outside what may be sent
├── LimitTableError         the table of limits cannot be used, or is silent where it must speak
├── SessionRefusal          the operator asked for something that is not possible now
├── RecordError             a record cannot be written, or is not what was written
├── LinkError               the screen and the engine do not understand each other
└── DeviceError
    ├── PortError           the port cannot be opened, read or written
    ├── ReplyTimeout        the device did not answer in time
    ├── BadFrame            bytes that are no frame of this device
    ├── DeviceRefused       the device answered that it will not
    ├── DeviceFault         the device reports a fault of its own
    └── UnpermittedWrite    bytes that the gate has not permitted; never reaches the port

Every error carries its facts as fields; its text tells the reader what to do next.
"""

from dataclasses import dataclass


class NmesError(Exception):
    """Anything that nmes itself finds wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file, where it stands and how to mend it."""

    line: int | None
    column: int | None
    field: str
    found: str
    allowed: str
    cure: str

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}" if self.line is not None else "whole file"
        return f"{place}: {self.field}: {self.found}; {self.allowed}. {self.cure}"


class ProtocolFileError(NmesError):
    """A protocol, or another file that people write, cannot be used.

    `file` is its name as given; `problems` holds all that was found, in order of line.
    """

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        self.file = file
        self.problems = problems
        super().__init__("\n".join(f"{file}: {problem}" for problem in problems))


class PlanningError(NmesError):
    """A protocol asks for what this device cannot make.

    `file` is the protocol's name as given, where the reasons name its lines.
    """

    def __init__(self, reasons: tuple[str, ...], file: str = "") -> None:
        self.reasons = reasons
        self.file = file
        super().__init__("\n".join(f"{file}: {text}" if file else text for text in reasons))


class LimitViolation(NmesError):
    """A value is outside what may be sent. `asked` and `allowed` are in `unit`."""

    def __init__(
        self, *, limit: str, channel: int | None, asked: int, allowed: int, unit: str, source: str
    ) -> None:
        self.limit = limit
        self.channel = channel
        self.asked = asked
        self.allowed = allowed
        self.unit = unit
        self.source = source
        place = f"channel {channel}: " if channel is not None else ""
        super().__init__(
            f"{place}{limit}: {asked} {unit} asked, {allowed} {unit} allowed ({source})"
        )


class LimitTableError(NmesError):
    """The table of limits cannot be used, or is silent where it must speak; nothing may be sent."""


class SessionRefusal(NmesError):
    """The operator asked for what is not possible now; the text says what to do instead."""


class RecordError(NmesError):
    """A record cannot be written, or is not what was written."""


class LinkError(NmesError):
    """The screen and the engine do not understand each other."""


class DeviceError(NmesError):
    """Something between nmes and the stimulator failed."""


class PortError(DeviceError):
    """The port cannot be opened, read or written."""


class ReplyTimeout(DeviceError):
    """The device did not answer in time."""


class BadFrame(DeviceError):
    """Bytes that are no frame of this device."""


class DeviceRefused(DeviceError):
    """The device answered that it will not do what was asked."""


class DeviceFault(DeviceError):
    """The device reports a fault of its own."""


class UnpermittedWrite(DeviceError):
    """Bytes were about to be written that the gate has not permitted; they were not."""
