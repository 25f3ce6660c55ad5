import json
from pathlib import Path

import pytest
from support.rehastim2_bench import INIT_LIST, START_LIST, Bench, channel_list, setting

from hardware_sim.rehastim2.frames import DamagedPacket, FrameReader, Packet

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden/rehastim2_vectors.json").read_text(encoding="utf-8")
)
STREAMS = GOLDEN["stream_vectors"]


def bench_in(state):
    bench = Bench()
    bench.run_until(0)
    if state != "disconnected":
        bench.connect()
    if "initialized" in state or "started" in state:
        bench.command(INIT_LIST, channel_list())
    if "started" in state:
        bench.command(START_LIST, setting(current=0))
    return bench


def chunks(stream):
    wire = bytes.fromhex(stream["input_hex"])
    if stream["feed"] == "one byte per write":
        return [bytes((byte,)) for byte in wire]
    return [wire]


def by_id(stream):
    return stream["id"]


def test_all_61_streams_are_here():
    assert len(STREAMS) == 61


@pytest.mark.parametrize("stream", STREAMS, ids=by_id)
def test_a_stream_gets_the_expected_answers_and_no_other(stream):
    bench = bench_in(stream["device_state"])
    before = len(bench.frames)

    for chunk in chunks(stream):
        bench.write(chunk)
    bench.run_until(100_000)

    answers = [frame.hex() for _, sender, frame, _ in bench.frames[before:] if sender == "device"]
    assert answers == stream["expected_replies_hex"]


@pytest.mark.parametrize("stream", STREAMS, ids=by_id)
def test_a_stream_gives_the_expected_packets_and_transfer_errors(stream):
    reader = FrameReader()

    found = [packet for chunk in chunks(stream) for packet in reader.receive(chunk)]

    packets = [packet for packet in found if isinstance(packet, Packet)]
    errors = [packet for packet in found if isinstance(packet, DamagedPacket) and packet.command]
    assert [bytes((p.number, p.command)).hex() + p.data.hex() for p in packets] == stream[
        "expected_payloads_hex"
    ]
    assert [
        {"packet_number": error.number, "command_id": error.command} for error in errors
    ] == stream["expected_transfer_errors"]


@pytest.mark.parametrize(
    ("stream_id", "is_connected"), [("RS2-S56", True), ("RS2-S57", False), ("RS2-S58", True)]
)
def test_only_an_accepting_init_ack_connects(stream_id, is_connected):
    (stream,) = (stream for stream in STREAMS if stream["id"] == stream_id)
    bench = bench_in("disconnected")

    bench.write(bytes.fromhex(stream["input_hex"]))

    assert bench.device.is_connected is is_connected


def test_the_logged_session_of_a_real_client_gets_the_same_answers():
    """The device's side of the wire log follows from the host's side."""
    bench = Bench()
    log = [entry for entry in GOLDEN["session"] if "direction" in entry]
    for entry in log:
        if entry["direction"] == "host_to_device":
            bench.run_until(round(entry["t"] * 1_000_000), keep_alive=False)
            bench.write(bytes.fromhex(entry["frame_hex"]))
    bench.run_until(3_800_000, keep_alive=False)

    sent = [frame.hex() for _, sender, frame, _ in bench.frames if sender == "device"]
    expected = [e["frame_hex"] for e in log if e["direction"] == "device_to_host"]
    assert sent == expected
