"""The device's sending side: its own packet counter, and packets waiting for their time."""

import heapq
from collections.abc import Callable

from hardware_sim.rehastim2.frames import Packet, encode
from hardware_sim.rehastim2.words import describe

OnFrame = Callable[[int, str, bytes, str], None]
"""Gets now_us, "host" or "device" (who sent it), the frame, its meaning in words."""


class Transmitter:
    """Sends each packet when it is due; those due at the same time in the order they came."""

    def __init__(self, *, first_number: int, on_frame: OnFrame | None) -> None:
        self._on_frame = on_frame
        self._own_number = first_number % 256
        self._waiting: list[tuple[int, int, int, int, bytes]] = []
        self._order = 0

    def send(self, number: int, command: int, data: bytes, *, due_us: int) -> None:
        """Send an answer, which carries its command's packet number."""
        heapq.heappush(self._waiting, (due_us, self._order, number, command, data))
        self._order += 1

    def send_own(self, command: int, data: bytes, due_us: int) -> None:
        """Send a packet that answers nothing, numbered by the device."""
        self.send(self._own_number, command, data, due_us=due_us)
        self._own_number = (self._own_number + 1) % 256

    def next_due_us(self) -> int | None:
        """Return when the next packet leaves, None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def take(self, now_us: int) -> list[bytes]:
        """Return the frames due by now."""
        frames = []
        while self._waiting and self._waiting[0][0] <= now_us:
            _, _, number, command, data = heapq.heappop(self._waiting)
            wire = encode(number, command, data)
            frames.append(wire)
            if self._on_frame:
                packet = Packet(number=number, command=command, data=data, wire=wire)
                self._on_frame(now_us, "device", wire, describe(packet))
        return frames

    def clear(self) -> None:
        """Forget what has not left yet."""
        self._waiting.clear()
