"""What the registry offers for "p24" and "rehamove3", and the only place that joins their parts."""

from collections.abc import Callable
from functools import partial

from drivers.driver import WiredStimulator
from drivers.entry import DriverEntry, SerialSettings
from drivers.interface import BytePort, Stimulator
from drivers.p24.capabilities import P24, REHAMOVE3
from drivers.p24.exchange import Model, P24Exchange
from drivers.p24.messages import (
    GET_EXTENDED_VERSION,
    GET_VERSION_MAIN,
    LL_STOP_FRAMES,
    STOP_FRAMES,
)
from drivers.p24.readback import P24Readback, RehaMove3Readback
from drivers.p24.stimulator import P24Stimulator
from drivers.p24.words import FrameWords
from drivers.wire import Readback, Trace, Wire
from protocols.capabilities import Capabilities

Driver = Callable[[Wire, P24Exchange, Capabilities], Stimulator]

_STOP_FRAMES = frozenset(STOP_FRAMES + LL_STOP_FRAMES)
GUARD_STOPS = 5

SERIAL_SETTINGS = SerialSettings(
    baud_rate=3_000_000, parity="none", stop_bits=2, has_hardware_flow_control=True
)
"""P24 IFU 1.1, p. 16. A P24 is a USB device that heeds none of it, a RehaMove3 needs it."""

P24_USB_IDS = ((0x0483, 0x5740),)
"""Those of every STM32 that plays a serial port."""

REHAMOVE3_USB_IDS = ((0x0403, 0x6001),)
"""Those of every FT232R (SM3 2.1 names the maker of the chip only)."""

P24_MODEL = Model(
    capabilities=P24,
    versions=(GET_EXTENDED_VERSION,),
    protocol=4,
    selection=4,
    advice="Use a P24, or say --device rehamove3 if it is a RehaMove3.",
)
REHAMOVE3_MODEL = Model(
    capabilities=REHAMOVE3,
    versions=(GET_EXTENDED_VERSION, GET_VERSION_MAIN),
    protocol=3,
    selection=2,
    advice="Use a RehaMove3, or say --device p24 if it is a P24.",
)


def p24() -> DriverEntry:
    """Return what can be known and made of a P24."""
    return _entry(P24_MODEL, P24Stimulator, P24Readback, P24_USB_IDS)


def rehamove3() -> DriverEntry:
    """Return what can be known and made of a RehaMove3."""
    return _entry(REHAMOVE3_MODEL, WiredStimulator, RehaMove3Readback, REHAMOVE3_USB_IDS)


def _entry(
    model: Model,
    driver: Driver,
    readback: Callable[[], Readback],
    usb_ids: tuple[tuple[int, int], ...],
) -> DriverEntry:
    return DriverEntry(
        capabilities=model.capabilities,
        serial_settings=SERIAL_SETTINGS,
        make=partial(_make, model, driver, readback),
        words=FrameWords,
        guard_stops=STOP_FRAMES[-GUARD_STOPS:],
        readback=readback,
        usb_ids=usb_ids,
    )


def _make(
    model: Model,
    driver: Driver,
    readback: Callable[[], Readback],
    port: BytePort,
    trace: Trace | None,
) -> Stimulator:
    """Return the driver on an open port, with its own readback in between."""
    wire = Wire(port, readback(), trace, stop_frames=_STOP_FRAMES)
    return driver(wire, P24Exchange(model), model.capabilities)
