"""What pulses tell of time: bursts, rests, on-times, and how fast currents rise."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nmes.campaign.channel_errors import Span
from nmes.campaign.evidence import Evidence, Finding, PulseSeen
from nmes.campaign.levels import Ceiling
from nmes.campaign.numbers import Numbers
from nmes.campaign.oracle import Channel

FIND_RAMP_US = 500_000
"""While a level is found the current rises in this time, or in the least of the timing class."""
TOLERANCE_US = 250_000
UNANSWERED_US = 900_000
HELD_BACK_US = 1_100_000
"""A frame that a faulty line puts behind the next goes out after a second if none comes."""
BURST_GAP_PERIODS = 1.5
BEYOND_REACH = frozenset({"killed", "cable_pulled", "silence to_device"})
"""Incidents after which the device hears nothing more; each bounds what flows by itself."""
SLOTS_US = 12_000
"""A pulse has the values that were there when its period began: so long before at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Pulses of one channel without a gap. `on_us` is from the first pulse to the last."""

    first_us: int
    last_us: int

    @property
    def on_us(self) -> int:
        """How long it lasted."""
        return self.last_us - self.first_us


def bursts_of(pulses: Sequence[PulseSeen], period_us: int) -> Iterator[Burst]:
    """Yield the bursts of one channel in order."""
    first_us = last_us = pulses[0].time_us
    for pulse in pulses[1:]:
        if pulse.time_us - last_us > BURST_GAP_PERIODS * period_us:
            yield Burst(first_us=first_us, last_us=last_us)
            first_us = pulse.time_us
        last_us = pulse.time_us
    yield Burst(first_us=first_us, last_us=last_us)


def rhythm_findings(
    pulses: Sequence[PulseSeen],
    evidence: Evidence,
    channel: Channel,
    rhythm: Mapping[str, Any],
    nearest: dict[str, float],
) -> Iterator[Finding]:
    """Yield every burst that is too long and every rest that is too short.

    What goes on after a line or an engine is gone is bounded by its silence, not by the rhythm.

    A pulse is seen up to a period after the frame that brings it, and one more may follow the frame
    that ends the burst. A rest is owed across stops, faults and armings, too. A pad that was off
    for a while leaves a gap that is none, and so does an engine that was kept from repeating an
    output that ends without it.
    """
    period_us = max(channel.periods_us)
    most_us, least_off_us = rhythm["on_max_us"], rhythm["off_min_us"]
    ratio = rhythm["off_to_on_min_permille"] / 1000
    held_up_us = UNANSWERED_US if evidence.is_line_faulted else evidence.latency_us
    settle_us = evidence.prescription.device.settle_us
    spare_us = TOLERANCE_US + evidence.stall_us + held_up_us + period_us + settle_us
    last: Burst | None = None
    for burst in bursts_of(pulses, period_us):
        on_us = _steered_until_us(evidence, burst) - burst.first_us
        _note(nearest, "on-time", (on_us + period_us) / most_us)
        if on_us > most_us + spare_us:
            yield _finding(channel, "on-time", burst.last_us, f"on for {on_us / 1e6:.3f} s")
        if last is not None and least_off_us:
            rest_us = burst.first_us - last.last_us
            asked_us = max(least_off_us, ratio * (last.on_us - period_us))
            name = "rest" if asked_us == least_off_us else "ratio"
            _note(nearest, name, asked_us / (rest_us + period_us))
            is_rest = not _is_broken_off(evidence, channel, last.last_us, burst.first_us)
            if is_rest and rest_us < asked_us - spare_us - held_up_us:
                text = f"rest of {rest_us / 1e6:.3f} s after {last.on_us / 1e6:.3f} s on"
                yield _finding(channel, name, burst.first_us, text)
        last = burst


def _steered_until_us(evidence: Evidence, burst: Burst) -> int:
    """Return until when the host could end a burst: not once it is dead or not heard."""
    gone_us = (i.at_us for i in evidence.incidents if i.kind in BEYOND_REACH)
    inside_us = [at_us for at_us in gone_us if burst.first_us <= at_us <= burst.last_us]
    return min(inside_us, default=burst.last_us)


def _is_broken_off(evidence: Evidence, channel: Channel, from_us: int, until_us: int) -> bool:
    """Whether something from outside interrupted a channel at any time between two pulses."""
    settle_us = evidence.prescription.device.settle_us
    return any(
        incident.at_us < until_us
        and from_us < incident.at_us + (incident.lasts_us or until_us) + settle_us
        for incident in evidence.incidents
        if (incident.kind == "open_electrode" and channel.number in (incident.channels or ()))
        or (incident.kind == "stall" and evidence.prescription.device.passes_on)
    )


def rise_findings(
    pulses: Sequence[PulseSeen],
    evidence: Evidence,
    channel: Channel,
    ceiling: Ceiling,
    table: Numbers,
    unseen: Sequence[Span],
) -> Iterator[Finding]:
    """Yield every rise between two pulses that no ramp allows.

    Since the last frame an output may rise by level x elapsed / ramp and one step of the device, so
    between two pulses by the sum over all frames written from one to the other. What was set in one
    of the times of `unseen` shows all at once when it is over.
    """
    rhythm = table.classes[evidence.prescription.timing_class]
    ramp_us = min(round(channel.ramp_up_s * 1e6), max(FIND_RAMP_US, rhythm["ramp_up_min_us"]))
    period_us, updates_us = max(channel.periods_us), evidence.updates_us
    held_up_us = HELD_BACK_US if evidence.is_line_faulted else 0
    slew_max_us = table.behaviour["slew_elapsed_max_us"]
    step_ua = evidence.prescription.device.step_ua
    last_us, last_ua = pulses[0].time_us - 2 * period_us, 0.0
    gap_us = round(BURST_GAP_PERIODS * period_us)
    for pulse in pulses:
        current_ua = pulse.current_ma * 1000
        is_new_burst = pulse.time_us - last_us > gap_us
        from_ua = 0.0 if is_new_burst else last_ua
        level_ua = ceiling.at(pulse.time_us)
        if current_ua > from_ua:
            since_us = max(last_us, pulse.time_us - 2 * period_us)
            span = _covering(unseen, pulse.time_us, gap_us) if is_new_burst else None
            if span is not None:
                is_of_before = pulse is not pulses[0] and span.from_us - last_us <= gap_us
                from_ua = last_ua if is_of_before else 0.0
                since_us = last_us if is_of_before else span.from_us
            since_us -= SLOTS_US + held_up_us
            first = bisect_right(updates_us, since_us)
            frames = updates_us[max(0, first - 1) : bisect_right(updates_us, pulse.time_us)]
            counted_us = sum(min(slew_max_us, after - before) for before, after in pairwise(frames))
            steps_ua = step_ua * max(1, len(frames) - 1)
            allowed_ua = level_ua * counted_us / ramp_us + steps_ua
            if current_ua - from_ua > allowed_ua:
                text = (
                    f"rises from {from_ua / 1000:g} to {current_ua / 1000:g} mA in "
                    f"{(pulse.time_us - last_us) / 1000:.1f} ms, {len(frames)} frames"
                )
                yield _finding(channel, "slew", pulse.time_us, text)
        last_us, last_ua = pulse.time_us, current_ua


def unseen_by(evidence: Evidence, channel: Channel, crossed: Sequence[Span]) -> tuple[Span, ...]:
    """Return when a channel's pulses may have been missing while the host had it go on."""
    contacts = (
        Span.lasting(i.at_us, i.lasts_us)
        for i in evidence.incidents
        if i.is_unnoticed and i.is_of(channel.number)
    )
    return (*contacts, *crossed)


def _covering(unseen: Sequence[Span], at_us: int, after_us: int) -> Span | None:
    """Return the time of `unseen` in which a pulse leaves, or that was over so shortly before."""
    return next((s for s in unseen if s.from_us <= at_us <= s.until_us + after_us), None)


def _note(nearest: dict[str, float], quantity: str, share: float) -> None:
    nearest[quantity] = max(share, nearest.get(quantity, 0.0))


def _finding(channel: Channel, kind: str, at_us: int, text: str) -> Finding:
    return Finding(kind=kind, at_us=at_us, text=f"channel {channel.number}: {text}")
