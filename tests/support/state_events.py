"""What can happen in the state-space search: every key always, the rest where it is possible.

One press, one beat, one failure at a time; all that follows from it at once is part of it.
"""

from collections.abc import Callable

from support.state_world import World

from drivers.interface import LossKind
from nmes.link import messages as link

Event = tuple[Callable[[World], bool], Callable[[World], None]]
"""When it is possible, and what it is."""


def _harms(world: World) -> int:
    return world.line.is_mute + world.disk.is_slow + (not world.line.has_contact)


def _always(_: World) -> bool:
    return True


def _has_device(world: World) -> bool:
    return world.has_device


def _may_harm(world: World) -> bool:
    return _harms(world) < world.model.harms_max and world.disk.failure is None


def _is_linked(world: World) -> bool:
    return not world.is_unlinked


def _sends(intent: link.Intent) -> Event:
    return (_is_linked, lambda world: world.receive(intent))


def _step(direction: str) -> link.StepLevel:
    fields = {"channel": 1, "direction": direction, "is_coarse": False, "sequence": 0}
    return link.StepLevel.model_validate(fields)


EVENTS: dict[str, Event] = {
    "time, screen beats": (_is_linked, lambda w: w.beat_on(w.model.step_us)),
    "time, screen silent": (_always, lambda w: w.fall_silent(w.model.step_us)),
    "a minute of pause": (
        lambda w: w.is_resting_in_pause,
        lambda w: w.wait_a_minute(),
    ),
    "arm": (
        lambda w: _is_linked(w) and w.may_arm,
        lambda w: w.receive(link.Arm(confirmed_channels=(1,))),
    ),
    "find level": _sends(link.FindLevel(channel=1)),
    "start": _sends(link.Start()),
    "up": _sends(_step("up")),
    "down": _sends(_step("down")),
    "zero": _sends(link.ZeroLevel(channel=1)),
    "pause": _sends(link.Pause()),
    "resume": _sends(link.Resume()),
    "finish": (_is_linked, lambda w: w.finish()),
    "stop": (_is_linked, lambda w: w.stop()),
    "acknowledge": _sends(link.Acknowledge()),
    "leave": _sends(link.Leave()),
    "another key": (_is_linked, lambda w: w.touch()),
    "screen gone": (_is_linked, lambda w: w.lose_link()),
    "computer slept": (lambda w: w.session.is_live, lambda w: w.sleep()),
    "device mute": (lambda w: not w.line.is_mute and _may_harm(w), lambda w: w.mute(True)),
    "device answers": (lambda w: w.line.is_mute, lambda w: w.mute(False)),
    "port fails": (_has_device, lambda w: w.lose(LossKind.PORT)),
    "device fault": (_has_device, lambda w: w.lose(LossKind.FAULT)),
    "pads off": (
        lambda w: w.line.has_contact and not w.line.is_mute and w.has_device and _may_harm(w),
        lambda w: w.lift_pads(True),
    ),
    "pads on": (
        lambda w: not w.line.has_contact and not w.line.is_mute,
        lambda w: w.lift_pads(False),
    ),
    "disk slow": (lambda w: not w.disk.is_slow and _may_harm(w), lambda w: w.slow_disk(True)),
    "disk syncs": (lambda w: w.disk.is_slow, lambda w: w.slow_disk(False)),
    "disk syncs one record": (lambda w: w.disk.waiting > 0, lambda w: w.disk.sync_oldest()),
    "disk fails": (lambda w: w.disk.failure is None, lambda w: w.fail_disk()),
}


def possible(world: World) -> tuple[str, ...]:
    """Return the names of what can happen now."""
    if world.is_closed:
        return ()
    without = world.model.without
    return tuple(
        name
        for name, (is_possible, _) in EVENTS.items()
        if name not in without and is_possible(world)
    )


def happen(world: World, name: str) -> None:
    """Let something happen, then all that follows from it at once; Violated."""
    world.was_refused = False
    EVENTS[name][1](world)
    if not world.is_closed:
        world.settle()
