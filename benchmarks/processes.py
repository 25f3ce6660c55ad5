"""Helper processes of the benchmarks: started, spoken to by lines, and ended by their own id."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).parent.parent
PATIENCE_S = 20.0


class LineProcess:
    """A child whose standard input and output are lines."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._input, self._output = _pipe(process.stdin), _pipe(process.stdout)
        self._pending = b""

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def input_fd(self) -> int:
        """The descriptor of its standard input, to be written to directly."""
        return self._input.fileno()

    def tell(self, line: str) -> None:
        """Write one line."""
        self._input.write(f"{line}\n".encode())
        self._input.flush()

    def hear(self, patience_s: float = PATIENCE_S) -> str:
        """Return its next line; RuntimeError if it says nothing in time, or has ended."""
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self._output], [], [], patience_s)
            said = os.read(self._output.fileno(), 65_536) if ready else b""
            if not said:
                raise RuntimeError(f"{self._process.args!r} said only {self._pending!r}")
            self._pending += said
        line, _, self._pending = self._pending.partition(b"\n")
        return line.decode()

    def ask(self, line: str, patience_s: float = PATIENCE_S) -> str:
        """Write one line and return the answer."""
        self.tell(line)
        return self.hear(patience_s)


@contextmanager
def line_process(module: str, *arguments: str) -> Iterator[LineProcess]:
    """Run `python -m module arguments`; it is killed at the end, if its input's end is no word."""
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY
    ) as process:
        try:
            yield LineProcess(process)
        finally:
            end(process)


@contextmanager
def running(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command silently beside us, and end it."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=REPOSITORY
    ) as process:
        try:
            yield process
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]", patience_s: float = 2.0) -> None:
    """Close its input; kill it if that does not end it."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the process has no pipe there")
    return stream
