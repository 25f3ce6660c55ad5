"""Encoder and readback, written apart, agree on every value that can be sent."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.rehastim2
from drivers.meaning import HarmlessMeaning, OutputMeaning, SetUpMeaning
from drivers.rehastim2 import messages
from drivers.rehastim2.messages import Result
from drivers.rehastim2.readback import RehaStim2Readback
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

NUMBERS = st.integers(0, 255)


@st.composite
def trains(draw: st.DrawFn) -> TrainSetup:
    channels = tuple(sorted(draw(st.sets(st.integers(1, 8), min_size=1))))
    is_one_module = channels[-1] <= 4 or channels[0] > 4
    halves = draw(st.integers(16 if is_one_module else 40, 2050))
    return TrainSetup(period_us=500 * halves, channels=channels)


def channel_outputs(channel: int) -> st.SearchStrategy[ChannelOutput]:
    flowing = st.tuples(st.integers(0, 126), st.integers(20, 500))
    return st.one_of(flowing, st.just((0, 0))).map(
        lambda values: symmetric_output(channel, values[0] * 1000, values[1])
    )


@st.composite
def output_frames(draw: st.DrawFn) -> OutputFrame:
    setup = draw(trains())
    return OutputFrame(
        setup=setup, outputs=tuple(draw(channel_outputs(channel)) for channel in setup.channels)
    )


@given(trains(), NUMBERS)
def test_every_train_reads_back_as_itself(setup, number):
    data = messages.encode(messages.InitChannelListMode(setup=setup), number)
    assert RehaStim2Readback().read(data) == (SetUpMeaning(setup=setup),)


@given(output_frames(), NUMBERS)
def test_every_output_reads_back_as_itself(frame, number):
    readback = RehaStim2Readback()
    readback.read(messages.encode(messages.InitChannelListMode(setup=frame.setup), number))
    data = messages.encode(messages.StartChannelListMode(frame=frame), number)
    assert readback.read(data) == (OutputMeaning(frame=frame),)


@pytest.mark.parametrize(
    "command",
    [
        messages.InitAck(result=Result.OK),
        messages.InitAck(result=Result.WRONG_VERSION),
        messages.Watchdog(),
        messages.GetStimulationMode(),
        messages.StopChannelListMode(),
    ],
    ids=repr,
)
def test_every_other_command_reads_back_as_harmless(command):
    for number in range(256):
        (meaning,) = RehaStim2Readback().read(messages.encode(command, number))
        assert isinstance(meaning, HarmlessMeaning)


def imports_of(module: str) -> str:
    path = Path(drivers.rehastim2.__file__).parent / f"{module}.py"
    statements = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return "\n".join(
        ast.unparse(statement)
        for statement in statements
        if isinstance(statement, ast.Import | ast.ImportFrom)
    )


def test_the_readback_shares_no_code_with_the_encoder():
    assert "rehastim2" not in imports_of("readback")


@pytest.mark.parametrize("module", ["frames", "messages", "exchange"])
def test_the_encoder_shares_no_code_with_the_readback(module):
    assert "readback" not in imports_of(module)
