"""The whole way of a frame: gate, driver, read-back, port; eight channels, always moving.

Its time is its own, 20 ms a frame, so that frames can follow each other as fast as they are made
and still keep every limit of the session.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.eight_channels import PERIOD_US, PULSE_WIDTH_US, write_protocol
from benchmarks.tiny_device import Answering, TinyDevice
from drivers import registry
from drivers.interface import BytePort, OutputConfirmed
from nmes.service.preparation import Choice, Preparation, prepare
from protocols.pulses import OutputFrame, symmetric_output
from safety.gate import SafetyGate

DEVICE = "rehastim2"
LEVEL_MA = 40
"""High enough that ramps may rise by 2 mA a frame, whatever the device rounds to."""
PEAK_MA = 30
DIP_MA = 10
BURST_FRAMES = 400
RAMP_US = 500_000
STEP_MA = 2
STEP_EVERY_US = 510_000


def preparation(device: str = DEVICE) -> Preparation:
    """Return the eight channel protocol, planned and judged for a device."""
    with tempfile.TemporaryDirectory() as folder:
        choice = Choice(
            protocol=str(write_protocol(Path(folder))),
            device=device,
            port=None,
            operator="bench",
            patient="bench",
            is_bench=True,
            sides={},
            operator_is_script=True,
            screening=None,
        )
        return prepare(choice, registry.load(device).capabilities, day="2026-01-01", used={})


def course_ma(frame_number: int) -> tuple[int, ...]:
    """Return the currents of one frame of a burst: up, then to and fro, no two alike."""
    highest = min(frame_number + 1, PEAK_MA)
    return tuple(
        max(0, highest - abs((frame_number + 3 * place) % (2 * DIP_MA) - DIP_MA))
        for place in range(8)
    )


class DoublePort:
    """A port that keeps the bytes; the answer to them is made only when it is read."""

    def __init__(self, device: Answering | None = None) -> None:
        self._device = device or TinyDevice()
        self._written = b""
        self.last = b""

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._written += data
        self.last = data

    def read(self) -> bytes:
        """Answer them."""
        written, self._written = self._written, b""
        return self._device.answer(written) if written else self._device.greeting

    def fileno(self) -> int | None:
        """There is nothing to wait on."""
        return None

    def close(self) -> None:
        """Nothing to close."""


class GateBench:
    """An armed gate before a driver on any port. `wait` blocks until the port may have bytes."""

    def __init__(self, port: BytePort, wait: Callable[[], None], device: str = DEVICE) -> None:
        prepared = preparation(device)
        self._wait = wait
        self._setup = prepared.plan.stages[0].setup
        self.now_us = 1_000_000
        self.gate = SafetyGate(registry.load(device).make(port, None))
        self._arm(prepared)
        self._raise_levels()
        self._frame_number = 0

    def _arm(self, prepared: Preparation) -> None:
        self.gate.connect(self.now_us)
        self.poll_until("Connected")
        self.gate.open(prepared.limits, self.now_us)
        self.gate.set_up(self._setup, self.now_us)
        self.poll_until("SetUpConfirmed")

    def poll_until(self, event: str) -> None:
        """Wait until the device has said something."""
        while True:
            events = [type(happened).__name__ for happened in self.gate.poll(self.now_us)]
            if event in events:
                return
            self._wait()

    def _raise_levels(self) -> None:
        for _ in range(0, LEVEL_MA, STEP_MA):
            for channel in self._setup.channels:
                to_ua = self.gate.level_ua(channel) + STEP_MA * 1_000
                self.gate.raise_level(channel, to_ua, self.now_us)
            self.now_us += STEP_EVERY_US

    def next_frame(self) -> OutputFrame:
        """Return what to write next and let its time come; bursts are followed by their rest."""
        self.now_us += PERIOD_US
        self._frame_number += 1
        if self._frame_number % BURST_FRAMES == 0:
            return self.frame((0,) * 8)
        if self._frame_number % BURST_FRAMES == 1:
            rests_us = [channel.rest_until_us for channel in self.gate.state.channels]
            self.now_us = max(self.now_us, *rests_us)
            for channel in self._setup.channels:
                self.gate.allow_ramp(channel, RAMP_US)
        return self.frame(course_ma(self._frame_number % BURST_FRAMES - 1))

    def frame(self, currents_ma: tuple[int, ...]) -> OutputFrame:
        """Return a frame of these currents."""
        return OutputFrame(
            setup=self._setup,
            outputs=tuple(
                symmetric_output(channel, current_ma * 1_000, PULSE_WIDTH_US)
                for channel, current_ma in zip(self._setup.channels, currents_ma, strict=True)
            ),
        )

    def confirm(self) -> None:
        """Wait for the device's answer to the last frame; RuntimeError if it is another one."""
        while not self.gate.is_ready:
            events = self.gate.poll(self.now_us)
            if any(not isinstance(event, OutputConfirmed) for event in events):
                raise RuntimeError(f"the bench device said {events}")
            if not events:
                self._wait()
