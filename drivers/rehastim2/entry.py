"""What the registry offers for "rehastim2", and the only place where its parts are joined."""

from drivers.driver import WiredStimulator
from drivers.entry import DriverEntry, SerialSettings
from drivers.interface import BytePort, Stimulator
from drivers.rehastim2.capabilities import REHASTIM2
from drivers.rehastim2.exchange import RehaStim2Exchange
from drivers.rehastim2.messages import STOP_FRAMES
from drivers.rehastim2.readback import RehaStim2Readback
from drivers.rehastim2.words import FrameWords
from drivers.wire import Trace, Wire

_STOP_FRAMES = frozenset(STOP_FRAMES)
GUARD_STOPS = 5

SERIAL_SETTINGS = SerialSettings(
    baud_rate=460_800, parity="even", stop_bits=1, has_hardware_flow_control=False
)
"""Description 1.24, 2.1."""

USB_IDS = ((0x0403, 0x6001),)
"""Those of every FT232R (2.1 names the maker of the chip only)."""


def entry() -> DriverEntry:
    """Return what can be known and made of a RehaStim2."""
    return DriverEntry(
        capabilities=REHASTIM2,
        serial_settings=SERIAL_SETTINGS,
        make=make,
        words=FrameWords,
        guard_stops=STOP_FRAMES[-GUARD_STOPS:],
        readback=RehaStim2Readback,
        usb_ids=USB_IDS,
    )


def make(port: BytePort, trace: Trace | None) -> Stimulator:
    """Return the driver on an open port, with its own readback in between."""
    wire = Wire(port, RehaStim2Readback(), trace, stop_frames=_STOP_FRAMES)
    return WiredStimulator(wire, RehaStim2Exchange(), REHASTIM2)
