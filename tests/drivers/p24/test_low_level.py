"""Single pulses (P24 IFU 1.1, p. 21-22): said only if balanced, read back to what they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sciencemode4 import frame, point
from support.scripted_port import ScriptedPort

from drivers.interface import Permit
from drivers.meaning import HarmlessMeaning, PulseMeaning
from drivers.p24 import messages
from drivers.p24.readback import P24Readback, RehaMove3Readback
from drivers.wire import Wire
from protocols.errors import BadFrame, DeviceError, UnpermittedWrite
from protocols.pulses import ChannelOutput, symmetric_output

GOLDEN = Path(__file__).parents[2] / "golden" / "p24_vectors.json"
SENT = {
    vector["name"]: vector
    for vector in json.loads(GOLDEN.read_text(encoding="utf-8"))["vectors"]
    if vector["direction"] == "host_to_device" and vector["command"].startswith("ll_")
}
GAP = {"duration_us": 100, "current_ma": 0}


def is_ours(vector: dict[str, Any]) -> bool:
    """Whether a golden pulse has two equal phases, the first above zero, and a gap of 100 µs."""
    points = vector["fields"].get("points", [])
    if len(points) != 3 or points[1] != GAP or not vector["c_library_accepts"]:
        return False
    first_ma, second_ma = points[0]["current_ma"], points[2]["current_ma"]
    is_on_grid = 2 * first_ma % 1 == 0 and first_ma > 0
    return (
        is_on_grid
        and first_ma == -second_ma
        and points[0]["duration_us"] == points[2]["duration_us"]
    )


OURS = [name for name, vector in SENT.items() if is_ours(vector)]
CONFIGS = [name for name, vector in SENT.items() if vector["command"] == "ll_channel_config"]


def output_of(name: str) -> ChannelOutput:
    fields = SENT[name]["fields"]
    first = fields["points"][0]
    channel = fields["connector"] * 4 + fields["channel"] + 1
    return symmetric_output(channel, round(first["current_ma"] * 1000), first["duration_us"])


def said(output: ChannelOutput, number: int = 3) -> bytes:
    return messages.encode(messages.LlChannelConfig(output=output), number)


@pytest.mark.parametrize("name", OURS)
def test_a_golden_pulse_is_said_byte_for_byte_and_read_back(name):
    wire = bytes.fromhex(SENT[name]["frame_hex"])
    assert said(output_of(name), SENT[name]["packet_number"]) == wire
    assert P24Readback().read(wire) == (PulseMeaning(output=output_of(name)),)


def test_golden_pulses_reach_every_channel():
    assert {output_of(name).channel for name in OURS} == {1, 2, 3, 4, 5, 6, 7, 8}


@pytest.mark.parametrize("name", [name for name in CONFIGS if name not in OURS])
def test_every_other_golden_pulse_is_refused(name):
    with pytest.raises(BadFrame):
        P24Readback().read(bytes.fromhex(SENT[name]["frame_hex"]))


@pytest.mark.parametrize("name", ["doc_example_ll_init", "ll_init_measurement0_hv0"])
def test_high_voltage_without_a_measurement_is_said_as_printed_and_harmless(name):
    wire = bytes.fromhex(SENT[name]["frame_hex"])
    assert messages.encode(messages.LlInit(), SENT[name]["packet_number"]) == wire
    assert P24Readback().read(wire) == (HarmlessMeaning(command="Ll_init"),)


@pytest.mark.parametrize(
    "name", [n for n, v in SENT.items() if v["command"] == "ll_init" and v["payload_hex"] != "00"]
)
def test_any_other_initialisation_of_the_low_level_is_refused(name):
    with pytest.raises(BadFrame):
        P24Readback().read(bytes.fromhex(SENT[name]["frame_hex"]))


PULSES = st.builds(
    symmetric_output,
    st.integers(1, 8),
    st.integers(1, 260).map(lambda halves: 500 * halves),
    st.integers(10, 4095),
)


@given(output=PULSES, number=st.integers(0, 63))
def test_every_pulse_reads_back_as_itself(output, number):
    assert P24Readback().read(said(output, number)) == (PulseMeaning(output=output),)


@given(output=PULSES, bit=st.integers(0, 400))
def test_no_flipped_bit_of_a_pulse_reads_as_anything_else(output, bit):
    harmed = bytearray(said(output))
    harmed[bit // 8 % len(harmed)] ^= 1 << bit % 8
    with pytest.raises(BadFrame):
        P24Readback().read(bytes(harmed))


@pytest.mark.parametrize(
    "output",
    [
        symmetric_output(0, 500, 300),
        symmetric_output(9, 500, 300),
        symmetric_output(1, 0, 300),
        symmetric_output(1, 0, 0),
        symmetric_output(1, 750, 300),
        symmetric_output(1, 130_500, 300),
        symmetric_output(1, -500, 300),
        symmetric_output(1, 500, 9),
        symmetric_output(1, 500, 4096),
        ChannelOutput(
            channel=1,
            current_ua=2_000,
            pulse_width_us=300,
            second_current_ua=500,
            second_width_us=1_199,
        ),
    ],
)
def test_a_pulse_that_cannot_be_made_is_refused(output):
    with pytest.raises(DeviceError):
        messages.LlChannelConfig(output=output)


GOOD = point(300, 20) + point(100, 0) + point(300, -20)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no pulse"),
        (b"\x02" + GOOD, "no pulse"),
        (b"\x81" + GOOD, "number of points"),
        (b"\x82" + GOOD[:-1], "number of points"),
        (b"\x82" + GOOD + b"\x00", "number of points"),
        (b"\x80" + point(20, 0), "100 µs between"),
        (b"\x82" + point(300, 0) + point(100, 0) + point(300, 0), "without current"),
        (b"\x82" + point(300, 20) + point(100, 0) + point(300, -19), "not balanced"),
        (b"\x82" + point(300, -20) + point(100, 0) + point(300, 20), "below zero"),
    ],
)
def test_a_pulse_that_is_not_whole_and_balanced_is_refused(data, told):
    with pytest.raises(BadFrame, match=told):
        P24Readback().read(frame(3, 2, *data))


@given(output=PULSES)
def test_a_rehamove3_is_asked_for_no_single_pulse(output):
    with pytest.raises(BadFrame, match="RehaMove3"):
        RehaMove3Readback().read(said(output))


def test_only_the_permitted_pulse_gets_onto_the_line():
    permitted, other = symmetric_output(3, 20_000, 300), symmetric_output(3, 20_500, 300)
    port = ScriptedPort()
    wire = Wire(port, P24Readback(), stop_frames=frozenset())
    with pytest.raises(UnpermittedWrite):
        wire.send(said(other), Permit(subject=permitted, serial=1), 0)
    port.expect((said(permitted), b""))
    wire.send(said(permitted), Permit(subject=permitted, serial=2), 0)
    assert port.is_finished
