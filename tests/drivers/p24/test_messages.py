"""What a device may answer, and what is no answer to anything."""

import pytest

from drivers.p24 import messages
from drivers.p24.frames import Frame
from drivers.p24.messages import (
    CurrentDataAck,
    DeviceIdAck,
    GeneralError,
    PulseAck,
    ResultAck,
    StatusAck,
    UnknownCommand,
    VersionAck,
)
from protocols.errors import BadFrame, DeviceError
from protocols.pulses import TrainSetup, silent_frame


def decoded(command: int, *data: int) -> messages.Reply:
    return messages.decode(Frame(packet_number=1, command=command, data=bytes(data)))


@pytest.mark.parametrize(
    ("command", "data", "reply"),
    [
        (1, (7,), ResultAck(number=messages.Number.LL_INIT, result=7)),
        (3, (7, 0, 0), PulseAck(result=7, channel=1)),
        (31, (7,), ResultAck(number=messages.Number.ML_INIT, result=7)),
        (37, (7, 4, 0), CurrentDataAck(result=7, is_running=False, channels=None, states=())),
        (63, (7,), StatusAck(result=7, status=None, high_voltage=None)),
        (69, (7,), VersionAck(result=7, firmware="", protocol=None)),
        (53, (7,), DeviceIdAck(result=7, device_id="")),
        (66, (1,), GeneralError(result=1)),
        (67, (11,), UnknownCommand()),
    ],
)
def test_a_refusal_is_told_with_its_result(command, data, reply):
    assert decoded(command, *data) == reply


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (3, (0, 0)),
        (3, (0, 0, 1)),
        (3, (0, 4, 0)),
        (3, (0, 0, 0, 0)),
        (31, ()),
        (31, (0, 0)),
        (37, (0, 4, 1, 0, 0, 0)),
        (37, (0, 4, 1, 0x40, 0, 0, 0)),
        (37, (0, 3, 0, 0)),
        (63, (0, 4, 1)),
        (63, (0, 0)),
        (69, (0, 1, 2, 3)),
        (53, (0, 65)),
        (66, (1, 2)),
        (67, (11, 0)),
        (99, (0,)),
    ],
)
def test_a_reply_of_another_form_is_refused(command, data):
    with pytest.raises(BadFrame):
        decoded(command, *data)


@pytest.mark.parametrize("channels", [(), (2, 1), (0,), (9,)])
def test_channels_that_there_are_not_are_refused(channels):
    setup = TrainSetup(period_us=25_000, channels=channels)
    with pytest.raises(DeviceError):
        messages.MlUpdate(frame=silent_frame(setup))


@pytest.mark.parametrize("period_us", [750, 8_192_000, 25_100])
def test_periods_that_the_device_cannot_make_are_refused(period_us):
    setup = TrainSetup(period_us=period_us, channels=(1,))
    with pytest.raises(DeviceError):
        messages.MlUpdate(frame=silent_frame(setup))
