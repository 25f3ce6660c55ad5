"""A thread's way to wake a loop that waits on files."""

import contextlib
import os

_PIPE_BYTES = 65_536  # more than a pipe holds: one read empties it


class Bell:
    """A pipe that is readable after a ring, until drained. Ringing and draining never wait."""

    def __init__(self) -> None:
        self._inner, self._outer = os.pipe()
        os.set_blocking(self._inner, False)
        os.set_blocking(self._outer, False)

    def fileno(self) -> int:
        """Return what to wait on; -1 once closed."""
        return self._inner

    def ring(self) -> None:
        """Make it readable; a full pipe is readable already."""
        with contextlib.suppress(BlockingIOError):  # full: it rings already
            os.write(self._outer, b"\0")

    def drain(self) -> None:
        """Make it unreadable until the next ring."""
        with contextlib.suppress(BlockingIOError):  # empty: nobody has rung
            os.read(self._inner, _PIPE_BYTES)

    def close(self) -> None:
        """Release both ends; nobody may ring afterwards. May be called twice."""
        if self._inner >= 0:
            os.close(self._inner)
            os.close(self._outer)
            self._inner = self._outer = -1
