"""The unmodified PyPI client pysciencemode, which real RehaStim2 devices are used with."""

import json
import subprocess
import sys

import pytest
from support.pulse_record import read_pulses
from support.simulator_process import running_simulator

TIME_LIMIT_S = 20

SESSION = """
import json, os, sys, time
from pysciencemode import Channel, Device, Modes, Rehastim2

def channel(number, current, mode=Modes.SINGLE):
    return Channel(
        mode=mode, no_channel=number, amplitude=current, pulse_width=300,
        device_type=Device.Rehastim2,
    )

marks = {}
def mark(name):
    marks[name] = time.monotonic()

stimulator = Rehastim2(port=sys.argv[1], show_log=False)
stimulator.init_channel(
    stimulation_interval=20, list_channels=[channel(1, 10), channel(3, 15)]
)
mark("started")
stimulator.start_stimulation(
    stimulation_duration=0.3, upd_list_channels=[channel(1, 10), channel(3, 15)]
)
mark("paused")
time.sleep(0.2)
mark("updated")
stimulator.start_stimulation(upd_list_channels=[channel(1, 85), channel(3, 129, Modes.DOUBLET)])
time.sleep(0.2)
stimulator.end_stimulation()
mark("ended")
json.dump(marks, open(sys.argv[2], "w"))
os._exit(0)  # its threads do not end by themselves
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Pulses of the client's session, and its own clock at the steps, from the record's zero."""
    pytest.importorskip("pysciencemode")
    folder = tmp_path_factory.mktemp("session")
    record, marks = folder / "pulses.csv", folder / "marks.json"
    with running_simulator("--pulses", str(record)) as simulator:
        client = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", SESSION, simulator.port, str(marks)],
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        assert client.returncode == 0, client.stderr
        assert simulator.end() == 0
    times_s = {
        name: time_s - simulator.zero_s for name, time_s in json.loads(marks.read_text()).items()
    }
    return read_pulses(record), times_s


def between(session, first, last):
    """Pulses of a step, without those within 25 ms of its ends, where a period may be under way."""
    pulses, times_s = session
    return [p for p in pulses if times_s[first] + 0.025 < p.time_s < times_s[last] - 0.005]


def test_the_client_stimulates_both_channels_at_50_hz(session):
    pulses = between(session, "started", "paused")

    assert {(p.channel, p.current_ma, p.pulse_width_us) for p in pulses} == {
        (1, 10, 300),
        (3, 15, 300),
    }
    assert {p.time_us % 20_000 for p in pulses if p.channel == 1} == {pulses[0].time_us % 20_000}
    assert len(pulses) >= 20


def test_the_pause_of_the_client_is_silent(session):
    assert between(session, "paused", "updated") == []


def test_an_update_of_the_client_changes_current_and_mode(session):
    pulses = between(session, "updated", "ended")

    assert {(p.channel, p.current_ma) for p in pulses} == {(1, 85), (3, 129)}
    singles = sum(p.channel == 1 for p in pulses)
    doublets = sum(p.channel == 3 for p in pulses)
    assert abs(doublets - 2 * singles) <= 2


def test_the_client_stops_the_device(session):
    pulses, times_s = session

    assert pulses[-1].time_s < times_s["ended"]


def test_every_pulse_of_the_session_is_balanced(session):
    pulses, _ = session

    assert all(pulse.net_charge_nc == 0 for pulse in pulses)
