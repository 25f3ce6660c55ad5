"""An encoder that says something else than was permitted gets nothing onto the line."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scripted_port import ScriptedPort

from drivers.interface import Permit
from drivers.rehastim2 import messages
from drivers.rehastim2.readback import RehaStim2Readback
from drivers.wire import Wire
from protocols.errors import UnpermittedWrite
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output

SETUP = TrainSetup(period_us=25_000, channels=(1, 2))

BREAKS: dict[str, Callable[[ChannelOutput], ChannelOutput]] = {
    "current doubled": lambda o: output_of(o.channel, 2 * o.current_ua, o.pulse_width_us),
    "current one step up": lambda o: output_of(o.channel, o.current_ua + 1_000, o.pulse_width_us),
    "current one step down": lambda o: output_of(o.channel, o.current_ua - 1_000, o.pulse_width_us),
    "width doubled": lambda o: output_of(o.channel, o.current_ua, 2 * o.pulse_width_us),
    "width one up": lambda o: output_of(o.channel, o.current_ua, o.pulse_width_us + 1),
    "nothing at all": lambda o: output_of(o.channel, 0, 0),
}


def output_of(channel: int, current_ua: int, width_us: int) -> ChannelOutput:
    return symmetric_output(channel, current_ua, width_us)


def said(frame: OutputFrame) -> bytes:
    return messages.encode(messages.StartChannelListMode(frame=frame), 5)


def wire_with_the_train() -> tuple[Wire, ScriptedPort]:
    port = ScriptedPort()
    wire = Wire(port, RehaStim2Readback(), stop_frames=frozenset())
    channel_list = messages.encode(messages.InitChannelListMode(setup=SETUP), 1)
    port.expect((channel_list, b""))
    wire.send(channel_list, Permit(subject=SETUP, serial=1), 0)
    return wire, port


OUTPUTS = st.tuples(st.integers(1, 60), st.integers(20, 249))


def frame_of(first: tuple[int, int], second: tuple[int, int]) -> OutputFrame:
    outputs = tuple(
        output_of(channel, 1_000 * current_ma, width_us)
        for channel, (current_ma, width_us) in enumerate((first, second), start=1)
    )
    return OutputFrame(setup=SETUP, outputs=outputs)


@pytest.mark.parametrize("name", BREAKS)
@given(first=OUTPUTS, second=OUTPUTS)
def test_a_frame_that_says_another_value_than_permitted_is_never_written(
    name: str, first: tuple[int, int], second: tuple[int, int]
) -> None:
    frame = frame_of(first, second)
    broken = frame._replace(outputs=(frame.outputs[0], BREAKS[name](frame.outputs[1])))
    wire, port = wire_with_the_train()
    with pytest.raises(UnpermittedWrite):
        wire.send(said(broken), Permit(subject=frame, serial=2), 0)
    assert len(port.written) == 1


@given(first=OUTPUTS, second=OUTPUTS)
def test_a_frame_with_its_channels_swapped_is_never_written(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    frame, swapped = frame_of(first, second), frame_of(second, first)
    wire, port = wire_with_the_train()
    if first == second:
        return
    with pytest.raises(UnpermittedWrite):
        wire.send(said(swapped), Permit(subject=frame, serial=2), 0)
    assert len(port.written) == 1
