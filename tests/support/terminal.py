"""A real terminal around a program: a pseudo-terminal, its keys, and what stands on its screen."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import pyte
from support.simulator_process import wait_until

KEYS = {"enter": b"\r", "space": b" ", "escape": b"\x1b", "pageup": b"\x1b[5~", "up": b"\x1b[A"}
CHUNK_BYTES = 65_536
LOOK_EVERY_S = 0.05


class Terminal:
    """The end of a pseudo-terminal at which a person would sit."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, columns: int, rows: int
    ) -> None:
        self._keyboard, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._text: str | None = None
        self._lock = threading.Lock()
        self.process = subprocess.Popen(
            command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**environment, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inner)
        self._is_closing = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, key: str) -> float:
        """Press a key, by its name or its character; when, on the monotonic clock."""
        pressed_s = time.monotonic()
        os.write(self._keyboard, KEYS.get(key) or key.encode())
        return pressed_s

    @property
    def text(self) -> str:
        """What stands on the screen."""
        with self._lock:
            if self._text is None:
                self._text = "\n".join(self._screen.display)
            return self._text

    def wait_for(self, words: str, patience_s: float = 30.0) -> None:
        """Wait until these words stand on the screen; TimeoutError shows what stands there."""
        try:
            wait_until(lambda: words in self.text, patience_s)
        except TimeoutError as error:
            raise TimeoutError(f"{words!r} is not on the screen:\n{self.text}") from error

    def hang_up(self) -> None:
        """Close the terminal's window; may be done twice."""
        if not self._is_closing.is_set():
            self._is_closing.set()
            self._reader.join()
            os.close(self._keyboard)

    def _read(self) -> None:
        with suppress(OSError):  # the program has ended
            while not self._is_closing.is_set():
                if select.select([self._keyboard], [], [], LOOK_EVERY_S)[0]:
                    chunk = os.read(self._keyboard, CHUNK_BYTES)
                    with self._lock:
                        self._stream.feed(chunk)
                        self._text = None


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(
    command: Sequence[str], environment: Mapping[str, str], *, columns: int = 120, rows: int = 40
) -> Iterator[Terminal]:
    """Run a program in a terminal; killed at the end if it still runs."""
    opened = Terminal(command, environment, columns=columns, rows=rows)
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.send_signal(signal.SIGKILL)
        opened.process.wait()
        opened.hang_up()
