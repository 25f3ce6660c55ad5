"""Stops, emergency stops, faults, and what leads on from them."""

from collections.abc import Callable

import pytest
from support.bench_protocols import TWO, TWO_TRAINS, protocol_text, stage
from support.station_bench import (
    SECOND_US,
    StationBench,
    arm,
    armed,
    found,
    fresh,
    holding,
    resting,
    running,
)

from hardware_sim.pulses import Pulse
from nmes.link import messages as link
from protocols.errors import PortError, RecordError, UnpermittedWrite

STOP = link.Stop(cause="space")


def stop_of(bench: StationBench) -> link.StopNow:
    stop = bench.snapshot.stop
    assert stop is not None
    return stop


def rearmed(bench: StationBench) -> StationBench:
    bench.press(link.Acknowledge()).press(arm())
    bench.run_until(lambda: bench.state == "armed")
    return bench


LIVE: dict[str, Callable[[], StationBench]] = {
    "connecting": lambda: fresh().press(arm()),
    "armed": armed,
    "finding": lambda: found({1: 4}),
    "running": holding,
    "paused": lambda: holding().press(link.Pause()),
}


@pytest.mark.parametrize("state", LIVE)
def test_a_stop_in_any_state_ends_all_output_at_once(state: str) -> None:
    bench = LIVE[state]()
    assert bench.state == state
    bench.press(STOP)
    stopped_us = bench.now_us
    bench.run(SECOND_US)
    assert bench.state in ("stopped", "faulted")
    assert (bench.level_ma(), bench.pulses_since(stopped_us)) == (0, [])


def test_a_stop_is_written_before_anything_else_is_waited_for() -> None:
    bench = holding()
    bench.workshop.disk.is_stuck = True
    bench.send(STOP)
    assert bench.device.stops[-1].time_us == bench.now_us


def test_a_stop_is_shown_as_confirmed_once_the_device_has_said_so() -> None:
    bench = holding(ack_delay_us=30_000).press(STOP)
    before_us = stop_of(bench).confirmed_after_us
    bench.run(40_000)
    assert (before_us, stop_of(bench).confirmed_after_us) == (None, 30_000)


def test_a_stop_that_was_confirmed_stays_a_stop() -> None:
    bench = holding().press(STOP).run(3 * SECOND_US)
    assert (bench.state, stop_of(bench).is_emergency) == ("stopped", False)


def test_a_second_stop_within_2_s_is_the_emergency_stop() -> None:
    bench = holding().press(STOP).run(1_900_000).press(STOP)
    assert (bench.state, stop_of(bench).is_emergency) == ("faulted", True)


def test_the_emergency_stop_closes_the_port_100_ms_later() -> None:
    bench = holding().press(STOP).press(STOP).run(90_000)
    before = bench.port.is_closed
    bench.run(20_000)
    assert (before, bench.port.is_closed) == (False, True)


def test_a_second_stop_later_than_2_s_stops_once_more_and_is_no_emergency() -> None:
    bench = holding().press(STOP).run(2_100_000).press(STOP)
    assert (bench.state, stop_of(bench).is_emergency) == ("stopped", False)


def test_a_screen_that_goes_after_a_stop_makes_no_emergency_of_it() -> None:
    bench = holding().press(STOP).run(200_000)
    bench.station.link_lost("the screen is gone", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.summary.stops) == ("stopped", 1)


def test_an_emergency_stop_after_the_stop_was_acknowledged_must_be_acknowledged_itself() -> None:
    bench = holding().press(STOP, link.Acknowledge(), STOP).run(SECOND_US).press(arm())
    assert (bench.state, bench.last_refusal) == (
        "faulted",
        "Acknowledge the stop first, then arm again.",
    )


def test_a_stop_acknowledged_before_it_proved_unconfirmed_must_be_acknowledged_again() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP, link.Acknowledge()).run(SECOND_US)
    bench.port.is_deaf = False
    bench.press(arm()).run(100_000)
    assert (bench.state, stop_of(bench).is_acknowledged) == ("faulted", False)


def test_a_stop_without_an_answer_for_200_ms_is_an_emergency_and_then_the_port_closes() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP)
    pressed_us = bench.now_us
    emergency_us = bench.run_until(lambda: bench.state == "faulted")
    closed_us = bench.run_until(lambda: bench.port.is_closed)
    assert (emergency_us - pressed_us, closed_us - emergency_us) == (200_001, 100_000)


