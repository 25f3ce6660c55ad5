"""Whatever becomes of the answers, nothing flows that was not commanded.

Harm is done to single answers of a whole session, and by chance to many of them.
"""

from collections.abc import Callable, Iterable
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conformance import EACH_DEVICE, ENTRIES, Entry
from support.conformance_bench import Bench, Carry, unharmed

from drivers.interface import LossKind, OutputConfirmed, OutputLost, ReplyMissed, StopConfirmed
from protocols.pulses import OutputFrame

Harm = Callable[[bytes], Iterable[tuple[int, bytes]]]
APART_US = 300
MOST_HARMED = 40
AFTERWARDS_US = 600_000
LATE_US = 450_000
"""Longer than any driver waits for an answer to an output; the one to high voltage takes longer."""


def byte_by_byte(said: bytes) -> Iterable[tuple[int, bytes]]:
    return [(number * APART_US, said[number : number + 1]) for number in range(len(said))]


def in_halves(said: bytes) -> Iterable[tuple[int, bytes]]:
    half = len(said) // 2
    return [(0, said[:half]), (20_000, said[half:])]


def twice(said: bytes) -> Iterable[tuple[int, bytes]]:
    return [(0, said), (1_000, said)]


def noise(length: int, seed: int) -> bytes:
    return Random(seed).randbytes(length)


def noise_before(said: bytes) -> Iterable[tuple[int, bytes]]:
    """Noise that ends in what ends a line of text; to frames it is a byte like any other."""
    return [(0, noise(7, len(said)) + b"\n"), (1_000, said)]


def noise_joined(said: bytes) -> Iterable[tuple[int, bytes]]:
    return [(0, noise(7, len(said)) + said)]


def noise_inside(said: bytes) -> Iterable[tuple[int, bytes]]:
    half = len(said) // 2
    return [(0, said[:half] + noise(5, half)), (1_000, said[half:])]


