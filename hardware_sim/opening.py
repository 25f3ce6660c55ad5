"""Whether somebody opens a file, as far as the system tells (Linux does, by inotify)."""

import ctypes
import os

ON_OPEN = 0x20
EVENTS_BYTES = 4096


class OpeningWatch:
    """Counts no openings, only knows whether there was one. `fd` becomes readable at each."""

    def __init__(self, path: str) -> None:
        self.fd: int | None = None
        system = ctypes.CDLL(None, use_errno=True)
        if not hasattr(system, "inotify_init1"):
            return
        self.fd = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if system.inotify_add_watch(self.fd, os.fsencode(path), ON_OPEN) < 0:
            error = ctypes.get_errno()
            self.close()
            raise OSError(error, os.strerror(error), path)

    def take(self) -> bool:
        """Return whether it was opened since this was last asked."""
        if self.fd is None:
            return False
        try:
            return bool(os.read(self.fd, EVENTS_BYTES))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        if self.fd is not None:
            os.close(self.fd)
        self.fd = None
