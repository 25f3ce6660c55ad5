"""A stage of a session in sentences."""

from collections.abc import Iterator

from nmes.commands.page import labelled, paragraph
from nmes.commands.words import counted, exact_text, minutes_text, plain, seconds_text, times
from protocols.plan import Plan, PlannedBurst, PlannedStage


def stage_lines(number: int, stage: PlannedStage, plan: Plan, width: int) -> Iterator[str]:
    """Yield what happens in a stage, how long it takes, and what is said to the patient."""
    yield from paragraph(f"STAGE {number}: {stage.name} ({plain(stage.kind)})", width)
    if _is_one_contraction(stage):
        yield from labelled("Timing", _together(stage), width)
        yield from labelled("Channels", _who(stage.bursts, plan), width)
        yield from labelled("Cue", stage.bursts[0].cue, width)
    else:
        cycle = f"a cycle of {seconds_text(stage.cycle_us)}, {times(stage.cycles)}"
        yield from labelled("Timing", cycle, width)
        for burst in stage.bursts:
            label = f"  {seconds_text(burst.start_us)}"
            yield from labelled(label, _burst_text(burst, plan), width)
    yield from labelled("Rest cue", stage.cue_rest, width)
    yield from labelled("Takes", minutes_text(stage.duration_us), width)


def _is_one_contraction(stage: PlannedStage) -> bool:
    """Whether all channels of a stage contract together, once in each cycle, from its start."""
    first = stage.bursts[0]
    channels = {burst.channel for burst in stage.bursts}
    return (
        first.start_us == 0
        and len(channels) == len(stage.bursts)
        and all(_timing(burst) == _timing(first) for burst in stage.bursts)
    )


def _timing(burst: PlannedBurst) -> tuple[int, int, int, int, str]:
    return burst.start_us, burst.on_us, burst.ramp_up_us, burst.ramp_down_us, burst.cue


def _together(stage: PlannedStage) -> str:
    burst = stage.bursts[0]
    rest_us = stage.cycle_us - burst.on_us
    rest = f"then {seconds_text(rest_us)} of rest" if rest_us else "without rest"
    count = counted(stage.cycles, "contraction")
    return f"{count} of {seconds_text(burst.on_us)} ({_ramps(burst)}), {rest}"


def _ramps(burst: PlannedBurst) -> str:
    hold_us = burst.on_us - burst.ramp_up_us - burst.ramp_down_us
    return (
        f"{_ramp('rises', burst.ramp_up_us)}, holds {seconds_text(hold_us)}, "
        f"{_ramp('falls', burst.ramp_down_us)}"
    )


def _ramp(verb: str, ramp_us: int) -> str:
    return f"{verb} over {seconds_text(ramp_us)}" if ramp_us else f"{verb} at once"


def _who(bursts: tuple[PlannedBurst, ...], plan: Plan) -> str:
    return ", ".join(
        f"channel {burst.channel} ({plan.channel(burst.channel).name}) at {_share(burst)}"
        for burst in bursts
    )


def _share(burst: PlannedBurst) -> str:
    if burst.share_permille == 1000:
        return "its level"
    return f"{exact_text(burst.share_permille / 10)} % of its level"


def _burst_text(burst: PlannedBurst, plan: Plan) -> str:
    name = plan.channel(burst.channel).name
    return (
        f"channel {burst.channel} ({name}) contracts for {seconds_text(burst.on_us)} at "
        f"{_share(burst)}: {_ramps(burst)}. Cue: {burst.cue}"
    )
