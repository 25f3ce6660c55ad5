"""The simulated device in real time: one thread that waits for bytes or the next due event."""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hardware_sim.line import Line
from hardware_sim.line_file import LineFile
from hardware_sim.ports import Port

LONGEST_LINGER_US = 5_000_000
LONGEST_WAIT_US = 3_600_000_000
CHUNK_BYTES = 4096


def monotonic_us() -> int:
    """Return the time on the clock of ``time.monotonic``."""
    return time.monotonic_ns() // 1000


class ParentPipe:
    """A pipe that a parent process holds; its end of file means that the parent is gone."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.closed_us: int | None = None

    def read(self, now_us: int) -> None:
        """Take note of the end; whatever the parent writes is ignored."""
        if not os.read(self.fd, CHUNK_BYTES):
            self.closed_us = now_us


@contextmanager
def end_signals() -> Iterator[int]:
    """Give a descriptor that becomes readable on SIGINT or SIGTERM."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def note(_number: int, _frame: FrameType | None) -> None:
        """Leave the rest to the wake-up socket."""

    former_fd = signal.set_wakeup_fd(theirs.fileno())
    former = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ours.fileno()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former_fd)
        ours.close()
        theirs.close()


class Service:
    """Connects a device to a port until it is told to end.

    When the parent is gone the device goes on until its own watchdog has disconnected it, at most
    5 s: whether the controller stopped the current must show in the record. `reset` is called when
    somebody opens the port.
    """

    def __init__(
        self,
        device: Line,
        port: Port,
        *,
        files: tuple[LineFile, ...],
        parent: ParentPipe | None,
        reset: Callable[[int], None] | None = None,
    ) -> None:
        self._device = device
        self._port = port
        self._files = files
        self._parent = parent
        self._reset = reset

    def run(self, ending_fd: int) -> None:
        """Serve until ``ending_fd`` becomes readable, or the parent's end."""
        while not self._is_over():
            ready = self._wait(ending_fd)
            if ending_fd in ready:
                break
            self._serve(ready, monotonic_us())
        self._device.advance(monotonic_us())

    def _is_over(self) -> bool:
        parent = self._parent
        if parent is None or parent.closed_us is None:
            return False
        lingered_us = monotonic_us() - parent.closed_us
        return not self._device.is_connected or lingered_us >= LONGEST_LINGER_US

    def _serve(self, ready: set[int], now_us: int) -> None:
        """Do all that is due: first what was due before the bytes that arrived now."""
        self._send(now_us)
        if ready.intersection(self._port.readable_fds()):
            data = self._port.read()
            if self._port.take_opening() and self._reset:
                self._reset(now_us)
            self._device.receive(data, now_us)
        if self._parent and self._parent.fd in ready:
            self._parent.read(now_us)
        self._send(now_us)
        for file in self._files:
            if file.flush_due_us is not None and file.flush_due_us <= now_us:
                file.flush()

    def _send(self, now_us: int) -> None:
        for frame in self._device.take_outgoing(now_us):
            if not self._device.is_connected:
                self._port.welcome()
            self._port.write(frame)

    def _wait(self, ending_fd: int) -> set[int]:
        """Sleep until something arrives or is due; return the readable descriptors."""
        with selectors.SelectSelector() as selector:
            for fd in (ending_fd, *self._port.readable_fds(), *self._parent_fds()):
                selector.register(fd, selectors.EVENT_READ)
            wait_us = min(max(0, self._next_due_us() - monotonic_us()), LONGEST_WAIT_US)
            return {key.fd for key, _ in selector.select(wait_us / 1_000_000)}

    def _parent_fds(self) -> tuple[int, ...]:
        if self._parent is None or self._parent.closed_us is not None:
            return ()
        return (self._parent.fd,)

    def _next_due_us(self) -> int:
        flushes = [file.flush_due_us for file in self._files if file.flush_due_us is not None]
        ends = []
        if self._parent and self._parent.closed_us is not None:
            ends = [self._parent.closed_us + LONGEST_LINGER_US]
        return min([self._device.next_event_us(), *flushes, *ends])
