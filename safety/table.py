"""The table of limits, read strictly from `limits.toml`.

TOML, because the standard library reads it in a few milliseconds with exact integers and refuses a
key that stands twice; nothing heavy enters the engine for it. An unknown key, a missing key, a
value that is no whole number: the whole table is refused, and with it every session.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from protocols.errors import LimitTableError
from safety.reading import parsed, section, text, whole_number, words

ANY_MOTOR_CLASS = "any"
SCHEMA = 1
STATUSES = ("spec", "secondary", "design", "proposal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How firm a number is, and who says so."""

    status: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What nothing in the program may exceed."""

    current_ua: int
    pulse_width_min_us: int
    pulse_width_max_us: int
    frequency_min_hz: int
    frequency_max_hz: int
    phase_charge_nc: int
    rms_current_ua: int
    rms_density_ua_per_mm2_x1000: int
    power_density_uw_per_mm2: int
    pulse_energy_uj: int
    open_circuit_v: int
    net_charge_nc: int
    load_ohm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How fast, how long and how late things may happen."""

    start_current_ua: int
    step_fine_ua: int
    step_coarse_ua: int
    steps_per_s_max: int
    level_slew_ua_per_s: int
    slew_elapsed_max_us: int
    timing_tolerance_us: int
    resume_ramp_min_us: int
    stop_zero_max_us: int
    guard_silence_us: int
    presence_prompt_us: int
    presence_grace_us: int
    session_max_us: int
    same_site_daily_max_us: int
    clock_jump_us: int
    delivered_tolerance_steps: int
    impedance_short_ohm: int
    impedance_open_ohm: int
    impedance_warn_percent: int
    impedance_lost_percent: int
    clip_count_max: int
    clip_window_us: int
    battery_warn_percent: int
    battery_least_percent: int
    control_lock_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingClass:
    """The rhythm a protocol may keep; `requires` names what must be there to use it."""

    ramp_up_min_us: int
    ramp_up_default_us: int
    on_max_us: int
    off_min_us: int
    off_to_on_min_permille: int
    frequency_max_hz: int
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What one muscle, or one place for electrodes, may be given."""

    zone: str
    current_ua: int
    pulse_width_max_us: int
    frequency_max_hz: int
    phase_charge_nc: int
    electrode_min_mm2: int
    timing_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTable:
    """All limits. `provenance` is keyed as in the file: "ceiling.current_ua", "sites"."""

    sha256: str
    ceiling: Ceiling
    behaviour: Behaviour
    timing_classes: Mapping[str, TimingClass]
    sites: Mapping[str, Site]
    pad_zones: Mapping[str, tuple[str, ...]]
    provenance: Mapping[str, Provenance]


Record = TypeVar("Record", Provenance, Ceiling, Behaviour, TimingClass, Site)


def load_table() -> LimitTable:
    """Return the table that nmes ships with."""
    return read_table(Path(__file__).with_name("limits.toml").read_bytes())


def read_table(content: bytes) -> LimitTable:
    """Return the table in `content`; LimitTableError if anything in it is not as it must be."""
    root = section(parsed(content, "limits.toml"), "limits.toml", _ROOT_KEYS)
    if root["schema"] != SCHEMA:
        raise LimitTableError(f"schema: {root['schema']!r} found, {SCHEMA} is read here")
    ceiling, ceiling_marks = _marked(root["ceiling"], "ceiling", _names(Ceiling))
    behaviour, behaviour_marks = _marked(root["behaviour"], "behaviour", _names(Behaviour))
    shared = section(root["provenance"], "provenance", ("timing_classes", "sites", "pad_zones"))
    marks = {key: _provenance(entry, f"provenance.{key}") for key, entry in shared.items()}
    table = LimitTable(
        sha256=sha256(content).hexdigest(),
        ceiling=_record(Ceiling, ceiling, "ceiling"),
        behaviour=_record(Behaviour, behaviour, "behaviour"),
        timing_classes=_records(TimingClass, root["timing_classes"], "timing_classes"),
        sites=_records(Site, root["sites"], "sites"),
        pad_zones=_pad_zones(root["pad_zones"]),
        provenance=MappingProxyType(ceiling_marks | behaviour_marks | marks),
    )
    _refuse_contradictions(table)
    return table


_ROOT_KEYS = (
    "schema",
    "provenance",
    "ceiling",
    "behaviour",
    "timing_classes",
    "pad_zones",
    "sites",
)


def _pad_zones(entry: object) -> Mapping[str, tuple[str, ...]]:
    rows = section(entry, "pad_zones", None)
    return MappingProxyType({zone: words(row, f"pad_zones.{zone}") for zone, row in rows.items()})


def _marked(
    entry: object, where: str, keys: Collection[str]
) -> tuple[dict[str, object], dict[str, Provenance]]:
    """Take numbers that carry a mark of their own apart into values and marks."""
    values: dict[str, object] = {}
    marks: dict[str, Provenance] = {}
    for key, cell in section(entry, where, keys).items():
        place = f"{where}.{key}"
        figure = section(cell, place, ("value", "status", "source"))
        values[key] = figure["value"]
        marks[place] = _provenance({"status": figure["status"], "source": figure["source"]}, place)
    return values, marks


def _provenance(entry: object, where: str) -> Provenance:
    mark = _record(Provenance, entry, where)
    if mark.status not in STATUSES:
        raise LimitTableError(f"{where}: status {mark.status!r} is none of {', '.join(STATUSES)}")
    return mark


def _records(kind: type[Record], entry: object, where: str) -> Mapping[str, Record]:
    rows = section(entry, where, None)
    return MappingProxyType(
        {name: _record(kind, row, f"{where}.{name}") for name, row in rows.items()}
    )


def _record(kind: type[Record], entry: object, where: str) -> Record:
    row = section(entry, where, _names(kind))
    return kind(**{name: _value(name, value, f"{where}.{name}") for name, value in row.items()})


def _names(kind: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_TEXTS = ("status", "source", "zone", "timing_class")
_DIVISORS = frozenset(
    (
        "frequency_min_hz",
        "frequency_max_hz",
        "load_ohm",
        "steps_per_s_max",
        "level_slew_ua_per_s",
        "ramp_up_min_us",
        "ramp_up_default_us",
    )
)
"""Numbers that something is divided by."""


def _value(name: str, value: object, where: str) -> Any:
    """Return a value of the type its key stands for: words, a list of words, or a whole number."""
    if name == "requires":
        return words(value, where)
    if name in _TEXTS:
        return text(value, where)
    return whole_number(value, where, 1 if name in _DIVISORS else 0)


def _refuse_contradictions(table: LimitTable) -> None:
    if table.ceiling.net_charge_nc != 0:
        raise LimitTableError("ceiling.net_charge_nc: only balanced pulses exist here, so it is 0")
    for name, site in table.sites.items():
        if site.timing_class not in (ANY_MOTOR_CLASS, *table.timing_classes):
            raise LimitTableError(f"sites.{name}: no timing class {site.timing_class!r}")
        if site.zone not in table.pad_zones:
            raise LimitTableError(f"sites.{name}: pad_zones has no zone {site.zone!r}")
