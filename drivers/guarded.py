"""A stimulator under guard: current flows only while somebody else can stop it too.

Stands between gate and driver and changes no command. Before a frame with current, and every tick
while current may flow, the guard is told; an engine that was held up for so long that the guard has
written its stops loses the output before it writes anything else.
"""

from drivers.guarding import Guard
from drivers.interface import (
    DeviceEvent,
    LossKind,
    OutputConfirmed,
    OutputLost,
    Permit,
    SetUpConfirmed,
    Stimulator,
    StopConfirmed,
)
from protocols.capabilities import Capabilities
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame

WORD_EVERY_US = 20_000
_ADVICE = "Stop was written. Close other programs on this computer, then acknowledge and arm again."


class GuardedStimulator:
    """One stimulator and its guard, who takes `silence_us` without a word for a dead engine."""

    def __init__(self, inner: Stimulator, guard: Guard, *, silence_us: int) -> None:
        self._inner = inner
        self._guard = guard
        self._silence_us = silence_us
        self._is_flowing = False
        self._said_us = 0
        self._loss: OutputLost | None = None
        self._is_told = False

    @property
    def capabilities(self) -> Capabilities:
        """What the device can make and report."""
        return self._inner.capabilities

    @property
    def is_ready(self) -> bool:
        """Whether a command given now would go onto the wire at once."""
        return self._loss is None and self._inner.is_ready

    def connect(self, now_us: int) -> None:
        """Begin to find and identify the device."""
        self._inner.connect(now_us)

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        """Look whether the guard has fired, then let the driver work."""
        self._watch(now_us)
        events = self._inner.poll(now_us)
        self._look_behind(events, now_us)
        for event in events:
            self._note(event)
        if self._loss is None or self._is_told:
            return events
        self._is_told = True
        return (self._loss, *events)

    def next_deadline_us(self) -> int | None:
        """Return when poll must be called: at the latest for the next word to the guard."""
        inner_us = self._inner.next_deadline_us()
        if not self._is_flowing or self._loss is not None:
            return inner_us
        own_us = self._said_us + WORD_EVERY_US
        return own_us if inner_us is None else min(own_us, inner_us)

    def set_up(self, permit: Permit, now_us: int) -> None:
        """Give the device the permitted train."""
        self._require_guard()
        self._inner.set_up(permit, now_us)

    def output(self, permit: Permit, now_us: int) -> None:
        """Tell the guard if there is current in the frame, then write it."""
        self._require_guard()
        if isinstance(permit.subject, OutputFrame) and not permit.subject.is_silent:
            self._is_flowing = True
            self._say(now_us)
            self._require_guard()
        self._inner.output(permit, now_us)

    def keep_alive(self, now_us: int) -> None:
        """Feed the device's watchdog."""
        self._require_guard()
        self._inner.keep_alive(now_us)

    def stop(self, now_us: int) -> None:
        """Write a stop at once; the guard watches on until it is confirmed."""
        self._inner.stop(now_us)

    def abandon(self, now_us: int) -> None:
        """Write a last stop, close the port, let the guard go."""
        try:
            self._inner.abandon(now_us)
        finally:
            self._guard.dismiss()

    def fileno(self) -> int | None:
        """Return what to wait on for arriving bytes."""
        return self._inner.fileno()

    def close(self) -> None:
        """Close the port and let the guard go."""
        try:
            self._inner.close()
        finally:
            self._guard.dismiss()

    def _watch(self, now_us: int) -> None:
        if not self._is_flowing or self._loss is not None:
            return
        silent_us = now_us - self._said_us
        if silent_us > self._silence_us:
            self._lose(LossKind.LATE, f"for {silent_us // 1000} ms", now_us)
        elif silent_us >= WORD_EVERY_US:
            self._say(now_us)

    def _look_behind(self, events: tuple[DeviceEvent, ...], now_us: int) -> None:
        """Ask the guard when the driver loses the output: answers to its stops look like noise.

        Who is frozen after he has read the clock finds those answers before he finds himself late.
        """
        is_lost = any(isinstance(event, OutputLost) for event in events)
        if is_lost and self._is_flowing and self._loss is None:
            self._say(now_us)

    def _say(self, now_us: int) -> None:
        self._said_us = now_us
        if self._guard.say(is_flowing=self._is_flowing):
            return
        if self._guard.has_fired:
            self._lose(LossKind.LATE, "so long that the guard of the output wrote a stop", now_us)
        else:
            self._lose(LossKind.UNGUARDED, "it stopped the device or was ended", now_us)

    def _note(self, event: DeviceEvent) -> None:
        """Let the guard rest once the device has confirmed that nothing flows."""
        is_silent = isinstance(event, OutputConfirmed) and event.frame.is_silent
        if self._is_flowing and (is_silent or isinstance(event, StopConfirmed | SetUpConfirmed)):
            self._is_flowing = False
            self._guard.say(is_flowing=False)

    def _lose(self, kind: LossKind, detail: str, now_us: int) -> None:
        self._loss = OutputLost(at_us=now_us, kind=kind, detail=detail, advice=_ADVICE)
        self._inner.stop(now_us)

    def _require_guard(self) -> None:
        if self._loss is not None:
            raise DeviceError(f"{self._loss.kind}: {self._loss.detail}. {self._loss.advice}")