def cut_off(said: bytes) -> Iterable[tuple[int, bytes]]:
    return [(0, said[: len(said) // 2])]


def lost(_said: bytes) -> Iterable[tuple[int, bytes]]:
    return []


def too_late(said: bytes) -> Iterable[tuple[int, bytes]]:
    return [(LATE_US, said)]


def to_answer(number: int, harm: Harm) -> Carry:
    """Harm one answer only."""
    return lambda n, said: harm(said) if n == number else ((0, said),)


def session(bench: Bench) -> Bench:
    """A whole session; a frame whose answer was missed is written again, as the engine does."""
    bench.connected()
    if not bench.is_lost:
        bench.set_up()
    for frame in bench.course.frames[:3]:
        _put_out(bench, frame)
        bench.hold(100_000)
    bench.hold(bench.able.keep_alive_us + 50_000)
    bench.stop()
    bench.hold(500_000)
    bench.driver.close()
    return bench.run(bench.silence_us)


def _put_out(bench: Bench, frame: OutputFrame) -> None:
    for _ in range(2):
        missed = bench.count(ReplyMissed)
        bench.write(frame)
        bench.until(lambda: bench.driver.is_ready)
        if bench.count(ReplyMissed) == missed:
            return


@cache
def answers(name: str) -> int:
    """How many answers an undisturbed session has."""
    return session(Bench(ENTRIES[name])).line.answers


@cache
def answers_of_connecting(name: str) -> int:
    """How many of them come before the device is connected."""
    return Bench(ENTRIES[name]).connected().line.answers


def some(numbers: range) -> range:
    """All of them, or every other, every third... of a device that says very much."""
    return numbers[:: 1 + len(numbers) // MOST_HARMED]


def harmed(entry: Entry, carry: Carry) -> Bench:
    bench = Bench(entry)
    bench.line.carry = carry
    return session(bench)


def is_undisturbed(bench: Bench) -> bool:
    confirmed = bench.count(OutputConfirmed) >= 3 and bench.count(StopConfirmed) == 1
    return confirmed and not bench.is_lost and not bench.heard(ReplyMissed)


@EACH_DEVICE
def test_an_unharmed_session_is_undisturbed(entry: Entry) -> None:
    bench = harmed(entry, unharmed)
    assert is_undisturbed(bench)
    assert not bench.findings


@pytest.mark.parametrize("harm", [byte_by_byte, in_halves], ids=["bytes", "halves"])
@EACH_DEVICE
def test_answers_in_pieces_with_time_between_are_answers(entry: Entry, harm: Harm) -> None:
    bench = harmed(entry, lambda _number, said: harm(said))
    assert is_undisturbed(bench)
    assert not bench.findings


@EACH_DEVICE
def test_answers_just_within_the_time_for_them_are_answers(entry: Entry) -> None:
    bench = harmed(entry, lambda _number, said: ((entry.late_us, said),))
    assert is_undisturbed(bench)
    assert not bench.findings


@EACH_DEVICE
def test_answers_that_all_come_too_late_are_a_loss(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.line.carry = lambda _number, said: too_late(said)
    bench.hold(bench.able.keep_alive_us + 2_000_000)
    assert bench.is_lost
    assert not bench.findings


@EACH_DEVICE
def test_noise_between_answers_does_not_disturb_a_session(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    for seed in range(3):
        bench.hold(1_200_000)
        bench.line.say(noise(6, seed))
    bench.hold(1_200_000).put_out(bench.course.frames[2]).stopped()
    assert not bench.is_lost
    assert not bench.findings


@pytest.mark.parametrize("harm", [twice, noise_before], ids=["twice", "noise before"])
@EACH_DEVICE
def test_no_single_answer_said_twice_or_behind_noise_ends_a_session(
    entry: Entry, harm: Harm
) -> None:
    for number in some(range(answers_of_connecting(entry.name), answers(entry.name))):
        bench = harmed(entry, to_answer(number, harm))
        assert not bench.findings
        assert not bench.is_lost, f"answer {number}: {bench.loss}"


@pytest.mark.parametrize("harm", [twice, noise_before], ids=["twice", "noise before"])
@EACH_DEVICE
def test_an_answer_said_twice_while_connecting_is_no_other_device_and_brings_no_current(
    entry: Entry, harm: Harm
) -> None:
    for number in some(range(answers_of_connecting(entry.name))):
        bench = harmed(entry, to_answer(number, harm))
        assert not bench.findings
        assert is_undisturbed(bench) or not bench.pulses
        assert LossKind.WRONG_DEVICE not in bench.losses


@pytest.mark.parametrize(
    "harm",
    [noise_joined, noise_inside, cut_off, lost, too_late],
    ids=["joined", "inside", "cut off", "lost", "too late"],
)
@EACH_DEVICE
def test_an_answer_that_is_harmed_is_told_or_does_not_matter(entry: Entry, harm: Harm) -> None:
    for number in some(range(answers(entry.name))):
        bench = harmed(entry, to_answer(number, harm))
        assert not bench.findings
        outcome = (bench.count(OutputConfirmed) >= 3, bench.is_lost)
        assert outcome in {(True, False), (True, True), (False, True)}


@EACH_DEVICE
def test_no_command_that_is_lost_on_the_way_is_taken_for_done(entry: Entry) -> None:
    for number in range(len(session(Bench(entry)).line.written)):
        bench = Bench(entry)
        bench.line.lost.add(number)
        session(bench)
        assert not bench.findings, f"command {number}"


@EACH_DEVICE
def test_an_output_that_never_arrived_is_not_confirmed(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.until(lambda: bench.driver.is_ready)
    bench.line.lost.add(len(bench.line.written))
    bench.write(bench.course.frames[0])
    bench.run(AFTERWARDS_US)
    assert bench.count(OutputConfirmed) == 1
    assert bench.heard(ReplyMissed) or bench.is_lost


@EACH_DEVICE
def test_the_answer_to_an_earlier_output_does_not_confirm_a_later_one(entry: Entry) -> None:
    bench, earlier = Bench(entry).flowing(), []

    def overheard(_number: int, said: bytes) -> Iterable[tuple[int, bytes]]:
        earlier.append(said)
        return ((0, said),)

    bench.line.carry = overheard
    bench.put_out(bench.course.frames[0])
    bench.until(lambda: bench.driver.is_ready)
    bench.line.lost.add(len(bench.line.written))
    bench.write(bench.course.frames[1])
    bench.line.say(b"".join(earlier))
    bench.run(AFTERWARDS_US)
    assert bench.count(OutputConfirmed) == 2


@EACH_DEVICE
def test_the_answer_to_an_output_does_not_confirm_a_stop(entry: Entry) -> None:
    bench = Bench(entry).flowing()
    bench.write(bench.course.frames[0])
    bench.line.loses_sent = True
    bench.stop()
    bench.run(AFTERWARDS_US)
    assert bench.line.answers
    assert not bench.heard(StopConfirmed)


@EACH_DEVICE
def test_no_noise_whatever_brings_a_pulse_above_what_was_commanded(entry: Entry) -> None:
    harms = st.sampled_from(
        [byte_by_byte, in_halves, twice, noise_before, noise_inside, cut_off, lost, too_late]
    )

    @settings(max_examples=12)
    @given(chosen=st.dictionaries(st.integers(0, answers(entry.name) + 5), harms, max_size=8))
    def every_weather(chosen: dict[int, Harm]) -> None:
        def carry(number: int, said: bytes) -> Iterable[tuple[int, bytes]]:
            return chosen.get(number, lambda said: ((0, said),))(said)

        bench = harmed(entry, carry)
        assert not bench.findings
        assert bench.count(OutputLost) <= 1

    every_weather()
