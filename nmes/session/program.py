"""Where a session stands in its plan: phases, countdowns and counts, all derived from stage time.

Nothing is counted up as it happens, so nothing can drift from the clock.
"""

from dataclasses import dataclass
from typing import Literal

from protocols.plan import Plan, PlannedBurst, PlannedStage

PhaseWord = Literal["off", "get_ready", "ramp_up", "hold", "ramp_down", "rest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What a channel, or the whole session, is doing, and how long until the next cue.

    Rising and holding count down
    to the letting go, falling and resting to the next contraction.
    """

    word: PhaseWord
    left_us: int
    cue: str
    next_cue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstTime:
    """A burst of a stage at its own stage time."""

    burst: PlannedBurst
    start_us: int

    @property
    def fall_us(self) -> int:
        """When its ramp down begins, in stage time."""
        return self.start_us + self.burst.on_us - self.burst.ramp_down_us

    @property
    def end_us(self) -> int:
        """When it has ended, in stage time."""
        return self.start_us + self.burst.on_us


def current_burst(stage: PlannedStage, channel: int | None, time_us: int) -> BurstTime | None:
    """Return the burst under way of a channel (None: of any, the latest begun); None at rest."""
    cycle, in_cycle_us = divmod(time_us, stage.cycle_us)
    if not 0 <= cycle < stage.cycles:
        return None
    found: PlannedBurst | None = None
    for burst in stage.bursts:
        if not 0 <= in_cycle_us - burst.start_us < burst.on_us:
            continue
        if channel is None or channel == burst.channel:
            found = burst if found is None or burst.start_us > found.start_us else found
    return None if found is None else _timed(stage, found, cycle)


def next_burst(stage: PlannedStage, channel: int | None, time_us: int) -> BurstTime | None:
    """Return the first burst that begins after now, None if the stage has no more."""
    cycle, in_cycle_us = divmod(time_us, stage.cycle_us)
    bursts = [burst for burst in stage.bursts if channel in (None, burst.channel)]
    later = [burst for burst in bursts if burst.start_us > in_cycle_us]
    if not later:
        later, cycle = bursts, cycle + 1
    if not later or cycle >= stage.cycles:
        return None
    return _timed(stage, min(later, key=lambda burst: burst.start_us), cycle)


def _timed(stage: PlannedStage, burst: PlannedBurst, cycle: int) -> BurstTime:
    return BurstTime(burst=burst, start_us=cycle * stage.cycle_us + burst.start_us)


def phase_at(stage: PlannedStage, channel: int | None, time_us: int) -> Phase:
    """Return the phase of a channel (None: of the whole stage) at a stage time."""
    following = next_burst(stage, channel, time_us)
    next_cue = following.burst.cue if following else ""
    timed = current_burst(stage, channel, time_us)
    if timed is None:
        until_us = following.start_us if following else stage.duration_us
        return Phase(
            word="rest", left_us=max(0, until_us - time_us), cue=stage.cue_rest, next_cue=next_cue
        )
    if time_us >= timed.fall_us:
        until_us = following.start_us if following else timed.end_us
        return Phase(
            word="ramp_down", left_us=until_us - time_us, cue=stage.cue_rest, next_cue=next_cue
        )
    is_rising = time_us < timed.start_us + timed.burst.ramp_up_us
    return Phase(
        word="ramp_up" if is_rising else "hold",
        left_us=timed.fall_us - time_us,
        cue=timed.burst.cue,
        next_cue=stage.cue_rest,
    )


def last_burst_end_us(stage: PlannedStage) -> int:
    """Return when the last burst of a cycle has ended, from the start of the cycle."""
    return max(burst.end_us for burst in stage.bursts)


def resume_time_us(stage: PlannedStage, time_us: int) -> int:
    """Return the stage time at which to go on after an interruption at `time_us`.

    A cycle broken off is done again from its beginning; a rest goes on where it was.
    """
    in_cycle_us = time_us % stage.cycle_us
    is_resting = in_cycle_us >= last_burst_end_us(stage)
    return time_us if is_resting else time_us - in_cycle_us


def contractions_planned(plan: Plan) -> int:
    """Return how many cycles the whole plan has."""
    return sum(stage.cycles for stage in plan.stages)


def contractions_done(plan: Plan, stage_index: int, time_us: int) -> int:
    """Return how many cycles have had their last burst end."""
    stage = plan.stages[stage_index]
    before = sum(earlier.cycles for earlier in plan.stages[:stage_index])
    cycle, in_cycle_us = divmod(time_us, stage.cycle_us)
    has_ended = in_cycle_us >= last_burst_end_us(stage)
    return before + min(stage.cycles, cycle + has_ended)


def elapsed_us(plan: Plan, stage_index: int, time_us: int) -> int:
    """Return the time of the program gone by, countdowns and pauses not counted."""
    before_us = sum(earlier.duration_us for earlier in plan.stages[:stage_index])
    return min(plan.duration_us, before_us + time_us)


def stage_end_us(plan: Plan, stage_index: int) -> int:
    """Return the stage time at which the stage is over; the last one ends with its last burst."""
    stage = plan.stages[stage_index]
    if stage_index < len(plan.stages) - 1:
        return stage.duration_us
    return (stage.cycles - 1) * stage.cycle_us + last_burst_end_us(stage)
