"""The openEMSstim board as fault scripts see it: a frame is a line."""

from hardware_sim.dialect import Dialect
from hardware_sim.openemsstim.commands import CHANNELS
from hardware_sim.openemsstim.source import SUPPLY_V
from hardware_sim.openemsstim.words import FROM_DEVICE, FROM_HOST, Splitter

CONTROLLER = "controller"
"""The only module that can fail: the microcontroller hangs, relays and wipers as they are."""

OPENEMSSTIM = Dialect(
    device="openemsstim",
    channels=CHANNELS,
    supply_v=SUPPLY_V,
    from_host=FROM_HOST,
    from_device=FROM_DEVICE,
    refusable=frozenset(),
    results=(),
    splitter=Splitter,
    troubles={"failed_module": {"module": (CONTROLLER,)}},
)
