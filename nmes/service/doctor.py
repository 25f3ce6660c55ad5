"""Judges what was found about computer, ports and devices: from facts to findings, in plain words.

Pure: what the system tells comes from `nmes.service.machine`, what devices answer from
`nmes.service.probe`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nmes.service.machine import ComputerFacts, PortFacts
from nmes.service.probe import Answer, Outcome, SeenPort, how_to_tell

OLDEST_PYTHON = (3, 11)
COLUMNS, ROWS = 80, 24
FREE_MIN_BYTES = 200_000_000
CLOCK_STEP_MAX_NS = 1_000_000
YEAR_MIN = 2025
LATENCY_MS = 1

_POWER = {
    "rehastim2": (
        "RehaStim2: switch it on and choose ScienceMode2 on its start screen; outside ScienceMode2 "
        "it sends nothing. It lets nobody in for a second after another program let go."
    ),
    "p24": (
        "P24: its light is violet while it starts, green when it is ready, red when it has an "
        "error; dark or starting anew means too little power: use a USB port of the computer "
        "itself, not a hub."
    ),
    "rehamove3": "RehaMove3: switch it on, charge its battery.",
    "openemsstim": "openEMSstim: is the published firmware on the board, and its battery charged?",
}


class Weight(StrEnum):
    """What a finding asks for."""

    GOOD = "ok"
    NOTE = "note"
    TO_DO = "to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, what was found, and what to do about it."""

    subject: str
    weight: Weight
    found: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortStory:
    """All that is known of one port: its plug, what the system tells, what devices answered.

    `untold` are devices that may be there, but can be asked for with a file only.
    """

    seen: SeenPort
    facts: PortFacts
    answers: tuple[Answer, ...]
    untold: tuple[str, ...] = ()

    @property
    def has_device(self) -> bool:
        """Whether a device was found there."""
        return any(answer.outcome is Outcome.FOUND for answer in self.answers)


def findings(
    computer: ComputerFacts, ports: Sequence[PortStory], *, is_chosen: bool
) -> tuple[Finding, ...]:
    """Return all findings in order of looking; `is_chosen` if the port was named by a person."""
    has_device = any(story.has_device for story in ports)
    is_wanted = is_chosen or not has_device
    found = [*of_computer(computer), of_ports(ports)]
    for story in ports:
        found += of_port(story, is_wanted=is_wanted)
    if ports and computer.has_modem_manager and not has_device:
        found.append(_modem_manager())
    return tuple(found)


def has_to_do(found: Sequence[Finding]) -> bool:
    """Whether a person has something to do."""
    return any(finding.weight is Weight.TO_DO for finding in found)


# The computer -----------------------------------------------------------------------------------


def of_computer(facts: ComputerFacts) -> tuple[Finding, ...]:
    """Return what the computer's own facts mean."""
    return (
        _python(facts),
        _terminal(facts),
        _letters(facts),
        _data_folder(facts),
        _clocks(facts),
        _priority(facts),
    )


def _python(facts: ComputerFacts) -> Finding:
    version = ".".join(str(part) for part in facts.python)
    if facts.python < OLDEST_PYTHON:
        oldest = ".".join(str(part) for part in OLDEST_PYTHON)
        return _to_do("Python", f"This is {version}.", f"Install Python {oldest} or newer.")
    return _good("Python", f"{version}.")


def _terminal(facts: ComputerFacts) -> Finding:
    if not facts.is_terminal:
        found = "Input or output is no terminal; the session screen needs one."
        return Finding(subject="Terminal", weight=Weight.NOTE, found=found)
    size = f"{facts.columns} columns, {facts.rows} rows."
    if facts.columns < COLUMNS or facts.rows < ROWS:
        needed = f"Make the window at least {COLUMNS} columns wide and {ROWS} rows high."
        return _to_do("Terminal", size, needed)
    return _good("Terminal", size)


def _letters(facts: ComputerFacts) -> Finding:
    encoding = facts.encoding or "unknown"
    if encoding.lower().replace("-", "") == "utf8":
        return _good("Letters", f"{encoding}: every letter can be shown.")
    found = f"{encoding}: letters such as µ are written in another way. The session is the same."
    cure = "To see all letters, set a locale that ends in UTF-8, for example LANG=C.UTF-8."
    return Finding(subject="Letters", weight=Weight.NOTE, found=found, cure=cure)


