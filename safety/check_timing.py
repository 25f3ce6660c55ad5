"""The static check of the rhythm: ramps, on-times, rests, and how long it all lasts."""

from collections.abc import Iterator

from protocols.plan import Plan, PlannedBurst, PlannedChannel
from safety.check_report import Finding
from safety.table import LimitTable, TimingClass


def timing_findings(plan: Plan, table: LimitTable, timing: TimingClass) -> Iterator[Finding]:
    """Yield every ramp, burst and rest that the plan's timing class does not allow."""
    source = f"timing class {plan.timing_class}"
    for stage in plan.stages:
        for burst in stage.bursts:
            yield from _burst_findings(burst, stage.name, timing, source)
    for channel in plan.channels:
        yield from _rest_findings(plan, channel, timing, source)
    most_us = table.behaviour.session_max_us
    if plan.duration_us > most_us:
        yield _error(None, "session time", plan.duration_us, most_us, "session", "at most", "")


def _burst_findings(
    burst: PlannedBurst, stage: str, timing: TimingClass, source: str
) -> Iterator[Finding]:
    number, place = burst.channel, f" in {stage}"
    if burst.ramp_up_us < timing.ramp_up_min_us:
        asked, allowed = burst.ramp_up_us, timing.ramp_up_min_us
        yield _error(number, "ramp up", asked, allowed, source, "at least", place)
    if burst.on_us > timing.on_max_us:
        yield _error(number, "on-time", burst.on_us, timing.on_max_us, source, "at most", place)


def _rest_findings(
    plan: Plan, channel: PlannedChannel, timing: TimingClass, source: str
) -> Iterator[Finding]:
    for on_us, off_us in sorted(rests_us(plan, channel.number)):
        share_us = on_us * timing.off_to_on_min_permille / 1000
        number = channel.number
        if off_us < timing.off_min_us:
            yield _error(number, "off-time", off_us, timing.off_min_us, source, "at least", "")
        elif off_us < share_us:
            quantity = "off-time after its on-time"
            yield _error(number, quantity, off_us, share_us, source, "at least", "")


def rests_us(plan: Plan, channel: int) -> frozenset[tuple[int, int]]:
    """Return every on-time of a channel with the off-time that follows it; the last has none."""
    pairs: set[tuple[int, int]] = set()
    last: tuple[int, int] | None = None
    for stage in plan.stages:
        own = [burst for burst in stage.bursts if burst.channel == channel]
        bursts = sorted((burst.start_us, burst.on_us) for burst in own)
        if not bursts:
            last = None if last is None else (last[0], last[1] + stage.duration_us)
            continue
        begin_us = bursts[0][0]
        if last is not None:
            pairs.add((last[0], last[1] + begin_us))
        next_us = [start_us for start_us, _ in bursts[1:]]
        if stage.cycles > 1:
            next_us.append(begin_us + stage.cycle_us)
        for place, after_us in enumerate(next_us):
            start_us, on_us = bursts[place]
            pairs.add((on_us, after_us - start_us - on_us))
        last = (bursts[-1][1], stage.cycle_us - bursts[-1][0] - bursts[-1][1])
    return frozenset(pairs)


def _error(
    channel: int | None,
    quantity: str,
    asked_us: float,
    allowed_us: float,
    source: str,
    relation: str,
    place: str,
) -> Finding:
    asked_s, allowed_s = asked_us / 1_000_000, allowed_us / 1_000_000
    who = "session" if channel is None else f"channel {channel}"
    return Finding(
        severity="error",
        channel=channel,
        quantity=quantity,
        asked=asked_s,
        allowed=allowed_s,
        unit="s",
        source=source,
        text=(
            f"{who}{place}: {quantity} {asked_s:.10g} s; "
            f"it must be {relation} {allowed_s:.10g} s ({source})."
        ),
    )
