"""A contraction is complete, and counts, only if the device is known to have gone on to its end."""

import pytest
from support.bench_protocols import ONE, TWO
from support.station_bench import (
    SECOND_US,
    BenchWorkshop,
    StationBench,
    arm,
    holding,
    resting,
    running,
)

from drivers import registry
from drivers.guarded import GuardedStimulator
from nmes.link import messages as link
from nmes.records.chain import read_journal
from nmes.records.summary import summarise
from safety.gate import SafetyGate

GUARD_SILENCE_US = 120_000
FROZEN_US = 4 * SECOND_US
STOP = link.Stop(cause="space")


class QuietGuard:
    """Hears what a guard hears; what a guard would write is of no matter here."""

    def say(self, *, is_flowing: bool) -> bool:
        del is_flowing
        return True

    def dismiss(self) -> None:
        pass


class GuardedWorkshop(BenchWorkshop):
    """A bench on which current flows under guard, as on a real port."""

    def open_gate(self, device: str, port: str | None) -> SafetyGate:
        super().open_gate(device, port)
        inner = registry.load("rehastim2").make(self.ports_opened[-1], None)
        guarded = GuardedStimulator(inner, QuietGuard(), silence_us=GUARD_SILENCE_US)
        return SafetyGate(guarded)


class GuardedBench(StationBench):
    workshop_type = GuardedWorkshop


def guarded_hold(text: str = ONE) -> StationBench:
    bench = GuardedBench(text).press(arm())
    bench.run_until(lambda: bench.state == "armed")
    bench.find(1, 10).press(link.Start()).run_until_phase("hold")
    return bench


def completed(bench: StationBench) -> list[bool]:
    return [bool(r["is_complete"]) for r in bench.records("contraction") if r["is_dose"]]


def closed(bench: StationBench) -> StationBench:
    """The bench after its session was closed, which is what its journal claims."""
    bench.press(link.Finish())
    bench.run_until(lambda: bench.state == "none")
    (closing,) = bench.records("session_close")
    journal = summarise(read_journal(bench.workshop.disk.content()))
    assert closing["contractions_done"] == journal.contractions_done
    return bench


def test_a_contraction_that_a_frozen_engine_woke_after_is_not_complete() -> None:
    bench = guarded_hold().jump(FROZEN_US).run(SECOND_US)
    assert bench.records("fault")[-1]["code"] == "LATE"
    assert (completed(bench), bench.snapshot.contractions_done) == ([False], 0)
    assert closed(bench).summary.contractions_done == 0


def test_after_a_freeze_the_cycle_that_was_cut_off_is_done_again() -> None:
    bench = guarded_hold().jump(3 * FROZEN_US).run(SECOND_US)
    bench.press(link.Acknowledge(), arm()).run_until(lambda: bench.state == "armed")
    bench.find(1, 4).press(link.Start())
    assert [(r["stage"], r["cycle"]) for r in bench.records("start")] == [(0, 0), (0, 0)]


def test_what_a_frozen_engine_had_confirmed_before_still_counts() -> None:
    bench = guarded_hold()
    bench.run_through(2)
    bench.run_until_phase("hold").jump(FROZEN_US).run(SECOND_US)
    assert (completed(bench), closed(bench).summary.contractions_done) == ([True, True, False], 2)


def test_nobody_to_stop_it_makes_a_contraction_that_was_slept_through_no_more_complete() -> None:
    bench = holding().jump(FROZEN_US).run(2 * SECOND_US)
    assert (bench.state, completed(bench)) == ("faulted", [False])


def test_a_contraction_that_a_freeze_skipped_is_not_counted() -> None:
    bench = resting().run(300_000)
    bench.jump(FROZEN_US).run(2 * SECOND_US)
    assert (bench.state, bench.snapshot.contractions_done) == ("faulted", 1)
    assert closed(bench).summary.contractions_done == 1


@pytest.mark.parametrize("late_us", [20_000, 100_000])
def test_a_turn_that_is_late_at_the_end_of_a_contraction_leaves_it_complete(late_us: int) -> None:
    bench = guarded_hold()
    bench.run_until(lambda: bench.snapshot.phase == "ramp_down")
    bench.run(490_000).jump(late_us).run(SECOND_US)
    assert (completed(bench), bench.snapshot.contractions_done) == ([True], 1)


@pytest.mark.parametrize("ack_delay_us", [0, 20_000, 100_000])
def test_every_contraction_of_a_program_is_complete_however_long_answers_take(
    ack_delay_us: int,
) -> None:
    bench = running({1: 6, 2: 6}, TWO, ack_delay_us=ack_delay_us)
    bench.run_until(lambda: bench.state == "none")
    assert (completed(bench), bench.summary.outcome) == ([True] * 4, "completed")


def test_a_contraction_in_whose_last_moments_the_device_fell_silent_is_not_complete() -> None:
    bench = holding()
    bench.run_until(lambda: bench.snapshot.phase == "ramp_down")
    bench.run(300_000)
    bench.port.is_deaf = True
    bench.run_until(lambda: bench.state == "faulted")
    assert bench.live._session.held_us == 0
    bench.run(SECOND_US)
    assert (completed(bench), bench.snapshot.contractions_done) == ([False], 0)


@pytest.mark.parametrize("ack_delay_us", [0, 100_000])
@pytest.mark.parametrize("intent", [link.Pause(), STOP])
def test_a_contraction_counts_if_it_is_paused_or_stopped_as_soon_as_it_has_ended(
    intent: link.Intent, ack_delay_us: int
) -> None:
    bench = running({1: 10}, ack_delay_us=ack_delay_us)
    bench.run_through(1)
    bench.press(intent).run(SECOND_US)
    assert (completed(bench), bench.snapshot.contractions_done) == ([True], 1)
    assert bench.live._session.held_us == 2 * SECOND_US


def test_a_program_whose_last_stop_nobody_confirmed_has_not_done_its_last_contraction() -> None:
    bench = running()
    bench.run_through(2)
    bench.run_until(lambda: bench.snapshot.phase == "ramp_down")
    bench.run(400_000)
    bench.port.is_deaf = True
    bench.run_until(lambda: bench.state == "none")
    assert bench.events[-1] == "session_close"
    assert (completed(bench), bench.summary.outcome) == ([True, True, False], "ended early")


def test_what_may_flow_on_after_a_stop_that_was_given_up_is_counted() -> None:
    bench = holding()
    begun_us = bench.now_us - 650_000
    bench.port.is_mute = True
    bench.run_until(lambda: bench.state == "faulted")
    bench.run(3 * SECOND_US)
    (record,) = [r for r in bench.records("contraction") if r["is_dose"]]
    flowed = len(bench.pulses_since(begun_us))
    assert isinstance(record["pulses"], int)
    assert flowed <= record["pulses"] <= flowed + 70
    assert bench.events[-1] == "contraction"


def test_what_flows_on_until_a_pause_has_faded_is_part_of_the_contraction() -> None:
    bench = holding()
    paused_us = bench.now_us
    bench.press(link.Pause()).run(2 * SECOND_US)
    (record,) = [r for r in bench.records("contraction") if r["is_dose"]]
    begun_us = paused_us - 650_000
    assert record["pulses"] == pytest.approx(len(bench.pulses_since(begun_us)), abs=1)
