"""What must follow from errors of a channel that a device tells of when it is asked.

An electrode error and a pulse timeout let no pulse leave. Low current is only told, and the pulses
go on: they must not rise any more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nmes.campaign.evidence import Evidence, Finding, PulseSeen, Record
from nmes.campaign.oracle import Channel

FOREVER_US = 2**62
LOW_CURRENT = "low_current"
UNANSWERED_US = 900_000
WRITE_US = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one time until before another."""

    from_us: int
    until_us: int

    @classmethod
    def lasting(cls, from_us: int, lasts_us: int | None) -> "Span":
        """Return one that lasts so long; None: it has no end."""
        return cls(from_us=from_us, until_us=FOREVER_US if lasts_us is None else from_us + lasts_us)

    @property
    def lasts_us(self) -> int | None:
        """How long it is; None if it has no end."""
        return None if self.until_us == FOREVER_US else self.until_us - self.from_us

    def holds(self, at_us: int) -> bool:
        """Whether a time is in it."""
        return self.from_us <= at_us < self.until_us

    def meets(self, other: "Span") -> bool:
        """Whether both hold a time."""
        return self.from_us < other.until_us and other.from_us < self.until_us


def held_findings(
    pulses: Sequence[PulseSeen], evidence: Evidence, channel: Channel
) -> Iterator[Finding]:
    """Yield the first pulse that rises although the device has told of its low current."""
    for incident in evidence.incidents:
        if incident.kind != LOW_CURRENT or not incident.is_of(channel.number):
            continue
        lasts_us = incident.lasts_us or FOREVER_US
        low = [p for p in pulses if 0 <= p.time_us - incident.at_us < lasts_us]
        armed_us = [d.at_us for d in evidence.deeds if d.kind == "arm"]
        if low:
            again_us = min((at for at in armed_us if at > low[0].time_us), default=FOREVER_US)
            until_told_us = low[0].time_us + told_within_us(evidence) + max(channel.periods_us)
            peak_ma = max(p.current_ma for p in low if p.time_us <= until_told_us)
            late = (p for p in low if until_told_us < p.time_us < again_us)
            for pulse in late:
                if pulse.current_ma > peak_ma:
                    text = f"channel {channel.number}: rises to {pulse.current_ma} mA, told as low"
                    yield Finding(kind="held", at_us=pulse.time_us, text=text)
                    break


def told_within_us(evidence: Evidence) -> int:
    """Return within which time of an error the host has been told of it."""
    held_up_us = UNANSWERED_US if evidence.is_line_faulted else 3 * evidence.latency_us
    return evidence.prescription.device.told_us + held_up_us + evidence.stall_us + WRITE_US


def crossings(evidence: Evidence, records: Sequence[Record]) -> tuple[Span, ...]:
    """Return when an update may have crossed with an error that the host was not told of yet.

    Only where it was told soon after: a device that is not asked is none that could not tell.
    """
    if not evidence.prescription.device.update_restarts:
        return ()
    soon_us = told_within_us(evidence)
    return tuple(
        Span(from_us=record.at_us - soon_us, until_us=record.at_us)
        for record in records
        if record.event == "fault" and record.data.get("code") == "FAULT"
    )
