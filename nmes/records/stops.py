"""When and why the output was halted, and whether the device ever confirmed it (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nmes.records.events import (
    Arm,
    Fault,
    Level,
    Pause,
    Recorded,
    SessionClose,
    SessionOpen,
    Stop,
    StopConfirmed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltSummary:
    """One pause, stop or fault. `is_confirmed` is None for a pause, which asks for no answer."""

    utc: str
    what: str
    cause: str
    is_confirmed: bool | None


def halts_of(entries: Iterable[tuple[str, Recorded]]) -> tuple[HaltSummary, ...]:
    """Return every halt in order, from events with the time of their record.

    An answer confirms all stops since arming; whatever is stopped once more was silent before.
    """
    halts: list[HaltSummary] = []
    since, is_confirmed = 0, False
    for utc, event in entries:
        if isinstance(event, Arm):
            since, is_confirmed = len(halts), False
        elif isinstance(event, StopConfirmed):
            is_confirmed = True
            halts[since:] = [_confirmed(halt) for halt in halts[since:]]
        elif (halt := _halt(utc, event, is_confirmed)) is not None:
            halts.append(halt)
    return tuple(halts)


def _halt(utc: str, event: Recorded, is_confirmed: bool) -> HaltSummary | None:
    if isinstance(event, Pause):
        return HaltSummary(utc=utc, what="pause", cause=event.cause, is_confirmed=None)
    if isinstance(event, Stop):
        what = "emergency stop" if event.is_emergency else "stop"
        return HaltSummary(utc=utc, what=what, cause=event.cause, is_confirmed=is_confirmed)
    if isinstance(event, Fault):
        return HaltSummary(utc=utc, what="fault", cause=event.detail, is_confirmed=is_confirmed)
    return None


def _confirmed(halt: HaltSummary) -> HaltSummary:
    return halt if halt.is_confirmed is None else replace(halt, is_confirmed=True)


def doubt_text(opening: SessionOpen, events: Sequence[Recorded]) -> str:
    """Return what is to be said of current that may have gone on, "" if all is known to be over.

    Every arming with a level above 0 ends with a stop that the device confirms.
    """
    doubts = [arming for arming in _armings(events) if _is_doubtful(arming)]
    if not doubts:
        return ""
    is_stopped = any(isinstance(event, Stop | Fault | SessionClose) for event in doubts[-1])
    said = "STOP NOT CONFIRMED" if is_stopped else "NO STOP IS ON RECORD"
    return f"{said}: current may have gone on, {_how_long(opening)}."


def _armings(events: Sequence[Recorded]) -> list[list[Recorded]]:
    armings: list[list[Recorded]] = [[]]
    for event in events:
        if isinstance(event, Arm):
            armings.append([])
        armings[-1].append(event)
    return armings


def _is_doubtful(arming: Sequence[Recorded]) -> bool:
    has_level = any(isinstance(event, Level) and event.to_ua > 0 for event in arming)
    return has_level and not any(isinstance(event, StopConfirmed) for event in arming)


def _how_long(opening: SessionOpen) -> str:
    if any(channel.full_ua is not None for channel in opening.channels):
        return "until the separate stimulator was switched off"
    if opening.watchdog_us is None:
        return "until the device was switched off or stopped by itself"
    return f"for up to {opening.watchdog_us / 1e6:g} s"
