"""The board's serial line: bytes that take their time, a small ring, a small sending buffer."""

from collections import deque

from hardware_sim.line import NEVER_US
from hardware_sim.outbox import Outbox

RING_BYTES = 63
RECEIVED_BYTE_US = 521
"""A byte of the host: ten bits at 19200 baud."""
SENT_BYTE_NS = 562_500
"""A byte of the board: what the times of the worked session come to, 8 % more than ten bits."""
SENT_AHEAD = 65
"""Bytes that the program need not wait for: 63 in the buffer, two in the UART."""


class Receiver:
    """Bytes under way and bytes that wait to be read; what does not fit is lost silently.

    `arrived_us` is when the last byte came, `overflowed` how many were lost.
    """

    def __init__(self) -> None:
        self._under_way: deque[tuple[int, int]] = deque()
        self._last_us = 0
        self._ring: deque[int] = deque()
        self.arrived_us = 0
        self.overflowed = 0

    def send(self, data: bytes, now_us: int) -> None:
        """Let the host send these bytes, after those that it sends already."""
        for byte in data:
            self._last_us = max(self._last_us, now_us) + RECEIVED_BYTE_US
            self._under_way.append((self._last_us, byte))

    def next_us(self) -> int:
        """Return when the next byte arrives."""
        return self._under_way[0][0] if self._under_way else NEVER_US

    def arrive(self) -> None:
        """Let the next byte arrive."""
        self.arrived_us, byte = self._under_way.popleft()
        if len(self._ring) < RING_BYTES:
            self._ring.append(byte)
        else:
            self.overflowed += 1

    @property
    def has_bytes(self) -> bool:
        """Whether something can be read."""
        return bool(self._ring)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""
        return not self._under_way and not self._ring

    def read(self) -> int:
        """Return the oldest byte that waits; there must be one."""
        return self._ring.popleft()

    def clear(self) -> None:
        """Forget all that was sent."""
        self._under_way.clear()
        self._ring.clear()
        self._last_us = 0


class Sender:
    """Sends line after line; each reaches the host when its last byte has left."""

    def __init__(self, outbox: Outbox, delay_us: int) -> None:
        self._outbox = outbox
        self._delay_us = delay_us
        self._idle_ns = 0

    def send(self, line: bytes, now_us: int) -> int:
        """Take a line; return when the program goes on, since its end fits into the buffer."""
        self._idle_ns = max(self._idle_ns, now_us * 1000) + len(line) * SENT_BYTE_NS
        self._outbox.put(line, self.idle_us + self._delay_us)
        return max(now_us, (self._idle_ns - SENT_AHEAD * SENT_BYTE_NS) // 1000)

    @property
    def idle_us(self) -> int:
        """When the last byte has left."""
        return -(-self._idle_ns // 1000)

    def clear(self) -> None:
        """Forget what has not left yet."""
        self._outbox.clear()
        self._idle_ns = 0
