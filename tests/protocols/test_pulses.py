"""The vocabulary of output and plans."""

import pytest

from protocols.pulses import (
    ChannelOutput,
    OutputFrame,
    TrainSetup,
    silent_frame,
    symmetric_output,
)
from protocols.timeline import make_plan


def a_frame(*outputs: ChannelOutput) -> OutputFrame:
    channels = tuple(output.channel for output in outputs)
    return OutputFrame(setup=TrainSetup(period_us=20_000, channels=channels), outputs=outputs)


def test_a_symmetric_output_balances_its_charge_with_an_equal_phase() -> None:
    output = symmetric_output(1, 20_000, 300)
    assert (output.second_current_ua, output.second_width_us) == (20_000, 300)


def test_a_frame_is_silent_when_every_channel_lacks_current_or_width() -> None:
    assert a_frame(symmetric_output(1, 0, 300), symmetric_output(2, 9_000, 0)).is_silent


def test_a_frame_with_one_pulse_is_not_silent() -> None:
    assert not a_frame(symmetric_output(1, 0, 300), symmetric_output(2, 9_000, 200)).is_silent


def test_the_silent_frame_has_neither_current_nor_width_in_any_phase() -> None:
    nothing = {"current_ua": 0, "pulse_width_us": 0, "second_current_ua": 0, "second_width_us": 0}
    setup = TrainSetup(period_us=20_000, channels=(1, 3))
    outputs = tuple(ChannelOutput(channel=channel, **nothing) for channel in (1, 3))
    assert silent_frame(setup) == OutputFrame(setup=setup, outputs=outputs)


def test_a_plan_finds_its_channels_by_number(edited, device) -> None:
    plan = make_plan(edited("two_channels"), device())
    assert plan.channel(2).name == "Flexors"
    with pytest.raises(KeyError):
        plan.channel(3)