def test_a_stop_that_nobody_confirmed_tells_what_to_do_by_hand_in_its_order() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(SECOND_US)
    assert stop_of(bench).confirmed_after_us is None
    by_hand = "NOT CONFIRMED. Now: 1 leads out of the stimulator, 2 pads off, 3 stimulator off."
    assert stop_of(bench).advice.startswith(by_hand)
    assert f"!! {by_hand}" in bench.told
    assert bench.records("stop_unconfirmed") == [{"after_us": 300_001}]


def test_after_a_lost_line_the_device_stops_by_itself() -> None:
    bench = holding()
    bench.port.is_mute = True
    bench.press(STOP)
    bench.run(2 * SECOND_US)
    assert bench.device.stops[-1].reason == "watchdog"


def test_a_session_whose_stop_is_not_confirmed_cannot_be_left_yet() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(100_000).press(link.Leave())
    assert "has not confirmed the stop yet" in bench.last_refusal


def test_a_session_whose_stop_is_not_confirmed_cannot_be_armed_yet() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).press(link.Acknowledge()).press(arm())
    assert (bench.state, "has not confirmed the stop yet" in bench.last_refusal) == (
        "stopped",
        True,
    )


def test_arming_again_takes_two_steps() -> None:
    bench = holding().press(STOP).run(100_000).press(arm())
    assert (bench.state, bench.last_refusal) == (
        "stopped",
        "Acknowledge the stop first, then arm again.",
    )


@pytest.mark.parametrize("stops", [1, 2])
def test_armed_again_levels_are_0_and_the_place_in_the_program_is_kept(stops: int) -> None:
    bench = resting()
    bench.run(100_000)
    before = bench.snapshot
    bench.press(*[STOP] * stops).run(500_000)
    rearmed(bench)
    after = bench.snapshot
    assert (after.state, after.position_us, after.contractions_done, bench.level_ma()) == (
        "armed",
        before.position_us,
        1,
        0,
    )


LONG = protocol_text(stages=(stage(on_s=14, off_s=14),))


def last_burst_us(pulses: list[Pulse]) -> int:
    """How long the last pulses without a gap lasted."""
    begin_us = end_us = pulses[-1].time_us
    for pulse in reversed(pulses):
        if begin_us - pulse.time_us > 100_000:
            break
        begin_us = pulse.time_us
    return end_us - begin_us


@pytest.mark.parametrize("is_device_lost", [False, True])
def test_armed_again_a_channel_rests_as_long_as_it_was_on(is_device_lost: bool) -> None:
    bench = holding(text=LONG).run(9 * SECOND_US)
    if is_device_lost:
        bench.port.is_mute = True
        bench.press(STOP)
        bench.run(2 * SECOND_US)
    else:
        bench.press(STOP).run(100_000)
    on_us, stopped_us = last_burst_us(bench.pulses), bench.pulses[-1].time_us
    rearmed(bench).find(1, 4).run(10 * SECOND_US)
    rest_us = bench.pulses_since(stopped_us)[0].time_us - stopped_us
    assert rest_us >= on_us - 250_000


def test_armed_again_the_program_goes_on_to_its_end() -> None:
    bench = rearmed(resting().press(STOP).run(100_000))
    bench.find(1, 6).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.contractions_done, bench.summary.stops) == (
        "completed",
        3,
        1,
    )


def test_armed_again_in_the_last_rest_of_a_stage_the_next_stage_begins() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    bench.run_until(lambda: bench.snapshot.contractions_done == 2)
    rearmed(bench.run(500_000).press(STOP).run(100_000))
    bench.find(2, 4).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.contractions_done) == ("completed", 4)


def test_starting_without_any_level_is_refused() -> None:
    bench = rearmed(holding().press(STOP).run(100_000)).press(link.Start())
    assert bench.last_refusal.startswith("All levels are 0 mA")


def test_finishing_early_stops_and_closes_in_good_order() -> None:
    bench = holding().press(link.Finish()).run(100_000)
    assert (bench.state, bench.summary.outcome, bench.events[-1]) == (
        "none",
        "ended early",
        "session_close",
    )


def test_finishing_before_anything_was_connected_ends_without_an_alarm() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(100_000).press(link.Finish()).run(SECOND_US)
    assert (bench.summary.outcome, [t for t in bench.told if t.startswith("!!")]) == (
        "ended early",
        [],
    )


def test_a_program_that_ends_is_completed_with_its_last_burst() -> None:
    bench = running()
    begun_us = bench.run_until(lambda: bench.snapshot.lead_in_us == 0)
    ended_us = bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, ended_us - begun_us) == ("completed", 10 * SECOND_US)


def test_a_stopped_session_that_is_left_was_stopped() -> None:
    bench = holding().press(STOP).run(100_000).press(link.Acknowledge(), link.Leave())
    assert (bench.summary.outcome, bench.state) == ("stopped", "none")


