"""Annotated number types: what a number in a protocol may be at all.

The bounds are those of shape and physics: they catch a slipped decimal point or a wrong unit.
What is *permitted* is decided by the safety layer, never here.
"""

import math
import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from protocols.field_types import refusal
from protocols.units import InexactNumber, exact_integer

_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")


def _number(
    what: str, *, at_least: float = 0, above: float | None = None, at_most: float, decimals: int
) -> BeforeValidator:
    """Return the validator of a number with bounds and a limited number of decimals.

    `above` excludes its own value and replaces `at_least`.
    """
    lower = f"above {above}" if above is not None else f"from {at_least}"
    kind = f"with at most {decimals} decimals" if decimals else "without decimals"
    allowed = f"{what} is a number {lower} up to {at_most}, {kind}"

    def check(given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
            raise refusal(allowed, _how_to_write(given))
        if isinstance(given, float) and not math.isfinite(given):
            raise refusal(allowed, "Write an ordinary number.")
        too_low = given <= above if above is not None else given < at_least
        if too_low or given > at_most:
            raise refusal(allowed, "Check the number and its unit.")
        try:
            whole = exact_integer(given, decimals)
        except InexactNumber:
            raise refusal(allowed, "Round it, so that it says what will be done.") from None
        return float(given) if decimals else whole

    return BeforeValidator(check)


def _how_to_write(given: object) -> str:
    if isinstance(given, str) and _DECIMAL_COMMA.fullmatch(given):
        return f"Write the decimal comma as a point: {given.replace(',', '.')}."
    return "Write the bare number, without quotes and without its unit."


CurrentMa = Annotated[float, _number("a current in mA", above=0, at_most=1000, decimals=3)]
PulseWidthUs = Annotated[
    int, _number("a width of one phase in µs", at_least=1, at_most=10_000, decimals=0)
]
FrequencyHz = Annotated[float, _number("a pulse rate in Hz", above=0, at_most=1000, decimals=3)]
TimeS = Annotated[float, _number("a time in s", above=0, at_most=86_400, decimals=6)]
TimeOrZeroS = Annotated[float, _number("a time in s", at_most=86_400, decimals=6)]
Minutes = Annotated[float, _number("a time in minutes", above=0, at_most=1440, decimals=6)]
AreaCm2 = Annotated[float, _number("an area in cm²", above=0, at_most=1000, decimals=2)]
SharePercent = Annotated[
    float, _number("a share of the level in %", above=0, at_most=100, decimals=1)
]
Repetitions = Annotated[
    int, _number("a number of repetitions", at_least=1, at_most=100_000, decimals=0)
]
ChannelNumber = Annotated[int, _number("a channel number", at_least=1, at_most=64, decimals=0)]
