from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rehastim2_bench import (
    DOUBLET,
    INIT_ACK,
    INIT_LIST,
    SINGLE,
    SINGLE_PULSE,
    START_LIST,
    STOP_LIST,
    TRIPLET,
    Bench,
    channel_list,
    setting,
    single_pulse,
)

from hardware_sim.rehastim2.device import RehaStim2
from hardware_sim.rehastim2.frames import encode

ONE_SHOT = 0


def times(bench, channel):
    return [pulse.time_us for pulse in bench.pulses if pulse.channel == channel]


def test_a_single_channel_fires_once_each_period_from_the_start():
    bench = Bench().start(channel_list(t1=38), setting())

    bench.run_until(100_000)

    assert bench.pulse_times_us == [0, 20_000, 40_000, 60_000, 80_000, 100_000]


def test_a_period_of_half_milliseconds_does_not_drift_over_a_quarter_of_an_hour():
    bench = Bench().start(channel_list(t1=55), setting())

    bench.run_until(900_000_000)

    assert bench.pulse_times_us == list(range(0, 900_000_001, 28_500))


def test_a_pulse_is_balanced_with_a_gap_of_100_us():
    bench = Bench().start(channel_list(), setting(current=40, width=250))

    bench.run_until(0)

    (pulse,) = bench.pulses
    assert (pulse.current_ma, pulse.pulse_width_us) == (40, 250)
    assert (pulse.second_current_ma, pulse.second_width_us) == (-40, 250)
    assert (pulse.gap_us, pulse.net_charge_nc) == (100, 0)


def test_channels_follow_each_other_in_slots_of_one_and_a_half_milliseconds():
    bench = Bench().start(channel_list(mask=0b1001_0110), *[setting()] * 4)

    bench.run_until(19_999)

    assert [(pulse.channel, pulse.time_us) for pulse in bench.pulses] == [
        (2, 0),
        (3, 1_500),
        (5, 3_000),
        (8, 4_500),
    ]


@pytest.mark.parametrize("silent", [setting(current=0), setting(width=0)])
def test_a_slot_without_current_or_width_is_kept_but_outputs_nothing(silent):
    bench = Bench().start(channel_list(mask=0b111), setting(), silent, setting())

    bench.run_until(19_999)

    assert [(pulse.channel, pulse.time_us) for pulse in bench.pulses] == [(1, 0), (3, 3_000)]


@pytest.mark.parametrize(("asked", "made"), [(1, 20), (19, 20), (20, 20), (21, 21), (500, 500)])
def test_a_width_below_20_us_is_raised(asked, made):
    bench = Bench().start(channel_list(), setting(width=asked))

    bench.run_until(0)

    assert bench.pulses[0].pulse_width_us == bench.pulses[0].second_width_us == made


def test_doublets_and_triplets_fire_again_after_t2_in_their_own_slot():
    bench = Bench().start(
        channel_list(mask=0b111, t1=98, t2=17),
        setting(mode=TRIPLET),
        setting(mode=SINGLE),
        setting(mode=DOUBLET),
    )

    bench.run_until(49_999)

    assert times(bench, 1) == [0, 10_000, 20_000]
    assert times(bench, 2) == [1_500]
    assert times(bench, 3) == [3_000, 13_000]


@pytest.mark.parametrize(
    ("init", "mode", "t1_us", "t2_us"),
    [
        (channel_list(t1=1, t2=0), SINGLE, 8_000, 8_000),
        (channel_list(t1=14, t2=13), SINGLE, 8_000, 8_000),
        (channel_list(t1=38, t2=1), DOUBLET, 20_000, 8_000),
        (channel_list(t1=38, t2=17), TRIPLET, 30_000, 10_000),
        (channel_list(t1=14, t2=37), SINGLE, 20_000, 20_000),
        (channel_list(t1=14, mask=255), SINGLE, 12_000, 12_000),
        (channel_list(t1=14, mask=255), DOUBLET, 24_000, 12_000),
    ],
)
def test_intervals_that_do_not_fit_are_slowed_down(init, mode, t1_us, t2_us):
    bench = Bench().start(init, setting(mode=mode) * init[1].bit_count())

    timing = bench.device.timing

    assert (timing.effective_t1_us, timing.effective_t2_us) == (t1_us, t2_us)
    bench.run_until(t1_us)
    assert times(bench, 1) == [*range(0, (mode + 1) * t2_us, t2_us), t1_us]


