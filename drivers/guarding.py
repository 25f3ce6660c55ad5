"""The engine's end of its guard: starts it on an open port, speaks with it, dismisses it."""

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

from drivers import guard
from protocols.errors import PortError

START_TIMEOUT_S = 10.0
END_TIMEOUT_S = 2.0


class Guard(Protocol):
    """Somebody who writes a stop if this program falls silent while current may flow."""

    def say(self, *, is_flowing: bool) -> bool:
        """Tell whether current may flow from now on; whether the guard is still there to hear."""
        ...

    @property
    def has_fired(self) -> bool:
        """Whether it has written its stops, to the last."""
        ...

    def dismiss(self) -> None:
        """Let it go without a stop; may be called twice."""
        ...


class HostGuard:
    """A guard process on an open port; it outlives this program only to write its stops.

    `stops` must carry no current. PortError if it does not start.
    """

    def __init__(
        self,
        port_fd: int,
        stops: Sequence[bytes],
        *,
        silence_us: int,
        program: str = guard.__file__,
    ) -> None:
        command = [sys.executable, "-I", "-S", program]
        command += [str(port_fd), str(silence_us // 1000), *(stop.hex() for stop in stops)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=(port_fd,),
            start_new_session=True,
        )
        self._words_fd = os.dup(self._process.stdin.fileno())  # type: ignore[union-attr] # PIPE
        self._process.stdin.close()  # type: ignore[union-attr] # PIPE
        os.set_blocking(self._words_fd, False)
        self._await_start()

    @property
    def pid(self) -> int:
        """The guard's process number."""
        return self._process.pid

    @property
    def has_fired(self) -> bool:
        """Whether the process ended because it had to write its stops."""
        return self._process.poll() == guard.FIRED

    def say(self, *, is_flowing: bool) -> bool:
        """Write one word; False if the guard has ended or hears nothing any more."""
        return self._write(guard.FLOWING if is_flowing else guard.RESTING)

    def dismiss(self) -> None:
        """Say farewell and wait for its end: as long as it holds the line, nobody else can."""
        if self._words_fd < 0:
            return
        self._write(guard.FAREWELL)
        os.close(self._words_fd)
        self._words_fd = -1
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _await_start(self) -> None:
        with self._process.stdout as ready:  # type: ignore[union-attr] # PIPE
            is_there = select.select([ready], [], [], START_TIMEOUT_S)[0]
            if is_there and ready.read(1) == guard.READY:
                return
        self._process.kill()
        self.dismiss()
        raise PortError("The guard of the output did not start. Close other programs, try again.")

    def _write(self, word: bytes) -> bool:
        try:
            return os.write(self._words_fd, word) == len(word)
        except OSError:
            return False
