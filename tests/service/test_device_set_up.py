"""Connecting, setting up, and setting up anew between stages."""

from support.bench_protocols import TWO_TRAINS, channel, protocol_text, sensory_channel, stage
from support.station_bench import SECOND_US, armed, found, fresh, holding, running

from nmes.link import messages as link

CONTINUOUS = protocol_text(
    channels=(sensory_channel(),),
    stages=(stage(on_s=60, off_s=0, ramp_up_s=2, ramp_down_s=1, repetitions=1),),
    timing_class="continuous_sensory",
)
SAME_TRAIN = protocol_text(
    channels=(channel(),),
    stages=(stage(repetitions=1), stage(repetitions=1, extra="    pulse_width_us: 250\n")),
)


def test_a_protocol_whose_stages_use_different_channels_runs_to_its_end() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    begun_us = bench.now_us
    bench.run_until(lambda: bench.state == "none")
    played = {(p.channel, p.current_ma) for p in bench.pulses_since(begun_us) if p.current_ma == 6}
    assert (bench.summary.outcome, played) == ("completed", {(1, 6), (2, 6)})


def test_every_channel_is_described_by_the_first_stage_that_uses_it() -> None:
    (prepared,) = fresh(TWO_TRAINS).of(link.Prepared)
    assert [channel.period_us for channel in prepared.channels] == [20_000, 40_000]


def test_the_level_of_a_channel_of_a_later_stage_is_found_with_its_own_pulse_rate() -> None:
    bench = found({2: 4}, TWO_TRAINS)
    bench.run_until_phase("hold").run(900_000)
    times_us = [pulse.time_us for pulse in bench.pulses if pulse.channel == 2]
    assert {b - a for a, b in zip(times_us[-10:], times_us[-9:], strict=False)} == {40_000}


def test_setting_up_anew_waits_for_the_answer_of_a_slow_device() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS, ack_delay_us=90_000)
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.faults) == ("completed", ())


def test_the_first_contraction_after_a_set_up_waits_for_it() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    bench.run_through(2)
    bench.port.is_deaf = True
    bench.run(150_000)
    bench.port.is_deaf = False
    stage = bench.snapshot.stage_index
    bench.run_until(lambda: bench.state == "none")
    assert (stage, bench.summary.contractions_done) == (0, 4)


def test_the_next_train_is_asked_for_as_soon_as_the_last_burst_has_ended() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS)
    bench.is_ticking = False
    ended_us = bench.run_through(2)
    bench.run_until(lambda: bench.live._session.setup_is_asked)
    assert bench.now_us - ended_us <= 20_000


def test_a_stage_with_the_same_train_needs_no_new_set_up() -> None:
    bench = running({1: 6}, SAME_TRAIN)
    begun_us = bench.now_us
    bench.run_until(lambda: bench.state == "none")
    widths = [pulse.pulse_width_us for pulse in bench.pulses_since(begun_us)]
    assert (set(widths), len(bench.device.stops)) == ({200, 250}, 1)


def test_a_continuous_rhythm_finds_its_level_with_the_ramp_that_it_demands() -> None:
    bench = found({1: 4}, CONTINUOUS)
    bench.run_until_phase("rest").run_until_phase("hold")
    assert (bench.state, bench.now_ma()) == ("finding", 4)


def test_a_continuous_burst_runs_to_its_end() -> None:
    bench = running({1: 4}, CONTINUOUS)
    bench.run_until(lambda: bench.now_ma() == 4)
    bench.run(63 * SECOND_US)
    assert bench.summary.outcome == "completed"


def test_a_stop_while_the_device_is_set_up_anew_is_confirmed() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS, ack_delay_us=30_000)
    bench.run_through(2)
    bench.run(40_000).press(link.Stop(cause="space")).run(150_000)
    assert (bench.state, bench.snapshot.stop and bench.snapshot.stop.confirmed_after_us) == (
        "stopped",
        30_000,
    )


def test_a_pause_while_the_device_is_set_up_anew_goes_on_afterwards() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS, ack_delay_us=90_000)
    bench.run_through(2)
    bench.run(100_000).press(link.Pause()).run(1_000_000).press(link.Resume())
    bench.run_until(lambda: bench.state == "none")
    assert (bench.summary.outcome, bench.summary.contractions_done) == ("completed", 4)


def test_going_on_while_the_device_is_set_up_anew_is_refused_for_the_moment() -> None:
    bench = running({1: 6, 2: 6}, TWO_TRAINS, ack_delay_us=90_000)
    bench.run_through(2)
    bench.run(100_000).press(link.Pause()).press(link.Resume())
    assert bench.last_refusal == "The device is being set up: try again in a moment."


def test_a_silent_screen_while_a_level_of_another_train_is_found_is_no_fault() -> None:
    bench = armed(TWO_TRAINS, ack_delay_us=90_000).press(link.FindLevel(channel=2))
    bench.run(20_000)
    bench.is_beating = False
    bench.run(400_000)
    bench.is_beating = True
    bench.run(400_000)
    assert (bench.state, bench.of(link.Refusal)) == ("armed", [])


def test_searching_another_channel_while_current_flows_falls_silent_first() -> None:
    bench = found({1: 6}, TWO_TRAINS).run_until_phase("hold")
    bench.press(link.FindLevel(channel=2))
    bench.run(100_000)
    assert (bench.now_ma(1), bench.level_ma(1), bench.state) == (0, 6, "finding")


def test_the_record_says_what_the_device_calls_itself() -> None:
    assert holding().records("armed") == [
        {"identity": "HASOMED RehaStim2, ScienceMode2 protocol version 1"}
    ]
