"""The one conversion from clinic units to exact integers.

Clinic units are what people write and read: mA, µs, s, Hz, cm², %. Below the timeline only
integers are used: µA, µs, mHz, mm², ‰. A number that is no whole number of these is an error,
never rounded.
"""

from decimal import Decimal


class InexactNumber(ValueError):
    """A number has more decimals than its exact integer can keep."""


def exact_integer(number: float | Decimal, decimals: int) -> int:
    """Return `number` × 10^`decimals`; raise InexactNumber if that is no whole number.

    A float stands for its shortest decimal text: 0.1 is one tenth, as it was written.
    """
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    scaled = exact * 10**decimals
    whole = int(scaled)
    if scaled != whole:
        raise InexactNumber(f"{number} has more than {decimals} decimals")
    return whole


def ua_from_ma(current_ma: float) -> int:
    """Return a current in µA."""
    return exact_integer(current_ma, 3)


def us_from_s(time_s: float) -> int:
    """Return a time in µs."""
    return exact_integer(time_s, 6)


def us_from_minutes(minutes: float) -> int:
    """Return a time given in minutes in µs."""
    return 60 * exact_integer(minutes, 6)


def mhz_from_hz(frequency_hz: float) -> int:
    """Return a pulse rate in mHz."""
    return exact_integer(frequency_hz, 3)


def mm2_from_cm2(area_cm2: float) -> int:
    """Return an area in mm²."""
    return exact_integer(area_cm2, 2)


def permille_from_percent(percent: float) -> int:
    """Return a share in ‰."""
    return exact_integer(percent, 1)
