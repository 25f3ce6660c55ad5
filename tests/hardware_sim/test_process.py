import signal
import socket
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import serial
from support.pulse_record import read_pulses
from support.rehastim2_bench import (
    GET_MODE,
    INIT_ACK,
    INIT_LIST,
    START_LIST,
    STOP_LIST,
    WATCHDOG,
    channel_list,
    setting,
)
from support.simulator_process import running_simulator, wait_until

from hardware_sim.ports import PseudoTerminal
from hardware_sim.rehastim2.frames import FrameReader, encode

PATIENCE_S = 5.0
PERIOD_S = 0.008
WATCHDOG_S = 1.2


class Client:
    """A host that knows just enough to be answered."""

    def __init__(self, port):
        if port.startswith("socket://"):
            self.port = serial.serial_for_url(port, timeout=PATIENCE_S)
        else:
            self.port = serial.Serial(
                port, 460800, parity=serial.PARITY_EVEN, timeout=PATIENCE_S, write_timeout=1
            )
        self.reader = FrameReader()
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def next_packet(self):
        while True:
            byte = self.port.read(1)
            assert byte, "the device says nothing"
            for packet in self.reader.receive(byte):
                return packet

    def send(self, command, data=b""):
        self.number = (self.number + 1) % 256
        self.port.write(encode(self.number, command, data))

    def result(self, command, data=b""):
        self.send(command, data)
        while (packet := self.next_packet()).command != command + 1:
            continue
        return packet.data[0]

    def connect(self):
        """Without waiting for an Init, which would cost half a second."""
        self.send(INIT_ACK, b"\x00")
        assert self.result(GET_MODE) == 0
        return self

    def start(self, init=None):
        self.connect()
        assert self.result(INIT_LIST, init or channel_list(t1=14)) == 0
        assert self.result(START_LIST, setting()) == 0
        return self


def rows(path):
    return read_pulses(path) if path.exists() else []


@dataclass(frozen=True)
class Files:
    record: Path
    trace: Path

    @property
    def options(self):
        return "--pulses", str(self.record), "--trace", str(self.trace)

    def output_without_host_s(self):
        """How long pulses went on after the last frame of the host that was obeyed."""
        lines = [line.split(" ", 3) for line in self.trace.read_text().splitlines()]
        start_s = max(float(time_s) for time_s, *_, words in lines if words.startswith("Start"))
        return rows(self.record)[-1].time_s - start_s

    def shows_a_watchdog_stop(self):
        return WATCHDOG_S - PERIOD_S <= self.output_without_host_s() < WATCHDOG_S


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "pulses.csv", tmp_path / "trace.txt")


def test_the_first_line_names_the_link_and_the_second_the_time_of_the_record(tmp_path):
    before = time.monotonic()

    with running_simulator("--link", str(tmp_path / "stim")) as simulator:
        assert simulator.port == str(tmp_path / "stim")
        assert before < simulator.zero_s < time.monotonic()


def test_without_a_link_the_port_is_the_pseudo_terminal():
    with running_simulator() as simulator:
        assert simulator.port.startswith("/dev/")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path, number):
    link, record = tmp_path / "stim", tmp_path / "pulses.csv"
    with running_simulator("--link", str(link), "--pulses", str(record)) as simulator:
        with Client(simulator.port) as client:
            client.start()
            wait_until(lambda: len(rows(record)) > 10)
            ended_s = time.monotonic()
            simulator.process.send_signal(number)
            assert simulator.process.wait(PATIENCE_S) == 0

        assert not link.is_symlink()
        assert rows(record)[-1].time_s >= ended_s - simulator.zero_s - PERIOD_S
        assert record.read_text().endswith("\n")


def test_nothing_else_is_said_on_standard_output_or_standard_error(tmp_path):
    with running_simulator("--pulses", str(tmp_path / "pulses.csv")) as simulator:
        with Client(simulator.port) as client:
            client.start()
        assert simulator.end() == 0
        assert simulator.process.stdout.read() == ""