def test_finishing_a_stopped_session_leaves_it() -> None:
    bench = holding().press(STOP).run(100_000).press(link.Finish())
    assert bench.summary.outcome == "stopped"


def test_a_session_stopped_because_the_screen_is_gone_is_abandoned() -> None:
    bench = holding()
    bench.station.link_lost("the screen is gone", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.state) == ("abandoned", "none")


def test_an_engine_told_to_end_stops_the_session_and_closes_it() -> None:
    bench = holding()
    bench.station.end("SIGTERM", bench.now_us)
    bench.run(SECOND_US)
    assert (bench.summary.outcome, bench.state) == ("stopped", "none")


def test_a_silence_that_the_operator_came_back_from_is_no_abandonment() -> None:
    bench = holding()
    bench.is_beating = False
    bench.run(600_000)
    bench.is_beating = True
    bench.press(link.Acknowledge(), link.Leave())
    assert bench.summary.outcome == "stopped"


def test_leaving_what_still_runs_is_refused() -> None:
    bench = holding().press(link.Leave())
    assert (bench.state, "'leave' is not possible" in bench.last_refusal) == ("running", True)


def test_after_leaving_the_next_session_may_be_prepared_at_once() -> None:
    bench = holding().press(STOP).run(100_000)
    again = bench.live._preparation  # the same choice once more
    bench.send(
        link.Acknowledge(),
        link.Leave(),
        link.Prepare(
            protocol=again.choice.protocol,
            device="sim:rehastim2",
            port=None,
            operator="op",
            patient="P-2",
            is_bench=True,
            sides={},
        ),
    )
    bench.run(100_000)
    assert (bench.state, bench.summary.patient) == ("idle", "P-1")


def test_a_step_that_is_still_being_recorded_when_the_session_stops_never_acts() -> None:
    bench = holding()
    bench.workshop.disk.is_stuck = True
    bench.up().press(STOP).run(100_000)
    bench.workshop.disk.is_stuck = False
    bench.run(100_000)
    assert (bench.level_ma(), len(bench.records("notice"))) == (0, 1)


def test_a_session_that_was_only_prepared_can_be_left() -> None:
    bench = fresh().press(link.Leave())
    assert (bench.state, bench.of(link.Summary)) == ("none", [])


# Faults -------------------------------------------------------------------------------------------


def open_electrode(bench: StationBench) -> None:
    bench.device.open_electrode(1)


def press_switch(bench: StationBench) -> None:
    bench.device.open_emergency_switch(bench.now_us)


def break_line(bench: StationBench) -> None:
    bench.port.is_broken = True


def lose_replies(bench: StationBench) -> None:
    bench.port.is_deaf = True


def drop_connection(bench: StationBench) -> None:
    bench.port.is_mute = True


