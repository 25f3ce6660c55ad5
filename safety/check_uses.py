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

    @property
    def where(self) -> str:
        """Name the channel and the stage to a person."""
        return f"channel {self.channel.number} ({self.channel.site}), {self.stage.name}"

    @property
    def area_cm2(self) -> float:
        """The conductive area of the smaller pad."""
        return self.channel.smaller_area_mm2 / 100

    @property
    def bursts(self) -> tuple[PlannedBurst, ...]:
        """The bursts of this channel in one cycle, in order."""
        own = (burst for burst in self.stage.bursts if burst.channel == self.channel.number)
        return tuple(sorted(own, key=lambda burst: burst.start_us))


def uses_of(plan: Plan, table: LimitTable, device: Capabilities) -> tuple[Use, ...]:
    """Return every use of a channel whose site the table knows, by stage."""
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
        if shape.channel in channels and channels[shape.channel].site in table.sites
    )
