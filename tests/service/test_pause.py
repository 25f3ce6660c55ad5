"""Pausing, going on, and a screen that falls silent."""

from support.bench_protocols import TWO_TRAINS, channel, protocol_text, stage
from support.station_bench import SECOND_US, StationBench, found, holding, resting, running

from nmes.link import messages as link

STEEP = protocol_text(stages=(stage(on_s=4, off_s=4, ramp_up_s=0.5, ramp_down_s=1),))
LONGEST = protocol_text(stages=(stage(on_s=20, off_s=20, ramp_up_s=1, ramp_down_s=5),))
TWO_STAGES = protocol_text(
    channels=(channel(),), stages=(stage(repetitions=1), stage(repetitions=1))
)


def silent_for(bench: StationBench, for_us: int) -> StationBench:
    """The screen says nothing for so long, then beats again."""
    bench.is_beating = False
    bench.run(for_us)
    bench.is_beating = True
    return bench


def gone_on(bench: StationBench) -> StationBench:
    """After a pause, until current flows again."""
    bench.press(link.Resume())
    bench.run_until(lambda: bench.now_ma() > 0)
    return bench


def test_a_pause_lets_the_current_fade_and_then_nothing_flows() -> None:
    bench = holding().press(link.Pause())
    paused_us = bench.now_us
    bench.run(2 * SECOND_US)
    currents = [pulse.current_ma for pulse in bench.pulses_since(paused_us)]
    assert currents == sorted(currents, reverse=True)
    assert (currents[0], currents[-1], bench.now_ma()) == (10, 1, 0)


def test_the_fade_of_a_pause_takes_the_ramp_down_of_the_protocol() -> None:
    bench = holding(text=STEEP).press(link.Pause())
    paused_us = bench.now_us
    bench.run(2 * SECOND_US)
    assert 880_000 <= bench.pulses_since(paused_us)[-1].time_us - paused_us <= 1_000_000


def test_a_pause_while_the_current_falls_lets_it_fall_no_slower() -> None:
    bench = holding(text=LONGEST)
    bench.run_until(lambda: bench.now_ma() == 5)
    bench.press(link.Pause()).run(6 * SECOND_US)
    paused_us = bench.now_us - 6 * SECOND_US
    assert bench.pulses_since(paused_us)[-1].time_us - paused_us <= 2_600_000


def test_a_pause_at_the_end_of_the_longest_burst_is_no_fault() -> None:
    bench = holding(text=LONGEST)
    bench.run_until(lambda: bench.now_ma() == 5)
    bench.press(link.Pause()).run(10 * SECOND_US)
    assert bench.state == "paused"


def test_while_paused_time_stands_still() -> None:
    bench = holding().press(link.Pause())
    before = bench.snapshot
    after = bench.run(20 * SECOND_US).snapshot
    assert (before.position_us, before.elapsed_us) == (after.position_us, after.elapsed_us)


def test_a_contraction_broken_off_is_done_again_from_its_beginning() -> None:
    bench = holding().press(link.Pause())
    assert bench.snapshot.position_us == 0


def test_a_pause_in_a_rest_goes_on_where_it_was() -> None:
    bench = resting()
    bench.run(500_000)
    position_us = bench.snapshot.position_us
    bench.press(link.Pause()).run(5 * SECOND_US).press(link.Resume())
    assert bench.snapshot.position_us == position_us


def test_going_on_counts_down_before_any_current_flows() -> None:
    bench = holding().press(link.Pause()).run(SECOND_US).press(link.Resume())
    resumed_us, lead_us = bench.now_us, bench.snapshot.lead_in_us
    bench.run_until(lambda: bench.pulses_since(resumed_us) != [])
    assert (lead_us, bench.pulses_since(resumed_us)[0].time_us - resumed_us >= 3 * SECOND_US) == (
        3 * SECOND_US,
        True,
    )


def test_a_pause_up_to_60_s_keeps_the_level() -> None:
    bench = gone_on(holding().press(link.Pause()).run(60 * SECOND_US))
    assert bench.level_ma() == 10


def test_a_longer_pause_halves_the_level() -> None:
    bench = gone_on(holding(9).press(link.Pause()).run(60 * SECOND_US + 20_000))
    assert (bench.level_ma(), bench.records("resume")) == (
        4,
        [{"limits": [{"channel": 1, "limit_ua": 4000}]}],
    )


def test_the_first_contraction_after_a_pause_takes_2_s_to_rise() -> None:
    bench = gone_on(holding(text=STEEP).press(link.Pause()).run(2 * SECOND_US))
    begun_us = bench.now_us
    bench.run_until(lambda: bench.now_ma() == 10)
    assert 1_700_000 <= bench.now_us - begun_us <= 2_000_000


def test_the_second_contraction_after_a_pause_rises_as_the_protocol_says() -> None:
    bench = gone_on(holding(text=STEEP).press(link.Pause()).run(2 * SECOND_US))
    bench.run_until_phase("rest")
    bench.run_until(lambda: bench.now_ma() > 0)
    begun_us = bench.now_us
    bench.run_until(lambda: bench.now_ma() == 10)
    assert bench.now_us - begun_us <= 500_000


