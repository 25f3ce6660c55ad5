"""The declaration of what an openEMSstim board passes on: it makes nothing of its own.

unit = "make and model of the stimulator"
set_by = "who set its dials"
set_on = 2026-11-21
waveform = "symmetric_biphasic"
current_ma = [20, 20]    # what the dials of channel 1 and 2 are set to
pulse_width_us = 250     # one phase
frequency_hz = 35
"""

import math
import tomllib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from protocols.errors import DeviceError, Problem, ProtocolFileError
from protocols.pulses import Waveform
from protocols.short_files import short_bytes, short_text
from protocols.units import InexactNumber, mhz_from_hz

KIND = "declaration"
MAX_BYTES = 64 * 1024
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
    """Return the source declared in a file; DeviceError names file, field and cure."""
    entries = _entries(path)
    _refuse_other_names(path, entries)
    return Source(
        unit=_words(path, entries, "unit"),
        set_by=_words(path, entries, "set_by"),
        set_on=_day(path, entries),
        current_ua=_currents_ua(path, entries),
        pulse_width_us=_whole(path, entries["pulse_width_us"], "pulse_width_us", 20, 4_000),
        period_us=_period_us(path, entries),
    )


def _entries(path: Path) -> dict[str, object]:
    try:
        text = short_text(short_bytes(path, KIND, MAX_BYTES), str(path), KIND, MAX_BYTES)
        return tomllib.loads(text)
    except ProtocolFileError as fault:
        raise DeviceError(_told(path, fault.problems[0])) from fault
    except (ValueError, RecursionError) as fault:  # a number too long, lists within lists
        raise DeviceError(f"{path}: {fault}. Write one 'name = value' a line.") from fault


def _told(path: Path, problem: Problem) -> str:
    where = f"line {problem.line}: " if problem.line else ""
    return f"{path}: {where}{problem.found}; {problem.allowed}. {problem.cure}"


def _refuse_other_names(path: Path, entries: dict[str, object]) -> None:
    wrong = [
        f"{name if name.isprintable() else ascii(name)} is not known; {_nearest(name)}"
        for name in entries
        if name not in _EXAMPLES
    ] + [
        f"{name} is missing; add a line such as '{name} = {example}'"
        for name, example in _EXAMPLES.items()
        if name not in entries
    ]
    if wrong:
        raise DeviceError(f"{path}: {'. '.join(wrong)}.")


def _nearest(name: str) -> str:
    near = get_close_matches(name, _EXAMPLES, n=1)
    return f"did you mean {near[0]}?" if near else "remove that line"


def _words(path: Path, entries: dict[str, object], name: str) -> str:
    value = entries[name]
    if not isinstance(value, str) or not value.strip():
        raise DeviceError(f"{path}: {name}: words are needed here.")
    if not value.isprintable():
        raise DeviceError(
            f"{path}: {name}: it holds a character that cannot be shown, or a new line. "
            "Write plain words on one line."
        )
    return value


def _day(path: Path, entries: dict[str, object]) -> date:
    if entries["waveform"] != Waveform.SYMMETRIC_BIPHASIC:
        raise DeviceError(f"{path}: waveform: only {Waveform.SYMMETRIC_BIPHASIC} is taken.")
    if type(entries["set_on"]) is not date:
        raise DeviceError(f"{path}: set_on: a day is needed here, such as 2026-11-21.")
    return entries["set_on"]


def _currents_ua(path: Path, entries: dict[str, object]) -> tuple[int, ...]:
    dials = entries["current_ma"]
    if not isinstance(dials, list) or len(dials) != CHANNELS:
        raise DeviceError(f"{path}: current_ma: two numbers are needed, channel 1 and 2.")
    wholes = [_whole(path, dial, "current_ma", 1, CURRENT_MAX_MA) for dial in dials]
    if _step_ua(wholes) > COARSEST_STEP_UA:
        first, second = wholes
        near = min(range(1, CURRENT_MAX_MA + 1), key=lambda ma: _how_far(first, second, ma))
        raise DeviceError(
            f"{path}: current_ma: {first} and {second} mA have no common step up to "
            f"{COARSEST_STEP_UA // 1000} mA that is whole percents of both. Set the second dial to "
            f"{near} mA, or both to the same."
        )
    return tuple(1_000 * dial_ma for dial_ma in wholes)


def _step_ua(dials_ma: list[int]) -> int:
    """Return the finest step that is whole percents of each dial."""
    return math.lcm(*(1_000 * dial_ma // PERCENT for dial_ma in dials_ma))


def _how_far(first_ma: int, second_ma: int, near_ma: int) -> tuple[bool, int]:
    """Order dials for the second channel: usable ones first, the nearest of them before others."""
    is_coarse = _step_ua([first_ma, near_ma]) > COARSEST_STEP_UA
    return is_coarse, abs(near_ma - second_ma)


def _period_us(path: Path, entries: dict[str, object]) -> int:
    """Return the whole number of microseconds nearest to the period, as plans of protocols do."""
    rate_hz = entries["frequency_hz"]
    if isinstance(rate_hz, bool) or not isinstance(rate_hz, int | float) or not 1 <= rate_hz <= 150:
        raise DeviceError(f"{path}: frequency_hz: a number from 1 to 150 is needed.")
    try:
        rate_mhz = mhz_from_hz(rate_hz)
    except InexactNumber as fault:
        raise DeviceError(f"{path}: frequency_hz: {fault}. Round it.") from fault
    return (2 * 1_000_000_000 + rate_mhz) // (2 * rate_mhz)


def _whole(path: Path, value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise DeviceError(f"{path}: {name}: a whole number from {least} to {most} is needed.")
    return value
