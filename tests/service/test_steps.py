"""Raising and lowering levels by hand, through station, gate and device."""

import pytest
from support.bench_protocols import TWO, TWO_TRAINS
from support.station_bench import (
    SECOND_US,
    StationBench,
    armed,
    found,
    fresh,
    holding,
    resting,
    running,
    step,
)

from nmes.link import messages as link


def test_a_key_held_down_raises_the_level_once() -> None:
    bench = holding()
    for _ in range(40):
        bench.up()
        bench.run(33_000)
    assert bench.level_ma() == 11


def test_a_thousand_presses_in_a_second_raise_the_level_by_no_more_than_5_ma() -> None:
    bench = holding(4)
    for _ in range(1000):
        bench.up(is_coarse=True)
        bench.run(1_000)
    assert bench.level_ma() <= 9


def test_presses_at_the_fastest_pace_of_a_hand_raise_the_level_twice_a_second() -> None:
    bench = holding(4)
    for _ in range(7):
        bench.up()
        bench.run(125_000)
    assert bench.level_ma() == 6


def test_the_third_step_within_a_second_is_refused_on_another_channel_too() -> None:
    bench = running({1: 4, 2: 4}, TWO)
    bench.run_until_phase("hold")
    bench.up().run(300_000).up().run(300_000)
    bench.up(2)
    assert "two steps up in a second" in bench.last_refusal


def test_after_two_coarse_steps_each_has_had_its_time() -> None:
    bench = holding(4)
    bench.up(is_coarse=True).run(300_000).up(is_coarse=True)
    assert bench.level_ma() == 6


def test_two_fine_steps_as_fast_as_the_station_takes_them_are_never_refused_by_the_gate() -> None:
    bench = holding(4)
    bench.up().run(205_000).up().run(55_000).up()
    assert not [line for line in bench.told if "wait still missing" in line]


def test_a_slow_disk_does_not_make_the_gate_refuse_the_next_step() -> None:
    bench = holding(4)
    bench.workshop.disk.is_stuck = True
    bench.up().run(190_000)
    bench.workshop.disk.is_stuck = False
    bench.run(100_000).up()
    assert not [line for line in bench.told if "wait still missing" in line]


def test_a_step_does_not_act_on_the_record_of_an_equal_step_taken_back_before() -> None:
    bench = holding(4)
    disk = bench.workshop.disk
    disk.is_stuck = True
    bench.up()
    first_seq = len(bench.events) - 1
    bench.down().run(300_000).up(is_coarse=True)
    disk.sync_up_to(first_seq)
    bench.run(40_000)
    before_ma = bench.level_ma()
    disk.is_stuck = False
    bench.run(40_000)
    assert (before_ma, bench.level_ma()) == (3, 5)


def test_after_4_s_without_a_key_the_first_press_up_only_unlocks_and_says_so() -> None:
    bench = found({1: 4})
    bench.run(4_100_000)
    bench.run_until(lambda: bench.snapshot.phase == "hold")
    assert bench.snapshot.steps_are_locked
    bench.up()
    assert (bench.level_ma(), bench.told[-1]) == (4, "i Unlocked: press again to raise the level.")


def test_the_press_after_the_one_that_unlocked_raises_the_level() -> None:
    bench = found({1: 4})
    bench.run(4_100_000)
    bench.run_until(lambda: bench.snapshot.phase == "hold")
    bench.up().run(200_000).up()
    assert bench.level_ma() == 5


def test_a_key_that_asks_for_nothing_does_not_unlock_the_steps() -> None:
    bench = found({1: 4})
    bench.run(4_100_000)
    bench.press(link.StillHere(keys_pressed=1))
    assert bench.snapshot.steps_are_locked


def test_a_refused_press_keeps_the_steps_unlocked() -> None:
    bench = holding(20)
    for _ in range(3):
        bench.run(2_000_000).up()
    assert not bench.snapshot.steps_are_locked


def test_a_step_above_the_cap_is_refused_and_names_it() -> None:
    bench = holding(20)
    bench.up()
    assert (bench.level_ma(), bench.last_refusal) == (20, "Channel 1 is at its cap of 20 mA.")