FAULTS = {
    "electrode error": open_electrode,
    "emergency switch": press_switch,
    "the port failed": break_line,
    "stopped answering": lose_replies,
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_fault_ends_all_output_and_says_what_and_what_to_do(words: str) -> None:
    bench = holding()
    FAULTS[words](bench)
    faulted_us = bench.run_until(lambda: bench.state == "faulted", 2 * SECOND_US)
    bench.run(2 * SECOND_US)
    assert words in stop_of(bench).cause
    assert stop_of(bench).advice != ""
    assert [p for p in bench.pulses if p.time_us > faulted_us + 1_300_000] == []


def test_a_fault_takes_all_levels_to_0() -> None:
    bench = running({1: 4, 2: 4}, TWO)
    bench.run_until_phase("hold")
    press_switch(bench)
    bench.run_until(lambda: bench.state == "faulted", SECOND_US)
    assert (bench.level_ma(1), bench.level_ma(2)) == (0, 0)


@pytest.mark.parametrize("words", ["electrode error", "emergency switch"])
def test_after_a_fault_a_new_connection_goes_on_with_the_program(words: str) -> None:
    bench = holding()
    FAULTS[words](bench)
    bench.run_until(lambda: bench.state == "faulted", 2 * SECOND_US)
    bench.device.close_electrode(1)
    bench.device.close_emergency_switch()
    bench.run(SECOND_US)
    rearmed(bench)
    bench.find(1, 4).press(link.Start())
    bench.run_until(lambda: bench.state == "none")
    assert (len(bench.workshop.ports_opened), bench.summary.outcome) == (2, "completed")


def test_one_lost_reply_is_told_and_changes_nothing() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.run(8 * SECOND_US)
    assert bench.snapshot.replies_missed == 1
    assert [line for line in bench.told if "did not answer" in line]
    assert (bench.state, bench.now_ma()) == ("running", bench.now_ma())


def test_after_a_lost_reply_the_frame_is_written_again() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.down()
    bench.run(400_000)
    assert (bench.now_ma(), bench.state) == (9, "running")


def test_a_frame_whose_reply_was_lost_is_written_again_as_soon_as_the_device_can_take_it() -> None:
    bench = holding()
    bench.port.lost_reads = 1
    bench.down()
    missed_us = bench.run_until(lambda: bench.snapshot.replies_missed == 1)
    assert bench.port.written_us[-1] == missed_us


def test_noise_on_the_line_is_told() -> None:
    bench = holding()
    bench.port.noise = b"\xf0\x81\x55\x81\x55\x00\x00\x0f"
    bench.run(SECOND_US)
    assert [line for line in bench.told if "Noise on the line" in line]


def test_the_fault_that_lost_the_line_keeps_its_advice_beside_the_warning() -> None:
    bench = holding()
    break_line(bench)
    bench.run(SECOND_US)
    assert "NOT CONFIRMED" in stop_of(bench).advice
    assert "USB" in stop_of(bench).advice


def test_a_device_that_is_not_there_is_a_fault_with_advice_and_no_alarm() -> None:
    bench = fresh()
    bench.press(arm())
    bench.port.is_deaf = True
    bench.run(5 * SECOND_US)
    assert bench.state == "faulted"
    assert stop_of(bench).advice.startswith("Switch the stimulator on")


def test_a_port_that_cannot_be_opened_is_a_fault_with_the_cure_and_no_hang() -> None:
    bench = fresh()
    bench.workshop.port_error = PortError("Cannot open /dev/x: another program has it. Close it.")
    bench.press(arm()).run(SECOND_US)
    assert (bench.state, "Close it" in stop_of(bench).cause) == ("faulted", True)


def test_after_a_port_that_could_not_be_opened_arming_works_once_it_can() -> None:
    bench = fresh()
    bench.workshop.port_error = PortError("another program has it")
    bench.press(arm()).run(SECOND_US)
    bench.workshop.port_error = None
    assert rearmed(bench).state == "armed"


def test_a_stop_left_unconfirmed_is_not_confirmed_by_a_port_that_cannot_be_opened() -> None:
    bench = holding()
    bench.port.is_deaf = True
    bench.press(STOP).run(SECOND_US)
    bench.workshop.port_error = PortError("gone")
    bench.press(link.Acknowledge()).press(arm()).run(SECOND_US)
    assert stop_of(bench).confirmed_after_us is None


def test_a_journal_that_fails_stops_the_session() -> None:
    bench = holding()
    bench.workshop.disk.why = "The disk is full. Make room."
    bench.run(40_000)
    assert (bench.state, stop_of(bench).cause) == ("faulted", "the record cannot be kept")


def test_a_failed_journal_is_a_fault_again_at_each_arming() -> None:
    bench = holding()
    bench.workshop.disk.why = "The disk is full. Make room."
    bench.run(SECOND_US).press(link.Acknowledge()).press(arm()).run(SECOND_US)
    assert bench.state == "faulted"


def test_a_disk_that_does_not_answer_is_a_fault_and_not_waited_for() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(2_100_000)
    assert bench.state == "faulted"


def test_arming_waits_for_its_record() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).run(SECOND_US)
    before = len(bench.workshop.ports_opened)
    bench.workshop.disk.is_stuck = False
    bench.run(SECOND_US)
    assert (before, bench.state) == (0, "armed")


def test_arming_again_does_not_act_on_the_record_of_the_arming_before() -> None:
    bench = fresh()
    disk = bench.workshop.disk
    disk.is_stuck = True
    bench.press(arm())
    first_seq = len(bench.events) - 1
    bench.press(STOP, link.Acknowledge(), arm())
    disk.sync_up_to(first_seq)
    bench.run(100_000)
    before = len(bench.workshop.ports_opened)
    disk.is_stuck = False
    bench.run(SECOND_US)
    assert (before, bench.state) == (0, "armed")


def test_while_arming_again_waits_for_its_record_nothing_is_said_to_the_device() -> None:
    bench = holding().press(STOP).run(3 * SECOND_US).press(link.Acknowledge())
    bench.workshop.disk.is_stuck = True
    bench.press(arm())
    before = len(bench.port.written_us)
    bench.run(SECOND_US)
    assert (bench.state, len(bench.port.written_us)) == ("connecting", before)


