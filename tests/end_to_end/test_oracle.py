"""The oracle itself: what it reads from a file, and that each of its claims can fail."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from support import oracle
from support.ideal_record import (
    BEGIN_US,
    changed,
    ideal_pulses,
    later,
    pulse,
    with_current,
    write_pulses,
)
from support.oracle import Claim, case_of
from support.prescription import LIBRARY, prescribed
from support.pulse_record import PulseRow

LEVELS_MA = {1: 20, 2: 10}

# Half-strength warm-up, then two full cycles; channels in turns: 1 at 0 s, 2 at 4 s of each 8 s.
IN_TURNS = """
id: in_turns
channels:
  - {number: 1, side: left, pulse_width_us: 200, frequency_hz: 50, max_current_ma: 20}
  - {number: 2, side: left, pulse_width_us: 150, frequency_hz: 50, max_current_ma: 16}
stages:
  - cycle_time_s: 8
    repetitions: 1
    bursts:
      - {channel: 1, start_s: 0, on_time_s: 3.5, ramp_up_s: 1, ramp_down_s: 0.5,
         level_share_percent: 50}
      - {channel: 2, start_s: 4, on_time_s: 3.5, ramp_up_s: 1, ramp_down_s: 0.5,
         level_share_percent: 50}
  - cycle_time_s: 8
    repetitions: 2
    bursts:
      - {channel: 1, start_s: 0, on_time_s: 3, ramp_up_s: 1, ramp_down_s: 0.5}
      - {channel: 2, start_s: 4, on_time_s: 3, ramp_up_s: 1, ramp_down_s: 0.5}
"""

# One channel, 35 Hz, so off the whole milliseconds; 2 minutes of 12 s cycles.
BY_THE_CLOCK = """
id: by_the_clock
channels:
  - {number: 1, side: chosen at arming, pulse_width_us: 300, frequency_hz: 35, max_current_ma: 90}
stages:
  - {on_time_s: 4, off_time_s: 8, ramp_up_s: 1.5, ramp_down_s: 1, minutes: 2}
