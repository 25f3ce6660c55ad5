"""When current flows the guard is told; when the guard has fired nothing is written but stops."""

from dataclasses import dataclass, field

import pytest
from support.safety_bench import RecordingStimulator

from drivers.guarded import WORD_EVERY_US, GuardedStimulator
from drivers.interface import LossKind, OutputConfirmed, OutputLost, Permit, StopConfirmed
from protocols.errors import DeviceError
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

SILENCE_US = 120_000
SETUP = TrainSetup(period_us=20_000, channels=(1,))


def frame(current_ua: int) -> OutputFrame:
    return OutputFrame(setup=SETUP, outputs=(symmetric_output(1, current_ua, 300),))


@dataclass
class FakeGuard:
    """Writes down what it is told; can be gone."""

    words: list[str] = field(default_factory=list)
    is_gone: bool = False
    has_fired: bool = False

    def say(self, *, is_flowing: bool) -> bool:
        self.words.append("flowing" if is_flowing else "resting")
        return not self.is_gone

    def dismiss(self) -> None:
        self.words.append("dismissed")


class Bench:
    def __init__(self) -> None:
        self.inner = RecordingStimulator()
        self.guard = FakeGuard()
        self.guarded = GuardedStimulator(self.inner, self.guard, silence_us=SILENCE_US)
        self._serial = 0

    def output(self, current_ua: int, now_us: int = 0) -> None:
        self._serial += 1
        permit = Permit(subject=frame(current_ua), serial=self._serial)
        self.guarded.output(permit, now_us)

    def confirm(self, current_ua: int, now_us: int) -> None:
        self.inner.events.append(
            OutputConfirmed(at_us=now_us, sent_us=now_us, frame=frame(current_ua))
        )
        self.guarded.poll(now_us)

    def losses(self, now_us: int) -> list[LossKind]:
        events = self.guarded.poll(now_us)
        return [event.kind for event in events if isinstance(event, OutputLost)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_guard_is_told_before_current_is_written(bench: Bench) -> None:
    bench.guard.is_gone = True
    with pytest.raises(DeviceError, match="the guard of the output is gone"):
        bench.output(5_000)
    assert (bench.guard.words, bench.inner.calls) == (["flowing"], ["stop"])


def test_a_frame_without_current_needs_no_word(bench: Bench) -> None:
    bench.output(0)
    assert (bench.guard.words, bench.inner.calls) == ([], ["output"])


def test_while_current_flows_a_word_goes_out_every_tick(bench: Bench) -> None:
    bench.output(5_000)
    for now_us in range(0, 5 * WORD_EVERY_US, 5_000):
        bench.guarded.poll(now_us)
    assert bench.guard.words == ["flowing"] * 5


def test_the_next_word_is_a_deadline_of_its_own(bench: Bench) -> None:
    assert bench.guarded.next_deadline_us() is None
    bench.output(5_000, 100)
    assert bench.guarded.next_deadline_us() == 100 + WORD_EVERY_US
    bench.inner.deadline_us = 300
    assert bench.guarded.next_deadline_us() == 300


@pytest.mark.parametrize("end", ["silent frame", "stop"])
def test_the_guard_rests_once_the_device_has_confirmed_silence(bench: Bench, end: str) -> None:
    bench.output(5_000)
    if end == "stop":
        bench.guarded.stop(10)
        assert bench.guard.words == ["flowing"]
        bench.guarded.poll(20)
    else:
        bench.confirm(0, 20)
    assert bench.guard.words == ["flowing", "resting"]
    assert bench.losses(10 * SILENCE_US) == []


def test_a_frame_with_current_that_is_confirmed_lets_nobody_rest(bench: Bench) -> None:
    bench.output(5_000)
    bench.confirm(5_000, 10)
    assert bench.guard.words == ["flowing"]


def test_a_loop_held_up_for_as_long_as_the_guard_waits_goes_on(bench: Bench) -> None:
    bench.output(5_000)
    assert bench.losses(SILENCE_US) == []


def test_a_loop_held_up_longer_loses_the_output_before_anything_else(bench: Bench) -> None:
    bench.output(5_000)
    assert bench.losses(SILENCE_US + 1) == [LossKind.LATE]
    assert bench.inner.calls == ["output", "stop"]


def test_while_nothing_flows_a_loop_may_be_held_up(bench: Bench) -> None:
    bench.output(0)
    assert bench.losses(10 * SILENCE_US) == []


def test_a_guard_that_is_gone_is_noticed_with_the_next_word(bench: Bench) -> None:
    bench.output(5_000)
    bench.guard.is_gone = True
    assert bench.losses(WORD_EVERY_US) == [LossKind.UNGUARDED]


def test_a_guard_that_has_fired_tells_of_a_loop_that_was_held_up(bench: Bench) -> None:
    bench.output(5_000)
    bench.guard.is_gone = bench.guard.has_fired = True
    assert bench.losses(WORD_EVERY_US) == [LossKind.LATE]


CONFUSED = OutputLost(at_us=1, kind=LossKind.CONFUSED, detail="not awaited", advice="Arm again.")


def test_answers_to_the_guards_stops_are_no_fault_of_the_device(bench: Bench) -> None:
    bench.output(5_000)
    bench.guard.is_gone = bench.guard.has_fired = True
    bench.inner.events.append(CONFUSED)
    assert bench.losses(1) == [LossKind.LATE, LossKind.CONFUSED]


def test_a_device_that_is_lost_under_a_watching_guard_is_to_blame_itself(bench: Bench) -> None:
    bench.output(5_000)
    bench.inner.events.append(CONFUSED)
    assert bench.losses(1) == [LossKind.CONFUSED]


def test_while_nothing_flows_a_device_that_is_lost_is_no_matter_of_the_guard(bench: Bench) -> None:
    bench.inner.events.append(CONFUSED)
    assert (bench.losses(1), bench.guard.words) == ([LossKind.CONFUSED], [])


def test_a_loss_is_told_once_and_is_no_deadline(bench: Bench) -> None:
    bench.output(5_000)
    bench.losses(SILENCE_US + 1)
    assert (bench.losses(SILENCE_US + 2), bench.guarded.next_deadline_us()) == ([], None)


def test_after_a_loss_no_order_is_taken_but_a_stop(bench: Bench) -> None:
    bench.output(5_000)
    bench.losses(SILENCE_US + 1)
    calls = len(bench.inner.calls)
    assert not bench.guarded.is_ready
    with pytest.raises(DeviceError):
        bench.output(0, SILENCE_US + 1)
    with pytest.raises(DeviceError):
        bench.guarded.set_up(Permit(subject=SETUP, serial=9), SILENCE_US + 1)
    with pytest.raises(DeviceError):
        bench.guarded.keep_alive(SILENCE_US + 1)
    bench.guarded.stop(SILENCE_US + 1)
    assert bench.inner.calls[calls:] == ["stop"]


def test_what_the_driver_tells_is_told_after_the_loss(bench: Bench) -> None:
    bench.output(5_000)
    events = bench.guarded.poll(SILENCE_US + 1)
    assert [type(event) for event in events] == [OutputLost, StopConfirmed]


@pytest.mark.parametrize("end", ["abandon", "close"])
def test_the_guard_is_dismissed_when_the_port_has_been_closed(bench: Bench, end: str) -> None:
    if end == "abandon":
        bench.guarded.abandon(0)
    else:
        bench.guarded.close()
    assert (bench.inner.calls, bench.guard.words) == ([end], ["dismissed"])


def test_all_else_goes_to_the_driver_as_it_is(bench: Bench) -> None:
    bench.guarded.connect(0)
    bench.guarded.set_up(Permit(subject=SETUP, serial=1), 0)
    bench.guarded.keep_alive(0)
    assert bench.inner.calls == ["connect", "set_up", "keep_alive"]
    assert (bench.guarded.fileno(), bench.guarded.is_ready) == (7, True)
    assert bench.guarded.capabilities is bench.inner.capabilities
