import os
import select
import socket
import termios

import pytest

from hardware_sim.ports import PseudoTerminal, TcpPort

PATIENCE_S = 5.0
FRAME = bytes.fromhex("f0814781560001010f")


@pytest.fixture
def tcp():
    port = TcpPort("127.0.0.1", 0)
    yield port
    port.close()


@pytest.fixture
def terminal():
    port = PseudoTerminal()
    yield port
    port.close()


def connect(port):
    host, _, number = port.address.removeprefix("socket://").rpartition(":")
    return socket.create_connection((host, int(number)), timeout=PATIENCE_S)


def read_when_ready(port):
    assert select.select(port.readable_fds(), [], [], PATIENCE_S)[0]
    return port.read()


def test_bytes_pass_over_tcp_both_ways(tcp):
    with connect(tcp) as client:
        read_when_ready(tcp)
        client.sendall(b"\xf0\x0f")
        tcp.write(FRAME)

        assert read_when_ready(tcp) == b"\xf0\x0f"
        assert client.recv(100) == FRAME


def test_a_tcp_client_that_follows_at_once_is_let_in_behind_the_last_bytes_of_the_former(tcp):
    with connect(tcp) as former:
        read_when_ready(tcp)
        former.sendall(b"last")
    with connect(tcp) as newcomer:
        assert read_when_ready(tcp) == b"last"
        newcomer.sendall(b"first")

        assert read_when_ready(tcp) == b"first"


def test_frames_without_a_tcp_client_are_lost(tcp):
    tcp.write(FRAME)
    with connect(tcp) as client:
        read_when_ready(tcp)
        tcp.write(b"later")

        assert client.recv(100) == b"later"


def test_frames_are_lost_while_a_tcp_client_does_not_read(tcp):
    with connect(tcp):
        read_when_ready(tcp)

        for _ in range(10_000):
            tcp.write(FRAME * 100)


def test_a_tcp_client_that_resets_the_connection_has_left(tcp):
    client = connect(tcp)
    read_when_ready(tcp)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.close()

    assert read_when_ready(tcp) == b""
    assert len(tcp.readable_fds()) == 1


def test_a_pseudo_terminal_passes_all_bytes_unchanged(terminal):
    everything = bytes(range(256))
    client = os.open(terminal.address, os.O_RDWR | os.O_NOCTTY)

    os.write(client, everything)
    terminal.write(everything)

    assert read_when_ready(terminal) == everything
    assert os.read(client, 1000) == everything
    os.close(client)


def test_frames_are_lost_while_nobody_reads_the_pseudo_terminal(terminal):
    for _ in range(10_000):
        terminal.write(FRAME)


def test_nothing_to_read_is_no_bytes(terminal, tcp):
    assert (terminal.read(), tcp.read()) == (b"", b"")


def test_after_a_welcome_the_speed_is_one_that_no_client_asks_for(terminal):
    client = os.open(terminal.address, os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(client)
    settings[4:6] = [termios.B460800] * 2
    termios.tcsetattr(client, termios.TCSANOW, settings)

    terminal.welcome()

    assert termios.tcgetattr(client)[4:6] == [termios.B9600] * 2
    os.close(client)


def test_a_link_that_someone_else_changed_is_left_alone(tmp_path):
    port = PseudoTerminal(tmp_path / "stim")
    (tmp_path / "stim").unlink()
    (tmp_path / "stim").symlink_to("/dev/null")

    port.close()

    assert (tmp_path / "stim").is_symlink()
