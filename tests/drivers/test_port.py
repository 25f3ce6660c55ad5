"""Ports over real pseudo-terminals and sockets."""

import errno
import fcntl
import os
import select
import socket
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from drivers.entry import SerialSettings
from drivers.interface import BytePort
from drivers.port import SerialPort, claim, list_ports, open_port
from protocols.errors import PortError

EVEN = SerialSettings(
    baud_rate=460_800, parity="even", stop_bits=1, has_hardware_flow_control=False
)

TIOCGEXCL = 0x80045440  # Linux; the standard library does not name it


class Terminal:
    """A pseudo-terminal whose far end the test holds."""

    def __init__(self) -> None:
        self.far, near = os.openpty()
        tty.setraw(near)
        self.name = os.ttyname(near)
        self.near: int | None = near

    def received(self, count: int) -> bytes:
        """Wait for that many bytes."""
        arrived = b""
        while len(arrived) < count:
            assert select.select([self.far], [], [], 5)[0]
            arrived += os.read(self.far, count - len(arrived))
        return arrived

    def vanish(self) -> None:
        for descriptor in (self.near, self.far):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
        self.near, self.far = None, -1


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.vanish()


@pytest.fixture
def port(terminal: Terminal) -> Iterator[BytePort]:
    opened = open_port(terminal.name, EVEN)
    yield opened
    opened.close()


def wait_readable(port: BytePort) -> None:
    descriptor = port.fileno()
    assert descriptor is not None
    assert select.select([descriptor], [], [], 5)[0]


def test_what_is_written_comes_out_at_the_far_end(terminal, port):
    port.write(bytes(range(256)))
    assert terminal.received(256) == bytes(range(256))


def test_what_the_far_end_sends_is_read(terminal, port):
    os.write(terminal.far, bytes(range(256)))
    arrived = b""
    while len(arrived) < 256:
        wait_readable(port)
        arrived += port.read()
    assert arrived == bytes(range(256))


def test_a_quiet_line_reads_nothing_at_once(port):
    assert port.read() == b""


def test_what_came_before_opening_is_flushed(terminal):
    os.write(terminal.far, b"stale")
    assert select.select([terminal.near], [], [], 5)[0]
    port = open_port(terminal.name, EVEN)
    assert port.read() == b""
    port.close()


def test_a_line_can_be_opened_again_and_again_though_it_has_no_parity(terminal):
    for _ in range(4):
        port = open_port(terminal.name, EVEN)
        port.write(b"x")
        assert terminal.received(1) == b"x"
        port.close()


def test_a_line_that_another_program_has_is_refused_and_says_so(terminal, port):
    with pytest.raises(PortError, match="another program has it"):
        open_port(terminal.name, EVEN)


def test_a_line_that_was_closed_is_free_again(terminal):
    open_port(terminal.name, EVEN).close()
    open_port(terminal.name, EVEN).close()


def test_a_far_end_that_vanished_is_an_error_when_read(terminal, port):
    terminal.vanish()
    with pytest.raises(PortError, match="gone"):
        port.read()


def test_a_far_end_that_vanished_is_an_error_when_written(terminal, port):
    terminal.vanish()
    with pytest.raises(PortError, match="Check the cable"):
        port.write(b"x")


def test_a_line_that_takes_no_more_bytes_is_an_error(port):
    with pytest.raises(PortError, match="takes no more bytes"):
        for _ in range(100_000):
            port.write(b"x")


def test_a_line_that_takes_only_part_is_an_error(port):
    with pytest.raises(PortError, match=r"took \d+ of 100000 bytes"):
        port.write(bytes(100_000))


def test_a_closed_line_has_nothing_to_wait_on(port):
    port.close()
    assert port.fileno() is None


def test_a_closed_line_can_be_closed_again(port):
    port.close()
    port.close()


@pytest.mark.parametrize("use", [lambda p: p.read(), lambda p: p.write(b"x")])
def test_a_closed_line_is_an_error_to_use(port, use):
    port.close()
    with pytest.raises(PortError):
        use(port)


def test_a_line_that_fails_to_close_is_closed(terminal):
    def fail() -> None:
        raise OSError(errno.EIO, "gone")

    port = SerialPort("some port", terminal.far, fail, is_socket=False)
    port.close()
    assert port.fileno() is None


def test_a_port_that_is_not_there_is_named_with_what_to_do():
    with pytest.raises(PortError, match=r"/dev/ttyNONE.*Check the cable.*nmes ports"):
        open_port("/dev/ttyNONE", EVEN)


def test_a_file_is_no_port(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PortError, match="Cannot open"):
        open_port(str(tmp_path / "file"), EVEN)


def test_a_folder_is_no_port(tmp_path: Path):
    with pytest.raises(PortError, match="Cannot open"):
        open_port(str(tmp_path), EVEN)


def test_settings_that_no_line_has_are_refused(terminal):
    odd = SerialSettings(baud_rate=-1, parity="odd", stop_bits=2, has_hardware_flow_control=True)
    with pytest.raises(PortError, match="Cannot open"):
        open_port(terminal.name, odd)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def url(server: socket.socket) -> str:
    return f"socket://127.0.0.1:{server.getsockname()[1]}"


def test_a_socket_is_written_and_read(server):
    port = open_port(url(server), EVEN)
    far, _ = server.accept()
    with far:
        port.write(b"there")
        assert far.recv(5, socket.MSG_WAITALL) == b"there"
        assert port.read() == b""
        far.sendall(b"and back")
        wait_readable(port)
        assert port.read()[:1] == b"a"
    port.close()


def test_a_socket_whose_far_end_closed_is_an_error(server):
    port = open_port(url(server), EVEN)
    server.accept()[0].close()
    wait_readable(port)
    with pytest.raises(PortError, match="gone"):
        port.read()
    port.close()


def test_a_socket_that_takes_only_part_is_an_error(server):
    port = open_port(url(server), EVEN)
    far, _ = server.accept()
    with far, pytest.raises(PortError, match=r"bytes\. Check the device"):
        port.write(bytes(50_000_000))
    port.close()


def test_a_socket_nobody_listens_on_is_refused(server):
    place = url(server)
    server.close()
    with pytest.raises(PortError, match="nothing listens there"):
        open_port(place, EVEN)


@pytest.mark.parametrize("name", ["socket://", "socket://host", "socket://host:999999"])
def test_a_socket_without_host_or_port_is_refused(name):
    with pytest.raises(PortError, match="Cannot open"):
        open_port(name, EVEN)


def test_the_ports_of_this_computer_are_listed_in_order():
    names = [port.name for port in list_ports()]
    assert len(names) == len(set(names))


def test_the_line_gets_the_speed_of_the_settings(terminal, port):
    assert termios.tcgetattr(port.fileno())[4] == termios.B460800


def test_a_claimed_line_is_closed_to_programs_that_ignore_file_locks(terminal):
    line = serial.Serial(terminal.name, timeout=0)
    claim(line)
    is_exclusive = fcntl.ioctl(line.fileno(), TIOCGEXCL, bytes(4))
    line.close()
    assert int.from_bytes(is_exclusive, sys.byteorder) == 1
