"""Golden frames of ScienceMode 4: what we say byte for byte, what we are told by value."""

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.meaning import HarmlessMeaning, OutputMeaning
from drivers.p24 import messages
from drivers.p24.frames import FrameDecoder, encode
from drivers.p24.messages import ChannelState, Number
from drivers.p24.readback import P24Readback
from protocols.errors import BadFrame
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

GOLDEN = Path(__file__).parents[2] / "golden" / "p24_vectors.json"
DATA = json.loads(GOLDEN.read_text(encoding="utf-8"))
VECTORS = {vector["name"]: vector for vector in DATA["vectors"]}
SENT = {n: v for n, v in VECTORS.items() if v["direction"] == "host_to_device"}
TOLD = {n: v for n, v in VECTORS.items() if v["direction"] == "device_to_host"}
BARE = {
    "get_version_main": messages.GET_VERSION_MAIN,
    "get_device_id": messages.GET_DEVICE_ID,
    "get_stim_status": messages.GET_STIM_STATUS,
    "get_extended_version": messages.GET_EXTENDED_VERSION,
    "ml_stop": messages.ML_STOP,
    "ll_stop": messages.LL_STOP,
}
OURS = (
    "ml_update_ch1_50hz",
    "ml_update_ch1_ch8_mask_0x81_stuffed",
    "ml_update_ch1_4_mask_0x0f_stuffed",
    "ml_update_ch5_8_mask_0xf0_stuffed",
)
"""Updates with symmetric pulses, a gap of 100 µs and no ramp of the device's own."""


def wire(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["frame_hex"])


def frames_in(*chunks: bytes) -> list[bytes]:
    """The frames that a decoder finds, made anew."""
    decoder, found = FrameDecoder(), []
    for chunk in chunks:
        decoder.receive(chunk)
    while (frame := decoder.next_frame()) is not None:
        found.append(encode(frame.packet_number, frame.command, frame.data))
    return found


def told(name: str) -> Any:
    decoder = FrameDecoder()
    decoder.receive(wire(TOLD[name]))
    frame = decoder.next_frame()
    assert frame is not None
    return messages.decode(frame)


def of_command(command: str) -> list[str]:
    return [name for name, vector in TOLD.items() if vector["command"] == command]


@pytest.mark.parametrize("name", VECTORS)
def test_every_frame_is_made_and_read_byte_for_byte(name):
    vector = VECTORS[name]
    data = bytes.fromhex(vector["payload_hex"])
    assert encode(vector["packet_number"], vector["command_number"], data) == wire(vector)
    assert frames_in(wire(vector)) == [wire(vector)]


@pytest.mark.parametrize("name", [n for n, v in SENT.items() if v["command"] in BARE])
def test_a_command_without_data_is_encoded_as_printed_and_is_harmless(name):
    vector = SENT[name]
    assert messages.encode(BARE[vector["command"]], vector["packet_number"]) == wire(vector)
    (meaning,) = P24Readback().read(wire(vector))
    assert isinstance(meaning, HarmlessMeaning)


@pytest.mark.parametrize("name", ["ml_init_stop_all", "ml_init_pn60"])
def test_an_initialisation_stops_all_channels_on_an_error(name):
    assert messages.encode(messages.MlInit(), SENT[name]["packet_number"]) == wire(SENT[name])


def test_an_initialisation_that_stops_one_channel_only_is_refused():
    with pytest.raises(BadFrame, match="all channels must stop"):
        P24Readback().read(wire(SENT["doc_example_ml_init"]))


@pytest.mark.parametrize("name", OURS)
def test_an_update_is_encoded_from_values_and_read_back_to_them(name):
    fields = SENT[name]["fields"]["channels"]
    setup = TrainSetup(
        period_us=round(fields[0]["period_ms"] * 1000),
        channels=tuple(entry["channel"] + 1 for entry in fields),
    )
    outputs = tuple(
        symmetric_output(
            entry["channel"] + 1,
            round(entry["points"][0]["current_ma"] * 1000),
            entry["points"][0]["duration_us"],
        )
        for entry in fields
    )
    frame = OutputFrame(setup=setup, outputs=outputs)
    update = messages.MlUpdate(frame=frame)
    assert messages.encode(update, SENT[name]["packet_number"]) == wire(SENT[name])
    assert P24Readback().read(wire(SENT[name])) == (OutputMeaning(frame=frame),)


