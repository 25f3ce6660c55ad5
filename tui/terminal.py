"""What this terminal can show: pure; the surroundings are given."""

import codecs
from collections.abc import Mapping

MIN_WIDTH = 80
MIN_HEIGHT = 24

TERMS_WITHOUT_BRAILLE = frozenset({"linux", "dumb", "vt100", "vt220"})


def needs_ascii(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Tell whether only ASCII may be drawn.

    NMES_ASCII=1 asks for it; an output that is not UTF-8, or a console font, needs it.
    """
    if environ.get("NMES_ASCII", "") not in {"", "0"}:
        return True
    if environ.get("TERM", "") in TERMS_WITHOUT_BRAILLE:
        return True
    try:
        return codecs.lookup(encoding or "ascii").name != "utf-8"
    except LookupError:
        return True


def is_too_small(width: int, height: int) -> bool:
    """Tell whether the window is below what arming needs."""
    return width < MIN_WIDTH or height < MIN_HEIGHT
