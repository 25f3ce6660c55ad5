"""A random operator: finds levels, starts, steps, pauses, stops, and now and then presses anything.

It sees what a screen shows, and does one thing at a time. Everything it does is drawn from the
generator of random numbers it is given, so that a session can be played again.
"""

from collections.abc import Callable
from random import Random

from nmes.campaign.generator import Draft
from nmes.link import messages as link

SECOND_US = 1_000_000
COARSE_MA = 2
PATIENCE_US = 20_000_000
"""After so much longer than it had meant to take, an operator gives a level up."""
WHERE_TO_STEP = ("hold", "rest", "get_ready")


class RandomOperator:
    """What one operator does from arming to leaving. `next_us` is when it looks up next.

    `is_done`: it has given up, as nothing was prepared.
    """

    def __init__(self, rng: Random, draft: Draft) -> None:
        self._rng = rng
        self._draft = draft
        self._channels = [channel.number for channel in draft.prescription.channels]
        is_patient = draft.edge == "session"
        self._mischief = 0.0 if is_patient else rng.choice((0.0, 0.0, 0.04, 0.15))
        self._is_hasty = rng.random() < 0.15
        self._pace = 12.0 if is_patient else 1.0
        self._find_until_us = 0
        self._armings = 0
        self._armings_max = rng.choice((1, 1, 2, 3))
        self._late_us = round((60 + 1.6 * draft.duration_s) * SECOND_US)
        self._sequence = 0
        self._idle_wishes = 0
        leaves_early = not is_patient and rng.random() < 0.1
        self._leave_early_us = round(rng.uniform(2, 20) * SECOND_US)
        if not leaves_early:
            self._leave_early_us = self._late_us
        self.next_us = 0
        self.is_done = False

    def wish_unprepared(self, now_us: int) -> link.Intent:
        """Return a wish although there is nothing to wish for."""
        self.next_us = now_us + 50_000
        self._idle_wishes += 1
        self.is_done = self._idle_wishes > 3
        return self._anything()

    def wish(self, seen: link.Snapshot, now_us: int) -> link.Intent | None:
        """Return what the operator does about what the screen shows, if anything."""
        self.next_us = now_us + self._pause_us(0.3, 1.2)
        if self._rng.random() < self._mischief:
            return self._anything()
        if now_us > self._leave_early_us and seen.state in ("running", "paused", "finding"):
            self._leave_early_us = self._late_us + SECOND_US
            return self._rng.choice((link.Stop(cause="SPACE"), link.Finish()))
        if now_us > self._late_us and seen.state not in ("stopped", "faulted", "finished"):
            return link.Leave() if seen.state == "idle" else link.Stop(cause="it takes too long")
        return _POLICIES[seen.state](self, seen, now_us)

    def _pause_us(self, least_s: float, most_s: float) -> int:
        return round(self._pace * self._rng.uniform(least_s, most_s) * SECOND_US)

    # By the state of the session ------------------------------------------------------------

    def _idle(self, _: link.Snapshot, __: int) -> link.Intent:
        if self._rng.random() < 0.03:
            return link.Arm(confirmed_channels=tuple(self._channels[1:]))
        return self._arm()

    def _arm(self) -> link.Intent:
        self._armings += 1
        self.next_us += 600_000
        return link.Arm(confirmed_channels=tuple(self._channels))

    def _connecting(self, _: link.Snapshot, __: int) -> None:
        return None

    def _armed(self, seen: link.Snapshot, now_us: int) -> link.Intent:
        if self._draft.is_scripted:
            self.next_us = now_us + 510_000
            for channel in seen.channels:
                missing_ma = self._missing_ma(channel)
                if missing_ma > 0:
                    return self._step(channel.number, missing_ma >= COARSE_MA)
            return link.Start()
        self._find_until_us = now_us + self._pause_us(6, 18)
        return link.FindLevel(channel=self._rng.choice(self._channels))

    def _missing_ma(self, channel: link.ChannelNow) -> int:
        return self._draft.aims_ma[channel.number] - channel.level_ua // 1000

    def _finding(self, seen: link.Snapshot, now_us: int) -> link.Intent | None:
        self.next_us = now_us + self._pause_us(0.04 if self._is_hasty else 0.4, 0.7)
        found = next(c for c in seen.channels if c.number == seen.selected_channel)
        is_enough = self._missing_ma(found) <= 0
        if is_enough and self._rng.random() < 0.3:
            later = [c.number for c in seen.channels if self._missing_ma(c) > 0]
            if later and now_us < self._find_until_us:
                return link.FindLevel(channel=self._rng.choice(later))
        if (is_enough or now_us > self._find_until_us) and any(c.level_ua for c in seen.channels):
            return link.Start()
        if is_enough:
            return self._step(found.number, is_coarse=False)
        if now_us > self._find_until_us + PATIENCE_US:
            return link.Finish()
        if found.phase in WHERE_TO_STEP or self._is_hasty:
            return self._step(found.number, self._missing_ma(found) >= COARSE_MA)
        return None

    def _running(self, seen: link.Snapshot, now_us: int) -> link.Intent | None:
        self.next_us = now_us + self._pause_us(0.3, 2.0)
        channel = self._rng.choice(seen.channels)
        missing_ma = self._missing_ma(channel)
        if missing_ma > 0 and (channel.phase in WHERE_TO_STEP or self._is_hasty):
            return self._step(channel.number, missing_ma >= COARSE_MA and self._rng.random() < 0.5)
        return self._whim(channel)

    def _whim(self, channel: link.ChannelNow) -> link.Intent | None:
        chance = self._rng.random()
        if chance < 0.05:
            return self._down(channel.number)
        if chance < 0.06:
            return link.ZeroLevel(channel=channel.number)
        if chance < 0.10 / self._pace:
            self.next_us += self._pause_us(0, 0.3)
            return link.Pause()
        if chance < 0.115:
            return link.Note(topic="mark", text="twitch")
        return None

    def _paused(self, _: link.Snapshot, now_us: int) -> link.Intent | None:
        if self._rng.random() < 0.02:
            self.next_us = now_us + round(self._rng.uniform(55, 75) * SECOND_US)
            return None
        if self._rng.random() < 0.5:
            return None
        return link.Resume() if self._rng.random() < 0.93 else link.Stop(cause="Escape")

    def _stopped(self, seen: link.Snapshot, now_us: int) -> link.Intent | None:
        self.next_us = now_us + self._pause_us(0.1, 0.9)
        if seen.stop is not None and not seen.stop.is_acknowledged:
            chance = self._rng.random()
            if chance < 0.08:
                return link.Stop(cause="SPACE once more")
            if chance < 0.12:
                return link.Note(topic="stop", text="it hurt")
            return link.Acknowledge()
        if self._armings < self._armings_max and now_us < self._late_us:
            return self._arm()
        return link.Leave()

    def _finished(self, _: link.Snapshot, __: int) -> link.Intent:
        return link.Leave()

    # Single deeds ---------------------------------------------------------------------------

    def _step(self, channel: int, is_coarse: bool) -> link.Intent:
        return self._level_key(channel, is_up=True, is_coarse=is_coarse)

    def _down(self, channel: int) -> link.Intent:
        return self._level_key(channel, is_up=False, is_coarse=self._rng.random() < 0.5)

    def _level_key(self, channel: int, *, is_up: bool, is_coarse: bool) -> link.Intent:
        self._sequence += 1
        return link.StepLevel(
            channel=channel,
            direction="up" if is_up else "down",
            is_coarse=is_coarse,
            sequence=self._sequence,
        )

    def _anything(self) -> link.Intent:
        """Return any wish at all, whether or not it makes sense now."""
        rng = self._rng
        channel = rng.choice((*self._channels, rng.choice((*self._channels, 7))))
        wishes: tuple[Callable[[], link.Intent], ...] = (
            lambda: link.Arm(confirmed_channels=tuple(self._channels)),
            lambda: link.FindLevel(channel=channel),
            link.Start,
            lambda: self._level_key(channel, is_up=True, is_coarse=rng.random() < 0.5),
            lambda: self._level_key(channel, is_up=True, is_coarse=True),
            lambda: self._down(channel),
            lambda: link.ZeroLevel(channel=channel),
            link.Pause,
            link.Resume,
            lambda: link.Stop(cause="F12"),
            link.Acknowledge,
            link.Finish,
            lambda: link.Note(topic="mark", text="a moment"),
            link.Leave,
        )
        return rng.choice(wishes)()


_POLICIES: dict[str, Callable[[RandomOperator, link.Snapshot, int], link.Intent | None]] = {
    "idle": RandomOperator._idle,
    "connecting": RandomOperator._connecting,
    "armed": RandomOperator._armed,
    "finding": RandomOperator._finding,
    "running": RandomOperator._running,
    "paused": RandomOperator._paused,
    "stopped": RandomOperator._stopped,
    "faulted": RandomOperator._stopped,
    "finished": RandomOperator._finished,
}
