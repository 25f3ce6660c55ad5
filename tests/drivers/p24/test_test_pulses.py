"""One test pulse of a P24, from rest to rest (IFU 1.1, p. 20-22): byte for byte, and simulated."""

from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.conformance import ENTRIES, points_of
from support.conformance_bench import Bench as SimulatedBench
from support.sciencemode4 import (
    ack,
    device_id,
    extended_version,
    get_device_id,
    get_extended_version,
    get_status,
    ll_channel_config,
    ll_init,
    ll_stop,
    ml_init,
    ml_stop,
    ml_update,
    no_pulse,
    pulse_ack,
    status,
)
from support.scripted_port import ScriptedPort

from drivers.interface import (
    Alive,
    DeviceEvent,
    LossKind,
    OutputLost,
    Permit,
    ReplyMissed,
    StatusReport,
    StopConfirmed,
)
from drivers.meaning import Meaning
from drivers.p24.capabilities import P24
from drivers.p24.entry import P24_MODEL, p24, rehamove3
from drivers.p24.exchange import P24Exchange
from drivers.p24.messages import LL_STOP_FRAMES, STOP_FRAMES
from drivers.p24.readback import P24Readback
from drivers.p24.stimulator import P24Stimulator
from drivers.wire import Wire
from hardware_sim.pulses import Pulse
from protocols.errors import BadFrame, DeviceError, UnpermittedWrite
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, symmetric_output
from protocols.status import ChannelStatus, Contact

MS = 1_000
S = 1_000_000
LL_INIT, LL_STOP, ML_INIT, ML_UPDATE, ML_STOP = 0, 4, 30, 32, 34
SETUP = TrainSetup(period_us=25_000, channels=(7,))
PULSE = symmetric_output(7, 20_000, 300)
SAID = ll_channel_config(4, 7, 300, 40)
"""The pulse as host number 4."""


