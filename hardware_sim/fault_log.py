"""What a faulty line really did: one entry for each fault that was applied."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hardware_sim.line_file import LineFile, seconds

HEADER = "time_s,fault,kind,direction,bytes,detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedFault:
    """A fault that happened. `fault` is its place in the script, from 1.

    `kind` is the script's; `lost` is a frame swallowed by a silence, `end` the end of a fault that
    lasts. `direction` is "to_device", "to_host", or "" for what is no matter of the wire.
    """

    time_us: int
    fault: int
    kind: str
    direction: str
    data: bytes
    detail: str


class FaultLog:
    """All faults applied so far, in order of time; `on_fault` also gets each as it happens."""

    def __init__(self, on_fault: Callable[[AppliedFault], None] | None = None) -> None:
        self.entries: list[AppliedFault] = []
        self._on_fault = on_fault

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind was applied."""
        return dict(Counter(entry.kind for entry in self.entries))

    def add(self, entry: AppliedFault) -> None:
        """Note one."""
        self.entries.append(entry)
        if self._on_fault is not None:
            self._on_fault(entry)


class FaultLogFile(LineFile):
    """The log as CSV, with time 0 at ``zero_us``."""

    def __init__(self, path: Path, *, zero_us: int) -> None:
        super().__init__(path)
        self._zero_us = zero_us
        self.add(HEADER, zero_us)
        self.flush()

    def add_fault(self, entry: AppliedFault) -> None:
        """Add one row."""
        self.add(
            f"{seconds(entry.time_us - self._zero_us)},{entry.fault},{entry.kind},"
            f"{entry.direction},{entry.data.hex()},{entry.detail}",
            entry.time_us,
        )
