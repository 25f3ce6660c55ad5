"""From the screen's intents to the session's wishes, one for one."""

from collections.abc import Callable
from typing import Any

from nmes.link import messages as link
from nmes.session import actions

_WISHES: dict[type, Callable[[Any], actions.Wish]] = {
    link.FindLevel: lambda intent: actions.FindWish(channel=intent.channel),
    link.Start: lambda _: actions.StartWish(),
    link.StepLevel: lambda intent: actions.StepWish(
        channel=intent.channel, is_up=intent.direction == "up", is_coarse=intent.is_coarse
    ),
    link.ZeroLevel: lambda intent: actions.ZeroWish(channel=intent.channel),
    link.Pause: lambda _: actions.PauseWish(),
    link.Resume: lambda _: actions.ResumeWish(),
    link.Stop: lambda intent: actions.StopWish(cause=intent.cause),
    link.Acknowledge: lambda _: actions.AcknowledgeWish(),
}


def wish_of(intent: link.Intent) -> actions.Wish:
    """Return what the session is asked by this intent; KeyError if it is none for a session."""
    return _WISHES[type(intent)](intent)
