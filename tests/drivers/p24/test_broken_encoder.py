"""An encoder that says something else than was permitted gets nothing onto the line."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripted_port import ScriptedPort

from drivers.interface import Permit
from drivers.p24 import messages
from drivers.p24.readback import P24Readback
from drivers.wire import Wire
from protocols.errors import UnpermittedWrite
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

SETUP = TrainSetup(period_us=25_000, channels=(1, 5))


def changed(output: ChannelOutput, current_ua: int = 0, width_us: int = 0) -> ChannelOutput:
    """Return an output with so much more current and width."""
    return symmetric_output(
        output.channel, output.current_ua + current_ua, output.pulse_width_us + width_us
    )


BREAKS: dict[str, Callable[[ChannelOutput], ChannelOutput]] = {
    "current doubled": lambda o: changed(o, current_ua=o.current_ua),
    "current one step up": lambda o: changed(o, current_ua=500),
    "current one step down": lambda o: changed(o, current_ua=-500),
    "width doubled": lambda o: changed(o, width_us=o.pulse_width_us),
    "width one up": lambda o: changed(o, width_us=1),
    "second phase four times as long": lambda o: o._replace(
        second_current_ua=o.current_ua // 4, second_width_us=4 * o.pulse_width_us
    ),
    "nothing at all": lambda o: symmetric_output(o.channel, 0, 0),
}

OUTPUTS = st.tuples(st.integers(1, 30), st.integers(20, 900))


def frame_of(first: tuple[int, int], second: tuple[int, int]) -> OutputFrame:
    outputs = tuple(
        symmetric_output(channel, 2_000 * steps, width_us)
        for channel, (steps, width_us) in zip(SETUP.channels, (first, second), strict=True)
    )
    return OutputFrame(setup=SETUP, outputs=outputs)


def refused(said: OutputFrame, permitted: OutputFrame) -> bool:
    """Whether a frame of another meaning than permitted stays off the line."""
    port = ScriptedPort()
    wire = Wire(port, P24Readback(), stop_frames=frozenset())
    data = messages.encode(messages.MlUpdate(frame=said), 5)
    with pytest.raises(UnpermittedWrite):
        wire.send(data, Permit(subject=permitted, serial=1), 0)
    return port.written == []


@pytest.mark.parametrize("name", BREAKS)
@given(first=OUTPUTS, second=OUTPUTS)
def test_a_frame_that_says_another_value_than_permitted_is_never_written(
    name: str, first: tuple[int, int], second: tuple[int, int]
) -> None:
    frame = frame_of(first, second)
    broken = frame._replace(outputs=(frame.outputs[0], BREAKS[name](frame.outputs[1])))
    assert refused(broken, frame)


@given(outputs=st.lists(OUTPUTS, min_size=2, max_size=2, unique=True))
def test_a_frame_with_its_channels_swapped_is_never_written(
    outputs: list[tuple[int, int]],
) -> None:
    first, second = outputs
    assert refused(frame_of(second, first), frame_of(first, second))


@pytest.mark.parametrize(
    "train",
    [
        TrainSetup(period_us=24_750, channels=(1, 5)),
        TrainSetup(period_us=50_000, channels=(1, 5)),
        TrainSetup(period_us=25_000, channels=(1, 4)),
    ],
)
def test_a_frame_of_another_train_is_never_written(train: TrainSetup) -> None:
    frame = frame_of((5, 300), (6, 300))
    outputs = tuple(
        output._replace(channel=channel)
        for output, channel in zip(frame.outputs, train.channels, strict=True)
    )
    assert refused(OutputFrame(setup=train, outputs=outputs), frame)
