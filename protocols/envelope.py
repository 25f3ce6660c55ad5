"""The envelope of a stage: which share of the level, and which current, flows at a time.

A burst rises in a straight line over its ramp-up, holds, and falls over its ramp-down; it exists
from its start up to, but not including, its end. Pure integer arithmetic on plans, shared by the
session machine, the screen and the plots. Currents are rounded toward zero onto the device's grid.
"""

from protocols.plan import PlannedBurst, PlannedStage


def share_ppm(burst: PlannedBurst, t_us: int) -> int:
    """Return the millionths of the level that flow `t_us` after the burst's start; for drawing."""
    part, whole = _risen(burst, t_us)
    return 1000 * burst.share_permille * part // whole


def burst_current_ua(burst: PlannedBurst, level_ua: int, step_ua: int, t_us: int) -> int:
    """Return the current `t_us` after the burst's start, on the grid of `step_ua`."""
    part, whole = _risen(burst, t_us)
    return level_ua * burst.share_permille * part // (1000 * whole * step_ua) * step_ua


def stage_share_ppm(stage: PlannedStage, channel: int, t_us: int) -> int:
    """Return the millionths of a channel's level that flow `t_us` after the stage's start."""
    burst = _burst_at(stage, channel, t_us)
    return 0 if burst is None else share_ppm(burst, t_us % stage.cycle_us - burst.start_us)


def stage_current_ua(
    stage: PlannedStage, channel: int, level_ua: int, step_ua: int, t_us: int
) -> int:
    """Return a channel's current `t_us` after the stage's start; 0 once the stage has ended."""
    burst = _burst_at(stage, channel, t_us)
    if burst is None:
        return 0
    return burst_current_ua(burst, level_ua, step_ua, t_us % stage.cycle_us - burst.start_us)


def next_change_us(
    stage: PlannedStage, channel: int, level_ua: int, step_ua: int, t_us: int
) -> int | None:
    """Return the earliest time after `t_us` (≥ 0) with another current; None if there is none.

    Times count from the stage's start; the end of the stage is the last possible one. The level
    is taken as constant. The cost grows with the bursts of one cycle, not with time.
    """
    now_ua = stage_current_ua(stage, channel, level_ua, step_ua, t_us)
    horizon_us = min(t_us + stage.cycle_us, stage.duration_us)
    while t_us < horizon_us:
        t_us = _next_corner_us(stage, channel, level_ua, step_ua, t_us)
        if stage_current_ua(stage, channel, level_ua, step_ua, t_us) != now_ua:
            return t_us
    return stage.duration_us if now_ua else None


def _risen(burst: PlannedBurst, t_us: int) -> tuple[int, int]:
    """Return how far the burst has risen, as numerator and denominator."""
    if not 0 <= t_us < burst.on_us:
        return 0, 1
    if t_us < burst.ramp_up_us:
        return t_us, burst.ramp_up_us
    if t_us > burst.on_us - burst.ramp_down_us:
        return burst.on_us - t_us, burst.ramp_down_us
    return 1, 1


def _burst_at(stage: PlannedStage, channel: int, t_us: int) -> PlannedBurst | None:
    if not 0 <= t_us < stage.duration_us:
        return None
    cycle_t_us = t_us % stage.cycle_us
    for burst in stage.bursts:
        if burst.channel == channel and 0 <= cycle_t_us - burst.start_us < burst.on_us:
            return burst
    return None


def _next_corner_us(
    stage: PlannedStage, channel: int, level_ua: int, step_ua: int, t_us: int
) -> int:
    """Return the next time at which a burst starts, takes a step of the grid, or ends."""
    cycle_t_us = t_us % stage.cycle_us
    cycle_start_us = t_us - cycle_t_us
    burst = _burst_at(stage, channel, t_us)
    if burst is not None:
        in_burst_us = _next_step_us(burst, level_ua, step_ua, cycle_t_us - burst.start_us)
        return cycle_start_us + burst.start_us + in_burst_us
    starts_us = [burst.start_us for burst in stage.bursts if burst.channel == channel]
    later_us = [start_us for start_us in starts_us if start_us > cycle_t_us]
    next_cycle_us = stage.cycle_us + min(starts_us, default=0)
    return cycle_start_us + min(later_us, default=next_cycle_us)


def _next_step_us(burst: PlannedBurst, level_ua: int, step_ua: int, t_us: int) -> int:
    """Return when, inside the burst, the current leaves its value at `t_us`; at latest the end.

    The n-th step of a ramp is reached when level × share × t ≥ n × step × ramp time; it is left
    on the way down as soon as that no longer holds for the time that remains.
    """
    top = level_ua * burst.share_permille
    unit = 1000 * step_ua
    steps = burst_current_ua(burst, level_ua, step_ua, t_us) // step_ua
    if t_us < burst.ramp_up_us and steps < top // unit:
        return -(-(steps + 1) * unit * burst.ramp_up_us // top)
    if steps == 0 or burst.ramp_down_us == 0:
        return burst.on_us
    return burst.on_us - (steps * unit * burst.ramp_down_us - 1) // top
