"""A text file that grows by lines and loses at most the last 50 ms when its process is killed."""

from pathlib import Path
from types import TracebackType
from typing import Self

FLUSH_INTERVAL_US = 50_000
MOST_WAITING_LINES = 4096


class LineFile:
    """Collects lines and writes them together; its owner calls ``flush`` when it is due."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._waiting: list[str] = []
        self._flush_due_us: int | None = None

    @property
    def flush_due_us(self) -> int | None:
        """When ``flush`` must be called at the latest, None if nothing waits."""
        return self._flush_due_us

    def add(self, line: str, now_us: int) -> None:
        """Add a line, without its line feed."""
        self._waiting.append(line)
        if self._flush_due_us is None:
            self._flush_due_us = now_us + FLUSH_INTERVAL_US
        if len(self._waiting) >= MOST_WAITING_LINES:
            self.flush()

    def flush(self) -> None:
        """Hand all lines to the operating system, which keeps them if the process is killed."""
        if self._waiting:
            self._file.write("".join(f"{line}\n" for line in self._waiting).encode())
            self._file.flush()
        self._waiting.clear()
        self._flush_due_us = None

    def close(self) -> None:
        """Write what waits and close."""
        self.flush()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def seconds(time_us: int) -> str:
    """Write microseconds as seconds with 6 decimals, exactly."""
    return f"{time_us // 1_000_000}.{time_us % 1_000_000:06d}"