def test_no_step_up_while_the_current_is_rising() -> None:
    bench = running()
    bench.run_until_phase("ramp_up")
    bench.run(200_000).up()
    assert (bench.level_ma(), bench.last_refusal) == (
        10,
        "The current is rising: step when it holds.",
    )


def test_a_rest_takes_2_ma_and_no_more() -> None:
    bench = resting(4)
    bench.up(is_coarse=True).run(600_000).up()
    assert (bench.level_ma(), "2 mA more per rest" in bench.last_refusal) == (6, True)


def test_a_pause_in_a_rest_brings_no_further_2_ma() -> None:
    bench = resting(4)
    bench.up(is_coarse=True).run(300_000)
    bench.press(link.Pause()).run(300_000).press(link.Resume()).run(1_000_000)
    bench.up(is_coarse=True)
    assert bench.level_ma() == 6


def test_starting_the_program_in_a_rest_of_the_search_brings_no_further_2_ma() -> None:
    bench = found({1: 4})
    bench.run_until_phase("rest")
    bench.run(600_000).up(is_coarse=True).press(link.Start())
    bench.run(1_100_000).up(is_coarse=True)
    assert bench.level_ma() == 6


def test_what_was_felt_in_a_contraction_may_be_raised_by_2_ma_again() -> None:
    bench = holding(4)
    for _ in range(2):
        bench.run_until_phase("rest")
        bench.run(600_000).up(is_coarse=True)
        bench.run_until_phase("hold")
    assert bench.level_ma() == 8


def test_a_step_taken_back_in_a_rest_may_be_taken_again() -> None:
    bench = resting(4)
    bench.up(is_coarse=True).run(200_000).down(is_coarse=True).run(1_000_000).up(is_coarse=True)
    assert bench.level_ma() == 6


def test_a_level_lowered_in_a_rest_is_the_one_from_which_2_ma_count() -> None:
    bench = resting(10)
    bench.press(link.ZeroLevel(channel=1)).run(200_000)
    bench.up(is_coarse=True).run(600_000).up(is_coarse=True)
    assert bench.level_ma() == 2


def test_no_step_up_while_paused() -> None:
    bench = holding().press(link.Pause()).run(500_000).up()
    assert (bench.level_ma(), "paused" in bench.last_refusal) == (10, True)


def test_at_the_screen_no_step_up_while_only_armed() -> None:
    bench = armed().run(200_000).up()
    assert (bench.level_ma(), "Find the level" in bench.last_refusal) == (0, True)


def test_a_script_raises_levels_while_armed_and_nothing_flows() -> None:
    bench = armed(is_script=True)
    for _ in range(5):
        bench.run(510_000).up(is_coarse=True)
    assert (bench.level_ma(), bench.pulses) == (10, [])


def test_while_one_level_is_found_no_other_rises() -> None:
    bench = found({1: 4}, TWO).press(link.FindLevel(channel=2))
    bench.run(600_000).up(1)
    assert (bench.level_ma(1), "Find the level of this channel first" in bench.last_refusal) == (
        4,
        True,
    )


def test_two_channels_in_turns_never_flow_together_while_levels_are_found() -> None:
    bench = found({1: 6}, TWO).press(link.FindLevel(channel=2))
    found_us = bench.now_us
    bench.find(2, 6)
    assert {pulse.channel for pulse in bench.pulses_since(found_us)} == {2}


def test_a_level_found_again_begins_at_0() -> None:
    bench = found({1: 6}).press(link.FindLevel(channel=1))
    assert bench.level_ma() == 0


def test_steps_down_count_at_any_rate() -> None:
    bench = holding(10)
    bench.send(*(step(1, "down") for _ in range(7)))
    assert bench.level_ma() == 3


def test_a_step_down_acts_on_the_output_at_once() -> None:
    bench = holding(10).down(is_coarse=True)
    bench.run(40_000)
    assert {pulse.current_ma for pulse in bench.pulses_since(bench.now_us - 20_000)} == {8}


