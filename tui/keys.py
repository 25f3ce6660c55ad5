"""Which keys stop: pure, and generous, because they are pressed in a hurry."""

_STOP_WITH_ANY_MODIFIER = {"space": "SPACE", "escape": "ESC", "x": "X", "f12": "F12"}
_STOP_WITH_CONTROL = {"c": "CTRL+C", "q": "CTRL+Q", "z": "CTRL+Z"}


def stop_key_name(key: str) -> str | None:
    """Return the printed name of a stop key as Textual calls it; None if it is no stop key.

    Shift, Alt, Control and Caps Lock held with a stop key change nothing.
    """
    *modifiers, base = key.lower().split("+")
    if base in _STOP_WITH_ANY_MODIFIER:
        return _STOP_WITH_ANY_MODIFIER[base]
    if "ctrl" in modifiers:
        return _STOP_WITH_CONTROL.get(base)
    return None


def is_quit_key(key: str) -> bool:
    """Tell whether this is the key that leaves the program while no output is possible."""
    return stop_key_name(key) == "CTRL+Q"