def test_a_stop_while_arming_again_waits_for_its_record_is_no_emergency() -> None:
    bench = holding()
    bench.device.open_electrode(1)
    bench.run(SECOND_US).press(link.Acknowledge())
    bench.workshop.disk.is_stuck = True
    bench.press(arm(), STOP).run(SECOND_US)
    assert bench.state == "stopped"


def test_a_stop_before_the_record_of_arming_is_on_disk_connects_nothing() -> None:
    bench = fresh()
    bench.workshop.disk.is_stuck = True
    bench.press(arm()).press(STOP)
    bench.workshop.disk.is_stuck = False
    bench.run(SECOND_US)
    assert (bench.state, bench.workshop.ports_opened) == ("stopped", [])


def test_a_frame_that_the_gate_refuses_is_a_fault_and_nothing_flows() -> None:
    bench = holding()
    conversation = bench.live._device
    assert conversation is not None
    conversation.lower_level(1, 3_000)  # behind the session's back, so that its frame is too much
    bench.down()
    faulted_us = bench.now_us
    bench.run(SECOND_US)
    assert "the safety gate refused" in stop_of(bench).cause
    assert bench.pulses_since(faulted_us) == []


def setting_up() -> StationBench:
    """The device has still to answer the first command of the set-up."""
    return fresh(ack_delay_us=30_000).press(arm()).run(75_000)


@pytest.mark.parametrize("moment", [setting_up, holding])
def test_bytes_that_were_not_permitted_are_a_fault(moment: Callable[[], StationBench]) -> None:
    bench = moment()
    bench.port.write_error = UnpermittedWrite("not what the gate permitted")
    bench.run_until(lambda: bench.state == "faulted", 3 * SECOND_US)
    assert "not what the gate permitted" in stop_of(bench).cause


def test_before_arming_nothing_can_be_recorded() -> None:
    with pytest.raises(RecordError, match="before the session is armed"):
        fresh().live._kept()


def test_the_record_of_a_fault_names_what_failed() -> None:
    bench = holding()
    press_switch(bench)
    bench.run(100_000)
    assert bench.records("fault") == [
        {
            "code": "FAULT",
            "detail": "the device reported a fault: emergency switch pressed or not plugged in",
            "channel": None,
        }
    ]


# Time ---------------------------------------------------------------------------------------------


def test_nobody_at_the_keys_for_5_minutes_is_asked_for_and_stopped_a_minute_later() -> None:
    bench = armed().lazily()
    asked_us = bench.run_until(lambda: any("Still there" in t for t in bench.told), 400 * SECOND_US)
    stopped_us = bench.run_until(lambda: bench.state == "stopped", 400 * SECOND_US)
    assert (stopped_us - asked_us, stop_of(bench).cause) == (
        60 * SECOND_US,
        "no operator for 6 minutes",
    )


def test_any_key_answers_the_question_whether_somebody_is_there() -> None:
    bench = armed().lazily()
    bench.run(330 * SECOND_US).press(link.StillHere(keys_pressed=1)).run(200 * SECOND_US)
    assert bench.state == "armed"


def test_a_refused_wish_shows_that_somebody_is_there() -> None:
    bench = armed().lazily()
    bench.run(330 * SECOND_US).press(link.Pause()).run(200 * SECOND_US)
    assert bench.state == "armed"


def test_a_script_is_present_while_it_beats() -> None:
    bench = armed(is_script=True).lazily()
    bench.run(400 * SECOND_US)
    assert bench.state == "armed"


def test_an_hour_after_current_first_flowed_the_session_stops() -> None:
    bench = found({1: 4}).run(SECOND_US)
    begun_us = bench.pulses[0].time_us
    bench.press(STOP).run(100_000).jump(3590 * SECOND_US)
    rearmed(bench)
    stopped_us = bench.run_until(lambda: bench.state == "stopped")
    assert stop_of(bench).cause == "The longest time of one session is over"
    assert 3599 * SECOND_US < stopped_us - begun_us <= 3600 * SECOND_US


def test_once_the_longest_time_is_over_arming_is_refused() -> None:
    bench = found({1: 4}).run(SECOND_US).press(STOP).run(100_000).jump(3600 * SECOND_US)
    bench.press(link.Acknowledge()).press(arm())
    assert (bench.state, "longest time of one session" in bench.last_refusal) == ("stopped", True)


def test_two_channels_in_turns_never_flow_together_while_levels_are_found() -> None:
    bench = found({1: 6}, TWO).press(link.FindLevel(channel=2))
    found_us = bench.now_us
    bench.find(2, 6)
    assert {pulse.channel for pulse in bench.pulses_since(found_us)} == {2}
