"""Serial lines and sockets as a BytePort; the only module that imports pyserial.

Lines are opened exclusively and never block. POSIX only: reading and writing go straight to the
descriptor, since a few microseconds per update count.
"""

import errno
import fcntl
import os
import select
import socket
import termios
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import serial
from serial.tools.list_ports import comports

from drivers.entry import SerialSettings
from drivers.interface import BytePort
from protocols.errors import PortError

_READ_MAX = 4096
_CONNECT_S = 5.0
_SOCKET_SCHEME = "socket://"
_PARITIES = {
    "none": serial.PARITY_NONE,
    "even": serial.PARITY_EVEN,
    "odd": serial.PARITY_ODD,
}
_LIST_PORTS = "Run `nmes ports` to see which ports there are"
_CURES: dict[object, str] = {
    errno.ENOENT: f"there is no such port. Check the cable, switch the device on. {_LIST_PORTS}.",
    errno.ENODEV: f"the device behind it is gone. Check the cable. {_LIST_PORTS}.",
    errno.ENXIO: f"the device behind it is gone. Check the cable. {_LIST_PORTS}.",
    errno.EIO: "the device behind it is gone. Check the cable.",
    errno.ENOTTY: f"it is no serial port. {_LIST_PORTS}.",
    errno.EISDIR: f"it is a folder, no serial port. {_LIST_PORTS}.",
    errno.EACCES: (
        "you have no permission. Join the group that owns it, on most systems "
        "`sudo usermod -aG dialout $USER`, then log out and in."
    ),
    errno.EBUSY: "another program has it. Close that program.",
    errno.EAGAIN: "another program has it. Close that program.",
    errno.ECONNREFUSED: "nothing listens there. Start the other side first.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortInfo:
    """One serial port of this computer. `usb_id` is vendor:product in hex, None if not USB.

    `serial_number` is the one that its USB plug tells, "" if none.
    """

    name: str
    description: str
    usb_id: str | None
    serial_number: str = ""


def list_ports() -> tuple[PortInfo, ...]:
    """Return the serial ports of this computer, in order of name."""
    return tuple(
        PortInfo(
            name=port.device,
            description=port.description,
            usb_id=None if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
            serial_number=port.serial_number or "",
        )
        for port in sorted(comports())
    )


def open_port(name: str, settings: SerialSettings) -> BytePort:
    """Return an open line to a device path or a socket://HOST:PORT; PortError says what to do."""
    try:
        if name.startswith(_SOCKET_SCHEME):
            return _open_socket(name)
        return _open_serial(name, settings)
    except (OSError, ValueError, termios.error) as error:
        cause = _as_told(error)
        raise PortError(f"Cannot open {name}: {_cure(cause)}") from cause


class SerialPort:
    """An open line. `release` closes whatever owns the descriptor."""

    def __init__(
        self, name: str, descriptor: int, release: Callable[[], None], *, is_socket: bool
    ) -> None:
        self._name = name
        self._descriptor = descriptor
        self._release = release
        self._is_socket = is_socket
        self._hang_up = select.poll()
        self._hang_up.register(descriptor, 0)

    def read(self) -> bytes:
        """Return what has arrived, b"" if nothing; PortError if the line is gone."""
        try:
            arrived = os.read(self._descriptor, _READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise PortError(f"Cannot read from {self._name}: {_cure(error)}") from error
        # A serial line reads nothing both when it is quiet and when its plug was pulled.
        if not arrived and (self._is_socket or self._hang_up.poll(0)):
            raise PortError(f"{self._name} is gone. Check the cable.")
        return arrived

    def write(self, data: bytes) -> None:
        """Hand bytes to the line, all or PortError."""
        try:
            written = os.write(self._descriptor, data)
        except BlockingIOError as error:
            raise PortError(f"{self._name} takes no more bytes. Check the device.") from error
        except OSError as error:
            raise PortError(f"Cannot write to {self._name}: {_cure(error)}") from error
        if written != len(data):
            raise PortError(f"{self._name} took {written} of {len(data)} bytes. Check the device.")

    def fileno(self) -> int | None:
        """Return the descriptor to wait on; None once closed."""
        return self._descriptor if self._descriptor >= 0 else None

    def close(self) -> None:
        """Release the line; may be called twice."""
        if self._descriptor >= 0:
            self._hang_up.unregister(self._descriptor)
            self._descriptor = -1
            with suppress(OSError):  # a line that is gone is as good as closed
                self._release()


def _open_serial(name: str, settings: SerialSettings) -> SerialPort:
    is_pseudo_terminal = os.path.realpath(name).startswith("/dev/pts/")
    # A pseudo-terminal has no parity; asking it for one fails unless something else changes too.
    parity = serial.PARITY_NONE if is_pseudo_terminal else _PARITIES[settings.parity]
    # Changing a time-out later would configure the line again, with the same trap.
    line = serial.Serial(
        name,
        baudrate=settings.baud_rate,
        parity=parity,
        stopbits=settings.stop_bits,
        rtscts=settings.has_hardware_flow_control,
        timeout=0,
        write_timeout=0,
        exclusive=True,
    )
    # On a pseudo-terminal this lock would outlive a killed program for as long as the other end is
    # open; there the file lock that pyserial takes must do.
    if not is_pseudo_terminal:
        claim(line)
    return SerialPort(name, line.fileno(), line.close, is_socket=False)


def claim(line: serial.Serial) -> None:
    """Keep programs that ignore file locks off a line, and have bytes handed over at once."""
    fcntl.ioctl(line.fileno(), termios.TIOCEXCL)
    with suppress(NotImplementedError, ValueError):  # where there is no latency to be set
        line.set_low_latency_mode(True)


def _open_socket(name: str) -> SerialPort:
    place = urlsplit(name)
    if place.hostname is None or place.port is None:
        raise ValueError("write it as socket://HOST:PORT")
    connection = socket.create_connection((place.hostname, place.port), timeout=_CONNECT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setblocking(False)
    return SerialPort(name, connection.fileno(), connection.close, is_socket=True)


def _as_told(error: Exception) -> Exception:
    """Return what the system told, which pyserial hides in its text where it sets a line up."""
    hidden = error.__context__
    if isinstance(hidden, termios.error) and hidden.args[0] in _CURES:
        return OSError(*hidden.args)
    return error


def _cure(error: Exception) -> str:
    """Return what is wrong and what to do, as the end of a sentence."""
    number = error.errno if isinstance(error, OSError) else None
    return _CURES.get(number, f"{error}. Check cable and device.")