def test_after_a_pause_in_the_last_rest_of_a_stage_the_next_stage_begins_gently() -> None:
    bench = resting(text=TWO_STAGES)
    bench.run(200_000).press(link.Pause()).run(SECOND_US)
    gone_on(bench)
    bench.run(SECOND_US)
    assert (bench.snapshot.stage_index, bench.snapshot.phase, bench.now_ma()) == (1, "ramp_up", 5)


def test_while_it_rises_gently_the_current_is_said_to_rise() -> None:
    bench = gone_on(holding(text=STEEP).press(link.Pause()).run(2 * SECOND_US))
    bench.run(SECOND_US).up()
    assert (bench.snapshot.phase, bench.last_refusal) == (
        "ramp_up",
        "The current is rising: step when it holds.",
    )


def test_going_on_right_after_a_pause_gives_the_muscle_its_rest() -> None:
    bench = holding(text=STEEP)
    bench.run(2 * SECOND_US).press(link.Pause()).run(1_200_000)
    bench.press(link.Resume())
    ended_us = bench.pulses[-1].time_us
    bench.run_until(lambda: bench.now_ma() > 0)
    assert bench.state == "running"
    assert bench.now_us - ended_us >= 3 * SECOND_US


def test_going_on_while_the_current_still_fades_cuts_it() -> None:
    bench = holding(text=STEEP).press(link.Pause()).run(300_000).press(link.Resume())
    resumed_us = bench.now_us
    bench.run(2 * SECOND_US)
    assert (bench.state, bench.pulses_since(resumed_us + 20_000)) == ("running", [])


def test_300_ms_without_the_screen_silence_the_output_and_pause() -> None:
    bench = holding()
    bench.is_beating = False
    silent_us = bench.now_us
    bench.run_until(lambda: bench.state == "paused")
    paused_us = bench.now_us
    bench.run(100_000)
    assert paused_us - silent_us <= 301_000
    assert bench.pulses_since(paused_us + 1_000) == []


def test_500_ms_without_the_screen_stop() -> None:
    bench = holding()
    bench.is_beating = False
    bench.run(501_000)
    assert (bench.state, bench.snapshot.stop and bench.snapshot.stop.cause) == (
        "stopped",
        "the screen fell silent",
    )


def test_a_screen_that_comes_back_goes_on_with_nothing_by_itself() -> None:
    bench = silent_for(holding(), 400_000)
    back_us = bench.now_us
    bench.run(10 * SECOND_US)
    assert (bench.state, bench.pulses_since(back_us)) == ("paused", [])
    assert bench.told[-1] == "! Paused: the screen fell silent"


def test_a_pause_that_was_asked_for_is_told_as_such() -> None:
    assert holding().press(link.Pause()).told[-1] == "i Paused by the operator"


def test_armed_a_short_silence_changes_nothing_and_a_long_one_stops() -> None:
    bench = found({1: 4}).press(link.Start()).press(link.Pause()).run(2 * SECOND_US)
    silent_for(bench, 400_000).run(100_000)
    before = bench.state
    silent_for(bench, 520_000).run(100_000)
    assert (before, bench.state) == ("paused", "stopped")


def test_a_silence_while_paused_is_no_second_pause_and_lengthens_no_limit() -> None:
    bench = holding().press(link.Pause()).run(50 * SECOND_US)
    silent_for(bench, 400_000).run(15 * SECOND_US)
    gone_on(bench)
    assert (bench.level_ma(), len(bench.records("pause"))) == (5, 1)


def test_a_silence_while_the_current_fades_cuts_it() -> None:
    bench = holding(text=STEEP).press(link.Pause())
    bench.is_beating = False
    bench.run(301_000)
    cut_us = bench.now_us
    bench.run(150_000)
    assert bench.pulses_since(cut_us + 1_000) == []


def test_a_silence_while_a_level_is_found_takes_all_levels_to_0() -> None:
    bench = found({1: 6}).run_until_phase("hold")
    silent_for(bench, 400_000)
    back_us = bench.now_us
    bench.run(2 * SECOND_US)
    assert (bench.state, bench.level_ma(), bench.pulses_since(back_us)) == ("armed", 0, [])


def test_pausing_in_the_countdown_pauses() -> None:
    bench = running().run(SECOND_US).press(link.Pause()).run(SECOND_US)
    assert (bench.state, bench.snapshot.position_us) == ("paused", 0)


def test_pausing_what_does_not_run_is_refused() -> None:
    bench = found({1: 4}).press(link.Pause())
    assert bench.last_refusal == "'pause' is not possible while the session is finding."


def test_a_pause_before_the_next_train_is_set_up_goes_on_with_the_next_stage() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    bench.run_until(lambda: bench.snapshot.contractions_done == 2)
    bench.press(link.Pause()).run(5 * SECOND_US).press(link.Resume())
    bench.run_until(lambda: bench.now_ma(2) == 6)
    assert bench.snapshot.stage_index == 1
