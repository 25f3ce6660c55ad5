"""Exact integers of the engine into words of the clinic: pure."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo
from functools import lru_cache

_ASCII = str.maketrans(
    {
        "│": "|",
        "┃": "|",
        "─": "-",
        "━": "-",
        "█": "#",
        "░": ".",
        "▸": ">",
        "▾": "v",
        "·": ".",
        "•": "*",
        "…": ".",
        "→": ">",
        "↑": "^",
        "↓": "v",
        "µ": "u",
        "μ": "u",
        "Ω": "O",
        "°": "o",
        "×": "x",
        "–": "-",
        "—": "-",
        "−": "-",
        "≤": "<",
        "≥": ">",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
    }
)


def _ascii_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else "?"


@lru_cache(maxsize=2048)
def to_ascii(text: str) -> str:
    """Return the text with every character replaced by one ASCII character, so columns stay."""
    if text.isascii():
        return text
    return "".join(_ascii_letter(letter) for letter in text.translate(_ASCII))


def current_text(current_ua: int) -> str:
    """Return a current in mA without its unit: exact, no rounding that could hide a step."""
    whole, part = divmod(current_ua, 1000)
    return f"{whole}.{part:03d}".rstrip("0") if part else str(whole)


def seconds_left(time_us: int) -> str:
    """Return whole seconds, rounded up, so that 0 shows when the time is over."""
    return str(-(-max(0, time_us) // 1_000_000))


def minutes_seconds(time_us: int) -> str:
    """Return mm:ss of whole seconds passed."""
    seconds = max(0, time_us) // 1_000_000
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def whole_minutes(time_us: int) -> str:
    """Return minutes, rounded up."""
    return str(-(-time_us // 60_000_000))


def frequency_text(period_us: int) -> str:
    """Return the pulse rate in Hz without its unit, with one decimal where it is not whole."""
    return f"{1_000_000 / period_us:.1f}".removesuffix(".0")


def milliseconds(time_us: int) -> str:
    """Return whole milliseconds, rounded up: a reply time must not look better than it was."""
    return str(-(-time_us // 1000))


def centimetres_squared(area_mm2: int) -> str:
    """Return an area in cm² without its unit."""
    return f"{area_mm2 / 100:.1f}".removesuffix(".0")


def bounds_text(bounds_ua: Iterable[int | None]) -> str:
    """Return the bounds that there are in mA without their unit, one for each channel."""
    return " / ".join(current_text(bound_ua) for bound_ua in bounds_ua if bound_ua is not None)


def charge_text(charge_nc: int) -> str:
    """Return a charge with its unit, µC below 10 mC."""
    if charge_nc < 10_000_000:
        return f"{charge_nc / 1000:.1f} µC"
    return f"{charge_nc / 1_000_000:.1f} mC"


def clock_text(utc: str, zone: tzinfo | None = None, *, with_milliseconds: bool = False) -> str:
    """Return the time of day of an ISO 8601 instant; `zone` None is this computer's.

    Text that is no instant comes back as it is: a strange clock must not hide a message.
    """
    try:
        local = datetime.fromisoformat(utc).astimezone(zone)
    except ValueError:
        return utc
    text = local.strftime("%H:%M:%S")
    return f"{text}.{local.microsecond // 1000:03d}" if with_milliseconds else text


def spaced(word: str) -> str:
    """Return the word set wide, for a headline."""
    return "   ".join(" ".join(part) for part in word.split(" "))


def percent(part: int, whole: int) -> str:
    """Return the share in whole per cent, rounded down; empty without a whole."""
    return f"{100 * part // whole} %" if whole > 0 else ""


def words(name: str) -> str:
    """Return a name of the protocol files as words."""
    return name.replace("_", " ")
