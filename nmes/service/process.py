"""The engine process: waits for link, device, record or deadline, then lets the station turn.

Deadlines are absolute times on the monotonic clock, so lateness never adds up. Whatever goes wrong
here ends in the last line of defence: stop, close the port, end.
"""

import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from nmes.link.server import LinkServer
from nmes.service.clock import monotonic_us
from nmes.service.station import Station
from nmes.service.workshop import Workshop

TICK_US = 20_000
SNAPSHOT_EVERY_TICKS = 2
CLOSING_MAX_US = 5_000_000
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class UnforeseenError(Exception):
    """Something failed outside the loop: in a thread, or where nothing could be raised."""


def tick_after(tick_us: int, now_us: int) -> int:
    """Return the next tick on the grid of an earlier one; those missed are not made up for."""
    return tick_us + (1 + (now_us - tick_us) // TICK_US) * TICK_US


class EngineProcess:
    """The loop around one station."""

    def __init__(self, workshop: Workshop, read_fd: int, write_fd: int) -> None:
        self._station = Station(workshop)
        self._link = LinkServer(read_fd, write_fd)
        self._signal: int | None = None
        self._unforeseen: str | None = None
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._ends_us: int | None = None
        self._tick_us = monotonic_us()
        self._ticks = 0

    def run(self) -> int:
        """Serve until the screen is gone and the device is stopped; return the exit code.

        Takes over the signals of the whole process.
        """
        for number in SIGNALS:
            signal.signal(number, self._on_signal)
        signal.set_wakeup_fd(self._wake_write)
        try:
            with self._watching_for_the_unforeseen():
                while not self._is_over(monotonic_us()):
                    self._wait()
                    self._serve(monotonic_us())
        except Exception as error:  # noqa: BLE001 the outermost loop: nothing may flow on
            traceback.print_exc(file=sys.stderr)
            self._station.give_up(f"{type(error).__name__}: {error}", monotonic_us())
            return 1
        if self._station.is_idle:
            return 0
        self._station.give_up("the session could not be closed in time", monotonic_us())
        return 1

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self._signal = number

    @contextmanager
    def _watching_for_the_unforeseen(self) -> Iterator[None]:
        """Let what fails in any thread, or unraisably, end the engine as a failing loop does."""
        before = threading.excepthook, sys.unraisablehook
        threading.excepthook = lambda failed: self._end_by(failed.exc_value, failed.exc_type)
        sys.unraisablehook = lambda failed: self._end_by(failed.exc_value, failed.exc_type)
        try:
            yield
        finally:
            threading.excepthook, sys.unraisablehook = before

    def _end_by(self, error: BaseException | None, kind: type[BaseException]) -> None:
        self._unforeseen = f"{kind.__name__}: {error}"
        if error is not None:
            traceback.print_exception(error, file=sys.stderr)
        with suppress(BlockingIOError):  # so many bytes wait that the loop wakes anyway
            os.write(self._wake_write, b"!")

    def _is_over(self, now_us: int) -> bool:
        if self._ends_us is None:
            return False
        return self._station.is_idle or now_us > self._ends_us

    def _wait(self) -> None:
        now_us = monotonic_us()
        wake_us = self._station.next_wake_us(now_us)
        if not self._station.is_idle:
            wake_us = min(wake_us, self._tick_us)
        readers = [self._wake_read, *self._station.filenos()]
        if not self._link.is_lost:
            readers.append(self._link.read_fd)
        writers = [self._link.write_fd] if self._link.has_more_to_write else []
        timeout_s = max(0, wake_us - now_us) / 1e6
        select.select(readers, writers, [], min(timeout_s, 3600.0))

    def _serve(self, now_us: int) -> None:
        if self._unforeseen is not None:
            raise UnforeseenError(self._unforeseen)
        self._obey_signal(now_us)
        self._hear(now_us)
        self._station.turn(now_us)
        for report in self._station.take_reports():
            self._link.send(report)
        self._tick(now_us)
        self._link.flush()
        self._watch_link(now_us)

    def _obey_signal(self, now_us: int) -> None:
        if self._signal is None:
            return
        name = signal.Signals(self._signal).name
        self._signal = None
        if self._ends_us is None:
            self._ends_us = now_us + CLOSING_MAX_US
            self._station.end(f"the engine was told to end ({name})", now_us)
        with suppress(BlockingIOError):  # another signal may have taken its byte along
            os.read(self._wake_read, 64)

    def _hear(self, now_us: int) -> None:
        for intent in self._link.receive():
            self._station.receive(intent, now_us)
        self._watch_link(now_us)

    def _watch_link(self, now_us: int) -> None:
        """End with the link, whether it was lost while it was read or while it was written."""
        if self._link.is_lost and self._ends_us is None:
            self._ends_us = now_us + CLOSING_MAX_US
            self._station.link_lost(self._link.why_lost, now_us)

    def _tick(self, now_us: int) -> None:
        if now_us < self._tick_us:
            return
        self._ticks += 1
        self._tick_us = tick_after(self._tick_us, now_us)
        if self._ticks % SNAPSHOT_EVERY_TICKS == 0:
            snapshot = self._station.snapshot(now_us)
            if snapshot is not None:
                self._link.send(snapshot)
