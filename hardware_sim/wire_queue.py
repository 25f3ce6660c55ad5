"""One direction of a faulty line: bytes under way, frames held back, and silence."""

from collections import deque

from hardware_sim.dialect import FrameSplitter
from hardware_sim.line import NEVER_US
from hardware_sim.wire_damage import Parcel, Parcels

HOLD_US = 1_000_000
"""How long a frame is held for the next one to overtake it."""


class WireQueue:
    """First in, first out: what is late makes late what follows it."""

    def __init__(self) -> None:
        self._under_way: deque[tuple[int, Parcel]] = deque()
        self._held: Parcels = []
        self._held_until_us = NEVER_US
        self.silent_until_us = 0
        self.silenced_by = 0

    def put(self, parcels: Parcels, now_us: int) -> None:
        """Send on what became of one frame; frames held before follow it."""
        moving = [parcel for parcel in parcels if not parcel.is_held]
        for parcel in moving:
            self._under_way.append((now_us + parcel.delay_us, parcel))
        if moving:
            self.release(NEVER_US, now_us)
        held = [parcel for parcel in parcels if parcel.is_held]
        if held and not self._held:
            self._held_until_us = now_us + HOLD_US
        self._held += held

    def release(self, until_us: int, now_us: int) -> None:
        """Send on what has been held until then."""
        if self._held and self._held_until_us <= until_us:
            self._under_way += ((now_us + parcel.delay_us, parcel) for parcel in self._held)
            self._held = []
            self._held_until_us = NEVER_US

    @property
    def held_until_us(self) -> int:
        """When the oldest frame held is sent on at the latest."""
        return self._held_until_us

    def next_due_us(self) -> int:
        """Return when the next bytes arrive."""
        return self._under_way[0][0] if self._under_way else NEVER_US

    def take(self, now_us: int) -> Parcels:
        """Return what arrives by now."""
        parcels = []
        while self._under_way and self._under_way[0][0] <= now_us:
            parcels.append(self._under_way.popleft()[1])
        return parcels


class FrameCutter:
    """Cuts a stream into frames with their names, and what lies between (its name is None)."""

    def __init__(self, splitter: FrameSplitter) -> None:
        self._splitter = splitter
        self._bytes = bytearray()

    def cut(self, chunk: bytes) -> list[tuple[bytes, str | None]]:
        """Take more bytes; return the pieces that are complete, not one byte changed."""
        pieces: list[tuple[bytes, str | None]] = []
        for byte in chunk:
            self._bytes.append(byte)
            for frame, name in self._splitter.receive(bytes((byte,))):
                noise = bytes(self._bytes[: -len(frame)])
                pieces += [(noise, None)] if noise else []
                pieces.append((frame, name))
                self._bytes.clear()
            if self._bytes and not self._splitter.is_within_frame:
                pieces.append((bytes(self._bytes), None))
                self._bytes.clear()
        return pieces
