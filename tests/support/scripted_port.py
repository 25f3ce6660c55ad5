"""A port whose other end follows a script of (sent, answered) pairs."""

from collections import deque

from protocols.errors import PortError


class ScriptedPort:
    """Answers each expected write with its scripted bytes; any other write fails the test."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_closed = False
        self.fails = False
        self._script: deque[tuple[bytes, bytes]] = deque()
        self._arriving = b""

    def expect(self, *exchanges: tuple[bytes, bytes]) -> None:
        self._script.extend(exchanges)

    def say(self, *unasked: bytes) -> None:
        self._arriving += b"".join(unasked)

    @property
    def is_finished(self) -> bool:
        return not self._script

    def read(self) -> bytes:
        if self.fails:
            raise PortError("the line is gone")
        arrived, self._arriving = self._arriving, b""
        return arrived

    def write(self, data: bytes) -> None:
        if self.fails:
            raise PortError("the line is gone")
        self.written.append(data)
        assert self._script, f"unexpected: {data.hex(' ')}"
        sent, answered = self._script.popleft()
        assert data == sent, f"{data.hex(' ')} instead of {sent.hex(' ')}"
        self._arriving += answered

    def fileno(self) -> int | None:
        return None if self.is_closed else 7

    def close(self) -> None:
        self.is_closed = True
