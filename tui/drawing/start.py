"""What the start screen says beside its fields."""

from datetime import tzinfo

from nmes.link.messages import Catalogue, DevicesFound, Sessions
from tui import texts, wording
from tui.lines import Line, line, wrapped
from tui.situation import Situation

Option = tuple[str, tuple[str, ...]]
"""A value to choose and the rows of its text, none of them cut."""

_MARK = 4
"""Columns before and after the rows of an option."""


def protocol_options(catalogue: Catalogue | None, width: int) -> list[Option]:
    """Return id and text of every protocol, minutes and channels flush right."""
    options = []
    room = max(20, width - _MARK)
    for entry in catalogue.protocols if catalogue else ():
        numbers = texts.PROTOCOL_NUMBERS.format(
            minutes=wording.whole_minutes(entry.duration_us), channels=entry.channels
        )
        *rows, last = wrapped(entry.title, room, "  ")
        if len(last) + 2 + len(numbers) > room:
            rows, last = [*rows, last], ""
        options.append((entry.id, (*rows, f"{last:<{room - len(numbers)}}{numbers}")))
    return options


def device_options(catalogue: Catalogue | None, width: int) -> list[Option]:
    """Return name and text of every device, simulated ones first."""
    devices = sorted(catalogue.devices if catalogue else (), key=lambda d: not d.is_simulated)
    template = {True: texts.DEVICE_SIMULATED, False: texts.DEVICE_REAL}
    return [(d.name, _rows(template[d.is_simulated].format(title=d.title), width)) for d in devices]


def port_options(
    catalogue: Catalogue | None, found: DevicesFound | None, device: str | None, width: int
) -> list[Option]:
    """Return name and text of every port; where this device answered, that says so first."""
    answered = {f.port: f.identity for f in found.found if f.device == device} if found else {}
    described = {p.name: p.description for p in (catalogue.ports if catalogue else ())}
    row, row_answered = texts.PORT_ROW, texts.PORT_ANSWERED
    rows = {name: row_answered.format(name=name, identity=who) for name, who in answered.items()}
    rows |= {
        name: row.format(name=name, description=text)
        for name, text in described.items()
        if name not in answered
    }
    return [(name, _rows(text, width)) for name, text in rows.items()]


def _rows(text: str, width: int) -> tuple[str, ...]:
    return tuple(wrapped(text, max(8, width - _MARK), "  "))


def is_simulated(catalogue: Catalogue | None, device: str | None) -> bool:
    """Tell whether that device is started by nmes itself."""
    devices = catalogue.devices if catalogue else ()
    return any(d.name == device and d.is_simulated for d in devices)


def goal_lines(catalogue: Catalogue | None, protocol: str | None, width: int) -> list[Line]:
    """Return the goal of the marked protocol."""
    entries = catalogue.protocols if catalogue else ()
    goal = next((entry.goal for entry in entries if entry.id == protocol), "")
    if not goal:
        return []
    return [line((f" {row}", "dim")) for row in wrapped(texts.GOAL.format(goal=goal), width - 2)]


def last_session_text(sessions: Sessions | None, patient: str, zone: tzinfo | None) -> str:
    """Return the patient's last session in one line; nothing without a code."""
    if sessions is None or not patient:
        return ""
    entry = next((e for e in sessions.entries if e.patient == patient), None)
    if entry is None:
        return texts.NO_LAST_SESSION.format(patient=patient)
    return texts.LAST_SESSION.format(
        patient=patient,
        when=f"{entry.started_utc[:10]} {wording.clock_text(entry.started_utc, zone)}",
        protocol=entry.protocol_id,
        outcome=entry.outcome,
        done=entry.contractions_done,
        planned=entry.contractions_planned,
    )


def listed_lines(catalogue: Catalogue, width: int) -> list[Line]:
    """Return what there was to choose from when the lists were made anew."""
    ports = ", ".join(port.name for port in catalogue.ports) or texts.NO_PORT
    text = texts.LISTED.format(protocols=len(catalogue.protocols), ports=ports)
    return [line(f" {row}") for row in wrapped(text, width - 2, "  ")]


def search_lines(situation: Situation, width: int) -> list[Line]:
    """Return what the look for devices came to, or that it goes on; nothing if nobody looked."""
    if situation.is_looking:
        return [line(f" {texts.LOOKING}")]
    if situation.found is None:
        return []
    told = (*_found_texts(situation.found, situation.catalogue), *situation.found.obstacles)
    return [line(f" {row}") for text in told for row in wrapped(text, width - 2, "  ")]


def _found_texts(told: DevicesFound, catalogue: Catalogue | None) -> list[str]:
    titles = {device.name: device.title for device in (catalogue.devices if catalogue else ())}
    answers = [
        texts.FOUND_ONE.format(
            title=titles.get(found.device, found.device), port=found.port, identity=found.identity
        )
        for found in told.found
    ]
    if len(answers) > 1:
        return [texts.FOUND_SEVERAL.format(number=len(answers)), *answers]
    return answers or [texts.FOUND_NONE]


def refusal_lines(reasons: tuple[str, ...], width: int) -> list[Line]:
    """Return why it is not possible, in words."""
    if not reasons:
        return []
    rows = [row for reason in reasons for row in wrapped(f"! {reason}", width - 4, "  ")]
    return [line((f" {texts.REFUSED}", "warn")), *(line((f"   {row}", "bold")) for row in rows)]