def is_refused(data: bytes) -> bool:
    try:
        P24Readback().read(data)
    except BadFrame:
        return True
    return False


def test_of_all_updates_the_read_back_takes_only_ours():
    carrying = [n for n, v in SENT.items() if v["command"] == "ml_update"]
    assert [name for name in carrying if not is_refused(wire(SENT[name]))] == list(OURS)


@pytest.mark.parametrize("case", DATA["malformed"], ids=lambda case: case["name"])
def test_a_malformed_frame_is_no_frame(case):
    data = bytes.fromhex(case["bytes_hex"])
    assert frames_in(data) == []
    assert is_refused(data)


@pytest.mark.parametrize("case", DATA["streams"], ids=lambda case: case["name"])
def test_a_stream_yields_its_frames_whole_and_byte_by_byte(case):
    data = bytes.fromhex(case["bytes_hex"])
    expected = [wire(VECTORS[name]) for name in case["frames"]]
    assert frames_in(data) == expected
    assert frames_in(*(data[at : at + 1] for at in range(len(data)))) == expected


@pytest.mark.parametrize("name", of_command("get_stim_status_ack"))
def test_a_status_is_told_by_value(name):
    reply, fields = told(name), TOLD[name]["fields"]
    assert (reply.result, reply.status) == (0, fields["stim_status"])
    assert reply.high_voltage == fields["high_voltage"]


@pytest.mark.parametrize("name", of_command("get_extended_version_ack"))
def test_a_version_is_told_by_value(name):
    reply, fields = told(name), TOLD[name]["fields"]
    assert reply.firmware == ".".join(map(str, fields["fw"]))
    assert reply.protocol == fields["smpt"][0]


@pytest.mark.parametrize("name", of_command("get_device_id_ack"))
def test_a_device_id_is_told_by_value(name):
    assert told(name).device_id == TOLD[name]["fields"]["device_id"]


@pytest.mark.parametrize(
    "name", [n for n in of_command("ml_get_current_data_ack") if "sel4" in n and "not_" not in n]
)
def test_what_the_channels_do_is_told_by_value(name):
    reply, fields = told(name), TOLD[name]["fields"]
    mask = sum(1 << (channel - 1) for channel in reply.channels)
    assert mask == fields["active_mask"]
    assert reply.states == tuple(map(ChannelState, fields["channel_state"]))


@pytest.mark.parametrize("name", [n for n in of_command("ml_get_current_data_ack") if "sel2" in n])
def test_what_the_channels_of_a_rehamove3_do_is_told_by_value(name):
    reply, fields = told(name), TOLD[name]["fields"]
    assert reply.is_running == fields["stimulation_running"]
    assert [int(state) for state in reply.states] == fields["electrode_error"][:4]


def test_a_refused_question_for_the_channels_says_so():
    assert told("ml_gcd_ack_sel4_not_initialized").result == 7


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, v in TOLD.items()
        if v["command"]
        in ("ml_init_ack", "ml_update_ack", "ml_stop_ack", "ll_init_ack", "ll_stop_ack")
    ],
)
def test_a_result_is_told_by_value(name):
    reply = told(name)
    assert reply.result == TOLD[name]["fields"]["result"]
    assert reply.number == Number(TOLD[name]["command_number"] - 1)


PULSE_ACKS = of_command("ll_channel_config_ack")
MEASURED = [name for name in PULSE_ACKS if TOLD[name]["fields"]["measurement"]]


@pytest.mark.parametrize("name", [name for name in PULSE_ACKS if name not in MEASURED])
def test_what_became_of_a_pulse_is_told_by_value(name):
    reply, fields = told(name), TOLD[name]["fields"]
    assert reply.result == fields["result"]
    assert reply.channel == fields["connector"] * 4 + fields["channel"] + 1


@pytest.mark.parametrize("name", MEASURED)
def test_a_measurement_that_nobody_asked_for_is_refused(name):
    with pytest.raises(BadFrame):
        told(name)
