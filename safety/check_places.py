"""The static check of where pads lie: no forbidden zone, no forbidden path, all on one side.

It knows what is declared, never where a pad really is; the operator confirms that at arming. The
limits of a session keep a list of their own of where the pads of a site may lie.
"""

from collections.abc import Iterator

from protocols.plan import Plan, PlannedChannel
from safety.check_report import Finding
from safety.pairs import paired
from safety.paths import SIDES, broken_by, pad_zones
from safety.screening_table import BLOCK, ScreeningTable
from safety.table import LimitTable


def place_findings(plan: Plan, limits: LimitTable, table: ScreeningTable) -> Iterator[Finding]:
    """Yield an error for every pad that may not lie where it is declared, and every forbidden path.

    A site that the table of limits does not know is the business of the other checks.
    """
    for channel in plan.channels:
        if channel.site in limits.sites:
            yield from _zone_findings(channel, table)
            yield from _path_findings(channel, limits.sites[channel.site].zone, table)
            yield from _side_findings(channel)


def _zone_findings(channel: PlannedChannel, table: ScreeningTable) -> Iterator[Finding]:
    for pad, zone in paired(channel.pads, pad_zones(channel, table)):
        rule = table.zone_rules.get(zone)
        if rule is not None and rule.decision == BLOCK:
            yield _error(channel, zone, f"{pad.name} lies on {pad.zone}: {rule.why}.")


def _path_findings(
    channel: PlannedChannel, site_zone: str, table: ScreeningTable
) -> Iterator[Finding]:
    for name in broken_by(channel, site_zone, table):
        rule = table.path_rules[name]
        yield _error(channel, name, f"{rule.why}. {rule.cure}")


def _side_findings(channel: PlannedChannel) -> Iterator[Finding]:
    sides = {pad.zone.rpartition("_")[2] for pad in channel.pads} & set(SIDES)
    if sides and len(sides | {channel.side or min(sides)}) > 1:
        text = "its pads lie on different sides of the body: put both on the channel's side."
        yield _error(channel, "side", text)


def _error(channel: PlannedChannel, source: str, text: str) -> Finding:
    return Finding(
        severity="error",
        channel=channel.number,
        quantity="pad zone",
        asked=None,
        allowed=None,
        unit="",
        source=source,
        text=f"channel {channel.number} ({channel.site}): {text}",
    )
