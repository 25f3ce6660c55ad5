"""What is wrong with a protocol file, told with its place, for people.

Joins three sources: what the YAML reader could not read, what the model refuses field by field,
and what the consistency rules find between fields.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from protocols.consistency import Path, field_name, inconsistencies
from protocols.errors import Problem
from protocols.field_types import nearest_word
from protocols.model import (
    INCONSISTENT,
    SCHEMA_VERSION,
    Burst,
    Channel,
    Evidence,
    Pad,
    ScreeningQuestion,
    Stage,
    StimulationProtocol,
)
from protocols.yaml_reading import NOTHING, Place, Reading

_GROUPS: dict[tuple[str, ...], tuple[str, type[BaseModel]]] = {
    (): ("the protocol", StimulationProtocol),
    ("evidence",): ("evidence", Evidence),
    ("screening",): ("a screening question", ScreeningQuestion),
    ("channels",): ("a channel", Channel),
    ("channels", "pads"): ("a pad", Pad),
    ("stages",): ("a stage", Stage),
    ("stages", "bursts"): ("a burst", Burst),
}

_SYNONYMS = {
    "on": "on_time_s",
    "on_s": "on_time_s",
    "on_time": "on_time_s",
    "hold_s": "on_time_s",
    "off": "off_time_s",
    "off_s": "off_time_s",
    "off_time": "off_time_s",
    "rest_s": "off_time_s",
    "ramp": "ramp_up_s",
    "ramp_s": "ramp_up_s",
    "rise_s": "ramp_up_s",
    "fall_s": "ramp_down_s",
    "cycle_s": "cycle_time_s",
    "delay_s": "start_s",
    "phase_us": "pulse_width_us",
    "phase_duration_us": "pulse_width_us",
    "width": "pulse_width_us",
    "pw": "pulse_width_us",
    "pulse_width": "pulse_width_us",
    "hz": "frequency_hz",
    "freq": "frequency_hz",
    "frequency": "frequency_hz",
    "rate": "frequency_hz",
    "ma": "max_current_ma",
    "cap_ma": "max_current_ma",
    "current": "max_current_ma",
    "current_ma": "max_current_ma",
    "amplitude_ma": "max_current_ma",
    "intensity": "max_current_ma",
    "area_cm2": "gel_area_cm2",
    "electrodes": "pads",
    "muscle": "site",
    "wave": "waveforms",
    "waveform": "waveforms",
    "ch": "number",
    "contractions": "repetitions",
    "reps": "repetitions",
    "share": "level_share_percent",
    "level_percent": "level_share_percent",
    "phases": "stages",
    "stop_extra": "watch_for",
    "schema": "nmes",
}


def other_version(reading: Reading) -> Problem | None:
    """Return the one complaint about a file of another format; nothing else in it counts."""
    version = reading.value.get("nmes") if isinstance(reading.value, Mapping) else None
    if not isinstance(version, int) or isinstance(version, bool) or version == SCHEMA_VERSION:
        return None
    return _problem(
        ("nmes",),
        reading.places[("nmes",)],
        f"the file is written in format {version}",
        f"this program reads format {SCHEMA_VERSION}",
        "Use a newer nmes, or write the protocol in this format.",
    )


def all_problems(reading: Reading, error: ValidationError) -> tuple[Problem, ...]:
    """Return every problem of a file whose values the model refuses, in order of line."""
    refused = [detail for detail in error.errors() if detail["type"] != INCONSISTENT]
    unknown = [detail["loc"] for detail in refused if detail["type"] == "extra_forbidden"]
    meant = {(*loc[:-1], name) for loc in unknown if (name := _meant(loc)) is not None}
    silent = {path for path in meant if path not in reading.key_places} | reading.complained
    problems = list(reading.problems)
    problems += [
        _refused_field(reading, detail) for detail in refused if detail["loc"] not in silent
    ]
    unusable = silent | {d["loc"] for d in refused if d["type"] != "missing"}
    problems += [
        _problem(
            finding.path,
            _nearest_place(reading, finding.path),
            finding.found,
            finding.allowed,
            finding.cure,
        )
        for finding in inconsistencies(_usable_fields(reading.value, unusable))
    ]
    return in_order(problems)


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return problems by line; those of the whole file come first."""
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))


def _problem(path: Path, place: Place, found: str, allowed: str, cure: str) -> Problem:
    return Problem(
        line=place.line,
        column=place.column,
        field=field_name(path) or "file",
        found=found,
        allowed=allowed,
        cure=cure,
    )


def _nearest_place(reading: Reading, path: Path) -> Place:
    """Return the place of a value, or of the nearest group around it."""
    while path not in reading.places:
        path = path[:-1]
    return reading.places[path]


def _usable_fields(value: object, unusable: set[Path]) -> dict[str, Any]:
    """Return the values of a file; those that no field took are None."""
    usable = _without(value, unusable, ())
    return usable if isinstance(usable, dict) else {}


def _without(value: object, unusable: set[Path], path: Path) -> object:
    if path in unusable:
        return None
    if isinstance(value, tuple):
        return tuple(_without(entry, unusable, (*path, index)) for index, entry in enumerate(value))
    if isinstance(value, dict):
        added = {str(place[-1]): None for place in unusable if place and place[:-1] == path}
        return added | {
            key: _without(entry, unusable, (*path, key)) for key, entry in value.items()
        }
    return value


def _refused_field(reading: Reading, detail: ErrorDetails) -> Problem:
    """Return the problem for one refusal of the model."""
    loc, context = detail["loc"], detail.get("ctx", {})
    place = _nearest_place(reading, loc)
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_field(loc, reading.key_places[loc])
        case "missing":
            whose, _ = _GROUPS[_names(loc[:-1])]
            cure = f"Add the line {loc[-1]}: with its value."
            return _problem(loc, place, "the field is missing", f"{whose} needs it", cure)
        case "model_type":
            allowed, cure = "a group of fields belongs here", "Write its fields as name: value."
            return _problem(loc, place, f"found {place.found}", allowed, cure)
        case "tuple_type":
            allowed, cure = "a list belongs here", "Begin each entry with a dash on its own line."
            return _problem(loc, place, f"found {place.found}", allowed, cure)
    cure = context["cure"]
    if place.found == NOTHING:
        cure = "Write it, or remove the line if the field may be missing."
    return _problem(loc, place, f"found {place.found}", context["allowed"], cure)


def _unknown_field(loc: Path, place: Place) -> Problem:
    found = "there is no field of this name here"
    meant = _meant(loc)
    if meant is not None:
        return _problem(loc, place, found, "names are fixed", f"Did you mean {meant}?")
    whose, model = _GROUPS[_names(loc[:-1])]
    allowed = f"{whose} has the fields {', '.join(model.model_fields)}"
    word = _SYNONYMS.get(str(loc[-1]).lower(), loc[-1])
    homes = [home for home, other in _GROUPS.values() if word in other.model_fields]
    cure = f"{word} belongs in {' or '.join(homes)}." if homes else "Remove it."
    return _problem(loc, place, found, allowed, cure)


def _meant(loc: Path) -> str | None:
    """Return the field of the same group that an unknown one was probably meant to be."""
    _, model = _GROUPS[_names(loc[:-1])]
    word = str(loc[-1])
    synonym = _SYNONYMS.get(word.lower())
    if synonym in model.model_fields:
        return synonym
    if any(word in other.model_fields for _, other in _GROUPS.values()):
        return None
    return nearest_word(word, model.model_fields)


def _names(loc: Path) -> tuple[str, ...]:
    """Return a path without its list indices."""
    return tuple(step for step in loc if isinstance(step, str))
