"""Reads on in a file that another process is writing."""

from pathlib import Path


class GrowingFile:
    """Gives each whole line once, in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new_lines(self) -> list[str]:
        """The lines completed since the last call."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            whole, _, _ = file.read().rpartition(b"\n")
        if not whole:
            return []
        self._offset += len(whole) + 1
        return whole.decode().split("\n")
