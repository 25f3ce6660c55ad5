"""Each use of a channel in a stage, with what the table says about its site."""

from dataclasses import dataclass

from protocols.capabilities import Capabilities
from protocols.plan import Plan, PlannedBurst, PlannedChannel, PlannedStage, PulseShape
from safety.formulas import Train
from safety.table import LimitTable, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One channel in one stage."""

    channel: PlannedChannel
    site: Site
    stage: PlannedStage
    shape: PulseShape
    train: Train


def where(use: Use) -> str:
    """Name the channel and the stage to a person."""
    return f"channel {use.channel.number} ({use.channel.site}), {use.stage.name}"


def area_cm2(use: Use) -> float:
    """Return the conductive area of the smaller pad."""
    return use.channel.smaller_area_mm2 / 100


def bursts_of(use: Use) -> tuple[PlannedBurst, ...]:
    """Return the bursts of this channel in one cycle, in order."""
    own = (burst for burst in use.stage.bursts if burst.channel == use.channel.number)
    return tuple(sorted(own, key=lambda burst: burst.start_us))


def uses_of(plan: Plan, table: LimitTable, device: Capabilities) -> tuple[Use, ...]:
    """Return every use of a channel that the plan describes, by stage; the table knows its site."""
    channels = {channel.number: channel for channel in plan.channels}
    return tuple(
        Use(
            channel=channels[shape.channel],
            site=table.sites[channels[shape.channel].site],
            stage=stage,
            shape=shape,
            train=Train(
                width_us=shape.pulse_width_us,
                second_width_us=shape.second_width_us,
                gap_us=device.interphase_gap_us,
                frequency_hz=1_000_000 / stage.setup.period_us,
            ),
        )
        for stage in plan.stages
        for shape in stage.shapes
        if shape.channel in channels
    )