def test_pulse_times_lie_exactly_on_the_grid_in_real_time(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--pulses", str(record)) as simulator, Client(simulator.port) as client:
        client.start(channel_list(t1=15))
        wait_until(lambda: len(rows(record)) > 30)

    times_us = [row.time_us for row in rows(record)]
    assert {later - earlier for earlier, later in pairwise(times_us)} == {8_500}


def test_a_kill_loses_at_most_100_ms_of_the_record(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--pulses", str(record)) as simulator, Client(simulator.port) as client:
        client.start()
        wait_until(lambda: len(rows(record)) > 10)
        client.send(WATCHDOG)
        simulator.process.kill()
        killed_s = time.monotonic() - simulator.zero_s
        simulator.process.wait(PATIENCE_S)

        assert killed_s - rows(record)[-1].time_s <= 0.1


def test_the_last_pulse_is_written_though_nothing_happens_after_it(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--pulses", str(record)) as simulator, Client(simulator.port) as client:
        client.start(channel_list(t1=0))

        wait_until(lambda: len(rows(record)) == 1, 0.9)


def test_a_stop_ends_the_pulses(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--pulses", str(record)) as simulator, Client(simulator.port) as client:
        client.start()
        wait_until(lambda: len(rows(record)) > 10)
        assert client.result(STOP_LIST) == 0
        stopped_s = time.monotonic() - simulator.zero_s
        wait_until(lambda: time.monotonic() - simulator.zero_s > stopped_s + 0.1)
        assert simulator.end() == 0

        assert rows(record)[-1].time_s < stopped_s


def test_the_port_can_be_opened_again_and_again_with_even_parity():
    with running_simulator() as simulator:
        with Client(simulator.port) as client:
            assert client.next_packet().command == 1
        for _ in range(5):
            with Client(simulator.port) as client:
                client.connect()


def test_a_client_that_leaves_is_missed_by_the_watchdog(files):
    with running_simulator(*files.options) as simulator:
        with Client(simulator.port) as client:
            client.start()
        with Client(simulator.port) as client:
            assert client.next_packet().command == 1
        assert simulator.end() == 0

        assert files.shows_a_watchdog_stop()


def test_time_in_which_the_process_was_stopped_counts(files):
    with running_simulator(*files.options) as simulator, Client(simulator.port) as client:
        client.start()
        simulator.process.send_signal(signal.SIGSTOP)
        time.sleep(WATCHDOG_S)  # the time itself is what is tested
        client.send(WATCHDOG)
        simulator.process.send_signal(signal.SIGCONT)

        assert client.next_packet().command == 1
        assert simulator.end() == 0
        assert files.shows_a_watchdog_stop()


def test_a_link_left_by_a_killed_simulator_is_replaced(tmp_path):
    link = str(tmp_path / "stim")
    with running_simulator("--link", link) as simulator:
        simulator.process.kill()
        simulator.process.wait(PATIENCE_S)

    with running_simulator("--link", link) as simulator, Client(simulator.port) as client:
        client.connect()


def test_a_client_that_never_reads_does_not_block_the_device(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--pulses", str(record)) as simulator, Client(simulator.port) as client:
        client.start()
        question = encode(1, GET_MODE) * 50
        for _ in range(100):
            client.port.write(question)
        asked_s = time.monotonic() - simulator.zero_s

        wait_until(lambda: any(row.time_s > asked_s for row in rows(record)))


def test_a_trace_names_the_frames_of_both_sides(tmp_path):
    trace = tmp_path / "trace.txt"
    with running_simulator("--trace", str(trace)) as simulator:
        with Client(simulator.port) as client:
            client.start()
        assert simulator.end() == 0

    words = [line.split(" ", 3)[1::2] for line in trace.read_text().splitlines()]
    assert words[:2] == [["device>host", "Init #0: version 1"], ["host>device", "InitAck #1: 0 ok"]]
    assert ["host>device", "StartChannelListMode #4: ch1 single 300 us 20 mA"] in words
    assert ["device>host", "StartChannelListModeAck #4: 0 ok"] in words


def test_the_seed_and_the_delay_of_answers_are_obeyed():
    with (
        running_simulator("--seed", "77", "--ack-delay", "150") as simulator,
        Client(simulator.port) as client,
    ):
        packet = client.next_packet()
        client.port.write(encode(packet.number, INIT_ACK, b"\x00"))
        asked_s = time.monotonic()

        assert client.result(GET_MODE) == 0
        assert time.monotonic() - asked_s >= 0.15
        assert packet.number in (77, 78, 79)


def test_over_tcp_the_port_is_a_url_that_can_be_opened(tmp_path):
    record = tmp_path / "pulses.csv"
    with running_simulator("--tcp", "127.0.0.1:0", "--pulses", str(record)) as simulator:
        assert simulator.port.startswith("socket://127.0.0.1:")
        with Client(simulator.port) as client:
            client.start()
            wait_until(lambda: len(rows(record)) > 10)


def test_over_tcp_a_second_client_is_turned_away():
    with running_simulator("--tcp", "127.0.0.1:0") as simulator:
        address = ("127.0.0.1", int(simulator.port.rsplit(":", 1)[1]))
        with Client(simulator.port) as client:
            client.next_packet()
            with socket.create_connection(address, timeout=PATIENCE_S) as second:
                assert second.recv(100) == b""
            client.connect()


def test_over_tcp_a_client_that_leaves_is_missed_by_the_watchdog_and_replaced(files):
    with running_simulator("--tcp", "127.0.0.1:0", *files.options) as simulator:
        with Client(simulator.port) as client:
            client.start()
        with Client(simulator.port) as client:
            assert client.next_packet().command == 1
        assert simulator.end() == 0

        assert files.shows_a_watchdog_stop()


def test_over_ipv6_the_address_is_in_brackets():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with running_simulator("--tcp", "[::1]:0") as simulator:
        assert simulator.port.startswith("socket://[::1]:")


def test_with_a_parent_pipe_it_ends_when_the_parent_is_gone():
    with running_simulator("--parent-pipe") as simulator:
        simulator.process.stdin.close()

        assert simulator.process.wait(PATIENCE_S) == 0


def test_with_a_parent_pipe_it_outlives_the_parent_until_its_watchdog_expires(files):
    with running_simulator("--parent-pipe", *files.options) as simulator:
        with Client(simulator.port) as client:
            client.start()
            simulator.process.stdin.close()
            assert simulator.process.wait(PATIENCE_S) == 0

        assert files.shows_a_watchdog_stop()


def test_without_a_parent_pipe_standard_input_is_ignored():
    with running_simulator() as simulator, Client(simulator.port) as client:
        simulator.process.stdin.close()

        client.connect()
        assert simulator.process.poll() is None


def test_no_descriptor_is_left_behind_by_a_link_that_cannot_be_placed(tmp_path):
    (tmp_path / "taken").touch()
    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(FileExistsError):
        PseudoTerminal(tmp_path / "taken")

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_fault_script_acts_in_real_time_and_leaves_a_log(tmp_path):
    script, log = tmp_path / "faults.yaml", tmp_path / "faults.csv"
    script.write_text(
        "seed: 1\nfaults:\n  - {kind: refuse, result: busy, at_frame: 2, times: 1}\n"
        "  - {kind: delay, delay_ms: 60, direction: to_host, at_frame: 1,"
        " commands: [StopChannelListModeAck]}\n"
    )
    with running_simulator("--faults", str(script), "--fault-log", str(log)) as simulator:
        with Client(simulator.port) as client:
            client.connect()
            sent_s = time.monotonic()
            assert client.result(STOP_LIST) == 256 - 8
            assert time.monotonic() - sent_s >= 0.06
            assert client.result(STOP_LIST) == 0
        wait_until(lambda: len(log.read_text().splitlines()) == 3)
        assert simulator.end() == 0

    header, *entries = (line.split(",") for line in log.read_text().splitlines())
    assert header == ["time_s", "fault", "kind", "direction", "bytes", "detail"]
    assert [entry[1:4] for entry in entries] == [
        ["1", "refuse", "to_device"],
        ["2", "delay", "to_host"],
    ]


def test_an_open_electrode_in_real_time_ends_the_pulses(tmp_path):
    script, record = tmp_path / "faults.yaml", tmp_path / "pulses.csv"
    script.write_text(
        "seed: 1\nfaults:\n  - {kind: open_electrode, channel: 1, at_frame: 30,"
        " commands: [GetStimulationMode]}\n"
    )
    options = "--faults", str(script), "--pulses", str(record)
    with running_simulator(*options) as simulator, Client(simulator.port) as client:
        client.start()
        wait_until(lambda: len(rows(record)) > 10)
        for _ in range(28):
            assert client.result(GET_MODE) == 0
        client.send(GET_MODE)
        while (packet := client.next_packet()).command != 38:
            continue
        assert packet.data == b"\xfe"
        stopped_s = time.monotonic() - simulator.zero_s
        assert simulator.end() == 0

    assert rows(record)[-1].time_s < stopped_s