class Bench:
    """A driver on a scripted port, connected; `at` polls it and returns what happened."""

    def __init__(self) -> None:
        self.port = ScriptedPort()
        self.driver = cast(P24Stimulator, p24().make(self.port, None))
        self._serial = 0
        self.connect()

    def connect(self) -> None:
        """Host numbers 0, 1 and 2."""
        self.port.expect(
            (b"\x0f\x0f", b""),
            (get_extended_version(0), extended_version(0)),
            (get_device_id(1), device_id(1)),
            (get_status(2), status(2, 0)),
        )
        self.driver.connect(0)
        self.at(1), self.at(2), self.at(3)

    def at(self, now_us: int) -> list[DeviceEvent]:
        return list(self.driver.poll(now_us))

    def permit(self, subject: ChannelOutput | OutputFrame | TrainSetup) -> Permit:
        self._serial += 1
        return Permit(subject=subject, serial=self._serial)

    def asked(self, answer: bytes, *then: tuple[bytes, bytes]) -> list[DeviceEvent]:
        """Ask for a pulse of channel 7; the answer to it, host number 4, and what follows."""
        self.port.expect((ll_init(3), ack(3, LL_INIT)), (SAID, answer), *then)
        self.driver.test_pulse(self.permit(PULSE), S)
        return [event for us in range(1, 6) for event in self.at(S + us)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def told(events: list[DeviceEvent]) -> list[ChannelStatus]:
    reports = [event for event in events if isinstance(event, StatusReport)]
    return [channel for report in reports for channel in report.status.channels]


def loss_in(events: list[DeviceEvent]) -> OutputLost:
    (loss,) = [event for event in events if isinstance(event, OutputLost)]
    return loss


END = (ll_stop(5), ack(5, LL_STOP))
STOPS = ((ml_stop(5), b""), (ll_stop(6), b""))
"""Both levels are stopped: an answer may lie about which was on."""


# As it should be


def test_a_test_pulse_is_high_voltage_on_the_pulse_and_high_voltage_off(bench):
    events = bench.asked(pulse_ack(4, 7), END)
    assert bench.port.is_finished
    assert [type(event) for event in events] == [StatusReport, Alive]
    assert bench.driver.is_ready


def test_pads_that_took_15_ma_are_in_contact(bench):
    (channel,) = told(bench.asked(pulse_ack(4, 7), END))
    assert (channel.channel, channel.contact, channel.is_clipped) == (7, Contact.GOOD, False)


def test_below_15_ma_contact_is_unknown(bench):
    bench.port.expect(
        (ll_init(3), ack(3, LL_INIT)),
        (ll_channel_config(4, 7, 300, 29), pulse_ack(4, 7)),
        END,
    )
    bench.driver.test_pulse(bench.permit(symmetric_output(7, 14_500, 300)), S)
    (channel,) = told(bench.at(S + 1) + bench.at(S + 2))
    assert channel.contact is None


def test_less_current_than_set_is_reported_as_clipped(bench):
    (channel,) = told(bench.asked(pulse_ack(4, 7, 28), END))
    assert channel.is_clipped is True


def test_the_driver_is_ready_only_when_the_high_voltage_is_off_again(bench):
    bench.asked(pulse_ack(4, 7), (ll_stop(5), b""))
    assert not bench.driver.is_ready
    bench.port.say(ack(5, LL_STOP))
    bench.at(S + 10)
    assert bench.driver.is_ready


# What is refused before anything is written


@pytest.mark.parametrize("subject", [SETUP, OutputFrame(setup=SETUP, outputs=(PULSE,))])
def test_the_permit_of_a_train_or_a_frame_is_none_for_a_pulse(bench, subject):
    with pytest.raises(DeviceError, match="permit of a pulse"):
        bench.driver.test_pulse(bench.permit(subject), S)
    assert bench.driver.is_ready


@pytest.mark.parametrize(
    "output",
    [
        symmetric_output(9, 20_000, 300),
        symmetric_output(7, 0, 300),
        symmetric_output(7, 20_250, 300),
        symmetric_output(7, 130_500, 300),
        symmetric_output(7, 20_000, 9),
        ChannelOutput(
            channel=7,
            current_ua=20_000,
            pulse_width_us=300,
            second_current_ua=20_000,
            second_width_us=299,
        ),
    ],
)
def test_a_pulse_that_cannot_be_made_or_is_not_balanced_is_refused(bench, output):
    with pytest.raises(DeviceError):
        bench.driver.test_pulse(bench.permit(output), S)
    assert bench.driver.is_ready


def test_a_pulse_on_top_of_a_train_is_refused(bench):
    quiet = ml_update(4, 64, no_pulse(50))
    bench.port.expect((ml_init(3), ack(3, ML_INIT)), (quiet, ack(4, ML_UPDATE)))
    bench.driver.set_up(bench.permit(SETUP), 10)
    bench.at(11), bench.at(12)
    with pytest.raises(DeviceError, match="at rest"):
        bench.driver.test_pulse(bench.permit(PULSE), S)


def test_a_second_pulse_is_refused_until_the_first_is_over(bench):
    bench.asked(b"")
    with pytest.raises(DeviceError):
        bench.driver.test_pulse(bench.permit(PULSE), S + 10)


def test_a_permit_is_good_for_one_pulse(bench):
    permit = bench.permit(PULSE)
    bench.port.expect((ll_init(3), ack(3, LL_INIT)), (SAID, pulse_ack(4, 7)), END)
    bench.driver.test_pulse(permit, S)
    bench.at(S + 1), bench.at(S + 2), bench.at(S + 3)
    bench.port.expect((ll_init(6), ack(6, LL_INIT)))
    bench.driver.test_pulse(permit, S + 10)
    with pytest.raises(UnpermittedWrite, match="used or overtaken"):
        bench.at(S + 11)
    assert bench.port.written[-1] == ll_init(6)


def test_a_rehamove3_offers_no_test_pulse():
    assert not isinstance(rehamove3().make(ScriptedPort(), None), P24Stimulator)


# Answers that are missing or bad


@pytest.mark.parametrize(
    ("result", "told_of_it"), [(10, "electrode error"), (16, "did not fit into its time")]
)
def test_a_pulse_that_failed_is_a_loss_that_names_the_channel(bench, result, told_of_it):
    loss = loss_in(bench.asked(pulse_ack(4, 7, result), *STOPS))
    assert (loss.kind, loss.channel) == (LossKind.FAULT, 7)
    assert told_of_it in loss.detail
    assert bench.port.is_finished


@pytest.mark.parametrize("result", [2, 4, 7, 8])
def test_a_refused_pulse_is_a_loss(bench, result):
    loss = loss_in(bench.asked(pulse_ack(4, 7, result), *STOPS))
    assert (loss.kind, f"result {result}" in loss.detail) == (LossKind.REFUSED, True)
    assert bench.port.is_finished


def test_an_answer_for_another_channel_is_a_loss(bench):
    loss = loss_in(bench.asked(pulse_ack(4, 3), *STOPS))
    assert (loss.kind, loss.detail) == (LossKind.CONFUSED, "test pulse: answered for channel 3")


def test_a_pulse_whose_answer_was_lost_is_never_said_again_nor_believed(bench):
    bench.asked(b"")
    bench.port.expect((get_status(5), status(5, 1)), (ll_stop(6), ack(6, LL_STOP)))
    events = bench.at(S + 201 * MS) + bench.at(S + 202 * MS) + bench.at(S + 203 * MS)
    assert [type(event) for event in events] == [ReplyMissed, Alive]
    assert bench.driver.is_ready


@pytest.mark.parametrize("result", [1, 21])
def test_a_pulse_that_arrived_damaged_or_at_a_busy_device_is_not_said_again(bench, result):
    again = ((get_status(5), status(5, 1)), (ll_stop(6), ack(6, LL_STOP)))
    events = bench.asked(pulse_ack(4, 7, result), *again)
    assert [type(event) for event in events] == [ReplyMissed, Alive]


def test_a_device_that_fell_out_of_the_low_level_is_lost(bench):
    bench.asked(b"")
    bench.port.expect((get_status(5), status(5, 0)), (ml_stop(6), b""), (ll_stop(7), b""))
    events = bench.at(S + 201 * MS) + bench.at(S + 202 * MS)
    assert loss_in(events).kind is LossKind.WRONG_MODE


def test_high_voltage_whose_answer_was_lost_is_asked_for_and_the_pulse_follows(bench):
    bench.port.expect((ll_init(3), b""))
    bench.driver.test_pulse(bench.permit(PULSE), S)
    assert bench.at(S + 499 * MS) == []
    bench.port.expect(
        (get_status(4), status(4, 1)),
        (ll_channel_config(5, 7, 300, 40), pulse_ack(5, 7)),
        (ll_stop(6), ack(6, LL_STOP)),
    )
    events = [event for ms in (500, 501, 502, 503) for event in bench.at(S + ms * MS)]
    assert [type(event) for event in events] == [ReplyMissed, StatusReport, Alive]


@pytest.mark.parametrize("result", [2, 7, 8])
def test_high_voltage_that_is_refused_is_a_loss_and_no_pulse(bench, result):
    bench.port.expect((ll_init(3), ack(3, LL_INIT, result)), (ml_stop(4), b""), (ll_stop(5), b""))
    bench.driver.test_pulse(bench.permit(PULSE), S)
    assert loss_in(bench.at(S + 1)).kind is LossKind.REFUSED
    assert bench.port.is_finished


def test_an_end_that_came_too_late_counts_once_the_status_says_idle(bench):
    again = ((ll_stop(5), ack(5, LL_STOP, 7)), (get_status(6), status(6, 0)))
    events = bench.asked(pulse_ack(4, 7), *again)
    assert [type(event) for event in events] == [StatusReport, ReplyMissed, Alive]


def test_an_end_whose_answer_was_lost_is_asked_for_after_half_a_second(bench):
    bench.asked(pulse_ack(4, 7), (ll_stop(5), b""))
    assert bench.at(S + 499 * MS) == []
    bench.port.expect((get_status(6), status(6, 0)))
    events = bench.at(S + 501 * MS) + bench.at(S + 502 * MS)
    assert [type(event) for event in events] == [ReplyMissed, Alive]


# Stop


class FickleReadback(P24Readback):
    """One that from some moment on understands nothing."""

    is_broken = False

    def read(self, data: bytes) -> tuple[Meaning, ...]:
        if self.is_broken:
            raise BadFrame("understands nothing")
        return super().read(data)


def test_a_stop_of_either_level_asks_no_read_back():
    bench, readback = Bench(), FickleReadback()
    stops = frozenset((*STOP_FRAMES, *LL_STOP_FRAMES))
    wire = Wire(bench.port, readback, stop_frames=stops)
    bench.driver = P24Stimulator(wire, P24Exchange(P24_MODEL), P24)
    bench.connect()
    bench.asked(b"")
    readback.is_broken = True
    bench.port.expect(*STOPS)
    bench.driver.stop(S + 10)
    assert bench.port.is_finished


def test_a_stop_before_the_pulse_keeps_it_back_and_stops_both_levels(bench):
    bench.port.expect((ll_init(3), b""))
    bench.driver.test_pulse(bench.permit(PULSE), S)
    bench.port.expect(
        (ml_stop(4), ack(4, ML_STOP, 7)),
        (ll_stop(5), ack(5, LL_STOP)),
        (get_status(6), status(6, 0)),
    )
    bench.driver.stop(S + 10)
    bench.port.say(ack(3, LL_INIT))
    events = bench.at(S + 11) + bench.at(S + 12)
    assert events == [StopConfirmed(at_us=S + 11, requested_us=S + 10)]
    assert bench.port.is_finished
    assert bench.driver.is_ready


def test_a_stop_of_the_low_level_that_is_lost_is_repeated(bench):
    bench.asked(b"")
    bench.port.expect((ml_stop(5), b""), (ll_stop(6), b""))
    bench.driver.stop(S + 10)
    bench.port.expect(
        (ml_stop(7), ack(7, ML_STOP, 7)),
        (get_status(8), status(8, 1)),
        (ll_stop(9), ack(9, LL_STOP)),
    )
    events = [event for ms in range(60, 64) for event in bench.at(S + ms * MS)]
    assert events == [StopConfirmed(at_us=S + 63 * MS, requested_us=S + 10)]


def test_a_stop_after_the_pulse_is_one_of_the_mid_level_alone(bench):
    bench.asked(pulse_ack(4, 7), END)
    bench.port.expect((ml_stop(6), ack(6, ML_STOP, 7)), (get_status(7), status(7, 0)))
    bench.driver.stop(S + 10)
    bench.at(S + 11)
    assert bench.at(S + 12) == [StopConfirmed(at_us=S + 12, requested_us=S + 10)]


def test_a_closed_driver_writes_no_stop(bench):
    bench.asked(b"")
    bench.driver.close()
    bench.driver.stop(S + 10)
    assert bench.port.is_finished


# Before the simulated device


def simulated() -> SimulatedBench:
    return SimulatedBench(ENTRIES["p24"]).connected()


def ask(bench: SimulatedBench, output: ChannelOutput) -> None:
    bench.until(lambda: bench.driver.is_ready)
    permit = Permit(subject=output, serial=len(bench.line.written))
    cast(P24Stimulator, bench.driver).test_pulse(permit, bench.now_us)


def put_out(bench: SimulatedBench, *outputs: ChannelOutput) -> list[Pulse]:
    for output in outputs:
        ask(bench, output)
    bench.until(lambda: bench.driver.is_ready)
    return bench.pulses


OUTPUTS = st.builds(
    symmetric_output,
    st.integers(1, 8),
    st.integers(1, 100).map(lambda halves: 500 * halves),
    st.integers(10, 1000),
)


@given(output=OUTPUTS)
def test_exactly_the_pulse_that_was_asked_for_flows_once(output):
    bench = simulated()
    (pulse,) = put_out(bench, output)
    assert (pulse.channel, pulse.points) == (output.channel, points_of(output, bench.able))


def test_pulses_asked_for_as_fast_as_can_be_keep_the_device_far_below_its_duty():
    bench = simulated()
    pulses = put_out(bench, *(symmetric_output(channel, 500, 4_095) for channel in range(1, 9)))
    begun_us = [pulse.time_us for pulse in pulses]
    busy_us = sum(point.duration_us for point in pulses[0].points) + 60
    assert len(begun_us) == 8
    assert min(after - before for before, after in pairwise(begun_us)) > 8 * busy_us


@pytest.mark.parametrize("number", [4, 5, 6], ids=["on", "pulse", "off"])
@pytest.mark.parametrize("what", ["command", "answer"])
def test_whatever_is_lost_there_is_one_pulse_at_most_and_rest_at_the_end(number, what):
    bench = simulated()
    if what == "command":
        bench.line.lost.add(number)
    else:  # answers count from 0, and the resynchronisation has none
        lost = number - 1
        bench.line.carry = lambda n, data: () if n == lost else ((0, data),)
    ask(bench, PULSE)
    bench.until(lambda: bench.driver.is_ready)
    bench.run(3 * S)
    assert len(bench.pulses) <= 1
    assert level_of(bench) == 0


@pytest.mark.parametrize("after_us", range(0, 100_000, 3_000))
def test_a_stop_at_any_moment_ends_at_rest_and_no_pulse_follows(after_us):
    bench = simulated()
    ask(bench, PULSE)
    bench.run(after_us)
    bench.stopped()
    pulses = len(bench.pulses)
    bench.run(3 * S)
    assert (len(bench.pulses), level_of(bench), bench.is_lost) == (pulses, 0, False)


def level_of(bench: SimulatedBench) -> int:
    """What the device itself says, asked past the driver."""
    bench.device.receive(get_status(63), bench.now_us)
    bench.now_us += S
    (answer,) = bench.device.take_outgoing(bench.now_us)
    return next(level for level in range(4) if answer == status(63, level))
