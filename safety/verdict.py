"""What a judgement finds wrong."""

from dataclasses import dataclass

from protocols.errors import LimitViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One limit that would be passed. `asked` and `allowed` are in `unit`; `source` set the limit.

    `channel` is None where the limit belongs to the whole session.
    """

    limit: str
    channel: int | None
    asked: int
    allowed: int
    unit: str
    source: str

    def error(self) -> LimitViolation:
        """Return the violation as the error that refuses what was asked."""
        return LimitViolation(
            limit=self.limit,
            channel=self.channel,
            asked=self.asked,
            allowed=self.allowed,
            unit=self.unit,
            source=self.source,
        )


def breach(
    limit: str, channel: int | None, asked: int, allowed: int, unit: str, source: str
) -> Violation:
    """Return the violation of one limit."""
    return Violation(
        limit=limit, channel=channel, asked=asked, allowed=allowed, unit=unit, source=source
    )
