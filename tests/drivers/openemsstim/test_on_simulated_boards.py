"""The driver before boards that differ from the usual one, judged by what reaches the skin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from support.conformance import ENTRIES, Entry
from support.conformance_bench import Bench

from drivers.interface import Connected, LossKind, OutputConfirmed
from hardware_sim.device import Device
from hardware_sim.devices import DEVICES
from hardware_sim.pulses import Pulse

USUAL = ENTRIES["openemsstim"]
S = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Entry):
    """A board with options of its own."""

    chosen: Mapping[str, str] = field(default_factory=dict)

    def simulator(
        self, *, on_pulse: Callable[[Pulse], None], ack_delay_us: int, start_us: int
    ) -> Device:
        make = DEVICES[self.name].maker(self.chosen)
        return make(on_pulse=on_pulse, ack_delay_us=ack_delay_us, start_us=start_us)


def board(**chosen: str) -> Bench:
    own = Board(name=USUAL.name, late_us=USUAL.late_us, file=USUAL.file, chosen=chosen)
    return Bench(own)


def test_the_plain_text_build_is_driven_by_frames_as_the_published_one() -> None:
    bench = board(dialect="P").flowing()
    bench.stopped().run(S)
    assert bench.pulses
    assert bench.findings == []
    assert not bench.is_lost


def test_the_build_that_never_ends_a_channel_is_refused_before_anything_flows() -> None:
    bench = board(dialect="D").connected()
    assert bench.losses == [LossKind.WRONG_DEVICE]
    assert bench.run(2 * S).pulses == []


def test_a_board_without_its_echo_is_not_driven() -> None:
    bench = board(echo="off").connected()
    assert bench.losses == [LossKind.NOT_FOUND]
    assert bench.run(2 * S).pulses == []


def test_a_board_that_boots_for_15_s_is_waited_for() -> None:
    bench = Bench(
        Board(name=USUAL.name, late_us=USUAL.late_us, file=USUAL.file, chosen={"boot_s": "15"}),
        on_for_us=0,
    ).connected()
    assert bench.count(Connected) == 1


def test_nothing_tells_the_driver_that_the_separate_unit_is_off() -> None:
    bench = board(source="off").flowing()
    assert bench.count(OutputConfirmed) == 1
    assert bench.pulses == []


@pytest.mark.parametrize("crash", ["latched", "reset"])
def test_a_crash_is_told_within_the_time_of_an_echo_and_a_refresh_with_what_to_do(
    crash: str,
) -> None:
    bench = board(crash=crash).flowing()
    crashed_us = bench.now_us
    bench.device.set_trouble("failed_module", "controller", "controller", crashed_us)
    bench.hold(2 * S)
    assert bench.losses == [LossKind.SILENT if crash == "latched" else bench.loss.kind]
    assert bench.loss.at_us - crashed_us <= 600_000
    assert "Switch the separate stimulator off" in bench.loss.advice


def test_a_crashed_board_goes_on_and_only_a_reset_ends_it() -> None:
    bench = board().flowing()
    bench.device.set_trouble("failed_module", "controller", "controller", bench.now_us)
    bench.hold(2 * S)
    assert bench.pulses_since(bench.now_us - S)
    bench.device.reboot(bench.now_us, off_us=0)
    since_us = bench.now_us + 1
    assert bench.run(20 * S).pulses_since(since_us) == []


def test_a_channel_that_somebody_latched_before_is_off_once_the_driver_has_connected() -> None:
    bench = board()
    bench.device.receive(b"1\n", bench.now_us)
    bench.run(S)
    assert bench.pulses
    bench.open().connected()
    connected_us = bench.now_us
    assert not bench.is_lost
    assert bench.run(2 * S).pulses_since(connected_us) == []
