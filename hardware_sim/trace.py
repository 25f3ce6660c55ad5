"""The frame trace: one line for each frame on the wire, in hex and in words."""

from pathlib import Path

from hardware_sim.line_file import LineFile, seconds

DIRECTIONS = {"host": "host>device", "device": "device>host"}


class FrameTrace(LineFile):
    """A trace whose time 0 is ``zero_us``; columns are separated by one blank."""

    def __init__(self, path: Path, *, zero_us: int) -> None:
        super().__init__(path)
        self._zero_us = zero_us

    def add_frame(self, now_us: int, sender: str, frame: bytes, meaning: str) -> None:
        """Add one line."""
        time_s = seconds(now_us - self._zero_us)
        self.add(f"{time_s} {DIRECTIONS[sender]} {frame.hex()} {meaning}", now_us)
