"""The operator's keys as intents, or the words why this screen does not ask: no limits, no timing.

The engine judges every intent again; what is held back here is what a hand on the wrong key, or a
screen that cannot show its effect, must not ask at all.
"""

from typing import Literal, TypeAlias

from nmes.link.messages import (
    Arm,
    FindLevel,
    Intent,
    Pause,
    Resume,
    Start,
    StepLevel,
    ZeroLevel,
)
from tui import texts
from tui.situation import Situation

UP_STATES = frozenset({"finding", "running"})
FIND_STATES = frozenset({"armed", "finding"})

SELECTION_SETTLES_US = 500_000

Asked: TypeAlias = Intent | str | None
"""An intent to send, the words why not, or nothing to do."""


class Controls:
    """Remembers the chosen channel and numbers the steps."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._sequence = 0
        self._channel: int | None = None
        self._chosen_us = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The channels of the prepared plan, in order."""
        prepared = self._situation.prepared
        return tuple(channel.number for channel in prepared.channels) if prepared else ()

    @property
    def channel(self) -> int | None:
        """The chosen channel; None without a plan."""
        if self._channel in self.numbers:
            return self._channel
        return self.numbers[0] if self.numbers else None

    def follow_engine(self, now_us: int) -> None:
        """While levels are found the engine's channel is the chosen one, once a choice settled."""
        snapshot = self._situation.snapshot
        if snapshot is None or snapshot.state != "finding":
            return
        if now_us - self._chosen_us > SELECTION_SETTLES_US:
            self._channel = snapshot.selected_channel

    def choose(self, number: int, now_us: int) -> Asked:
        """Choose a channel; while levels are found the train moves there, from 0 mA."""
        if number not in self.numbers:
            return texts.NO_SUCH_CHANNEL.format(number=number)
        self._channel, self._chosen_us = number, now_us
        return FindLevel(channel=number) if self._situation.state == "finding" else None

    def step(
        self,
        direction: Literal["up", "down"],
        now_us: int,
        *,
        is_coarse: bool = False,
        window_is_small: bool = False,
    ) -> Asked:
        """Ask one step of the chosen channel. Down is always asked."""
        if self.channel is None:
            return texts.NO_CHANNEL
        if direction == "up" and (reason := self._why_not_up(now_us, window_is_small)):
            return reason
        self._sequence += 1
        return StepLevel(
            channel=self.channel,
            direction=direction,
            is_coarse=is_coarse,
            sequence=self._sequence,
        )

    def _why_not_up(self, now_us: int, window_is_small: bool) -> str:
        if self._situation.stop_sent_us is not None:
            return texts.UP_NOT_AFTER_STOP
        if self._situation.state not in UP_STATES:
            return texts.UP_NOT_NOW
        if window_is_small:
            return texts.UP_NOT_SMALL
        return texts.UP_NOT_STALE if self._situation.is_stale(now_us) else ""

    def zero(self) -> Asked:
        """Ask 0 mA of the chosen channel; always asked."""
        return texts.NO_CHANNEL if self.channel is None else ZeroLevel(channel=self.channel)

    def find(self, now_us: int) -> Asked:
        """Begin to find the level of the chosen channel."""
        if self.channel is None or self._situation.state not in FIND_STATES:
            return texts.FIND_NOT_NOW
        self._chosen_us = now_us
        self._channel = self.channel
        return FindLevel(channel=self.channel)

    def go_on(self, now_us: int) -> Asked:
        """While levels are found: go to the next channel; the program starts by its own key."""
        if self._situation.state != "finding" or self.channel is None:
            return None
        later = [number for number in self.numbers if number > self.channel]
        return self.choose(later[0], now_us) if later else texts.FIND_WAS_LAST

    def start(self) -> Asked:
        """Begin the program, or go on with it."""
        return Start() if self._situation.state in FIND_STATES else texts.START_NOT_NOW

    def numbers_at_zero(self) -> tuple[int, ...]:
        """Return the channels whose level the engine last told to be 0 mA."""
        snapshot = self._situation.snapshot
        channels = snapshot.channels if snapshot else ()
        return tuple(channel.number for channel in channels if channel.level_ua == 0)

    def pause_or_resume(self) -> Asked:
        """Pause what runs, resume what is paused."""
        match self._situation.state:
            case "running":
                return Pause()
            case "paused":
                return Resume()
        return texts.PAUSE_NOT_NOW

    def arm(self) -> Asked:
        """Arm every channel of the plan; the caller has seen each of them ticked."""
        return Arm(confirmed_channels=self.numbers) if self.numbers else texts.NO_CHANNEL
