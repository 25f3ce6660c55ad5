"""The device's end of the wire: a pseudo-terminal or a TCP port."""

import errno
import os
import socket
import termios
import tty
from pathlib import Path
from typing import Protocol

from hardware_sim.opening import OpeningWatch

CHUNK_BYTES = 4096
MOST_BYTES_AT_ONCE = 65_536
SPEED_FIELDS = (4, 5)


class Port(Protocol):
    """What the simulator needs of a wire; nothing here ever blocks."""

    @property
    def address(self) -> str:
        """What a client opens."""

    def readable_fds(self) -> list[int]:
        """File descriptors that become readable when ``read`` has something to do."""

    def read(self) -> bytes:
        """Return what has arrived, perhaps nothing."""

    def write(self, frame: bytes) -> None:
        """Send one frame in one piece; it is lost if nobody takes it."""

    def take_opening(self) -> bool:
        """Return whether somebody has opened the port since this was last asked, if it is known."""

    def welcome(self) -> None:
        """Make sure that the next client can open the port."""

    def close(self) -> None:
        """Leave nothing behind."""


class PseudoTerminal:
    """A raw pseudo-terminal, on request with a symbolic link to it.

    Linux never keeps the parity flag of a pseudo-terminal, and glibc refuses a client's settings
    if the parity did not stick and nothing else changed. So the speed, which has no effect here,
    is put back to one that clients do not ask for. One slave end stays open, since reading from a
    master without any is an error. Whether somebody opens it is known only if it `is_watched`.
    """

    def __init__(self, link: Path | None = None, *, is_watched: bool = False) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = os.ttyname(self._slave)
        self._link = link
        self._watch = OpeningWatch(self._path) if is_watched else None
        self.welcome()
        try:
            _place_link(link, self._path)
        except OSError:
            self._close_both()
            raise

    @property
    def address(self) -> str:
        """The link if there is one, else the pseudo-terminal."""
        return str(self._link or self._path)

    def readable_fds(self) -> list[int]:
        """Return the master's descriptor, and that of the watch."""
        watch_fd = self._watch.fd if self._watch else None
        return [self._master] if watch_fd is None else [self._master, watch_fd]

    def read(self) -> bytes:
        """Return what has arrived."""
        try:
            received = os.read(self._master, CHUNK_BYTES)
        except BlockingIOError:
            return b""
        self.welcome()
        return received

    def take_opening(self) -> bool:
        """Return whether somebody has opened it; False if that is not watched."""
        return self._watch is not None and self._watch.take()

    def write(self, frame: bytes) -> None:
        """Send one frame; a full buffer (nobody reads) swallows it."""
        try:
            os.write(self._master, frame)
        except BlockingIOError:
            return

    def welcome(self) -> None:
        """Put the speed back, so that any client's settings change something."""
        settings = termios.tcgetattr(self._master)
        if settings[SPEED_FIELDS[0]] != termios.B9600:
            for field in SPEED_FIELDS:
                settings[field] = termios.B9600
            termios.tcsetattr(self._master, termios.TCSANOW, settings)

    def close(self) -> None:
        """Remove the link, if it is still ours, and end the pseudo-terminal."""
        if self._link and _target(self._link) == self._path:
            self._link.unlink()
        self._close_both()

    def _close_both(self) -> None:
        if self._watch:
            self._watch.close()
        os.close(self._master)
        os.close(self._slave)


def _target(link: Path) -> str | None:
    return str(link.readlink()) if link.is_symlink() else None


def _place_link(link: Path | None, path: str) -> None:
    """Create the link; an old one that leads nowhere, or here by chance, is replaced."""
    if link is None:
        return
    if link.is_symlink() and (not link.exists() or _target(link) == path):
        link.unlink()
    try:
        link.symlink_to(path)
    except FileExistsError as error:
        raise FileExistsError(
            errno.EEXIST, "exists and is not a stale link; remove it or choose another", str(link)
        ) from error


class TcpPort:
    """A listening port that takes one client at a time; others are turned away."""

    def __init__(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._listener.setblocking(False)
        self._client: socket.socket | None = None
        self._was_opened = False

    @property
    def address(self) -> str:
        """The URL under which pyserial finds it."""
        host, port = self._listener.getsockname()[:2]
        return f"socket://[{host}]:{port}" if ":" in host else f"socket://{host}:{port}"

    def readable_fds(self) -> list[int]:
        """Return the listener's and, if there is one, the client's descriptor."""
        sockets = (self._client, self._listener)
        return [endpoint.fileno() for endpoint in sockets if endpoint]

    def read(self) -> bytes:
        """Return what the client sent; see it off if it left, and let the next one in.

        All that the client sent is taken first: its end may be hidden behind it, and until that is
        seen the next client would be turned away.
        """
        received = bytearray()
        while self._client and len(received) < MOST_BYTES_AT_ONCE:
            chunk = _receive(self._client)
            if chunk is None:
                break
            if not chunk:
                self._drop()
            received += chunk
        self._accept()
        return bytes(received)

    def _accept(self) -> None:
        try:
            newcomer, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        if self._client:
            newcomer.close()
            return
        newcomer.setblocking(False)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = newcomer
        self._was_opened = True

    def take_opening(self) -> bool:
        """Return whether a client was let in."""
        was_opened, self._was_opened = self._was_opened, False
        return was_opened

    def write(self, frame: bytes) -> None:
        """Send one frame; it is lost without a client or if the client does not read."""
        if self._client is None:
            return
        try:
            self._client.send(frame)
        except BlockingIOError:
            return
        except ConnectionError:
            self._drop()

    def welcome(self) -> None:
        """Nothing is in a client's way here."""

    def _drop(self) -> None:
        if self._client:
            self._client.close()
        self._client = None

    def close(self) -> None:
        """Close the connection and the listener."""
        self._drop()
        self._listener.close()


def _receive(client: socket.socket) -> bytes | None:
    """Return bytes, none if the client has left, None if there is nothing now."""
    try:
        return client.recv(CHUNK_BYTES)
    except BlockingIOError:
        return None
    except ConnectionError:
        return b""
