"""What is other in conversations with a RehaMove3 (ScienceMode 3 description)."""

import pytest
from support.device_events import only_loss
from support.p24_dialogues import INIT, RESYNC, UPDATE, Bench, S
from support.sciencemode4 import (
    ack,
    current_data_of_rehamove3,
    device_id,
    extended_version,
    get_current_data,
    get_device_id,
    get_extended_version,
    get_status,
    get_version_main,
    ml_init,
    ml_update,
    no_pulse,
    pulse,
    status,
    unknown_command,
    version_main,
)

from drivers.interface import Alive, Connected, DeviceEvent, LossKind, StatusReport
from drivers.p24.entry import rehamove3
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output


class RehaMove3Bench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self.driver = rehamove3().make(self.port, None)

    def connect(self) -> list[DeviceEvent]:
        """Host numbers 0 to 3."""
        self.port.expect(
            (RESYNC, b""),
            (get_extended_version(0), unknown_command(0)),
            (get_version_main(1), version_main(1)),
            (get_device_id(2), device_id(2)),
            (get_status(3), status(3, 0)),
        )
        self.driver.connect(0)
        return [event for at_us in range(1, 5) for event in self.at(at_us)]


def test_a_rehamove3_is_known_by_what_it_does_not_know() -> None:
    (connected,) = RehaMove3Bench().connect()
    identity = "HASOMED RehaMove3 (ScienceMode 3), firmware 2.1.0, number 2207000123"
    assert connected == Connected(at_us=4, identity=identity)


def test_a_p24_is_no_rehamove3() -> None:
    bench = RehaMove3Bench()
    bench.port.expect((RESYNC, b""), (get_extended_version(0), extended_version(0)))
    bench.driver.connect(0)
    assert only_loss(bench.at(1)).kind is LossKind.WRONG_DEVICE


def test_an_answer_that_comes_twice_is_not_taken_for_the_answer_to_the_next_question() -> None:
    bench = RehaMove3Bench()
    bench.port.expect(
        (RESYNC, b""),
        (get_extended_version(0), unknown_command(0)),
        (get_version_main(1), b""),
    )
    bench.driver.connect(0)
    bench.at(1)
    bench.port.say(unknown_command(0))
    assert bench.at(2) == []
    bench.port.say(version_main(1))
    bench.port.expect((get_device_id(2), device_id(2)), (get_status(3), status(3, 0)))
    events = bench.at(3) + bench.at(4) + bench.at(5)
    assert [type(event) for event in events] == [Connected]


def test_a_rehamove3_is_asked_what_it_does_in_its_own_way() -> None:
    bench = RehaMove3Bench()
    bench.connect()
    setup = TrainSetup(period_us=25_000, channels=(1,))
    quiet, loud = ml_update(5, 1, no_pulse(50)), ml_update(6, 1, pulse(50, 300, 60))
    bench.port.expect((ml_init(4), ack(4, INIT)), (quiet, ack(5, UPDATE)), (loud, ack(6, UPDATE)))
    bench.driver.set_up(bench.permit(setup), 10)
    bench.at(11), bench.at(12)
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, 30_000, 300),))
    bench.driver.output(bench.permit(frame), S)
    bench.at(S + 1)
    bench.port.expect((get_current_data(7, 2), current_data_of_rehamove3(7, running=True)))
    bench.driver.keep_alive(2 * S)
    report, alive = bench.at(2 * S + 1)
    assert isinstance(report, StatusReport)
    assert report.status.channels[0].is_clipped is None
    assert alive == Alive(at_us=2 * S + 1, sent_us=2 * S)


@pytest.mark.parametrize(
    "setup",
    [
        TrainSetup(period_us=25_000, channels=(1, 5)),
        TrainSetup(period_us=28_750, channels=(1,)),
        TrainSetup(period_us=1_500, channels=(1,)),
        TrainSetup(period_us=1_000_500, channels=(1,)),
    ],
    ids=["channel 5 would be a soft start", "a fine period is not known", "> 500 Hz", "< 1 Hz"],
)
def test_what_a_rehamove3_would_misread_is_refused_before_anything_is_written(setup) -> None:
    bench = RehaMove3Bench()
    bench.connect()
    with pytest.raises(DeviceError, match="cannot make"):
        bench.driver.set_up(bench.permit(setup), 10)


def test_a_phase_that_is_too_short_for_a_rehamove3_is_refused_before_anything_is_written() -> None:
    bench = RehaMove3Bench()
    bench.connect()
    setup = TrainSetup(period_us=25_000, channels=(1,))
    bench.port.expect((ml_init(4), ack(4, INIT)), (ml_update(5, 1, no_pulse(50)), ack(5, UPDATE)))
    bench.driver.set_up(bench.permit(setup), 10)
    bench.at(11), bench.at(12)
    frame = OutputFrame(setup=setup, outputs=(symmetric_output(1, 10_000, 19),))
    with pytest.raises(DeviceError, match="no phase of 19 µs"):
        bench.driver.output(bench.permit(frame), S)