def test_down_and_zero_are_never_refused() -> None:
    def refused(bench: StationBench) -> bool:
        count = len(bench.of(link.Refusal))
        bench.down().press(link.ZeroLevel(channel=1))
        return len(bench.of(link.Refusal)) > count

    bench = fresh()
    answers = {bench.state: refused(bench)}
    bench.press(link.Arm(confirmed_channels=(1,)))
    answers[bench.state] = refused(bench)
    bench.run_until(lambda: bench.state == "armed")
    answers[bench.state] = refused(bench)
    bench.press(link.FindLevel(channel=1)).run(600_000).up().run(600_000).up(is_coarse=True)
    answers[bench.state] = refused(bench)
    bench.run_until_phase("hold")
    bench.run(600_000).up(is_coarse=True).press(link.Start())
    answers[bench.state] = refused(bench)
    bench.press(link.Pause())
    answers[bench.state] = refused(bench)
    bench.press(link.Stop(cause="space"))
    answers[bench.state] = refused(bench)
    bench.run(100_000).press(link.Stop(cause="space"))
    answers[bench.state] = refused(bench)
    states = ("idle", "connecting", "armed", "finding", "running", "paused", "stopped", "faulted")
    assert answers == dict.fromkeys(states, False)


def test_a_channel_that_the_protocol_does_not_have_is_refused_by_name() -> None:
    bench = armed().press(link.FindLevel(channel=7))
    assert bench.last_refusal == "This protocol has no channel 7."


def test_a_step_waits_until_its_record_is_on_disk() -> None:
    bench = holding(4)
    bench.workshop.disk.is_stuck = True
    bench.up().run(300_000)
    before_ma = bench.level_ma()
    bench.workshop.disk.is_stuck = False
    bench.run(20_000)
    assert (before_ma, bench.level_ma()) == (4, 5)


def test_a_step_that_waits_for_its_record_is_not_followed_by_another() -> None:
    bench = holding(4)
    bench.workshop.disk.is_stuck = True
    bench.up().run(300_000).up()
    assert "still being recorded" in bench.last_refusal


def test_a_step_taken_back_before_its_record_was_on_disk_never_acts() -> None:
    bench = holding(4)
    bench.workshop.disk.is_stuck = True
    bench.up(is_coarse=True).run(200_000).down()
    bench.workshop.disk.is_stuck = False
    bench.run(100_000)
    assert bench.level_ma() == 3


@pytest.mark.parametrize(("is_coarse", "to_ma"), [(True, 6), (False, 5)])
def test_the_record_says_that_a_step_taken_back_never_acted(is_coarse: bool, to_ma: int) -> None:
    # After the step down the gate refuses the coarse one by itself, but would grant the fine one.
    bench = holding(4)
    bench.workshop.disk.is_stuck = True
    bench.up(is_coarse=is_coarse).run(200_000).down()
    bench.workshop.disk.is_stuck = False
    bench.run(100_000)
    never = f"Channel 1: the rise to {to_ma} mA did not take place."
    assert bench.records("notice") == [{"text": never}]


def test_a_step_taken_back_does_not_act_on_the_next_one_of_another_channel() -> None:
    bench = running({1: 4, 2: 4}, TWO)
    bench.run_until_phase("hold")
    bench.workshop.disk.is_stuck = True
    bench.up(1).run(200_000).down(2).run(300_000).up(2, is_coarse=True)
    bench.workshop.disk.is_stuck = False
    bench.run(10 * SECOND_US)
    assert (bench.level_ma(1), bench.level_ma(2), bench.state) == (4, 5, "running")


def test_a_step_while_the_device_is_set_up_anew_is_refused_and_the_session_goes_on() -> None:
    bench = running({1: 4, 2: 4}, TWO_TRAINS, ack_delay_us=90_000)
    bench.run_through(1)
    bench.run_until_phase("ramp_down")
    bench.run_until(lambda: bench.snapshot.phase == "rest")
    bench.run(150_000).up(2).run(3 * SECOND_US)
    assert [line for line in bench.told if "only while the stimulator is armed" in line]
    assert (bench.state, bench.level_ma(2), len(bench.records("notice"))) == ("running", 4, 1)
