"""Commands and replies against the golden frames, and what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import sciencemode2

from drivers.rehastim2 import messages
from drivers.rehastim2.frames import Frame
from drivers.rehastim2.messages import Mode, Number, Result
from protocols.errors import BadFrame, DeviceError
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, silent_frame, symmetric_output

VECTORS = json.loads(
    (Path(__file__).parents[2] / "golden" / "rehastim2_vectors.json").read_text(encoding="utf-8")
)["vectors"]


def golden(command: str) -> list[dict]:
    found = [v for v in VECTORS if v["command"] == command]
    assert found
    return found


def by_id(vectors: list[dict]):
    return pytest.mark.parametrize("vector", vectors, ids=[v["id"] for v in vectors])


def setup_of(fields: dict) -> TrainSetup:
    return TrainSetup(
        period_us=round(fields["main_interval_ms"] * 1000),
        channels=tuple(fields["active_channels"]),
    )


def is_ours(fields: dict) -> bool:
    """Whether a golden channel list is one that this driver makes."""
    channels, period_ms = fields["active_channels"], fields["main_interval_ms"] or 0
    if not channels:
        return False
    modules = {(channel - 1) // 4 for channel in channels}
    return (
        fields["low_frequency_factor"] == 0
        and fields["low_frequency_mask"] == 0
        and fields["channel_execution"] == 0
        and fields["inter_pulse_interval_ms"] == 8 * len(modules)
        and period_ms >= (8, 20)[len(modules) - 1]
    )


OUR_LISTS = [v for v in golden("InitChannelListMode") if is_ours(v["fields"])]
SINGLE_STARTS = [
    v
    for v in golden("StartChannelListMode")
    if all(
        c["mode"] == "single"
        and c["current_ma"] <= 126
        and (c["pulse_width_us"] >= 20 or c["pulse_width_us"] == c["current_ma"] == 0)
        for c in v["fields"]["channels"]
    )
]


def test_some_golden_commands_are_ours():
    assert len(OUR_LISTS) >= 3
    assert len(SINGLE_STARTS) >= 5


@by_id(OUR_LISTS)
def test_a_train_becomes_the_golden_channel_list(vector):
    command = messages.InitChannelListMode(setup=setup_of(vector["fields"]))
    assert messages.encode(command, vector["packet_number"]).hex() == vector["frame_hex"]


@by_id(SINGLE_STARTS)
def test_a_frame_becomes_the_golden_start(vector):
    outputs = tuple(
        symmetric_output(c["channel"], c["current_ma"] * 1000, c["pulse_width_us"])
        for c in vector["fields"]["channels"]
    )
    setup = TrainSetup(period_us=25_000, channels=tuple(o.channel for o in outputs))
    command = messages.StartChannelListMode(frame=OutputFrame(setup=setup, outputs=outputs))
    assert messages.encode(command, vector["packet_number"]).hex() == vector["frame_hex"]


@by_id(golden("InitAck"))
def test_an_init_is_answered_with_the_golden_bytes(vector):
    command = messages.InitAck(result=Result(vector["fields"]["result"]))
    assert messages.encode(command, vector["packet_number"]).hex() == vector["frame_hex"]


@pytest.mark.parametrize(
    "command", [messages.Watchdog(), messages.GetStimulationMode(), messages.StopChannelListMode()]
)
def test_a_command_without_data_becomes_its_golden_frames(command):
    for vector in golden(type(command).__name__):
        assert messages.encode(command, vector["packet_number"]).hex() == vector["frame_hex"]


def test_there_is_a_stop_for_every_packet_number():
    assert list(messages.STOP_FRAMES) == [sciencemode2.stop(number) for number in range(256)]


def test_both_modules_get_a_pulse_interval_of_16_ms():
    command = messages.InitChannelListMode(setup=TrainSetup(period_us=20_000, channels=(4, 5)))
    assert command.data() == bytes((0, 0x18, 0, 29, 0, 38, 0))


def test_the_second_module_alone_gets_8_ms():
    command = messages.InitChannelListMode(setup=TrainSetup(period_us=8_000, channels=(5, 8)))
    assert command.data() == bytes((0, 0x90, 0, 13, 0, 14, 0))


def test_the_longest_period_is_code_2048():
    command = messages.InitChannelListMode(setup=TrainSetup(period_us=1_025_000, channels=(1,)))
    assert command.data()[4:6] == b"\x08\x00"


@pytest.mark.parametrize(
    ("period_us", "channels", "words"),
    [
        (20_000, (), "at least one"),
        (20_000, (2, 1), "in order"),
        (20_000, (1, 1), "each once"),
        (20_000, (0, 1), "1 to 8"),
        (20_000, (8, 9), "1 to 8"),
        (7_500, (1,), "8000 to 1025000"),
        (19_500, (1, 5), "20000 to 1025000"),
        (1_025_500, (1,), "8000 to 1025000"),
        (20_001, (1,), "off the grid"),
    ],
)
def test_a_train_that_the_device_cannot_make_is_refused(period_us, channels, words):
    with pytest.raises(DeviceError, match=words):
        messages.InitChannelListMode(setup=TrainSetup(period_us=period_us, channels=channels))


def start_of(*outputs: ChannelOutput) -> messages.StartChannelListMode:
    setup = TrainSetup(period_us=20_000, channels=(1,))
    return messages.StartChannelListMode(frame=OutputFrame(setup=setup, outputs=outputs))


@pytest.mark.parametrize(
    "output",
    [
        symmetric_output(1, 1_500, 300),
        symmetric_output(1, -1_000, 300),
        symmetric_output(1, 127_000, 300),
        symmetric_output(1, 10_000, 0),
        symmetric_output(1, 10_000, 19),
        symmetric_output(1, 0, 19),
        symmetric_output(1, 10_000, 501),
        symmetric_output(1, 0, 501),
        symmetric_output(2, 10_000, 300),
        ChannelOutput(
            channel=1,
            current_ua=10_000,
            pulse_width_us=100,
            second_current_ua=5_000,
            second_width_us=200,
        ),
    ],
    ids=str,
)
def test_an_output_off_the_grid_is_refused(output):
    with pytest.raises(DeviceError):
        start_of(output)


def test_a_frame_with_a_channel_missing_is_refused():
    with pytest.raises(DeviceError, match=r"not those of channels \(1,\)"):
        start_of()


@given(st.integers(0, 126), st.integers(20, 500))
def test_every_output_on_the_grid_is_encoded_as_it_is(current_ma, width_us):
    data = start_of(symmetric_output(1, current_ma * 1000, width_us)).data()
    assert (data[0], data[1] * 256 + data[2], data[3]) == (0, width_us, current_ma)


def test_the_silent_frame_has_neither_current_nor_width():
    silent = silent_frame(TrainSetup(period_us=20_000, channels=(1, 3)))
    assert messages.StartChannelListMode(frame=silent).data() == bytes(8)


def reply_in(vector: dict) -> messages.Reply:
    payload = bytes.fromhex(vector["payload_hex"])
    return messages.decode(Frame(packet_number=payload[0], command=payload[1], data=payload[2:]))


@by_id(golden("Init"))
def test_a_golden_init_is_read(vector):
    assert reply_in(vector) == messages.Init(version=vector["fields"]["version"])


@by_id(golden("GetStimulationModeAck"))
def test_a_golden_mode_is_read(vector):
    mode = vector["fields"].get("mode")
    assert reply_in(vector) == messages.ModeAck(
        result=vector["fields"]["result"], mode=None if mode is None else Mode(mode)
    )


@by_id(
    golden("InitChannelListModeAck")
    + golden("StartChannelListModeAck")
    + golden("StopChannelListModeAck")
)
def test_a_golden_result_is_read(vector):
    assert reply_in(vector) == messages.ResultAck(
        number=Number(vector["command_id"]), result=vector["fields"]["result"]
    )


@by_id(golden("StimulationError"))
def test_a_golden_stimulation_error_is_read(vector):
    assert reply_in(vector) == messages.StimulationError(error=vector["fields"]["error"])


@by_id(golden("UnknownCommand"))
def test_a_golden_unknown_command_is_read(vector):
    assert reply_in(vector) == messages.UnknownCommand(command=vector["fields"]["echo_command"])


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (11, b""),
        (11, b"\x00"),
        (11, b"\x00\x03"),
        (11, b"\x00\x00\x00"),
        (11, b"\xff\x00"),
        (33, b""),
        (33, b"\x00\x00"),
        (37, b"\x00"),
        (99, b"\x00"),
    ],
)
def test_a_reply_of_another_shape_is_a_bad_frame(command, data):
    with pytest.raises(BadFrame):
        messages.decode(Frame(packet_number=0, command=command, data=data))
