"""The screen's end of the link: starts the engine and speaks with it over its pipes.

The engine runs in a session of its own, so that Ctrl-C reaches only the screen; it ends when this
end of the link closes.
"""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

from nmes.link.lines import LineReader, line_of
from nmes.link.messages import REPORTS, Hello, Intent, Report, Stop
from protocols.errors import LinkError, RecordError

READ_BYTES = 65_536
END_TIMEOUT_S = 10.0
OWNER_ONLY = 0o600


class EngineClient:
    """One engine process and the link to it."""

    def __init__(
        self, *, operator_is_script: bool, log: Path, arguments: Sequence[str] = ()
    ) -> None:
        self._log = log
        with _opened(log) as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "nmes.engine", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        stdin_fd = self._process.stdin.fileno()  # type: ignore[union-attr] # PIPE
        self._write_fd: int | None = os.dup(stdin_fd)
        self._read_fd = os.dup(self._process.stdout.fileno())  # type: ignore[union-attr] # PIPE
        self._process.stdin.close()  # type: ignore[union-attr] # PIPE
        self._process.stdout.close()  # type: ignore[union-attr] # PIPE
        os.set_blocking(self._write_fd, False)
        os.set_blocking(self._read_fd, False)
        self._reader: LineReader[Report] = LineReader(REPORTS)
        self.is_alive = True
        self._is_closed = False
        self.send(Hello(operator_is_script=operator_is_script))

    @property
    def pid(self) -> int:
        """The engine's process number."""
        return self._process.pid

    def send(self, intent: Intent) -> None:
        """Write one intent now; a broken link only makes `is_alive` False."""
        if self.is_alive and not self._write(line_of(intent)):
            self._give_up()

    def stop_now(self, cause: str) -> None:
        """Write the stop with one system call; if that fails, end the engine, which stops too."""
        if not self.is_alive or not self._write(line_of(Stop(cause=cause))):
            self._give_up()

    def _write(self, line: bytes) -> bool:
        try:
            return self._write_fd is not None and os.write(self._write_fd, line) == len(line)
        except OSError:
            return False

    def _give_up(self) -> None:
        """Close the link and signal the engine: both mean stop to it."""
        self._close_link()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def _close_link(self) -> None:
        self.is_alive = False
        if self._write_fd is not None:
            os.close(self._write_fd)
            self._write_fd = None

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what the engine says; ends when it is gone."""
        loop = asyncio.get_running_loop()
        while True:
            readable = asyncio.Event()
            loop.add_reader(self._read_fd, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(self._read_fd)
            reports = self._read()
            if reports is None:
                self._close_link()
                return
            for report in reports:
                yield report

    def wait_reports(self, timeout_s: float) -> list[Report]:
        """Return what the engine says within a time; LinkError if it is gone."""
        readable, _, _ = select.select([self._read_fd], [], [], timeout_s)
        if not readable:
            return []
        reports = self._read()
        if reports is None:
            self._close_link()
            raise LinkError(f"The engine has ended{self._last_words()}.")
        return reports

    def _last_words(self) -> str:
        """Return where to read what it said last; an engine that was killed says nothing."""
        has_spoken = self._log.exists() and self._log.stat().st_size
        return f"; what it last said is in {self._log}" if has_spoken else ""

    def _read(self) -> list[Report] | None:
        try:
            data = os.read(self._read_fd, READ_BYTES)
        except BlockingIOError:
            return []
        return self._reader.receive(data) if data else None

    def close(self, patience_s: float = END_TIMEOUT_S) -> None:
        """Close the link, which ends the engine, and wait for its end; may be called twice."""
        self._close_link()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()  # it is stuck: the device stops by itself
            self._process.wait()
        if not self._is_closed:
            self._is_closed = True
            os.close(self._read_fd)


def _opened(log: Path) -> IO[bytes]:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
        with contextlib.suppress(PermissionError):  # somebody else's; theirs to close
            os.fchmod(file, OWNER_ONLY)
        return os.fdopen(file, "ab")
    except OSError as error:
        raise RecordError(
            f"The data folder {log.parent} cannot be used: {error.strerror}. "
            "Name another with NMES_HOME."
        ) from error
