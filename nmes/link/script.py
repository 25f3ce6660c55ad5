"""A scripted operator: runs a session at levels found earlier, for rehearsals and the bench.

It does what a person would do at the screen and nothing more: prepare, arm, raise each level step
by step, start, wait. It counts as present while its process lives.
"""

from collections.abc import Mapping

from nmes.link.messages import (
    Arm,
    ChannelNow,
    Event,
    Intent,
    Leave,
    Prepare,
    Prepared,
    Refusal,
    Report,
    Snapshot,
    Start,
    StepLevel,
    Stop,
    Summary,
)
from protocols.errors import SessionRefusal

STEP_EVERY_US = 510_000
"""A little more than the shortest time between two accepted steps."""
TRIED_AGAIN = ("step_level", "leave")
STUCK_MAX_US = 15_000_000
"""Longer than any step waits that will be granted."""
PAUSED_MAX_US = 1_000_000
"""Longer than the engine itself needs to make a stop of a pause for want of a screen."""


class ScriptedOperator:
    """Reacts to what the engine reports. `summary` is there when the session is over.

    `levels_ua` are the levels to reach, by channel; None is every channel's cap. SessionRefusal if
    the engine refuses a choice.
    """

    def __init__(self, choice: Prepare, levels_ua: Mapping[int, int] | None) -> None:
        self._choice = choice
        self._levels_ua = None if levels_ua is None else dict(levels_ua)
        self._next_step_us: int | None = None
        self._steps = 0
        self._stuck_at = (0, 0)
        self._stuck_us = 0
        self._refused: tuple[str, ...] = ()
        self._has_started = False
        self._paused_us: int | None = None
        self._has_stopped = False
        self._is_alert = False
        self.prepared: Prepared | None = None
        self.snapshot: Snapshot | None = None
        self.summary: Summary | None = None

    def begin(self) -> Intent:
        """Return the first intent."""
        return self._choice

    def next_look_us(self) -> int | None:
        """Return when the operator wants to see a snapshot; None if reports are enough."""
        if self._is_alert:
            return 0
        return None if self._has_started else self._next_step_us

    def react(self, report: Report) -> list[Intent]:
        """Return what the operator does about a report."""
        match report:
            case Prepared():
                return self._arm(report)
            case Refusal() if report.intent not in TRIED_AGAIN:
                raise SessionRefusal("\n".join(report.reasons))
            case Refusal():
                self._refused = report.reasons
            case Snapshot():
                self.snapshot = report
                return self._look(report)
            case Event():
                self._is_alert = self._is_alert or report.mark != "i"
            case Summary():
                self.summary = report
        return []

    def _arm(self, prepared: Prepared) -> list[Intent]:
        self.prepared = prepared
        if self._levels_ua is None:
            fine_ua = prepared.press_fine_ua
            highest_ua = {c.number: c.cap_ua // fine_ua * fine_ua for c in prepared.channels}
            self._levels_ua = highest_ua
        _check_levels(prepared, self._levels_ua)
        self._next_step_us = 0
        return [Arm(confirmed_channels=tuple(c.number for c in prepared.channels))]

    def _look(self, snapshot: Snapshot) -> list[Intent]:
        if snapshot.state in ("stopped", "faulted"):
            return self._leave(snapshot)
        if snapshot.state == "paused":
            return self._stop(snapshot.at_us)
        if snapshot.state != "armed" or self._has_started or self._next_step_us is None:
            return []
        if snapshot.at_us < self._next_step_us:
            return []
        for channel in snapshot.channels:
            missing_ua = (self._levels_ua or {}).get(channel.number, 0) - channel.level_ua
            if missing_ua > 0:
                self._give_up_if_stuck(channel, snapshot.at_us)
                return self._step(channel.number, missing_ua, snapshot.at_us)
        self._has_started = True
        return [Start()]

    def _step(self, channel: int, missing_ua: int, at_us: int) -> list[Intent]:
        self._next_step_us = at_us + STEP_EVERY_US
        self._steps += 1
        return [
            StepLevel(
                channel=channel,
                direction="up",
                is_coarse=self._is_coarse(missing_ua),
                sequence=self._steps,
            )
        ]

    def _is_coarse(self, missing_ua: int) -> bool:
        """Whether a coarse press leads nearer, and fine ones then to the level itself."""
        if self.prepared is None:
            return False
        left_ua = missing_ua - self.prepared.press_coarse_ua
        return left_ua >= 0 and left_ua % self.prepared.press_fine_ua == 0

    def _give_up_if_stuck(self, channel: ChannelNow, at_us: int) -> None:
        """Raise SessionRefusal if a level has not risen for so long that it never will."""
        here = (channel.number, channel.level_ua)
        if here != self._stuck_at:
            self._stuck_at, self._stuck_us = here, at_us
        elif at_us - self._stuck_us >= STUCK_MAX_US:
            reasons = " ".join(self._refused)
            raise SessionRefusal(
                f"channel {channel.number} stays at {channel.level_ua / 1000:g} mA. {reasons}"
            )

    def _stop(self, at_us: int) -> list[Intent]:
        """Stop what the engine has paused: whether to go on is for a person to decide."""
        if self._paused_us is None:
            self._paused_us = at_us
        if self._has_stopped or at_us - self._paused_us < PAUSED_MAX_US:
            return []
        self._has_stopped = True
        return [Stop(cause="it was paused, and a script does not go on by itself")]

    def _leave(self, snapshot: Snapshot) -> list[Intent]:
        stop = snapshot.stop
        is_settled = stop is not None and (stop.confirmed_after_us is not None or stop.is_emergency)
        return [Leave()] if is_settled else []


def _check_levels(prepared: Prepared, levels_ua: Mapping[int, int]) -> None:
    channels = {channel.number: channel for channel in prepared.channels}
    for number, level_ua in levels_ua.items():
        channel = channels.get(number)
        if channel is None:
            raise SessionRefusal(f"{prepared.protocol_id} has no channel {number}.")
        if level_ua > channel.cap_ua:
            raise SessionRefusal(
                f"channel {number}: {level_ua / 1000:g} mA is above its cap of "
                f"{channel.cap_ua / 1000:g} mA ({channel.cap_reason})."
            )
        fine_ua = prepared.press_fine_ua
        if level_ua % fine_ua:
            near = _nearest(level_ua, fine_ua, channel.cap_ua)
            raise SessionRefusal(
                f"channel {number}: a level goes in steps of {fine_ua / 1000:g} mA here; "
                f"{level_ua / 1000:g} mA is none of them{near}."
            )


def _nearest(level_ua: int, fine_ua: int, cap_ua: int) -> str:
    """Name the steps below and above a level, as far as they can be reached."""
    below_ua = level_ua // fine_ua * fine_ua
    near = [f"{ua / 1000:g} mA" for ua in (below_ua, below_ua + fine_ua) if 0 < ua <= cap_ua]
    if not near:
        return ""
    return f", {' and '.join(near)} {'are' if len(near) > 1 else 'is'}"
