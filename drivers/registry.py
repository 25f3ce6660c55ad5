"""The stimulators that nmes can drive; a new one is one line here."""

from difflib import get_close_matches
from importlib import import_module

from drivers.entry import DriverEntry
from protocols.errors import DeviceError

ENTRIES = {
    "rehastim2": "drivers.rehastim2.entry:entry",
    "p24": "drivers.p24.entry:p24",
    "rehamove3": "drivers.p24.entry:rehamove3",
    "openemsstim": "drivers.openemsstim.entry:entry",
}


def names() -> tuple[str, ...]:
    """Return the names of all devices, in their order of choice."""
    return tuple(ENTRIES)


def load(name: str) -> DriverEntry:
    """Return the driver of that name, imported only now; DeviceError if there is none.

    `name@file` stands for one that is told by a file what it needs to know; ProtocolFileError says
    what is wrong with that.
    """
    name, _, file = name.partition("@")
    if name not in ENTRIES:
        raise DeviceError(_unknown(name))
    module_name, function_name = ENTRIES[name].split(":")
    entry: DriverEntry = getattr(import_module(module_name), function_name)()
    if not file:
        return entry
    if entry.declared is None:
        raise DeviceError(f"{name} needs no file: leave out @{file}.")
    return entry.declared(file)


def _unknown(name: str) -> str:
    near = get_close_matches(name, names(), n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"No stimulator is called {name!r}.{hint} Known: {', '.join(names())}."
