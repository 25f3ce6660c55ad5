"""The static check of where pads lie: on the body part of their site, both on one side.

It knows what is declared, never where a pad really is; the operator confirms that at arming.
"""

from collections.abc import Iterator

from protocols.plan import Plan, PlannedChannel
from safety.check_report import Finding
from safety.table import LimitTable


def place_findings(plan: Plan, table: LimitTable) -> Iterator[Finding]:
    """Yield an error for every pad that may not lie where it is declared."""
    for channel in plan.channels:
        yield from _zone_findings(channel, table)
        sides = {pad.zone.rpartition("_")[2] for pad in channel.pads} & {"left", "right"}
        if len(sides) > 1 or (channel.side in ("left", "right") and sides - {channel.side}):
            text = "its pads lie on different sides of the body: put both on the channel's side."
            yield _error(channel, text)


def _zone_findings(channel: PlannedChannel, table: LimitTable) -> Iterator[Finding]:
    allowed = table.pad_zones[table.sites[channel.site].zone]
    for pad in channel.pads:
        if not any(pad.zone in (zone, f"{zone}_left", f"{zone}_right") for zone in allowed):
            yield _error(
                channel,
                f"{pad.name} lies on {pad.zone}; pads of {channel.site} may lie on "
                f"{', '.join(allowed)} only.",
            )


def _error(channel: PlannedChannel, text: str) -> Finding:
    return Finding(
        severity="error",
        channel=channel.number,
        quantity="pad zone",
        asked=None,
        allowed=None,
        unit="",
        source="pad zones",
        text=f"channel {channel.number} ({channel.site}): {text}",
    )
