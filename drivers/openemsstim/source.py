"""The declaration of what an openEMSstim board passes on: it makes nothing of its own.

unit = "make and model of the stimulator"
set_by = "who set its dials"
set_on = 2026-11-21
waveform = "symmetric_biphasic"
current_ma = [20, 20]    # what the dials of channel 1 and 2 are set to
pulse_width_us = 250     # one phase
frequency_hz = 35
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from protocols.errors import Problem, ProtocolFileError
from protocols.field_types import nearest_word, refusal
from protocols.pulses import Waveform
from protocols.short_files import short_bytes, short_text
from protocols.units import InexactNumber, mhz_from_hz

KIND = "declaration"
MAX_BYTES = 64 * 1024
SHOWN_CHARACTERS = 60
"""More of what stands in the file does not help whoever reads a complaint."""
CHANNELS = 2
PERCENT = 100
CURRENT_MAX_MA = 130
COARSEST_STEP_UA = 2_000
"""Levels are raised by hand in small steps; a coarser grid could never be climbed."""

_EXAMPLES = {
    "unit": '"TENS 7000"',
    "set_by": '"J. Doe"',
    "set_on": "2026-11-21",
    "waveform": f'"{Waveform.SYMMETRIC_BIPHASIC}"',
    "current_ma": "[20, 20]",
    "pulse_width_us": "250",
    "frequency_hz": "35",
}
"""What must be declared, each with how it may look."""

_PLACE_OF_FAULT = re.compile(r" \(at line (\d+), column (\d+)\)")
_NAME_OF_LINE = re.compile(r"[ \t]*[\"']?(\w+)[\"']?[ \t]*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the separate stimulator is set to. `current_ua` holds its dials, channel 1 first."""

    unit: str
    set_by: str
    set_on: date
    current_ua: tuple[int, ...]
    pulse_width_us: int
    period_us: int

    def percent_ua(self, channel: int) -> int:
        """Return what one percent of a channel stands for."""
        return self.current_ua[channel - 1] // PERCENT

    @property
    def step_ua(self) -> int:
        """The finest step that is whole percents on every channel."""
        return _step_ua([dial_ua // 1_000 for dial_ua in self.current_ua])

    @property
    def dials(self) -> str:
        """What it is set to, in clinic units."""
        dials_ma = " and ".join(f"{dial_ua / 1000:g}" for dial_ua in self.current_ua)
        rate_hz = 1_000_000 / self.period_us
        return f"{dials_ma} mA, {self.pulse_width_us} µs, {rate_hz:.4g} Hz"


def read_source(path: Path) -> Source:
    """Return the source declared in a file; ProtocolFileError with all that is wrong with it."""
    text = short_text(short_bytes(path, KIND, MAX_BYTES), str(path), KIND, MAX_BYTES)
    entries = _entries(path, text)
    try:
        declared = _Declaration.model_validate(entries)
    except ValidationError as error:
        raise ProtocolFileError(str(path), _problems(text, entries, error)) from None
    return Source(
        unit=declared.unit,
        set_by=declared.set_by,
        set_on=declared.set_on,
        current_ua=tuple(1_000 * dial_ma for dial_ma in declared.current_ma),
        pulse_width_us=declared.pulse_width_us,
        period_us=_period_us(declared.frequency_hz),
    )


# What a field may hold --------------------------------------------------------------------------


def _words(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise refusal("words are needed here", "Write them in quotes.")
    if not given.isprintable():
        allowed = "a character that cannot be shown, or a new line, may not stand here"
        raise refusal(allowed, "Write plain words on one line.")
    return given


def _day(given: object) -> date:
    if type(given) is not date:  # a date with a time is one, too
        raise refusal("a day is needed here", "Write it as 2026-11-21, without quotes.")
    return given


def _waveform(given: object) -> str:
    if given != Waveform.SYMMETRIC_BIPHASIC:
        raise refusal(
            f'only "{Waveform.SYMMETRIC_BIPHASIC}" is passed on',
            "Set the stimulator to it and write that, or use one that makes it.",
        )
    return Waveform.SYMMETRIC_BIPHASIC


def _whole(what: str, unit: str, least: int, most: int) -> BeforeValidator:
    """Return the validator of a number that a dial shows."""
    allowed = f"{what} is a whole number of {unit} from {least} to {most}"

    def check(given: object) -> int:
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise refusal(allowed, "Write the bare number, without quotes and without its unit.")
        if not isinstance(given, int) or not least <= given <= most:
            raise refusal(allowed, "Set the stimulator to such a number, and write that here.")
        return given

    return BeforeValidator(check)


def _two(given: object) -> tuple[object, ...]:
    if not isinstance(given, list) or len(given) != CHANNELS:
        raise refusal(
            "two numbers are needed, channel 1 and 2",
            f"Write what both dials are set to, such as {_EXAMPLES['current_ma']}.",
        )
    return tuple(given)


def _with_common_step(dials_ma: tuple[int, ...]) -> tuple[int, ...]:
    if _step_ua(list(dials_ma)) > COARSEST_STEP_UA:
        first, second = dials_ma
        near = min(range(1, CURRENT_MAX_MA + 1), key=lambda ma: _how_far(first, second, ma))
        raise refusal(
            f"both need a common step up to {COARSEST_STEP_UA // 1000} mA that is whole percents "
            "of each",
            f"Set the second dial to {near} mA, or both to the same.",
        )
    return dials_ma


def _step_ua(dials_ma: list[int]) -> int:
    """Return the finest step that is whole percents of each dial."""
    return math.lcm(*(1_000 * dial_ma // PERCENT for dial_ma in dials_ma))


def _how_far(first_ma: int, second_ma: int, near_ma: int) -> tuple[bool, int]:
    """Order dials for the second channel: usable ones first, the nearest of them before others."""
    is_coarse = _step_ua([first_ma, near_ma]) > COARSEST_STEP_UA
    return is_coarse, abs(near_ma - second_ma)


def _rate_hz(given: object) -> float:
    allowed = "a pulse rate is a number of Hz from 1 to 150, with at most 3 decimals"
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise refusal(allowed, "Write the bare number, without quotes and without its unit.")
    if not 1 <= given <= 150:
        raise refusal(allowed, "Set the stimulator to such a rate, and write that here.")
    try:
        mhz_from_hz(given)
    except InexactNumber:
        raise refusal(allowed, "Round it.") from None
    return given


def _period_us(rate_hz: float) -> int:
    """Return the whole number of microseconds nearest to the period, as plans of protocols do."""
    rate_mhz = mhz_from_hz(rate_hz)
    return (2 * 1_000_000_000 + rate_mhz) // (2 * rate_mhz)


class _Declaration(BaseModel):
    """The fields of the file, as they are written there."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    unit: Annotated[str, BeforeValidator(_words)]
    set_by: Annotated[str, BeforeValidator(_words)]
    set_on: Annotated[date, BeforeValidator(_day)]
    waveform: Annotated[str, BeforeValidator(_waveform)]
    current_ma: Annotated[
        tuple[Annotated[int, _whole("what a dial is set to", "mA", 1, CURRENT_MAX_MA)], ...],
        BeforeValidator(_two),
        AfterValidator(_with_common_step),
    ]
    pulse_width_us: Annotated[int, _whole("the width of one phase", "µs", 20, 4_000)]
    frequency_hz: Annotated[float, BeforeValidator(_rate_hz)]


# What is wrong with a file ----------------------------------------------------------------------


def _entries(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # a number too long, lists within lists
        raise ProtocolFileError(str(path), (_no_toml(text, str(fault)),)) from None


def _no_toml(text: str, fault: str) -> Problem:
    """Return what TOML cannot be read from, by the line that its reader names, if it does."""
    place = _PLACE_OF_FAULT.search(fault)
    line, column = map(int, place.groups()) if place else (None, None)
    written = "" if line is None else text.split("\n")[line - 1].strip()
    name = found.group(1) if (found := _NAME_OF_LINE.match(written)) else "file"
    first, _ = _place(text, name)
    if line is not None and first is not None and first < line:
        allowed, cure = f"{name} stands on line {first} already", "Remove one of the two lines."
    else:
        allowed, cure = "this cannot be read", "Write one 'name = value' a line."
    reason = _PLACE_OF_FAULT.sub("", fault)
    return Problem(
        line=line,
        column=column,
        field=name,
        found=f"found {_short(written)} ({reason})" if written else reason,
        allowed=allowed,
        cure=cure,
    )


def _problems(
    text: str, entries: Mapping[str, object], error: ValidationError
) -> tuple[Problem, ...]:
    """Return all that the fields refuse, in order of line; what is meant is not missing, too."""
    meant = {nearest_word(name, _EXAMPLES) for name in entries if name not in _EXAMPLES}
    problems = [
        _problem(text, detail)
        for detail in error.errors()
        if detail["type"] != "missing" or detail["loc"][0] not in meant
    ]
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0)))


def _problem(text: str, detail: ErrorDetails) -> Problem:
    name, *places = detail["loc"]
    known = ", ".join(_EXAMPLES)
    match detail["type"]:
        case "extra_forbidden":
            near = nearest_word(str(name), _EXAMPLES)
            found, allowed = "there is no field of this name", f"here stand {known}"
            cure = f"Did you mean {near}?" if near else "Remove it."
        case "missing":
            found, allowed = "the field is missing", f"a declaration needs {known}"
            cure = f"Add a line such as '{name} = {_EXAMPLES[str(name)]}'."
        case _:
            found = f"found {_shown(detail['input'])}"
            allowed, cure = detail["ctx"]["allowed"], detail["ctx"]["cure"]
    line, column = _place(text, str(name))
    channel = f", channel {int(places[0]) + 1}" if places else ""
    field = _plain(str(name)) + channel
    return Problem(line=line, column=column, field=field, found=found, allowed=allowed, cure=cure)


def _place(text: str, name: str) -> tuple[int | None, int | None]:
    """Return line and column of the value of a field: TOML keeps neither, but each stands once."""
    beginning = rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*[=.\]][ \t]*"
    found = re.search(beginning, text, re.MULTILINE)
    if found is None:
        return None, None
    return text.count("\n", 0, found.start()) + 1, found.end() - found.start() + 1


def _shown(value: object) -> str:
    """Return a value much as TOML writes it."""
    if isinstance(value, date):
        return str(value)
    return _short(json.dumps(value, default=str, ensure_ascii=False))


def _short(written: str) -> str:
    """Return text of the file so that a screen can show it, not longer than helps."""
    plain = _plain(written)
    return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[:SHOWN_CHARACTERS]}..."


def _plain(written: str) -> str:
    return written if written.isprintable() else ascii(written)
