"""Frames of the golden file, which follows "ScienceMode2: Description and Protocol" 1.24."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.meaning import HarmlessMeaning, OutputMeaning, SetUpMeaning
from drivers.rehastim2 import readback
from drivers.rehastim2.readback import RehaStim2Readback
from protocols.errors import BadFrame
from protocols.pulses import TrainSetup, symmetric_output

GOLDEN = Path(__file__).parents[2] / "golden" / "rehastim2_vectors.json"
VECTORS = {
    vector["id"]: vector
    for vector in json.loads(GOLDEN.read_text(encoding="utf-8"))["vectors"]
    if vector["direction"] == "host_to_device"
}
FRAMES = {name: bytes.fromhex(vector["frame_hex"]) for name, vector in VECTORS.items()}

# Golden frames that the device would obey, but not to the letter, or not as one train of single
# pulses: low-frequency channels, one-shot mode, another execution order, an inter pulse interval
# below 8 ms, doublets, a width below 20 µs. Single pulses and MOTOmed are never sent at all.
REFUSED = {
    *("RS2-032", "RS2-033", "RS2-034", "RS2-043", "RS2-044", "RS2-045"),
    *("RS2-055", "RS2-057", "RS2-058", "RS2-060"),
    *("RS2-066", "RS2-067", "RS2-068", "RS2-069", "RS2-070", "RS2-024"),
}


def named(*commands):
    """Return the golden frames of these commands that are read."""
    return [n for n, v in VECTORS.items() if v["command"] in commands and n not in REFUSED]


def crc(body):
    """CRC-8, polynomial 07, written out bit by bit."""
    remainder = 0
    for byte in body:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder << 1 ^ 0x07) & 0xFF if remainder & 0x80 else remainder << 1
    return remainder


def wrap(body):
    """Put an already stuffed body into a frame."""
    header = bytes([0xF0, 0x81, crc(body) ^ 0x55, 0x81, len(body) ^ 0x55])
    return header + body + b"\x0f"


def frame(payload):
    """Stuff and frame a payload: packet number, command, data."""
    body = b"".join(
        bytes([0x81, byte ^ 0x55]) if byte in (0xF0, 0x0F, 0x81) else bytes([byte])
        for byte in payload
    )
    return wrap(body)


def init(mask=1, t1_code=38, t2_code=13, factor=0, slow=0, execution=0):
    data = [factor, mask, slow, t2_code, t1_code >> 8, t1_code & 0xFF, execution]
    return frame([1, 30, *data])


def start(*blocks):
    data = [byte for mode, width, ma in blocks for byte in (mode, width >> 8, width & 0xFF, ma)]
    return frame([2, 32, *data])


def ready(mask=1):
    reader = RehaStim2Readback()
    reader.read(init(mask=mask))
    return reader


def refusal(reader, data):
    with pytest.raises(BadFrame) as found:
        reader.read(data)
    return str(found.value)


def test_the_test_frames_its_frames_as_the_golden_file_does():
    for name, vector in VECTORS.items():
        assert frame(bytes.fromhex(vector["payload_hex"])) == FRAMES[name]


# Golden frames -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", named("InitChannelListMode"))
def test_a_golden_set_up_is_read(name):
    fields = VECTORS[name]["fields"]
    setup = TrainSetup(
        period_us=round(fields["main_interval_ms"] * 1000),
        channels=tuple(fields["active_channels"]),
    )
    assert RehaStim2Readback().read(FRAMES[name]) == (SetUpMeaning(setup=setup),)


@pytest.mark.parametrize("name", named("StartChannelListMode"))
def test_a_golden_start_is_read(name):
    blocks = VECTORS[name]["fields"]["channels"]
    mask = sum(1 << block["channel"] - 1 for block in blocks)
    (meaning,) = ready(mask).read(FRAMES[name])
    assert isinstance(meaning, OutputMeaning)
    assert meaning.frame.setup.channels == tuple(block["channel"] for block in blocks)
    assert meaning.frame.outputs == tuple(
        symmetric_output(block["channel"], block["current_ma"] * 1000, block["pulse_width_us"])
        for block in blocks
    )


HARMLESS = ("StopChannelListMode", "Watchdog", "GetStimulationMode", "InitAck")


@pytest.mark.parametrize("name", named(*HARMLESS))
def test_a_golden_frame_that_carries_no_current_is_harmless(name):
    command = VECTORS[name]["command"]
    assert RehaStim2Readback().read(FRAMES[name]) == (HarmlessMeaning(command=command),)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_golden_frame_that_is_no_plain_train_is_refused(name):
    channels = VECTORS[name]["fields"].get("channels", [])
    reader = ready(sum(1 << block["channel"] - 1 for block in channels) or 1)
    with pytest.raises(BadFrame):
        reader.read(FRAMES[name])


def test_every_golden_frame_is_either_read_or_refused():
    assert len(named("InitChannelListMode", "StartChannelListMode", *HARMLESS)) == 82 - 16


# State -------------------------------------------------------------------------------------------


def test_a_start_without_a_set_up_is_refused():
    assert "without a set-up" in refusal(RehaStim2Readback(), start((0, 300, 10)))


@pytest.mark.parametrize("command", [34, 2])
def test_a_stop_and_a_new_connection_forget_the_set_up(command):
    reader = ready()
    reader.read(frame([5, command] + [0] * (command == 2)))
    assert "without a set-up" in refusal(reader, start((0, 300, 10)))


@pytest.mark.parametrize("command", [4, 10])
def test_a_keep_alive_and_a_question_forget_nothing(command):
    reader = ready()
    reader.read(frame([5, command]))
    assert isinstance(reader.read(start((0, 300, 10)))[0], OutputMeaning)


def test_a_start_belongs_to_the_last_set_up():
    reader = ready()
    reader.read(init(mask=0b1000_0001, t1_code=48))
    (meaning,) = reader.read(start((0, 300, 10), (0, 200, 20)))
    assert meaning.frame.setup == TrainSetup(period_us=25_000, channels=(1, 8))
    assert [output.channel for output in meaning.frame.outputs] == [1, 8]


def test_a_set_up_that_cannot_be_read_leaves_the_one_before():
    reader = ready()
    refusal(reader, init(mask=0))
    assert isinstance(reader.read(start((0, 300, 10)))[0], OutputMeaning)


def test_several_frames_are_read_in_their_order():
    data = frame([1, 34]) + init() + start((0, 300, 10)) + frame([4, 4])
    kinds = [type(meaning) for meaning in RehaStim2Readback().read(data)]
    assert kinds == [HarmlessMeaning, SetUpMeaning, OutputMeaning, HarmlessMeaning]


# Set-ups -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("t1_code", "period_us"), [(14, 8_000), (38, 20_000), (2048, 1_025_000)])
def test_a_main_interval_is_read(t1_code, period_us):
    (meaning,) = RehaStim2Readback().read(init(t1_code=t1_code))
    assert meaning.setup.period_us == period_us


@pytest.mark.parametrize("t1_code", [0, 1, 13, 2049, 0xFFFF])
def test_a_main_interval_that_the_device_would_change_is_refused(t1_code):
    assert f"main interval code {t1_code}" in refusal(RehaStim2Readback(), init(t1_code=t1_code))


@pytest.mark.parametrize("t2_code", [0, 12, 38])
def test_an_inter_pulse_interval_that_the_device_would_change_is_refused(t2_code):
    found = refusal(RehaStim2Readback(), init(t2_code=t2_code))
    assert f"inter pulse interval code {t2_code}" in found


@pytest.mark.parametrize("t2_code", [13, 37])
def test_an_inter_pulse_interval_up_to_the_main_interval_is_read(t2_code):
    assert isinstance(RehaStim2Readback().read(init(t2_code=t2_code))[0], SetUpMeaning)


@pytest.mark.parametrize("odd", [{"factor": 1}, {"slow": 1}, {"execution": 1}])
def test_what_is_not_one_plain_train_is_refused(odd):
    assert "low-frequency channels" in refusal(RehaStim2Readback(), init(**odd))


def test_a_set_up_of_no_channel_is_refused():
    assert "no channel" in refusal(RehaStim2Readback(), init(mask=0))


@pytest.mark.parametrize("count", [6, 8])
def test_a_set_up_of_another_size_is_refused(count):
    data = [0, 1, 0, 13, 0, 38, 0, 0][:count]
    found = refusal(RehaStim2Readback(), frame([1, 30, *data]))
    assert found == f"InitChannelListMode with {count} data bytes"


@given(mask=st.integers(1, 255))
def test_every_channel_mask_is_read(mask):
    (meaning,) = RehaStim2Readback().read(init(mask=mask))
    assert sum(1 << channel - 1 for channel in meaning.setup.channels) == mask


# Starts ------------------------------------------------------------------------------------------


@given(width_us=st.integers(20, 500), current_ma=st.integers(0, 130))
def test_every_width_and_current_is_read_to_the_letter(width_us, current_ma):
    (meaning,) = ready().read(start((0, width_us, current_ma)))
    assert meaning.frame.outputs == (symmetric_output(1, current_ma * 1000, width_us),)


@pytest.mark.parametrize("mode", [1, 2, 3, 255])
def test_doublets_triplets_and_unknown_modes_are_refused(mode):
    assert f"pulse mode {mode}" in refusal(ready(), start((mode, 300, 10)))


@pytest.mark.parametrize(("width_us", "current_ma"), [(501, 10), (300, 131), (0xFFFF, 255)])
def test_a_block_out_of_range_is_refused(width_us, current_ma):
    assert "out of range" in refusal(ready(), start((0, width_us, current_ma)))


@pytest.mark.parametrize("width_us", [0, 1, 19])
def test_a_current_with_a_width_that_the_device_would_raise_is_refused(width_us):
    assert "another width" in refusal(ready(), start((0, width_us, 1)))


@pytest.mark.parametrize("width_us", [0, 1, 19, 300])
def test_no_current_is_no_pulse_whatever_its_width(width_us):
    (meaning,) = ready().read(start((0, width_us, 0)))
    assert meaning.frame.is_silent
    assert meaning.frame.outputs[0].pulse_width_us == width_us


@pytest.mark.parametrize("blocks", [(), ((0, 300, 10),) * 2])
def test_too_few_or_too_many_blocks_are_refused(blocks):
    assert refusal(ready(), start(*blocks)) == f"{4 * len(blocks)} bytes for 1 channels"


def test_half_a_block_too_many_is_refused():
    assert refusal(ready(), frame([2, 32, 0, 1, 44, 10, 0])) == "5 bytes for 1 channels"


# Commands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [c for c in range(256) if c not in (2, 4, 10, 30, 32, 34)])
def test_every_other_command_is_refused(command):
    found = refusal(ready(), frame([1, command, 0, 1, 44, 10]))
    assert found == f"command {command} is none that may be sent"


@pytest.mark.parametrize("command", [4, 10, 34])
def test_a_bare_command_with_data_is_refused(command):
    assert "carries no data, 0a found" in refusal(ready(), frame([1, command, 10]))


@pytest.mark.parametrize("data", [[], [1], [0, 0], [0xFC]])
def test_an_acknowledgement_is_yes_or_incompatible(data):
    assert "InitAck with result" in refusal(ready(), frame([1, 2, *data]))


# Frames ------------------------------------------------------------------------------------------


def test_no_bytes_have_no_meaning():
    assert refusal(ready(), b"") == "no bytes at all"


@pytest.mark.parametrize("tail", [b"\x00", b"\x0f", b"\xf0", b"\xf0\x81\x00\x81"])
def test_bytes_after_a_frame_are_refused(tail):
    assert "no frame header at byte 8" in refusal(ready(), frame([1, 4]) + tail)


@pytest.mark.parametrize("at", range(5))
def test_a_header_byte_that_is_missing_is_refused(at):
    whole = start((0, 300, 10))
    with pytest.raises(BadFrame):
        ready().read(whole[:at] + whole[at + 1 :])


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_frame_that_is_cut_short_is_refused(cut):
    with pytest.raises(BadFrame):
        ready().read(start((0, 300, 10))[:-cut])


def test_a_frame_without_its_stop_byte_is_refused():
    assert "does not end" in refusal(ready(), frame([1, 4])[:-1] + b"\x0e")


def test_a_wrong_checksum_is_refused():
    whole = bytearray(frame([1, 4]))
    whole[2] ^= 1
    assert refusal(ready(), bytes(whole)) == "the checksum does not match"


@pytest.mark.parametrize("byte", [0xF0, 0x0F])
def test_a_raw_start_or_stop_byte_in_a_body_is_refused(byte):
    assert "inside a frame" in refusal(ready(), wrap(bytes([byte, 4])))


def test_an_escape_that_escapes_nothing_is_refused():
    assert "escapes nothing" in refusal(ready(), wrap(bytes([1, 4, 0x81])))


@pytest.mark.parametrize("body", [b"", b"\x04", b"\x81\x5a"])
def test_a_frame_without_a_command_is_refused(body):
    assert refusal(ready(), wrap(body)) == "a frame without a command"


def test_a_byte_escaped_without_need_is_read_as_the_device_reads_it():
    body = bytes([1, 0x81, 4 ^ 0x55])
    assert ready().read(wrap(body)) == (HarmlessMeaning(command="Watchdog"),)


@pytest.mark.parametrize("name", named("InitChannelListMode", "StartChannelListMode"))
def test_no_single_flipped_bit_is_ever_read_as_anything_else(name):
    blocks = VECTORS[name]["fields"].get("channels", [])
    mask = sum(1 << block["channel"] - 1 for block in blocks) or 1
    whole = FRAMES[name]
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadFrame):
            ready(mask).read(bytes(flipped))


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data):
    try:
        meanings = ready().read(data)
    except BadFrame:
        return
    assert meanings


@given(body=st.binary(min_size=2, max_size=40))
def test_any_body_in_a_good_frame_is_read_or_refused(body):
    try:
        (meaning,) = ready().read(wrap(body))
    except BadFrame:
        return
    assert isinstance(meaning, HarmlessMeaning | SetUpMeaning | OutputMeaning)


def test_the_readback_knows_neither_encoder_nor_messages():
    tree = ast.parse(Path(readback.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"functools", "drivers.meaning", "protocols.errors", "protocols.pulses"}
