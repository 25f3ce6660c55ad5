"""Asks what is at the other end of a port, through a gate that is never opened.

A driver's own connect does the asking, so that only questions, answers to what a device offers, and
stops are written: no train, no current. Pure over gate and clock; `nmes.compose` opens the ports.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.interface import Connected, LossKind, OutputLost
from safety.gate import SafetyGate

PATIENCE_US = 25_000_000
"""Longer than any driver searches; the board that boots longest needs 20 s."""


class Outcome(StrEnum):
    """What came of asking."""

    FOUND = "found"
    OTHER = "another device answered"
    SILENT = "nothing answered"
    NOISE = "something sends, but not what this device says"
    TROUBLE = "the device answered, then went wrong"
    BUSY = "another program has the port"
    CLOSED = "the port cannot be used"
    UNFIT = "the port cannot be set as this device needs it"


_ENDS_ASKING = (Outcome.FOUND, Outcome.BUSY, Outcome.CLOSED)
_OUTCOMES = {
    LossKind.NOT_FOUND: Outcome.SILENT,
    LossKind.WRONG_DEVICE: Outcome.OTHER,
    LossKind.PORT: Outcome.CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device that may be looked for. `usb_ids` are those of its port, shared with many others.

    One that `needs_file` has to be told something first, so it is asked for with its file only.
    """

    name: str
    title: str
    usb_ids: frozenset[str]
    needs_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPort:
    """A serial port; `usb_id` is vendor:product in hex, None if not known.

    `is_named` if a person has named it, so that it may be asked whatever it is.
    """

    name: str
    description: str = ""
    usb_id: str | None = None
    serial_number: str = ""
    is_named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one device's question brought on one port. `device` is "" if nothing was asked."""

    port: str
    device: str
    outcome: Outcome
    detail: str
    advice: str = ""


def answer_as_json(answer: Answer) -> dict[str, str]:
    """Return an answer as other programs read it, without its port."""
    return {
        "device": answer.device,
        "outcome": answer.outcome.name.lower(),
        "detail": answer.detail,
        "advice": answer.advice,
    }


def answer_of(port: str, told: Mapping[str, str]) -> Answer:
    """Return the answer that `answer_as_json` made this of; KeyError if it made it of none."""
    outcome = Outcome[told["outcome"].upper()]
    return Answer(
        port=port,
        device=told["device"],
        outcome=outcome,
        detail=told["detail"],
        advice=told["advice"],
    )


class Clock(Protocol):
    """Time, and a way to let it pass."""

    def now_us(self) -> int:
        """Return the time."""
        ...

    def wait(self, fileno: int | None, until_us: int) -> None:
        """Return when bytes have come, or at that time."""
        ...


Ask = Callable[[str, str], Answer]
"""Opens a port for a device, asks, closes: port, device."""


def fitting(usb_id: str | None, devices: Iterable[KnownDevice]) -> tuple[KnownDevice, ...]:
    """Return the devices that a port with these ids may be: a hint, never a proof."""
    return tuple(device for device in devices if usb_id in device.usb_ids)


def candidates(
    port: SeenPort, devices: Sequence[KnownDevice], named: str | None = None
) -> tuple[str, ...]:
    """Return what to ask for: the device named, else what the ids fit.

    At a port without ids nothing is asked unless a person has named the port, then everything: a
    console or another machine may be there, and stimulators come with USB.
    """
    if named is not None:
        return (named,) if port.usb_id or port.is_named else ()
    able = [device for device in devices if not device.needs_file]
    is_open_to_all = port.usb_id is None and port.is_named
    wanted = able if is_open_to_all else fitting(port.usb_id, able)
    return tuple(device.name for device in wanted)


def untold(
    port: SeenPort, devices: Iterable[KnownDevice], answers: Iterable[Answer]
) -> tuple[str, ...]:
    """Return what may be at a port all the same, but can be asked for with its file only.

    None once a device was found there, or if the port cannot be used.
    """
    told = tuple(answers)
    if any(answer.outcome in _ENDS_ASKING for answer in told):
        return ()
    asked = {answer.device.partition("@")[0] for answer in told}
    needy = [device for device in devices if device.needs_file and device.name not in asked]
    is_open_to_all = port.usb_id is None and port.is_named
    wanted = needy if is_open_to_all else fitting(port.usb_id, needy)
    return tuple(device.name for device in wanted)


def how_to_tell(port: str, device: str) -> str:
    """Return how to ask at a port for a device that must be told something by a file."""
    return (
        f"If it is {with_article(device)}: 'nmes ports --probe --device {device}@FILE --port "
        f"{port}' asks for it, with the file in which it is declared."
    )


def with_article(device: str) -> str:
    """Return the name of a device as one of its kind: a p24, an openemsstim."""
    return f"{'an' if device[:1] in 'aeiou' else 'a'} {device}"


def ask_each(port: str, devices: Sequence[str], ask: Ask) -> tuple[Answer, ...]:
    """Ask for one device after the other until one is found, or the port is somebody else's."""
    answers: list[Answer] = []
    for device in devices:
        answers.append(ask(port, device))
        if answers[-1].outcome in _ENDS_ASKING:
            break
    return tuple(answers)


def ask_gate(
    gate: SafetyGate, clock: Clock, patience_us: int = PATIENCE_US
) -> Connected | OutputLost:
    """Connect through a shut gate and return what came of it; the gate is closed at the end."""
    try:
        return _connected_or_lost(gate, clock, patience_us)
    finally:
        gate.close()


def _connected_or_lost(gate: SafetyGate, clock: Clock, patience_us: int) -> Connected | OutputLost:
    now_us = clock.now_us()
    end_us = now_us + patience_us
    gate.connect(now_us)
    while now_us < end_us:
        for event in gate.poll(now_us):
            if isinstance(event, Connected | OutputLost):
                return event
        due_us = gate.next_deadline_us()
        clock.wait(gate.fileno(), end_us if due_us is None else min(due_us, end_us))
        now_us = clock.now_us()
    seconds = patience_us // 1_000_000
    return OutputLost(
        at_us=now_us,
        kind=LossKind.NOT_FOUND,
        detail=f"no answer within {seconds} s",
        advice="Check cable and device.",
    )


def understood(port: str, device: str, event: Connected | OutputLost, *, has_heard: bool) -> Answer:
    """Return what an event means to somebody who looks for a device."""
    if isinstance(event, Connected):
        return Answer(port=port, device=device, outcome=Outcome.FOUND, detail=event.identity)
    outcome = _OUTCOMES.get(event.kind, Outcome.TROUBLE)
    if outcome is Outcome.SILENT and has_heard:
        outcome = Outcome.NOISE
    return Answer(
        port=port, device=device, outcome=outcome, detail=event.detail, advice=event.advice
    )
