"""The simulated devices by name."""

from dataclasses import dataclass
from difflib import get_close_matches

from hardware_sim.device import MakeDevice
from hardware_sim.dialect import Dialect
from hardware_sim.rehastim2.device import RehaStim2
from hardware_sim.rehastim2.dialect import REHASTIM2


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """What a manual says a port is set to; a simulated port takes any."""

    baud: int
    data_bits: int = 8
    parity: str = "none"
    stop_bits: int = 1
    has_rts_cts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedDevice:
    """One device of the house."""

    title: str
    link: LinkSettings
    make: MakeDevice
    dialect: Dialect


DEVICES = {
    "rehastim2": SimulatedDevice(
        title="HASOMED RehaStim2, ScienceMode2",
        link=LinkSettings(baud=460_800, parity="even"),
        make=RehaStim2,
        dialect=REHASTIM2,
    ),
}


def find_device(name: str) -> SimulatedDevice:
    """Return the device of a name; LookupError with what is known, nearest first."""
    if name in DEVICES:
        return DEVICES[name]
    near = get_close_matches(name, DEVICES, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise LookupError(f"no simulated device {name!r}; {hint}known: {', '.join(DEVICES)}")
