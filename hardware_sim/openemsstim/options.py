"""What can be chosen of a board and of the unit behind it, as NAME=VALUE."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from hardware_sim.openemsstim.source import SECOND_PHASES, Source
from hardware_sim.openemsstim.words import BOOT_MS

DIALECTS = ("H", "P", "D")
"""Builds: hex only (published), plain text (2016), branch dev."""
SHORTEST_BOOT_S = Fraction(1, 2)
"""Its text alone takes a quarter of a second."""
LONGEST_BOOT_S, MOST_MA, LONGEST_PULSE_US, MOST_HZ = 600, 200, 4_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A board. With `has_echo` off it was built with DEBUG_ON=0.

    `resets_after_crash` lets a board that crashed start again within a second.
    """

    dialect: str = "H"
    boot_us: int = BOOT_MS * 1000
    has_echo: bool = True
    resets_after_crash: bool = False
    source: Source = field(default_factory=Source)


def read_options(chosen: Mapping[str, str]) -> Options:
    """Return a board; ValueError names what does not fit."""
    board: dict[str, Any] = {}
    source: dict[str, Any] = {}
    for name, text in chosen.items():
        if name not in READERS:
            raise ValueError(f"no option {name!r}; {_nearest(name)}")
        is_of_source, attribute, read = READERS[name]
        try:
            (source if is_of_source else board)[attribute] = read(text)
        except (ValueError, ZeroDivisionError) as error:
            raise ValueError(f"{name}={text}: {error}") from None
    return Options(**board, source=replace(Source(), **source))


def _nearest(name: str) -> str:
    near = get_close_matches(name, READERS, n=1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(READERS)}"


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"it is one of {', '.join(words)}")
        return text

    return read


def _is(word: str, other: str) -> Callable[[str], bool]:
    read = _one_of(word, other)
    return lambda text: read(text) == word


def _number(text: str, least: Fraction | int, most: int) -> Fraction:
    try:
        number = Fraction(text)
    except ValueError:
        raise ValueError("it is a number") from None
    if not least <= number <= most:
        raise ValueError(f"it is from {float(least):g} to {most}")
    return number


def _boot_us(text: str) -> int:
    return round(_number(text, SHORTEST_BOOT_S, LONGEST_BOOT_S) * 1_000_000)


def _currents_ua(text: str) -> tuple[int, int]:
    """Read one current for both outputs, or two separated by a comma."""
    currents = [round(_number(part, 0, MOST_MA) * 1000) for part in text.split(",")]
    if len(currents) > 2:
        raise ValueError("there are two outputs")
    return currents[0], currents[-1]


def _pulse_width_us(text: str) -> int:
    return round(_number(text, 1, LONGEST_PULSE_US))


def _period_us(text: str) -> int:
    return round(1_000_000 / _number(text, 1, MOST_HZ))


READERS: Mapping[str, tuple[bool, str, Callable[[str], Any]]] = {
    "dialect": (False, "dialect", _one_of(*DIALECTS)),
    "boot_s": (False, "boot_us", _boot_us),
    "echo": (False, "has_echo", _is("on", "off")),
    "crash": (False, "resets_after_crash", _is("reset", "latched")),
    "source": (True, "is_on", _is("on", "off")),
    "source_ma": (True, "currents_ua", _currents_ua),
    "source_us": (True, "pulse_width_us", _pulse_width_us),
    "source_hz": (True, "period_us", _period_us),
    "waveform": (True, "waveform", _one_of(*SECOND_PHASES)),
}
"""Options by name: whether of the source, of which attribute, how they are read."""

MEANINGS: Mapping[str, str] = {
    "dialect": "build of the firmware: H (published, the default), P (2016), D (branch dev)",
    "boot_s": "how long it boots; 11.29, as measured, if not chosen; at least 0.5",
    "echo": "on, or off: built with DEBUG_ON=0, it says next to nothing",
    "crash": "latched (the default): stays as it is; reset: starts again within a second",
    "source": "on, or off: the separate stimulator is switched off",
    "source_ma": "its dials in mA: 20,30 if not chosen; one number for both outputs, or two",
    "source_us": "its pulse width in µs, one phase; 250",
    "source_hz": "its rate in Hz; 40",
    "waveform": "symmetric_biphasic (the default), asymmetric_biphasic or monophasic",
}
"""The options in words."""
