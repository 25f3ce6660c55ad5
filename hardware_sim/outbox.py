"""Frames of a device that wait for their time."""

import heapq
from collections.abc import Callable

from hardware_sim.device import OnFrame


class Outbox:
    """Sends each frame when it is due; those due at the same time in the order they came.

    `describe` says in words what a frame means; it is asked only if somebody listens.
    """

    def __init__(self, describe: Callable[[bytes], str], on_frame: OnFrame | None) -> None:
        self._describe = describe
        self._on_frame = on_frame
        self._waiting: list[tuple[int, int, bytes]] = []
        self._order = 0

    def put(self, frame: bytes, due_us: int) -> None:
        """Let a frame wait until then."""
        heapq.heappush(self._waiting, (due_us, self._order, frame))
        self._order += 1

    def next_due_us(self) -> int | None:
        """Return when the next frame leaves, None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def take(self, now_us: int) -> list[bytes]:
        """Return the frames due by now."""
        frames = []
        while self._waiting and self._waiting[0][0] <= now_us:
            frames.append(heapq.heappop(self._waiting)[2])
            if self._on_frame:
                self._on_frame(now_us, "device", frames[-1], self._describe(frames[-1]))
        return frames

    def clear(self) -> None:
        """Forget what has not left yet."""
        self._waiting.clear()
