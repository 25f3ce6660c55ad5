"""What a port needs at its other end: the device, or a line to it that may have faults."""

from typing import Protocol

NEVER_US = 2**63


class Line(Protocol):
    """What a port needs of the device at the other end, or of a line to it."""

    @property
    def is_connected(self) -> bool:
        """Whether the device has a host."""

    def receive(self, data: bytes, now_us: int) -> None:
        """Take bytes of the host."""

    def advance(self, now_us: int) -> None:
        """Let everything happen that is due by now."""

    def take_outgoing(self, now_us: int) -> list[bytes]:
        """Return what arrives at the host by now, frame by frame."""

    def next_event_us(self) -> int:
        """Return when advance or take_outgoing will next have an effect."""

    def next_answer_us(self) -> int | None:
        """Return when the host has next something to read; None if nothing is under way."""
