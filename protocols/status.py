"""What a device may report of itself while it stimulates; None is what it does not report."""

from dataclasses import dataclass
from enum import StrEnum


class Contact(StrEnum):
    """What a device says of the pads of a channel."""

    GOOD = "contact"
    OPEN = "no contact"
    SHORT = "short circuit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """One channel as its device sees it. `delivered_ua` is the current of its last pulse."""

    channel: int
    contact: Contact | None
    delivered_ua: int | None
    impedance_ohm: int | None
    is_clipped: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """One report of a device. `error` is what it says is wrong with it, in words."""

    channels: tuple[ChannelStatus, ...]
    battery_percent: int | None
    error: str | None
