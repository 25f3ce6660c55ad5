"""A device that can no longer be believed is noticed, named with advice, and ends the output."""

from collections.abc import Callable

import pytest
from support.conformance import EACH_DEVICE, Entry, simulated
from support.conformance_bench import Bench

from drivers.interface import Connected, LossKind
from hardware_sim.contacts import NOTHING
from protocols.capabilities import Report
from protocols.errors import DeviceError

REBOOT_US = 1_000_000
Harm = Callable[[Bench], None]


def silent(bench: Bench) -> None:
    bench.line.loses_answers = bench.line.loses_sent = True


def dumb(bench: Bench) -> None:
    bench.line.loses_answers = True


def deaf(bench: Bench) -> None:
    bench.line.loses_sent = True


def pulled(bench: Bench) -> None:
    bench.line.is_pulled = True


def rebooted(bench: Bench) -> None:
    bench.device.reboot(bench.now_us, off_us=REBOOT_US)


KINDS: dict[Harm, set[LossKind]] = {
    silent: {LossKind.SILENT},
    dumb: {LossKind.SILENT},
    deaf: {LossKind.SILENT},
    pulled: {LossKind.PORT},
    rebooted: set(LossKind) - {LossKind.NOT_FOUND, LossKind.WRONG_DEVICE, LossKind.PORT},
}
EACH_HARM = pytest.mark.parametrize("harm", KINDS, ids=[harm.__name__ for harm in KINDS])
NOTICED_US = 700_000
"""The longest time between keep-alives and what it takes to miss two answers, on any device."""


@EACH_HARM
@EACH_DEVICE
def test_a_loss_while_current_flows_is_told_once_with_advice_and_ends_the_output(
    entry: Entry, harm: Harm
) -> None:
    bench = Bench(entry).flowing()
    harm(bench)
    harmed_us = bench.now_us
    bench.hold(5_000_000)
    assert bench.loss.kind in KINDS[harm]
    assert bench.loss.detail.strip()
    assert bench.loss.advice.strip()
    assert bench.loss.at_us - harmed_us <= bench.able.keep_alive_us + NOTICED_US
    assert not bench.driver.is_ready
    assert not bench.pulses_since(harmed_us + bench.silence_us)
    assert not bench.findings


@EACH_DEVICE
def test_a_device_that_rebooted_puts_out_nothing_more(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    rebooted(bench)
    rebooted_us = bench.now_us
    bench.hold(15_000_000)
    assert not bench.pulses_since(rebooted_us)


@EACH_HARM
@EACH_DEVICE
def test_a_lost_device_takes_no_output_until_another_driver_has_connected(
    entry: Entry, harm: Harm
) -> None:
    bench = Bench(entry).flowing()
    harm(bench)
    bench.hold(5_000_000)
    with pytest.raises(DeviceError, match=r"\w"):
        bench.driver.output(bench.permit(bench.course.frames[0]), bench.now_us)
    bench.driver.close()
    bench.open().connected()
    bench.set_up().put_out(bench.course.frames[0]).hold(500_000)
    assert not bench.is_lost
    assert not bench.findings


@EACH_HARM
@EACH_DEVICE
def test_a_loss_between_connecting_and_setting_up_is_noticed_too(entry: Entry, harm: Harm) -> None:
    bench = Bench(entry).connected()
    harm(bench)
    bench.driver.set_up(bench.permit(bench.course.setup), bench.now_us)
    bench.hold(5_000_000)
    assert bench.is_lost
    assert not bench.pulses


@EACH_DEVICE
def test_nobody_at_the_other_end_is_not_found_and_told_with_advice(entry: Entry) -> None:
    bench = Bench(entry)
    dumb(bench)
    bench.connected()
    assert (bench.loss.kind, bench.heard(Connected)) == (LossKind.NOT_FOUND, False)
    assert bench.loss.advice.strip()


@EACH_DEVICE
def test_a_port_that_fails_at_once_is_told_as_such(entry: Entry) -> None:
    bench = Bench(entry)
    pulled(bench)
    bench.driver.connect(bench.now_us)
    bench.poll()
    assert bench.loss.kind is LossKind.PORT


@pytest.mark.parametrize("other", [entry.name for entry in simulated()])
@EACH_DEVICE
def test_another_device_on_the_line_is_never_taken_for_ours(entry: Entry, other: str) -> None:
    if other == entry.name:
        assert Bench(entry).connected().heard(Connected)
        return
    bench = Bench(entry, simulator=other).connected()
    assert not bench.heard(Connected)
    assert bench.loss.kind in {LossKind.NOT_FOUND, LossKind.WRONG_DEVICE}
    assert bench.loss.advice.strip()
    bench.run(3_000_000)
    assert not bench.pulses


@EACH_DEVICE
def test_a_device_that_reports_open_electrodes_ends_the_output_for_one_and_names_it_if_it_can(
    entry: Entry,
) -> None:
    bench = Bench(entry).connected().set_up()
    bench.put_out(bench.course.frame(40, 40)).hold(200_000)
    channel = bench.course.setup.channels[-1]
    bench.device.put_contact(channel, NOTHING)
    bench.hold(2_000_000)
    names_channel = Report.ELECTRODE_FAULT_CHANNEL in bench.able.reports
    assert bench.is_lost == (names_channel or Report.ELECTRODE_FAULT in bench.able.reports)
    if bench.is_lost:
        assert (bench.loss.kind, bench.loss.channel) == (
            LossKind.FAULT,
            channel if names_channel else None,
        )
        lost_us = bench.loss.at_us
        assert not bench.pulses_since(lost_us + bench.able.stop_time_us)
