"""Where current would pass between the pads of a plan, by what is declared of them.

A zone without its side is taken on the side of its channel. What nobody has declared otherwise is
forbidden: two zones that no group joins, and outputs that nobody has called isolated.
"""

from itertools import combinations, permutations

from protocols.plan import Plan, PlannedChannel
from safety.screening_table import (
    CROSS_CHANNEL_THORAX,
    MIXED_GROUP,
    TRANSCEREBRAL,
    TRANSTHORACIC,
    UPPER_BACK_FRONT,
    PathRule,
    ScreeningTable,
    Zones,
)

SIDES = ("left", "right")


def placed_zone(zone: str, side: str | None, table: ScreeningTable) -> str:
    """Return the zone with its side; while a side is still open, any one side stands for it."""
    if zone in table.zones:
        return zone
    return f"{zone}_{side if side in SIDES else SIDES[0]}"


def pad_zones(channel: PlannedChannel, table: ScreeningTable) -> Zones:
    """Return the zones of a channel's pads, with their sides."""
    return tuple(placed_zone(pad.zone, channel.side, table) for pad in channel.pads)


def group_of(zone: str, table: ScreeningTable) -> str:
    """Return the first group that holds a zone: the limb or part of the trunk; itself if none."""
    for group, zones in table.zone_groups.items():
        if zone in zones:
            return group
    return zone


def broken_between(a: str, b: str, table: ScreeningTable) -> tuple[str, ...]:
    """Return the path rules that forbid current from one zone to another, in one channel."""
    broken = [
        name
        for name in (TRANSTHORACIC, TRANSCEREBRAL, UPPER_BACK_FRONT)
        if is_broken(a, b, table.path_rules[name])
    ]
    if not is_one_group((a, b), table):
        broken.append(MIXED_GROUP)
    return tuple(broken)


def is_broken(a: str, b: str, rule: PathRule) -> bool:
    """Tell whether two zones lie where the rule forbids, or are joined as it forbids."""
    return any(zone in rule.zones for zone in (a, b)) or any(
        (a in one and b in other) or (b in one and a in other) for one, other in rule.joins
    )


def is_one_group(zones: Zones, table: ScreeningTable) -> bool:
    """Tell whether one group holds all of these zones."""
    return any(set(zones) <= set(group) for group in table.zone_groups.values())


def broken_by(channel: PlannedChannel, site_zone: str, table: ScreeningTable) -> tuple[str, ...]:
    """Return the path rules that a channel breaks, its muscle's zone included; in table's order."""
    zones = (placed_zone(site_zone, channel.side, table), *pad_zones(channel, table))
    broken = {name for a, b in combinations(zones, 2) for name in broken_between(a, b, table)}
    if not is_at_back(channel, table):
        broken.add(UPPER_BACK_FRONT)
    return tuple(name for name in table.path_rules if name in broken)


def is_at_back(channel: PlannedChannel, table: ScreeningTable) -> bool:
    """Tell whether a channel with a pad on the upper back has all at the back, of one side."""
    if not set(pad_zones(channel, table)) & set(table.posterior_zones):
        return True
    aspects = {pad.aspect for pad in channel.pads}
    return aspects == {"posterior"} and channel.side in (None, *SIDES)


def crossing_channels(plan: Plan, table: ScreeningTable) -> tuple[int, ...]:
    """Return the channels between which current may pass through the chest, by number.

    No device declares that its outputs are isolated from each other, so none counts as isolated.
    """
    rule = table.path_rules[CROSS_CHANNEL_THORAX]
    crossing = {
        channel.number
        for one, other in permutations(plan.channels, 2)
        if any(
            is_broken(a, b, rule) for a in pad_zones(one, table) for b in pad_zones(other, table)
        )
        for channel in (one, other)
    }
    return tuple(sorted(crossing))
