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
from pathlib import Path

from protocols.errors import DeviceError
from protocols.pulses import Waveform

CHANNELS = 2
PERCENT = 100
CURRENT_MAX_MA = 130
_KEYS = ("unit", "set_by", "set_on", "waveform", "current_ma", "pulse_width_us", "frequency_hz")


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
        return math.lcm(*(self.percent_ua(n + 1) for n in range(CHANNELS)))


def read_source(path: Path) -> Source:
    """Return the source declared in a file; DeviceError names file, field and cure."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise DeviceError(f"{path}: cannot be read ({fault.strerror}).") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DeviceError(f"{path}: {fault}. Write one 'name = value' a line.") from fault
    strange, missing = sorted(entries.keys() - set(_KEYS)), sorted(set(_KEYS) - entries.keys())
    if strange or missing:
        raise DeviceError(f"{path}: not known: {strange}; missing: {missing}.")
    return Source(
        unit=_words(path, entries, "unit"),
        set_by=_words(path, entries, "set_by"),
        set_on=_day(path, entries),
        current_ua=_currents_ua(path, entries),
        pulse_width_us=_whole(path, entries["pulse_width_us"], "pulse_width_us", 20, 4_000),
        period_us=_period_us(path, entries),
    )


def _words(path: Path, entries: dict[str, object], name: str) -> str:
    value = entries[name]
    if not isinstance(value, str) or not value.strip():
        raise DeviceError(f"{path}: {name}: words are needed here.")
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
    return tuple(1_000 * _whole(path, dial, "current_ma", 1, CURRENT_MAX_MA) for dial in dials)


def _period_us(path: Path, entries: dict[str, object]) -> int:
    rate_hz = entries["frequency_hz"]
    if not isinstance(rate_hz, int | float) or not 1 <= rate_hz <= 150:
        raise DeviceError(f"{path}: frequency_hz: a number from 1 to 150 is needed.")
    return round(1_000_000 / rate_hz)


def _whole(path: Path, value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise DeviceError(f"{path}: {name}: a whole number from {least} to {most} is needed.")
    return value