def _data_folder(facts: ComputerFacts) -> Finding:
    free = f"{facts.free_bytes / 1e9:.1f} GB free"
    if facts.home_trouble:
        cure = "Give yourself the right to write there, or set NMES_HOME to another folder."
        return _to_do("Data folder", f"{facts.home}: {facts.home_trouble}.", cure)
    if facts.free_bytes < FREE_MIN_BYTES:
        cure = "Make room on that disk: without a record no current is started."
        return _to_do("Data folder", f"{facts.home}: only {free}.", cure)
    return _good("Data folder", f"{facts.home}: can be written to, {free}.")


def _clocks(facts: ComputerFacts) -> Finding:
    if facts.wall_year < YEAR_MIN:
        cure = "Set the date: limits of the day and records of sessions go by it."
        return _to_do("Clocks", f"This computer believes it is {facts.wall_year}.", cure)
    if facts.clock_step_ns > CLOCK_STEP_MAX_NS:
        found = f"The clock goes in steps of {facts.clock_step_ns / 1e6:g} ms."
        return _to_do("Clocks", found, "Use another computer: pulses cannot be timed by it.")
    return _good("Clocks", "Fine enough, and the date is plausible.")


def _priority(facts: ComputerFacts) -> Finding:
    if facts.may_raise_priority:
        return _good("Priority", "nmes may go before other programs.")
    found = (
        "nmes goes no faster than other programs. On a busy computer it may be held up; if that "
        "happens while current flows, its guard stops the device."
    )
    cure = (
        "Close heavy programs during a session. To let nmes go first, write '@dialout - nice -10' "
        "into /etc/security/limits.d/nmes.conf as root, then log in anew."
    )
    return Finding(subject="Priority", weight=Weight.NOTE, found=found, cure=cure)


# The ports --------------------------------------------------------------------------------------


def of_ports(ports: Sequence[PortStory]) -> Finding:
    """Return whether there is any port at all."""
    if not ports:
        cure = (
            "Plug the cable in at both ends and switch the stimulator on. Some cables only "
            "charge: try another one, and another USB port of the computer."
        )
        return _to_do("Ports", "This computer has no serial port.", cure)
    return _good("Ports", ", ".join(story.seen.name for story in ports) + ".")


def of_port(story: PortStory, *, is_wanted: bool) -> tuple[Finding, ...]:
    """Return what is known of one port; an early trouble makes the later ones meaningless."""
    trouble = _missing(story) or _forbidden(story) or _busy(story)
    if trouble is not None:
        return (trouble,)
    latency = _latency(story)
    answers = _answers(story, is_wanted=is_wanted)
    return answers if latency is None else (latency, *answers)


def _missing(story: PortStory) -> Finding | None:
    facts = story.facts
    if facts.exists:
        return None
    cure = "Check the cable, switch the device on. 'nmes ports' lists the ports there are."
    return _to_do(facts.name, "There is no such port.", cure)


def _forbidden(story: PortStory) -> Finding | None:
    facts = story.facts
    if facts.is_permitted or not facts.exists:
        return None
    found = f"You have no permission. The port belongs to the group {facts.group}."
    if facts.is_member:
        cure = f"Its group may not write to it: sudo chmod g+rw {facts.name}"
    elif facts.is_listed:
        cure = "You are in that group since your last login: log out and in again."
    else:
        cure = f"Join the group: sudo usermod -aG {facts.group} $USER  then log out and in again."
    return _to_do(facts.name, found, cure)


def _busy(story: PortStory) -> Finding | None:
    busy = [answer for answer in story.answers if answer.outcome is Outcome.BUSY]
    holders = story.facts.holders
    if not busy and not holders:
        return None
    names = ", ".join(f"{holder.program} (process {holder.pid})" for holder in holders)
    found = f"Another program has it: {names or 'the system does not say which'}."
    cure = "Close that program. It may be another nmes: one session at a time for each port."
    if any(holder.program == "ModemManager" for holder in holders):
        cure = "It looks for a modem: wait 30 s, or stop it: sudo systemctl stop ModemManager"
    return _to_do(story.seen.name, found, cure)


