"""The simulated P24 and RehaMove3 as processes, in real time."""

import subprocess
import sys
from pathlib import Path

import pytest
import serial
from support.shaped_record import read_shaped_pulses
from support.simulated_p24 import BIPHASIC, pulse, setting, update
from support.simulator_process import running_simulator

from hardware_sim.p24.commands import Command
from hardware_sim.p24.frames import FrameReader, Packet, encode

PATIENCE_S = 5.0


class Client:
    """A host that opens the port as the manual says and knows just enough to be answered."""

    def __init__(self, port: str) -> None:
        if port.startswith("socket://"):
            self.port = serial.serial_for_url(port, timeout=PATIENCE_S)
        else:
            self.port = serial.Serial(
                port, 3_000_000, stopbits=2, rtscts=True, timeout=PATIENCE_S, write_timeout=1
            )
        self.number = 0

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.port.close()

    def ask(self, command: int, data: bytes = b"") -> Packet:
        self.number = (self.number + 1) % 64
        self.port.write(encode(self.number, command, data))
        reader = FrameReader()
        while True:
            byte = self.port.read(1)
            assert byte, "the device says nothing"
            for packet in reader.receive(byte):
                assert isinstance(packet, Packet)
                return packet


@pytest.mark.parametrize(("device", "name"), [("p24", "P24SIM0001"), ("rehamove3", "RM3SIM0001")])
def test_each_is_served_over_tcp_with_record_trace_faults_and_their_log(
    device: str, name: str, tmp_path: Path
) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("seed: 1\nfaults: [{kind: open_electrode, channel: 2, at_s: 0}]\n")
    record, trace, log = tmp_path / "p.csv", tmp_path / "t.txt", tmp_path / "f.csv"
    options = ("--tcp", "127.0.0.1:0", "--pulses", str(record), "--trace", str(trace))
    options += ("--faults", str(script), "--fault-log", str(log))
    with running_simulator(*options, device=device) as simulator:
        with Client(simulator.port) as client:
            assert client.ask(Command.Get_device_id).data[1:].decode() == name
            assert client.ask(Command.Ll_init, b"\x00").data[0] == 0
            assert client.ask(Command.Ll_channel_config, pulse()).data[0] == 0
            assert client.ask(Command.Ll_channel_config, pulse(channel=1)).data[0] == 10
        assert simulator.end() == 0

    (put_out,) = read_shaped_pulses(record)
    assert (put_out.channel, put_out.points) == (1, BIPHASIC)
    lines = trace.read_text().splitlines()
    assert lines[0].split(" ", 3)[3] == "Get_device_id #1"
    assert "Ll_channel_config #4: ch2 20 mA 200 us 0 mA 100 us -20 mA 200 us" in lines[-2]
    assert log.read_text().splitlines()[1:] == ["0.000000,1,open_electrode,,,contact 2 for good"]


def test_the_port_can_be_opened_again_and_again_with_the_settings_of_the_manual() -> None:
    with running_simulator(device="p24") as simulator:
        for _ in range(3):
            with Client(simulator.port) as client:
                assert client.ask(Command.Get_stim_status).data == b"\x00\x00\x01"


def test_when_the_parent_is_gone_the_record_shows_that_the_watchdog_ended_it(
    tmp_path: Path,
) -> None:
    record = tmp_path / "pulses.csv"
    with running_simulator("--parent-pipe", "--pulses", str(record), device="p24") as simulator:
        with Client(simulator.port) as client:
            client.ask(Command.Ml_init, b"\x00")
            client.ask(Command.Ml_update, update({1: setting()}))
        simulator.process.stdin.close()
        assert simulator.process.wait(PATIENCE_S) == 0

    pulses = read_shaped_pulses(record)
    assert len(pulses) == 100
    assert pulses[-1].time_us - pulses[0].time_us == 99 * 20_000


def test_the_command_of_nmes_simulates_it_too() -> None:
    command = [sys.executable, "-m", "nmes", "simulate", "p24", "--faults", "patient_switch"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 2
    assert "the p24 has no emergency_switch" in ended.stderr
