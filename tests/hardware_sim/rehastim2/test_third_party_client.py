"""The unmodified PyPI client pysciencemode, which real RehaStim2 devices are used with."""

import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise

import pytest
from support.pulse_record import PulseRow, read_pulses
from support.simulator_process import running_simulator

TIME_LIMIT_S = 20

SESSION = """
import os, sys, time
from pysciencemode import Channel, Device, Modes, Rehastim2

def channel(number, current, mode=Modes.SINGLE):
    return Channel(
        mode=mode, no_channel=number, amplitude=current, pulse_width=300,
        device_type=Device.Rehastim2,
    )

stimulator = Rehastim2(port=sys.argv[1], show_log=False)
channels = [channel(1, 10), channel(3, 15)]
stimulator.init_channel(stimulation_interval=20, list_channels=channels)
stimulator.start_stimulation(stimulation_duration=0.3, upd_list_channels=channels)
time.sleep(0.2)  # so long it shall stimulate
stimulator.start_stimulation(upd_list_channels=[channel(1, 85), channel(3, 129, Modes.DOUBLET)])
time.sleep(0.2)  # so long it shall stimulate
stimulator.end_stimulation()
os._exit(0)  # its threads do not end by themselves
"""
PERIOD_S = 0.02


@dataclass(frozen=True)
class Session:
    """The client's session on the device's own clock: pulses, and when commands arrived."""

    pulses: list[PulseRow]
    start_times_s: list[float]
    stop_s: float

    def between(self, first_s, last_s):
        """Pulses of the periods that began after a command and before the next."""
        return [p for p in self.pulses if first_s + PERIOD_S <= p.time_s < last_s]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    pytest.importorskip("pysciencemode", reason="another author's client, of the extra dev")
    folder = tmp_path_factory.mktemp("session")
    record, trace = folder / "pulses.csv", folder / "trace.txt"
    with running_simulator("--pulses", str(record), "--trace", str(trace)) as simulator:
        client = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SESSION, simulator.port],
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        assert client.returncode == 0, client.stderr
        assert simulator.end() == 0
    return Session(
        pulses=read_pulses(record),
        start_times_s=arrivals(trace, "StartChannelListMode #"),
        stop_s=arrivals(trace, "StopChannelListMode #")[-1],
    )


def arrivals(trace, command):
    lines = [line.split(" ", 3) for line in trace.read_text().splitlines()]
    return [float(time_s) for time_s, _, _, meaning in lines if meaning.startswith(command)]


def test_the_client_starts_pauses_and_updates(session):
    assert len(session.start_times_s) == 3


def test_the_client_stimulates_both_channels_at_50_hz(session):
    pulses = session.between(*session.start_times_s[:2])

    assert {(p.channel, p.current_ma, p.pulse_width_us) for p in pulses} == {
        (1, 10, 300),
        (3, 15, 300),
    }
    times_us = [p.time_us for p in pulses if p.channel == 1]
    assert {later - earlier for earlier, later in pairwise(times_us)} == {20_000}


def test_the_pause_of_the_client_is_silent(session):
    assert session.between(*session.start_times_s[1:]) == []


def test_an_update_of_the_client_changes_current_and_mode(session):
    pulses = session.between(session.start_times_s[2], session.stop_s)

    assert {(p.channel, p.current_ma) for p in pulses} == {(1, 85), (3, 129)}
    times_us = [p.time_us for p in pulses if p.channel == 3]
    assert {later - earlier for earlier, later in pairwise(times_us)} == {8_000, 12_000}


def test_the_client_stops_the_device(session):
    assert session.pulses[-1].time_s <= session.stop_s


def test_every_pulse_of_the_session_is_balanced(session):
    assert all(pulse.net_charge_nc == 0 for pulse in session.pulses)
