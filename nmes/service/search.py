"""Looks for devices in a process of its own: a question may take seconds, an engine never."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from nmes.service.probe import Answer, answer_of
from protocols.errors import DeviceError

ASK_ALL = (sys.executable, "-m", "nmes", "ports", "--probe", "--json")
READ_BYTES = 65_536


class PortSearch:
    """`nmes ports --probe` at work; whoever waits for it can wait on `fileno`."""

    def __init__(self, command: Sequence[str] = ASK_ALL) -> None:
        self._said = b""
        self._read, write = os.pipe()
        os.set_blocking(self._read, False)
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=write)
        finally:
            os.close(write)

    def fileno(self) -> int:
        """Return what becomes readable when there is news."""
        return self._read

    def take(self) -> tuple[Answer, ...] | None:
        """Return who answered once that is known; DeviceError if it cannot be known."""
        try:
            while data := os.read(self._read, READ_BYTES):
                self._said += data
        except BlockingIOError:
            return None
        self.end()
        return answers_told(self._said)

    def end(self) -> None:
        """Break it off: its port is closed with it."""
        os.close(self._read)
        self._process.kill()
        self._process.wait()


def answers_told(said: bytes) -> tuple[Answer, ...]:
    """Return the answers in what `nmes ports --probe --json` prints; DeviceError if it is none."""
    try:
        ports = json.loads(said)
        return tuple(answer_of(port["name"], told) for port in ports for told in port["answers"])
    except (ValueError, KeyError, TypeError) as error:
        raise DeviceError("The search failed: try 'nmes ports --probe'.") from error
