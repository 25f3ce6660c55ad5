"""What a session leaves behind for its judge: plain values, times in µs of virtual time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nmes.campaign.oracle import Prescription


class PulseSeen(Protocol):
    """One pulse of the device's record."""

    @property
    def time_us(self) -> int:
        """When its first phase began."""

    @property
    def channel(self) -> int:
        """The channel, from 1."""

    @property
    def current_ma(self) -> float:
        """The current of the first phase."""

    @property
    def pulse_width_us(self) -> int:
        """The width of the first phase."""

    @property
    def second_current_ma(self) -> float:
        """The current of the second phase, with its sign."""

    @property
    def second_width_us(self) -> int:
        """The width of the second phase."""

    @property
    def gap_us(self) -> int:
        """The time between the phases."""


@dataclass(slots=True, kw_only=True)
class Deed:
    """One wish of the operator, and whether it was refused. `amount_ua` is that of a step."""

    at_us: int
    kind: str
    channel: int = 0
    amount_ua: int = 0
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that happened to the session from outside.

    `quiet_after_us`: from so long after it no pulse may begin, None if it need not end the output.
    `until`: which granted wishes may bring output back; none if nothing may. `lasts_us`: it ends by
    itself. `channels`: those that it silences, None for all. `is_by_period`: a period on top.
    `is_for_the_line`: the engine ends it by a frame, which a bad line may hold up. `is_unnoticed`:
    the device may not see it, so that what was set meanwhile flows at once when it is over.
    """

    at_us: int
    kind: str
    quiet_after_us: int | None = None
    until: frozenset[str] = frozenset()
    lasts_us: int | None = None
    channels: frozenset[int] | None = None
    is_by_period: bool = False
    is_for_the_line: bool = False
    is_unnoticed: bool = False

    def is_of(self, channel: int) -> bool:
        """Whether it befalls this channel."""
        return self.channels is None or channel in self.channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsteered:
    """A time in which nothing that is said to a device has an effect, though current may flow.

    `must_be_told`: it goes on with what it did, and somebody must be told. Otherwise it does what
    it had been told before its restart was noticed.
    """

    from_us: int
    until_us: int
    must_be_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of the journal."""

    at_us: int
    event: str
    data: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the judge of one session is given.

    `updates_us` are the times at which the host wrote a frame of new values. `is_cut`: the engine
    ended before it could close its journal. `latency_us` is how
    long a frame may be held up by an answer that is owed, `stall_us` the longest time that the
    engine was kept from running. Of `clipped_channels` a load may have taken some current. In the
    times of `unsteered` the device obeyed nothing and nobody.
    """

    prescription: Prescription
    pulses: Sequence[PulseSeen]
    deeds: Sequence[Deed]
    incidents: Sequence[Incident]
    updates_us: Sequence[int]
    journal: bytes
    is_cut: bool
    latency_us: int
    stall_us: int
    is_line_faulted: bool
    clipped_channels: frozenset[int] = frozenset()
    unsteered: Sequence["Unsteered"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation: its kind, when, and in words."""

    kind: str
    at_us: int
    text: str
