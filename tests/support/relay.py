"""A cable in two halves: a TCP relay that can be cut, or fall silent, while a session runs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK_BYTES = 4096


class Relay:
    """Passes bytes between one client and a server until it is cut or muted."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server = server
        self._ends: list[socket.socket] = []
        self._is_muted = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> str:
        """The port as nmes opens it."""
        host, number = self._listener.getsockname()
        return f"socket://{host}:{number}"

    def cut(self) -> None:
        """Break the connection on both sides."""
        self._listener.close()
        for end in self._ends:
            with suppress(OSError):  # the other side has left first
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def mute(self) -> None:
        """Swallow all bytes from now on, while both sides stay connected."""
        self._is_muted.set()

    def _accept(self) -> None:
        with suppress(OSError):  # cut before anybody came
            client, _ = self._listener.accept()
            server = socket.create_connection(self._server)
            self._ends += [client, server]
            for source, target in ((client, server), (server, client)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # cut, or one side has left
            while chunk := source.recv(CHUNK_BYTES):
                if not self._is_muted.is_set():
                    target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(server_port: str) -> Iterator[Relay]:
    """A relay to a simulator's socket://HOST:PORT."""
    host, _, number = server_port.removeprefix("socket://").rpartition(":")
    relay = Relay((host, int(number)))
    try:
        yield relay
    finally:
        relay.cut()