def test_intervals_asked_for_are_reported_beside_those_made():
    bench = Bench().connect()
    bench.command(INIT_LIST, channel_list(t1=3, t2=1))

    timing = bench.device.timing

    assert (timing.requested_t1_us, timing.effective_t1_us) == (2_500, 8_000)
    assert (timing.requested_t2_us, timing.effective_t2_us) == (2_000, 8_000)


def test_without_a_channel_list_there_are_no_intervals():
    bench = Bench().start(channel_list(), setting())

    bench.command(STOP_LIST)

    assert bench.device.timing is None


def test_an_update_takes_effect_with_the_next_period():
    bench = Bench().start(channel_list(mask=0b11, t1=38), setting(current=10), setting(current=11))

    bench.run_until(1_000)
    bench.command(START_LIST, setting(current=20) + setting(current=21))
    bench.run_until(39_999)

    assert [pulse.current_ma for pulse in bench.pulses] == [10, 11, 20, 21]


def test_of_updates_within_a_period_the_last_one_counts():
    bench = Bench().start(channel_list(t1=38), setting(current=10))

    bench.run_until(5_000)
    results = [bench.result(START_LIST, setting(current=current)) for current in (20, 30, 40)]
    bench.run_until(20_000)

    assert results == [0, 0, 0]
    assert [pulse.current_ma for pulse in bench.pulses] == [10, 40]


def test_an_update_that_needs_a_longer_period_changes_the_grid_from_its_own_period_on():
    bench = Bench().start(channel_list(t1=14, t2=13), setting())

    bench.run_until(1_000)
    bench.command(START_LIST, setting(mode=DOUBLET))
    bench.run_until(40_000)

    assert bench.pulse_times_us == [0, 8_000, 16_000, 24_000, 32_000, 40_000]
    assert bench.device.timing.effective_t1_us == 16_000


def test_the_grid_goes_on_while_nothing_is_output():
    bench = Bench().start(channel_list(t1=38), setting(current=0))

    bench.run_until(50_001)
    bench.command(START_LIST, setting(current=20))
    bench.run_until(90_000)

    assert bench.pulse_times_us == [60_000, 80_000]


def test_a_long_silence_does_not_move_the_grid():
    bench = Bench().start(channel_list(t1=55), setting(current=0))

    bench.run_until(600_000_000)
    bench.command(START_LIST, setting())
    bench.run_until(600_100_000)

    assert all(time_us % 28_500 == 0 for time_us in bench.pulse_times_us)
    assert bench.pulse_times_us[0] == 600_010_500


def test_nothing_is_due_but_the_watchdog_while_all_currents_are_zero():
    bench = Bench().start(channel_list(), setting(current=0))

    assert bench.device.next_event_us() == 1_200_000


def test_low_frequency_channels_fire_in_the_first_period_and_then_in_each_third():
    bench = Bench().start(
        channel_list(mask=0b11, low=0b10, factor=2, t1=38), setting(), setting(current=21)
    )

    bench.run_until(119_999)

    assert times(bench, 1) == [0, 20_000, 40_000, 60_000, 80_000, 100_000]
    assert times(bench, 2) == [1_500, 61_500]


def test_an_update_does_not_restart_the_low_frequency_count():
    bench = Bench().start(channel_list(low=1, factor=3, t1=38), setting())

    bench.run_until(30_000)
    bench.command(START_LIST, setting())
    bench.run_until(160_000)

    assert bench.pulse_times_us == [0, 80_000, 160_000]


