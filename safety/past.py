"""What earlier sessions of the same person leave to this one, by channel."""

from dataclasses import dataclass

from protocols.plan import Plan
from safety.limits import NO_MOST, Most
from safety.table import Behaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPast:
    """What is left for one channel: the day's time at its site, and the level it may be given.

    `tolerated` bounds only an operator that is a script: a person finds the level anew.
    """

    number: int
    daily_left_us: Most
    tolerated: Most


def past_of(
    number: int, place: str, used_us: int, tolerated: Most, behaviour: Behaviour
) -> ChannelPast:
    """Return what is left for a channel at a place that was stimulated for so long today."""
    left_us = max(0, behaviour.same_site_daily_max_us - used_us)
    return ChannelPast(
        number=number,
        daily_left_us=Most(value=left_us, source=f"what is left today of {place}"),
        tolerated=tolerated,
    )


def no_past(plan: Plan, behaviour: Behaviour) -> tuple[ChannelPast, ...]:
    """Return what is left for a plan on nobody, or on somebody new: everything."""
    return tuple(
        past_of(channel.number, channel.site, 0, NO_MOST, behaviour) for channel in plan.channels
    )