def _latency(story: PortStory) -> Finding | None:
    facts = story.facts
    if facts.latency_ms is None:
        return None
    subject = f"{facts.name}, latency timer"
    if facts.latency_ms <= LATENCY_MS:
        return _good(subject, f"{facts.latency_ms} ms.")
    found = f"{facts.latency_ms} ms: every answer of the device comes so much later."
    cure = f"Set it to {LATENCY_MS} ms: echo {LATENCY_MS} | sudo tee {facts.latency_file}"
    return _to_do(subject, found, cure)


def _answers(story: PortStory, *, is_wanted: bool) -> tuple[Finding, ...]:
    if not story.answers:
        return (_left_alone(story, is_wanted=is_wanted),)
    for answer in story.answers:
        if answer.outcome is Outcome.FOUND:
            subject = f"{story.seen.name}, {answer.device}"
            return (_good(subject, f"The device answers: {answer.detail}."),)
    telling = [a for a in story.answers if a.outcome not in (Outcome.SILENT, Outcome.NOISE)]
    if telling:
        return tuple(_trouble(answer) for answer in telling)
    return (_silence(story, is_wanted=is_wanted),)


def _left_alone(story: PortStory, *, is_wanted: bool) -> Finding:
    name = story.seen.name
    if story.seen.usb_id is None:
        found = "It is no USB port, so nothing was asked there."
        cure = (
            "Plug the stimulator in and switch it on: it shows as a further port. If it is at this "
            f"one all the same: nmes doctor --port {name}"
        )
    else:
        found = f"Its USB ids ({story.seen.usb_id}) fit no stimulator that is asked unnamed."
        named = f"If one is there, name it: nmes ports --probe --port {name} --device NAME"
        cure = " ".join(_hints(story)) or named
    weight = Weight.TO_DO if is_wanted else Weight.NOTE
    return Finding(subject=story.seen.name, weight=weight, found=found, cure=cure)


def _trouble(answer: Answer) -> Finding:
    is_of_port = answer.outcome is Outcome.CLOSED
    subject = answer.port if is_of_port else f"{answer.port}, {answer.device}"
    return _to_do(subject, f"{_sentence(answer.outcome, answer.detail)}", answer.advice)


def _silence(story: PortStory, *, is_wanted: bool) -> Finding:
    asked = [answer.device for answer in story.answers]
    is_noisy = any(answer.outcome is Outcome.NOISE for answer in story.answers)
    if is_noisy:
        found = f"Something sends, but nothing that {_either(asked)} would say."
        other = "Is another device at this port? Else use another cable, away from motors."
        cure = " ".join((*_hints(story), other))
    else:
        found = f"Silence. Asked for: {', '.join(asked)}."
        hints = [_POWER[name] for name in asked if name in _POWER]
        cure = " ".join(("Is the cable in at both ends?", *hints, *_hints(story)))
    weight = Weight.TO_DO if is_wanted else Weight.NOTE
    return Finding(subject=story.seen.name, weight=weight, found=found, cure=cure)


def _hints(story: PortStory) -> list[str]:
    return [how_to_tell(story.seen.name, device) for device in story.untold]


def _modem_manager() -> Finding:
    found = "It runs, and takes new ports for half a minute to look for a modem."
    cure = "If a port stays silent or busy: sudo systemctl stop ModemManager"
    return Finding(subject="ModemManager", weight=Weight.NOTE, found=found, cure=cure)


def _sentence(outcome: Outcome, detail: str) -> str:
    words = outcome.value[0].upper() + outcome.value[1:]
    return f"{words}: {detail}." if not detail.endswith(".") else f"{words}: {detail}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)


def _good(subject: str, found: str) -> Finding:
    return Finding(subject=subject, weight=Weight.GOOD, found=found)


def _to_do(subject: str, found: str, cure: str) -> Finding:
    return Finding(subject=subject, weight=Weight.TO_DO, found=found, cure=cure)
