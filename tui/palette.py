"""Style names and what they look like; colour never carries anything alone.

The channel colours are those of Okabe and Ito, which people with colour-vision deficiencies tell
apart. Reverse video and bold survive NO_COLOR and terminals of 16 colours.
"""

from rich.style import Style
from textual.theme import Theme

CHANNEL_COLOURS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#bbbbbb",
)

_STYLES = {
    "": Style(),
    "bold": Style(bold=True),
    "dim": Style(color="#9aa4ad"),
    "rule": Style(color="#5f6b75"),
    "block": Style(bold=True, reverse=True),
    "on": Style(color="#000000", bgcolor="#e69f00", bold=True),
    "relax": Style(color="#ffffff", bgcolor="#22303c", bold=True),
    "alarm": Style(color="#000000", bgcolor="#ffffff", bold=True),
    "warn": Style(color="#f0e442", bold=True),
    "key": Style(bold=True, color="#56b4e9"),
    "sim": Style(bold=True, reverse=True),
    "chosen": Style(bold=True, reverse=True),
}

for _number, _colour in enumerate(CHANNEL_COLOURS, start=1):
    _STYLES[f"ch{_number}"] = Style(color=_colour, bold=True)
    _STYLES[f"plan{_number}"] = Style(color=_colour, bold=_number == 5)

THEME = Theme(
    name="nmes",
    primary="#56b4e9",
    foreground="#f2f2f2",
    background="#0b0f13",
    surface="#141b21",
    panel="#141b21",
    warning="#f0e442",
    error="#d55e00",
    success="#009e73",
    dark=True,
)


def style_of(name: str) -> Style:
    """Return the style of that name; KeyError if there is none."""
    return _STYLES[name]


def channel_style(number: int) -> str:
    """Return the name of a channel's style; channels beyond the eighth share the last colour."""
    return f"ch{min(number, len(CHANNEL_COLOURS))}"


def plan_style(number: int) -> str:
    """Return the name of the style in which a channel's future is drawn."""
    return f"plan{min(number, len(CHANNEL_COLOURS))}"
