"""The unmodified PyPI client science-mode-4, which real P24 devices are used with."""

import json
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise

import pytest
from support.shaped_record import ShapedRow, read_shaped_pulses
from support.simulator_process import running_simulator

TIME_LIMIT_S = 30
BIPHASIC_20 = ((20.0, 200), (0.0, 100), (-20.0, 200))
BIPHASIC_12 = ((12.5, 300), (0.0, 100), (-12.5, 300))

SESSION = """
import asyncio, json, sys
from science_mode_4 import (
    Channel, ChannelPoint, Commands, Connector, DeviceP24, LowLevelHighVoltageSource, LowLevelMode,
    MidLevelChannelConfiguration, SerialPortConnection,
)

told = {}

def biphasic(current_ma, width_us):
    there, back = ChannelPoint(width_us, current_ma), ChannelPoint(width_us, -current_ma)
    return [there, ChannelPoint(100, 0), back]

def states(data):
    return [str(error.name) for error in data.channel_error]

async def main():
    connection = SerialPortConnection(sys.argv[1])
    connection.open()
    device = DeviceP24(connection)
    await device.initialize()
    general, mid, low = (
        device.get_layer_general(), device.get_layer_mid_level(), device.get_layer_low_level()
    )
    told["device_id"] = general.device_id
    told["protocol"] = general.science_mode_version
    await mid.init(True)
    first = [MidLevelChannelConfiguration(True, 3, 20, biphasic(20, 200))]
    await mid.update(first)
    active = []
    for _ in range(3):
        await asyncio.sleep(0.7)  # three of them are longer than the watchdog waits
        data = await mid.get_current_data()
        active.append(data.is_stimulation_active_per_channel)
    told["active"] = active
    both = [
        MidLevelChannelConfiguration(True, 3, 20, biphasic(12.5, 300)), None, None, None, None,
        MidLevelChannelConfiguration(True, 0, 40, biphasic(20, 200)),
    ]
    await mid.update(both)
    await asyncio.sleep(0.3)  # so long it shall stimulate
    told["running"] = (await general.get_stim_status()).stim_status
    await mid.stop()
    told["stopped"] = (await general.get_stim_status()).stim_status
    await low.init(LowLevelMode.STIM_CURRENT, LowLevelHighVoltageSource.STANDARD)
    low.send_channel_config(True, Channel.RED, Connector.YELLOW, biphasic(20, 200))
    low.send_channel_config(False, Channel.BLUE, Connector.YELLOW, biphasic(20, 200))
    low.send_channel_config(True, Channel.WHITE, Connector.GREEN, biphasic(12.5, 300))
    acks = []
    while len(acks) < 3:
        ack = low.packet_buffer.get_packet_from_buffer()
        if ack and ack.command == Commands.LOW_LEVEL_CHANNEL_CONFIG_ACK:
            acks.append(ack)
        await asyncio.sleep(0.001)  # the client reads beside this
    told["pulses"] = [(a.channel, a.connector, a.result, a.mode) for a in acks]
    told["highest_ma"] = [max(a.measurement_samples) for a in acks]
    await low.stop()
    connection.close()

asyncio.run(main())
print(json.dumps(told))
"""


@dataclass(frozen=True)
class Session:
    """What the client was told, and what the device put out, on the device's own clock."""

    told: dict[str, object]
    pulses: list[ShapedRow]
    updates_us: list[int]
    stop_us: int

    def mid_level(self, update: int) -> list[ShapedRow]:
        """Pulses after one update and before the next, or the stop."""
        from_us, to_us = [*self.updates_us, self.stop_us][update : update + 2]
        return [p for p in self.pulses if from_us <= p.time_us < to_us]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    pytest.importorskip("science_mode_4", reason="another author's client, of the extra dev")
    folder = tmp_path_factory.mktemp("session")
    record, trace = folder / "pulses.csv", folder / "trace.txt"
    options = ("--pulses", str(record), "--trace", str(trace))
    with running_simulator(*options, device="p24") as simulator:
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
        told=json.loads(client.stdout.splitlines()[-1]),
        pulses=read_shaped_pulses(record),
        updates_us=arrivals(trace, "Ml_update #"),
        stop_us=arrivals(trace, "Ml_stop #")[0],
    )


def arrivals(trace, command):
    lines = [line.split(" ", 3) for line in trace.read_text().splitlines()]
    return [round(float(t) * 1e6) for t, _, _, meaning in lines if meaning.startswith(command)]


def test_the_client_identifies_the_device(session):
    assert session.told["device_id"] == "P24SIM0001"
    assert session.told["protocol"] == "4.0.0"


def test_the_client_ramps_one_channel_up_and_stimulates_it_at_50_hz(session):
    pulses = session.mid_level(0)

    assert {p.channel for p in pulses} == {1}
    assert [p.current_ma for p in pulses[:4]] == [5.0, 10.0, 15.0, 20.0]
    assert {p.points for p in pulses[3:]} == {BIPHASIC_20}
    assert {later.time_us - earlier.time_us for earlier, later in pairwise(pulses)} == {20_000}


def test_what_the_client_asks_for_keeps_it_running_beyond_the_watchdog(session):
    assert session.updates_us[1] - session.updates_us[0] > 2_100_000
    assert session.updates_us[1] - session.mid_level(0)[-1].time_us <= 20_000
    assert session.told["active"] == [[True] + [False] * 7] * 3


def test_an_update_of_the_client_changes_the_shape_and_adds_a_channel(session):
    pulses = session.mid_level(1)

    assert {(p.channel, p.points) for p in pulses} == {(1, BIPHASIC_12), (6, BIPHASIC_20)}
    assert session.told["running"] == 3


def test_channels_never_overlap(session):
    assert all(earlier.end_us <= later.time_us for earlier, later in pairwise(session.pulses))


def test_the_client_stops_the_device(session):
    assert session.told["stopped"] == 0
    low_level = [p for p in session.pulses if p.time_us >= session.stop_us]
    assert len(low_level) == 2


def test_single_pulses_of_the_client_leave_as_asked_and_are_acknowledged_in_order(session):
    low_level = [p for p in session.pulses if p.time_us >= session.stop_us]

    assert [(p.channel, p.points) for p in low_level] == [(1, BIPHASIC_20), (8, BIPHASIC_12)]
    assert [pulse[:3] for pulse in session.told["pulses"]] == [[0, 0, 0], [1, 0, 0], [3, 1, 0]]


def test_the_client_reads_what_was_measured(session):
    assert session.told["highest_ma"] == [20.0, 0.0, 12.5]


def test_every_pulse_of_the_session_is_balanced(session):
    assert all(pulse.net_charge_nc == 0 for pulse in session.pulses)
