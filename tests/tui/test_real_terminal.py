"""The application on a real pseudo-terminal, as its own process."""

import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

import pytest

from nmes.exit_codes import NOT_COMPLETED

PROGRAM = Path(__file__).parents[1] / "support" / "fake_engine.py"
DEADLINE_S = 30.0


class Terminal:
    """A terminal of 80x24 with the application in it."""

    def __init__(self, pid: int, fd: int) -> None:
        self._pid, self._fd = pid, fd
        self._shown = b""

    def wait_for(self, text: str) -> None:
        """Read until the text was shown."""
        end = time.monotonic() + DEADLINE_S
        while text.encode() not in self._shown:
            assert select.select([self._fd], [], [], end - time.monotonic())[0], text
            self._shown += os.read(self._fd, 65_536)

    def press(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._fd, data)

    def signal(self, number: int) -> None:
        """Signal the application."""
        os.kill(self._pid, number)

    def exit_code(self) -> int:
        """Read to the end and return how it ended."""
        while select.select([self._fd], [], [], DEADLINE_S)[0]:
            try:
                if not os.read(self._fd, 65_536):
                    break
            except OSError:  # Linux tells the end of a pseudo-terminal so
                break
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])


@contextmanager
def terminal(**environ: str) -> Iterator[Terminal]:
    pid, fd = pty.fork()
    if pid == 0:
        ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "START": "1"} | environ
        os.execve(sys.executable, [sys.executable, str(PROGRAM)], environment)
    try:
        yield Terminal(pid, fd)
    finally:
        os.close(fd)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_and_then_ends_the_program(number: int, tmp_path: Path) -> None:
    stops = tmp_path / "stops"
    with terminal(PLAY="1", STOPS=str(stops)) as screen:
        screen.wait_for("OUTPUT ON")
        screen.signal(number)
        screen.exit_code()
    assert signal.Signals(number).name in stops.read_text()


def test_the_escape_key_of_a_real_terminal_stops_and_control_q_then_leaves(tmp_path: Path) -> None:
    stops = tmp_path / "stops"
    with terminal(PLAY="1", STOPS=str(stops)) as screen:
        screen.wait_for("OUTPUT ON")
        screen.press(b"\x1b")
        screen.wait_for("S T O P P E D")
        screen.press(b"\x11")
        assert screen.exit_code() == NOT_COMPLETED
    assert stops.read_text() == "you pressed ESC"


def test_suspending_is_a_stop_and_the_program_goes_on(tmp_path: Path) -> None:
    stops = tmp_path / "stops"
    with terminal(PLAY="1", STOPS=str(stops)) as screen:
        screen.wait_for("OUTPUT ON")
        screen.signal(signal.SIGTSTP)
        screen.wait_for("S T O P P E D")
        screen.press(b"\x11")
        assert screen.exit_code() == NOT_COMPLETED


def test_a_poor_terminal_gets_neither_colours_nor_other_than_ascii() -> None:
    with terminal(PLAY="1", NMES_ASCII="1", NO_COLOR="1", COLORTERM="truecolor") as screen:
        screen.wait_for("OUTPUT ON")
        screen.press(b" ")
        screen.wait_for("S T O P P E D")
        assert screen._shown.isascii()
        assert b"48;2;230;159;0" not in screen._shown
        screen.press(b"\x11")
        screen.exit_code()
