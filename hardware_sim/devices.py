"""The simulated devices by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

from hardware_sim.device import MakeDevice
from hardware_sim.dialect import Dialect
from hardware_sim.openemsstim.device import OpenEMSstim
from hardware_sim.openemsstim.dialect import OPENEMSSTIM
from hardware_sim.openemsstim.options import MEANINGS, read_options
from hardware_sim.p24.device import P24Device
from hardware_sim.rehamove3.device import RehaMove3Device
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
    """One device of the house; `has_shapes` if two phases do not tell all of its pulses.

    `resets_when_opened` if whoever opens its port starts it anew; `choose` makes one with options
    that only it has, whose `meanings` are told in words.
    """

    title: str
    link: LinkSettings
    make: MakeDevice
    dialect: Dialect
    has_shapes: bool = False
    resets_when_opened: bool = False
    choose: Callable[[Mapping[str, str]], MakeDevice] | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)

    def maker(self, options: Mapping[str, str]) -> MakeDevice:
        """Return what makes a device with these options; ValueError names what does not fit."""
        if not options:
            return self.make
        if self.choose is None:
            raise ValueError(f"the {self.dialect.device} has no options of its own")
        return self.choose(options)


def _chosen_openemsstim(options: Mapping[str, str]) -> MakeDevice:
    return partial(OpenEMSstim, options=read_options(options))


SCIENCEMODE_3_AND_4 = LinkSettings(baud=3_000_000, stop_bits=2, has_rts_cts=True)
DEVICES = {
    "rehastim2": SimulatedDevice(
        title="HASOMED RehaStim2, ScienceMode2",
        link=LinkSettings(baud=460_800, parity="even"),
        make=RehaStim2,
        dialect=REHASTIM2,
    ),
    "p24": SimulatedDevice(
        title="HASOMED P24, ScienceMode 4",
        link=SCIENCEMODE_3_AND_4,
        make=P24Device,
        dialect=P24Device.dialect,
        has_shapes=True,
    ),
    "rehamove3": SimulatedDevice(
        title="HASOMED RehaMove3, ScienceMode 3",
        link=SCIENCEMODE_3_AND_4,
        make=RehaMove3Device,
        dialect=RehaMove3Device.dialect,
        has_shapes=True,
    ),
    "openemsstim": SimulatedDevice(
        title="openEMSstim board with a separate stimulator",
        link=LinkSettings(baud=19_200),
        make=OpenEMSstim,
        dialect=OPENEMSSTIM,
        has_shapes=True,
        resets_when_opened=True,
        choose=_chosen_openemsstim,
        meanings=MEANINGS,
    ),
}


def find_device(name: str) -> SimulatedDevice:
    """Return the device of a name; LookupError with what is known, nearest first."""
    if name in DEVICES:
        return DEVICES[name]
    near = get_close_matches(name, DEVICES, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise LookupError(f"no simulated device {name!r}; {hint}known: {', '.join(DEVICES)}")
