"""What the registry offers for "openemsstim", and the only place that joins its parts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from drivers.driver import WiredStimulator
from drivers.entry import DriverEntry, SerialSettings
from drivers.interface import BytePort, Stimulator
from drivers.openemsstim.exchange import OpenEmsStimExchange
from drivers.openemsstim.lines import ON_TIME_MS, STOP
from drivers.openemsstim.readback import OpenEmsStimReadback
from drivers.openemsstim.source import CHANNELS, Source, read_source
from drivers.openemsstim.words import LineWords
from drivers.wire import Readback, Trace, Wire
from protocols.capabilities import Capabilities
from protocols.errors import DeviceError
from protocols.pulses import Waveform

SERIAL_SETTINGS = SerialSettings(
    baud_rate=19_200, parity="none", stop_bits=1, has_hardware_flow_control=False
)

USB_IDS = ((0x0403, 0x6001), (0x1A86, 0x7523))
"""Those of an Arduino Nano with an FT232R, and with a CH340."""

NO_SOURCE = Capabilities(
    device="openemsstim",
    title="openEMSstim (research; passes on a separate stimulator)",
    channels=CHANNELS,
    channels_per_module=CHANNELS,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC}),
    interphase_gap_us=0,
    current_step_ua=1_000,
    current_max_ua=1_000,
    pulse_width_min_us=250,
    pulse_width_max_us=250,
    pulse_width_step_us=1,
    period_step_us=1,
    period_min_us_by_modules=(20_000,),
    period_max_us=20_000,
    has_unequal_rates=False,
    reports=frozenset(),
    stop_time_us=400_000,
    watchdog_us=900_000,
    keep_alive_us=250_000,
    is_research_only=True,
    refresh_us=250_000,
    overrun_us=1_000 * ON_TIME_MS,
    is_slow_to_lower=True,
    by_hand=("separate stimulator off", "its leads out", "pads off"),
    lacks=(
        "makes no pulses of its own: declare in a file what the separate stimulator is set to, and "
        "say --device openemsstim@FILE"
    ),
)
"""As long as nobody has declared what the board passes on; it is refused by what it lacks.

A stop may stand behind the frames of both channels, 93 ms each, and behind the end of the first,
50 ms, and ends the second 60 ms after the first; without a word the on-time ends, as late as both
frames and a neighbour delay it.
"""


def entry() -> DriverEntry:
    """Return what is known of a board before anybody has said what it passes on: no use yet."""
    return DriverEntry(
        capabilities=NO_SOURCE,
        serial_settings=SERIAL_SETTINGS,
        make=_refuse,
        words=LineWords,
        guard_stops=(STOP, STOP),
        readback=partial(OpenEmsStimReadback, (0,) * CHANNELS, 0, 0),
        usb_ids=USB_IDS,
        declared=declared,
    )


def declared(file: str) -> DriverEntry:
    """Return a board that passes on what a file declares; ProtocolFileError with its faults."""
    source = read_source(Path(file))
    capabilities = of_source(source)
    readback = partial(
        OpenEmsStimReadback, source.current_ua, source.pulse_width_us, source.period_us
    )
    return replace(
        entry(),
        capabilities=capabilities,
        make=partial(_make, capabilities, source, readback),
        readback=readback,
    )


def of_source(source: Source) -> Capabilities:
    """Return what a board can make of a source: parts of its current, its width, its rate."""
    return replace(
        NO_SOURCE,
        current_step_ua=source.step_ua,
        current_max_ua=max(source.current_ua),
        pulse_width_min_us=source.pulse_width_us,
        pulse_width_max_us=source.pulse_width_us,
        period_min_us_by_modules=(source.period_us,),
        period_max_us=source.period_us,
        source_ua=source.current_ua,
        lacks="",
    )


def _make(
    capabilities: Capabilities,
    source: Source,
    readback: Callable[[], Readback],
    port: BytePort,
    trace: Trace | None,
) -> Stimulator:
    """Return the driver on an open port, with its own readback in between."""
    wire = Wire(port, readback(), trace, stop_frames=frozenset((STOP,)))
    return WiredStimulator(wire, OpenEmsStimExchange(capabilities, source), capabilities)


def _refuse(_port: BytePort, _trace: Trace | None) -> Stimulator:
    raise DeviceError(f"{NO_SOURCE.title} {NO_SOURCE.lacks}.")