def test_the_low_frequency_count_goes_on_while_nothing_is_output():
    bench = Bench().start(channel_list(low=1, factor=3, t1=38), setting(current=0))

    bench.run_until(90_000)
    bench.command(START_LIST, setting())
    bench.run_until(240_000)

    assert bench.pulse_times_us == [160_000, 240_000]


def test_a_factor_of_zero_makes_low_frequency_channels_ordinary():
    bench = Bench().start(channel_list(low=1, factor=0, t1=38), setting())

    bench.run_until(40_000)

    assert bench.pulse_times_us == [0, 20_000, 40_000]


def test_in_one_shot_mode_each_start_runs_the_list_once():
    bench = Bench().start(channel_list(mask=0b11, t1=ONE_SHOT), setting(mode=DOUBLET), setting())

    bench.run_until(100_000)
    bench.command(START_LIST, setting() + setting())
    bench.run_until(300_000)

    assert times(bench, 1) == [0, 8_000, 100_000]
    assert times(bench, 2) == [1_500, 101_500]
    assert bench.device.mode == "started"


def test_in_one_shot_mode_starts_during_a_run_run_the_list_once_more_after_it():
    bench = Bench().start(channel_list(t1=ONE_SHOT), setting(mode=DOUBLET, current=10))

    bench.run_until(3_000)
    bench.command(START_LIST, setting(current=20))
    bench.command(START_LIST, setting(current=30))
    bench.run_until(100_000)

    assert [(p.time_us, p.current_ma) for p in bench.pulses] == [(0, 10), (8_000, 10), (16_000, 30)]


def test_in_one_shot_mode_a_silent_run_is_followed_by_the_next_start_at_once():
    bench = Bench().start(channel_list(t1=ONE_SHOT), setting())

    for start_us in (50_000, 90_000):
        bench.run_until(start_us)
        bench.command(START_LIST, setting(current=0 if start_us == 50_000 else 7))
    bench.run_until(200_000)

    assert bench.pulse_times_us == [0, 90_000]


def test_in_one_shot_mode_low_frequency_channels_skip_runs():
    bench = Bench().start(channel_list(low=1, factor=1, t1=ONE_SHOT), setting())

    for start_us in (50_000, 90_000, 130_000):
        bench.run_until(start_us)
        bench.command(START_LIST, setting())
    bench.run_until(200_000)

    assert bench.pulse_times_us == [0, 90_000]


def test_in_one_shot_mode_no_interval_was_asked_for():
    bench = Bench().start(channel_list(t1=ONE_SHOT), setting())

    assert bench.device.timing.requested_t1_us is None


@pytest.mark.parametrize("field", range(8))
def test_a_single_pulse_comes_at_once_on_the_channel_counted_from_zero(field):
    bench = Bench().connect()
    bench.run_until(7_000)

    bench.command(SINGLE_PULSE, single_pulse(channel_field=field, current=33, width=444))
    bench.run_until(200_000)

    (pulse,) = bench.pulses
    assert (pulse.time_us, pulse.channel) == (7_000, field + 1)
    assert (pulse.current_ma, pulse.pulse_width_us) == (33, 444)


@pytest.mark.parametrize("silent", [single_pulse(current=0), single_pulse(width=0)])
def test_a_single_pulse_without_current_or_width_is_acknowledged_but_no_pulse(silent):
    bench = Bench().connect()

    assert bench.result(SINGLE_PULSE, silent) == 0
    bench.run_until(200_000)
    assert bench.pulses == []


def test_single_pulses_that_arrive_together_follow_each_other():
    bench = Bench().connect()

    for field in range(3):
        bench.command(SINGLE_PULSE, single_pulse(channel_field=field))
    bench.run_until(200_000)

    assert [(p.channel, p.time_us) for p in bench.pulses] == [(1, 0), (2, 1_500), (3, 3_000)]


def test_a_start_right_after_a_single_pulse_waits_for_the_end_of_its_slot():
    bench = Bench().connect()
    bench.command(SINGLE_PULSE, single_pulse())
    bench.run_until(500)

    bench.command(INIT_LIST, channel_list())
    bench.command(START_LIST, setting())
    bench.run_until(10_000)

    assert bench.pulse_times_us == [0, 1_500]