"""

Record = list[PulseRow]


@pytest.fixture
def in_turns(tmp_path: Path) -> Path:
    path = tmp_path / "in_turns.yaml"
    path.write_text(IN_TURNS, encoding="utf-8")
    return path


@pytest.fixture
def by_the_clock(tmp_path: Path) -> Path:
    path = tmp_path / "by_the_clock.yaml"
    path.write_text(BY_THE_CLOCK, encoding="utf-8")
    return path


def ideal(protocol: Path) -> Record:
    return ideal_pulses(prescribed(protocol), LEVELS_MA)


def judged(protocol: Path, rows: Record, claim: Claim) -> list[str]:
    """What a claim finds in a record, written to disk and read back."""
    return claim(case_of(protocol, write_pulses(protocol.with_suffix(".csv"), rows), LEVELS_MA))


def at_s(row: PulseRow) -> float:
    """The time in the program."""
    return (row.time_us - BEGIN_US) / 1_000_000


def on(channel: int, begin_s: float, end_s: float, row: PulseRow) -> bool:
    return row.channel == channel and begin_s <= at_s(row) < end_s


# What it reads from a file ------------------------------------------------------------------------


def test_quad_tka_prescribes_15_contractions_of_15_s_every_minute() -> None:
    contractions = prescribed(LIBRARY / "quad_tka.yaml").contractions
    assert [c.start_us for c in contractions] == [60_000_000 * n for n in range(15)]
    assert {(c.on_us, c.ramp_up_us, c.ramp_down_us) for c in contractions} == {
        (15_000_000, 3_000_000, 1_000_000)
    }


def test_the_demo_prescribes_two_channels_in_turns_and_ends_with_its_last_burst() -> None:
    demo = prescribed(LIBRARY / "demo.yaml")
    starts_s = {n: [c.start_us / 1e6 for c in demo.of(n)] for n in demo.channels}
    assert starts_s == {1: [0, 10, 18, 26, 34], 2: [4.5, 13.5, 21.5, 29.5, 37.5]}
    assert demo.end_us == 40_000_000


def test_minutes_prescribe_as_many_whole_cycles_as_fit(by_the_clock: Path) -> None:
    assert len(prescribed(by_the_clock).contractions) == 10


def test_a_share_of_the_level_is_rounded_toward_zero(in_turns: Path) -> None:
    first = prescribed(in_turns).contractions[0]
    assert (first.top_ma(20), first.top_ma(15)) == (10, 7)


def test_a_rate_is_made_on_the_grid_of_half_milliseconds(by_the_clock: Path) -> None:
    assert prescribed(by_the_clock).contractions[0].period_us == 28_500


def test_a_ramp_reaches_each_current_on_a_straight_line() -> None:
    first = prescribed(LIBRARY / "quad_tka.yaml").contractions[0]
    assert first.reaches_us(10, 40) == Fraction(750_000)
    assert first.leaves_us(10, 40) == Fraction(14_750_000)


def test_channels_that_are_on_together_do_not_take_turns(in_turns: Path) -> None:
    turns = prescribed(in_turns)
    in_turns.write_text(IN_TURNS.replace("start_s: 4", "start_s: 2"), encoding="utf-8")
    assert (turns.takes_turns, prescribed(in_turns).takes_turns) == (True, False)


# What it lets pass --------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", oracle.SAFETY + oracle.TIMING, ids=lambda claim: claim.__name__)
@pytest.mark.parametrize("protocol", ["in_turns", "by_the_clock"])
def test_a_perfect_record_passes_every_claim(
    protocol: str, claim: Claim, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(protocol)
    assert judged(path, ideal(path), claim) == []


def test_a_record_without_pulses_is_a_finding(in_turns: Path) -> None:
    case = case_of(in_turns, write_pulses(in_turns.with_suffix(".csv"), []), LEVELS_MA)
    assert oracle.findings(case) == ["there is no pulse at all"]


# What it finds ------------------------------------------------------------------------------------


def test_a_first_contraction_below_its_level_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns), lambda row: on(1, 0, 4, row), lambda r: with_current(r, r.current_ma - 1)
    )
    found = judged(in_turns, rows, oracle.every_contraction_reaches_its_level)
    assert found == ["channel 1, contraction 1: highest 9 mA, not 10 mA"]


def test_a_contraction_left_out_is_found(in_turns: Path) -> None:
    rows = [row for row in ideal(in_turns) if not on(2, 11, 16, row)]
    found = judged(in_turns, rows, oracle.every_contraction_reaches_its_level)
    assert found == ["channel 2, contraction 2: highest 0 mA, not 10 mA"]


def test_one_pulse_above_the_level_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns), lambda row: on(1, 10, 10.02, row), lambda r: with_current(r, 21)
    )
    assert len(judged(in_turns, rows, oracle.nothing_is_above_the_level)) == 1


def test_a_warm_up_at_full_level_is_found(in_turns: Path) -> None:
    rows = changed(ideal(in_turns), lambda row: on(1, 2, 2.5, row), lambda r: with_current(r, 20))
    assert len(judged(in_turns, rows, oracle.nothing_is_above_the_level)) == 25


@pytest.mark.parametrize("time_s", [3.55, 5.0, 7.9, 23.5])
def test_one_pulse_in_a_rest_is_found(time_s: float, in_turns: Path) -> None:
    stray = pulse(BEGIN_US + int(time_s * 1e6), 1, 1, 200)
    rows = sorted([*ideal(in_turns), stray], key=lambda row: row.time_us)
    assert len(judged(in_turns, rows, oracle.rests_are_silent)) == 1


def test_a_pulse_on_a_channel_without_pads_is_found(in_turns: Path) -> None:
    rows = [*ideal(in_turns), pulse(BEGIN_US + 23_500_000, 3, 1, 200)]
    assert judged(in_turns, rows, oracle.rests_are_silent) == ["a pulse on channel 3"]


def test_a_weaker_second_phase_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns),
        lambda row: on(1, 2, 2.02, row),
        lambda row: replace(row, second_current_ma=row.second_current_ma + 1),
    )
    assert len(judged(in_turns, rows, oracle.no_charge_is_left)) == 1


def test_a_net_charge_in_the_record_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns), lambda row: on(1, 2, 2.02, row), lambda row: replace(row, net_charge_nc=1)
    )
    assert len(judged(in_turns, rows, oracle.no_charge_is_left)) == 1


def test_a_wider_pulse_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns),
        lambda row: on(2, 5, 5.02, row),
        lambda row: replace(row, pulse_width_us=151, second_width_us=151),
    )
    found = judged(in_turns, rows, oracle.pulses_have_their_width)
    assert [finding.partition(" s,")[2] for finding in found] == [" not 150 µs"]


def test_a_missing_pulse_in_a_plateau_is_found(by_the_clock: Path) -> None:
    rows = ideal(by_the_clock)
    plateau = [row for row in rows if on(1, 2, 2.5, row)]
    rows.remove(plateau[3])
    assert len(judged(by_the_clock, rows, oracle.rates_are_held)) >= 1


def test_a_rate_two_per_cent_too_low_is_found(by_the_clock: Path) -> None:
    rows = changed(
        ideal(by_the_clock),
        lambda _: True,
        lambda row: replace(row, time_s=row.time_s * 1.02),
    )
    found = judged(by_the_clock, rows, oracle.rates_are_held)
    assert any("34.40 Hz, not 35 Hz" in finding for finding in found)


@pytest.mark.parametrize(
    ("begin_s", "by_ma"), [(8.5, -2), (10.0, -1), (10.8, 1)], ids=["up", "plateau", "down"]
)
def test_a_dip_or_a_bump_is_found(begin_s: float, by_ma: int, in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns),
        lambda row: on(1, begin_s, begin_s + 0.02, row),
        lambda row: with_current(row, row.current_ma + by_ma),
    )
    assert judged(in_turns, rows, oracle.ramps_are_monotone)


@pytest.mark.parametrize("by_us", [-80_000, 60_000])
def test_a_hold_of_another_length_is_found(by_us: int, in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns), lambda row: row.channel == 1 and at_s(row) > 10, lambda r: later(r, by_us)
    )
    seen_ms = by_us / 1000 + 20  # in a perfect record the last pulse of a hold is just on time
    assert judged(in_turns, rows, oracle.holds_last_as_written) == [
        f"channel 1, contraction 2: hold {seen_ms:+.1f} ms off"
    ]


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_ramp_up_of_another_slope_is_found(factor: float, in_turns: Path) -> None:
    rows = _stretched(ideal(in_turns), 8, 9, factor)
    assert any(
        finding.startswith("channel 1, contraction 2")
        for finding in judged(in_turns, rows, oracle.ramps_up_last_as_written)
    )


@pytest.mark.parametrize("factor", [0.8, 1.2])
def test_a_ramp_down_of_another_slope_is_found(factor: float, in_turns: Path) -> None:
    rows = _stretched(ideal(in_turns), 10.5, 11, factor)
    assert any(
        finding.startswith("channel 1, contraction 2")
        for finding in judged(in_turns, rows, oracle.ramps_down_last_as_written)
    )


def _stretched(rows: Record, begin_s: float, end_s: float, factor: float) -> Record:
    """The record with one stretch of time longer or shorter; what follows moves with it."""
    longer_us = (end_s - begin_s) * (factor - 1) * 1e6

    def stretch(row: PulseRow) -> PulseRow:
        part = min(1.0, (at_s(row) - begin_s) / (end_s - begin_s))
        return later(row, round(longer_us * part))

    return changed(rows, lambda row: at_s(row) >= begin_s, stretch)


def test_a_staircase_in_place_of_a_ramp_is_found(in_turns: Path) -> None:
    rows = changed(
        ideal(in_turns),
        lambda row: on(1, 8.3, 8.5, row),
        lambda row: with_current(row, 6),
    )
    assert judged(in_turns, rows, oracle.ramps_up_last_as_written) == []
    assert judged(in_turns, rows, oracle.ramps_are_straight)


def test_a_cycle_that_is_too_long_is_found(in_turns: Path) -> None:
    rows = changed(ideal(in_turns), lambda row: at_s(row) > 15, lambda r: later(r, 60_000))
    assert judged(in_turns, rows, oracle.cycles_last_as_written) == [
        "channel 1, contraction 3: cycle +60.0 ms off",
        "channel 2, contraction 3: cycle +60.0 ms off",
    ]


@pytest.mark.parametrize("by_us", [-15_000, 15_000])
def test_a_drift_that_no_single_cycle_shows_is_found(by_us: int, by_the_clock: Path) -> None:
    rows = changed(
        ideal(by_the_clock), lambda _: True, lambda r: later(r, int(at_s(r) // 12) * by_us)
    )
    assert judged(by_the_clock, rows, oracle.cycles_last_as_written) == []
    assert any(
        finding.startswith("channel 1, contraction 10: begins")
        for finding in judged(by_the_clock, rows, oracle.nothing_drifts)
    )


def test_a_jump_is_found(in_turns: Path) -> None:
    rows = changed(ideal(in_turns), lambda row: on(1, 8.2, 8.45, row), lambda r: with_current(r, 4))
    assert judged(in_turns, rows, oracle.rises_are_gentle) == [
        "channel 1, contraction 2: 4 to 9 mA at 13.46 s"
    ]


def test_a_contraction_that_begins_at_its_level_is_found(in_turns: Path) -> None:
    rows = changed(ideal(in_turns), lambda row: on(1, 8, 9, row), lambda r: with_current(r, 20))
    assert judged(in_turns, rows, oracle.rises_are_gentle)


def test_two_pulses_at_once_are_found(in_turns: Path) -> None:
    at_once = pulse(BEGIN_US + 10_000_200, 2, 1, 150)
    rows = sorted([*ideal(in_turns), at_once], key=lambda row: row.time_us)
    assert "channels 1 and 2 at once at 15.0002 s" in judged(
        in_turns, rows, oracle.channels_never_overlap
    )


def test_a_contraction_begun_in_another_channels_turn_is_found(in_turns: Path) -> None:
    rows = changed(ideal(in_turns), lambda row: on(2, 11, 16, row), lambda r: later(r, -1_300_000))
    assert judged(in_turns, rows, oracle.channels_never_overlap) == [
        "channel 2, contraction 2 begins while channel 1 is on"
    ]
