"""Errors of a channel that a device tells of when it is asked, and what must follow from each.

An electrode error and a pulse timeout let no pulse leave. Low current is only told, and the pulses
go on: they must not rise any more. A device that hides its errors has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.devices import Device
from nmes.campaign.evidence import Evidence, Finding, Incident, PulseSeen, Record
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

    def holds(self, at_us: int) -> bool:
        """Whether a time is in it."""
        return self.from_us <= at_us < self.until_us

    def begins_by(self, at_us: int, lasts_us: int | None) -> bool:
        """Whether it shares a time with what begins then and lasts so long."""
        until_us = FOREVER_US if lasts_us is None else at_us + lasts_us
        return self.from_us < until_us and at_us < self.until_us


def hidden_spans(script: FaultScript, entries: Sequence[AppliedFault]) -> tuple[Span, ...]:
    """Return when the device noticed no error."""
    return tuple(
        _span(entry.time_us, script.faults[entry.fault - 1])
        for entry in entries
        if entry.kind == "hidden_errors"
    )


def _span(at_us: int, fault: Any) -> Span:
    until_us = FOREVER_US if fault.for_s is None else at_us + round(fault.for_s * 1e6)
    return Span(from_us=at_us, until_us=until_us)


def channel_errors(
    fault: Any, entry: AppliedFault, hidden: Sequence[Span], device: Device
) -> Iterator[Incident]:
    """Yield what an error came to, as long as it was not hidden."""
    is_low = fault.error == LOW_CURRENT
    for span in _left_of(_span(entry.time_us, fault), hidden):
        is_for_good = span.until_us == FOREVER_US
        yield Incident(
            at_us=span.from_us,
            kind=LOW_CURRENT if is_low else entry.kind,
            quiet_after_us=None if is_low else 0,
            lasts_us=None if is_for_good else span.until_us - span.from_us,
            channels=frozenset({fault.channel}),
            is_unnoticed=fault.error in device.untold_errors,
        )


def _left_of(whole: Span, hidden: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of a span beside others, which must be in order of time."""
    from_us = whole.from_us
    for span in hidden:
        if from_us < min(span.from_us, whole.until_us):
            yield Span(from_us=from_us, until_us=min(span.from_us, whole.until_us))
        from_us = max(from_us, span.until_us)
    if from_us < whole.until_us:
        yield Span(from_us=from_us, until_us=whole.until_us)


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