def test_a_start_right_after_a_stop_waits_for_the_end_of_the_last_slot():
    bench = Bench().start(channel_list(), setting())
    bench.run_until(20_700)

    bench.command(STOP_LIST)
    bench.command(INIT_LIST, channel_list())
    bench.command(START_LIST, setting())
    bench.run_until(30_000)

    assert bench.pulse_times_us == [0, 20_000, 21_500]


@pytest.mark.parametrize("stop_us", [0, 1_000, 1_499, 5_000, 19_999])
def test_no_pulse_begins_after_a_stop(stop_us):
    bench = Bench().start(channel_list(mask=0b11), setting(mode=DOUBLET), setting(mode=TRIPLET))

    bench.run_until(stop_us)
    bench.command(STOP_LIST)
    bench.run_until(1_000_000)

    assert all(time_us <= stop_us for time_us in bench.pulse_times_us)


def test_a_stop_forgets_single_pulses_that_have_not_left():
    bench = Bench().connect()

    bench.command(SINGLE_PULSE, single_pulse())
    bench.command(SINGLE_PULSE, single_pulse())
    bench.run_until(0)
    bench.command(STOP_LIST)
    bench.run_until(100_000)

    assert bench.pulse_times_us == [0]
    assert [stop.time_us for stop in bench.device.stops] == [0]


COMMANDS = st.one_of(
    st.tuples(st.just(STOP_LIST), st.just(b"")),
    st.builds(
        lambda field, width: (SINGLE_PULSE, single_pulse(channel_field=field, width=width)),
        st.integers(0, 7),
        st.integers(0, 500),
    ),
    st.builds(
        lambda mask, t1, t2, factor, low: (
            INIT_LIST,
            channel_list(mask=mask, t1=t1, t2=t2, factor=factor, low=low),
        ),
        st.integers(1, 255),
        st.integers(0, 80),
        st.integers(0, 40),
        st.integers(0, 7),
        st.integers(0, 255),
    ),
    st.builds(
        lambda blocks: (START_LIST, b"".join(blocks)),
        st.lists(
            st.builds(
                lambda current, width, mode: setting(current=current, width=width, mode=mode),
                st.integers(0, 130),
                st.integers(0, 500),
                st.integers(0, 2),
            ),
            min_size=1,
            max_size=8,
        ),
    ),
)


@given(st.lists(st.tuples(st.integers(0, 60_000), COMMANDS), max_size=25))
def test_pulses_never_overlap_and_are_always_balanced(script):
    bench = Bench().connect()
    active_channels = 1

    for pause_us, (command, data) in script:
        bench.run_until(bench.now_us + pause_us)
        blocks = data * 8
        result = bench.result(
            command, blocks[: 4 * active_channels] if command == START_LIST else data
        )
        if command == INIT_LIST and result == 0:
            active_channels = data[1].bit_count()
    bench.run_until(bench.now_us + 100_000)

    assert all(pulse.net_charge_nc == 0 for pulse in bench.pulses)
    assert all(
        earlier.time_us + 2 * earlier.pulse_width_us + earlier.gap_us <= later.time_us
        for earlier, later in pairwise(bench.pulses)
    )


@given(st.lists(st.integers(0, 90_000), min_size=1, max_size=20))
def test_the_pulses_do_not_depend_on_how_often_time_is_advanced(steps):
    init = channel_list(mask=0b101, low=0b100, factor=2, t1=25)
    data = setting(mode=DOUBLET) + setting(mode=TRIPLET)

    def run(advances):
        pulses = []
        device = RehaStim2(on_pulse=pulses.append)
        for command, content in ((INIT_ACK, b"\x00"), (INIT_LIST, init), (START_LIST, data)):
            device.receive(encode(0, command, content), 0)
        now_us = 0
        for step in advances:
            now_us += step
            device.advance(now_us)
        return pulses

    assert run(steps) == run([sum(steps)])
