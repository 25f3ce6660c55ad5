"""Mid level: which channel's pulse is next, when one generator serves them all.

Each channel has a grid of its own, from its first pulse on, and its pulses wait while the generator
is busy with another's: earlier ones first, of equal ones the lowest channel. A pulse that still
waits when the next of its channel is due is lost. New values never bring a channel's next pulse
closer to its last one than the new period. All this is our decision: the manual says only that one
generator must suffice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hardware_sim.p24.reading import OVERHEAD_US, ChannelSetting, Update, width_us
from hardware_sim.pulses import Point

SOFT_START_US = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePulse:
    """A pulse whose time has come; a lost one does not leave."""

    time_us: int
    channel: int
    points: tuple[Point, ...]
    is_lost: bool


@dataclass(slots=True, kw_only=True)
class _Channel:
    setting: ChannelSetting
    ramp: int
    due_us: int
    begun: int = 0
    last_due_us: int | None = None

    def update(self, setting: ChannelSetting, now_us: int) -> None:
        """Take new values; pulses due before now must have been taken."""
        self.setting = setting
        if self.last_due_us is not None:
            self.due_us = max(now_us, self.last_due_us + setting.period_us)

    def move_on(self) -> None:
        """Count a pulse, and wait for the next."""
        self.begun += 1
        self.last_due_us = self.due_us
        self.due_us += self.setting.period_us


class Pattern:
    """What Ml_update made of the channels."""

    def __init__(self) -> None:
        self._channels: dict[int, _Channel] = {}
        self._soft_since_us: int | None = None
        self.free_us = 0

    @property
    def active(self) -> tuple[int, ...]:
        """Channels that stimulate."""
        return tuple(sorted(self._channels))

    def update(self, update: Update, now_us: int) -> None:
        """Replace the whole pattern; channels that are not in it stop."""
        if not update.is_soft:
            self._soft_since_us = None
        elif not self._channels or self._soft_since_us is None:
            self._soft_since_us = now_us
        former = self._channels
        self._channels = {}
        for setting in update.settings:
            channel = former.get(setting.channel)
            if channel is None:
                channel = _Channel(setting=setting, ramp=setting.ramp, due_us=now_us)
            else:
                channel.update(setting, now_us)
            self._channels[setting.channel] = channel

    def stop(self, channels: Iterable[int] | None = None) -> None:
        """Stop some channels, or all."""
        for channel in self.active if channels is None else tuple(channels):
            self._channels.pop(channel, None)

    def occupy(self, until_us: int) -> None:
        """Keep the generator busy until then."""
        self.free_us = max(self.free_us, until_us)

    def next_us(self) -> int | None:
        """Return when the next pulse leaves or is lost."""
        return min((self._event_us(c) for c in self._channels.values()), default=None)

    def _event_us(self, channel: _Channel) -> int:
        return max(channel.due_us, min(self.free_us, channel.due_us + channel.setting.period_us))

    def take(self) -> DuePulse:
        """Return the next pulse and move on; there must be one."""
        number, channel = min(
            self._channels.items(), key=lambda item: (self._event_us(item[1]), item[1].due_us)
        )
        time_us = self._event_us(channel)
        points = self._scaled(channel, time_us)
        is_lost = self.free_us > time_us
        channel.move_on()
        if not is_lost and width_us(points):
            self.occupy(time_us + width_us(points) + OVERHEAD_US)
        return DuePulse(time_us=time_us, channel=number, points=points, is_lost=is_lost)

    def _scaled(self, channel: _Channel, time_us: int) -> tuple[Point, ...]:
        """Return the points at their place in the ramp: pulse k of n has k/(n + 1)."""
        part, whole = min(channel.begun + 1, channel.ramp + 1), channel.ramp + 1
        if self._soft_since_us is not None:
            part *= min(time_us - self._soft_since_us, SOFT_START_US)
            whole *= SOFT_START_US
        if part == whole:
            return channel.setting.points
        return tuple(_scaled(point, part, whole) for point in channel.setting.points)


def _scaled(point: Point, part: int, whole: int) -> Point:
    """Scale towards zero, so that balanced points stay so as far as whole uA allow."""
    size_ua = abs(point.current_ua) * part // whole
    current_ua = size_ua if point.current_ua > 0 else -size_ua
    return Point(current_ua=current_ua, duration_us=point.duration_us)
