"""Every golden answer, built from its fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.p24 import answers
from hardware_sim.p24.frames import encode

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden/p24_vectors.json").read_text(encoding="utf-8")
)
FROM_DEVICE = {v["name"]: v for v in GOLDEN["vectors"] if v["direction"] == "device_to_host"}


def current_data(fields: dict[str, Any]) -> bytes:
    selection = fields["data_selection"]
    if selection == 4:
        mask = fields["active_mask"]
        active = tuple(index + 1 for index in range(8) if mask >> index & 1)
        states = dict(enumerate(fields["channel_state"], start=1))
    else:
        active = (1,) if fields["stimulation_running"] else ()
        states = dict(enumerate(fields["electrode_error"], start=1))
    return answers.current_data(fields["result"], selection, active, states)


def pulse_done(fields: dict[str, Any]) -> bytes:
    measured = None
    if fields["measurement"]:
        measured = answers.Measured(
            kind=fields["measurement"],
            sampling_us=fields["sampling_time_us"],
            samples=tuple(fields["samples"]),
        )
    channel = fields["connector"] * 4 + fields["channel"] + 1
    return answers.pulse_done(fields["result"], channel, measured)


def extended_version(fields: dict[str, Any]) -> bytes:
    return answers.extended_version(
        fields["result"],
        bytes(fields["fw"]),
        bytes(fields["smpt"]),
        fields["fw_hash"],
        fields["fw_hash_type"],
        bool(fields["fw_hash_state"]),
    )


def version(fields: dict[str, Any]) -> bytes:
    return answers.version(fields["result"], bytes(fields["fw"]), bytes(fields["smpt"]))


BUILDERS = {
    "ml_get_current_data_ack": current_data,
    "ll_channel_config_ack": pulse_done,
    "get_extended_version_ack": extended_version,
    "get_version_main_ack": version,
    "get_version_stim_ack": version,
    "get_device_id_ack": lambda f: answers.device_id(f["result"], f["device_id"].encode()),
    "get_battery_status_ack": lambda f: answers.battery(
        f["result"], f["level_percent"], f["voltage_mv"]
    ),
    "get_stim_status_ack": lambda f: answers.stim_status(
        f["result"], f["stim_status"], f["high_voltage"]
    ),
    "get_main_status_ack": lambda f: bytes((f["result"], f["main_status"])),
}


def only_result(fields: dict[str, Any]) -> bytes:
    assert list(fields) == ["result"]
    return bytes((fields["result"],))


@pytest.mark.parametrize("name", FROM_DEVICE)
def test_a_golden_answer_is_built_from_its_fields_byte_for_byte(name: str) -> None:
    vector = FROM_DEVICE[name]
    data = BUILDERS.get(vector["command"], only_result)(vector["fields"])

    frame = encode(vector["packet_number"], vector["command_number"], data)

    assert frame.hex() == vector["frame_hex"]


def test_no_golden_answer_is_without_data() -> None:
    assert all(vector["payload_hex"] for vector in FROM_DEVICE.values())
