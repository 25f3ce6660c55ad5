"""Errors of a channel as a fault script made them; a device that hides its errors has none."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.channel_errors import LOW_CURRENT, Span
from nmes.campaign.devices import Device
from nmes.campaign.evidence import Incident

SHORT = "short_electrode"


def hidden_spans(script: FaultScript, entries: Sequence[AppliedFault]) -> tuple[Span, ...]:
    """Return when the device noticed no error."""
    return tuple(
        _span(entry.time_us, script.faults[entry.fault - 1])
        for entry in entries
        if entry.kind == "hidden_errors"
    )


def _span(at_us: int, fault: Any) -> Span:
    return Span.lasting(at_us, None if fault.for_s is None else round(fault.for_s * 1e6))


def channel_errors(
    fault: Any, entry: AppliedFault, hidden: Sequence[Span], device: Device
) -> Iterator[Incident]:
    """Yield what an error came to, as long as it was not hidden."""
    is_low = fault.error == LOW_CURRENT
    for span in _left_of(_span(entry.time_us, fault), hidden):
        yield Incident(
            at_us=span.from_us,
            kind=LOW_CURRENT if is_low else entry.kind,
            quiet_after_us=None if is_low else 0,
            lasts_us=span.lasts_us,
            channels=frozenset({fault.channel}),
            is_unnoticed=fault.error in device.untold_errors,
        )


def bad_contact(
    kind: str, whole: Span, channel: int, hidden: Sequence[Span], device: Device
) -> Iterator[Incident]:
    """Yield what pads that are off, or touch, came to.

    Nothing flows from pads that are off; into pads that touch it flows while errors are hidden.
    """
    is_hidden = any(span.meets(whole) for span in hidden)
    contact = Incident(
        at_us=whole.from_us,
        kind=kind,
        quiet_after_us=0,
        lasts_us=whole.lasts_us,
        channels=frozenset({channel}),
        is_unnoticed=is_hidden or device.pads_known_from_ua > 0,
    )
    if not is_hidden or kind != SHORT:
        yield contact
        return
    yield replace(contact, quiet_after_us=None)
    for span in _left_of(whole, hidden):
        yield replace(contact, at_us=span.from_us, lasts_us=span.lasts_us, is_unnoticed=False)


def _left_of(whole: Span, hidden: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of a span beside others, which must be in order of time."""
    from_us = whole.from_us
    for span in hidden:
        if from_us < min(span.from_us, whole.until_us):
            yield Span(from_us=from_us, until_us=min(span.from_us, whole.until_us))
        from_us = max(from_us, span.until_us)
    if from_us < whole.until_us:
        yield Span(from_us=from_us, until_us=whole.until_us)
