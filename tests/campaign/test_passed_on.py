"""Campaigns of a device that passes on another's pulses: what is drawn, harmed and judged."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.campaign_bench import (
    CHANNEL,
    FakePulse,
    burst,
    good_evidence,
    journal,
    kinds,
    pulses,
    records,
    updates,
)

from hardware_sim.fault_log import AppliedFault
from hardware_sim.faults import FaultScript
from nmes.campaign.devices import OPENEMSSTIM
from nmes.campaign.evidence import Deed, Evidence, Incident, Unsteered
from nmes.campaign.generator import draw
from nmes.campaign.harm import ON_THE_LINE, draw_harm, harm_of, kinds_of
from nmes.campaign.numbers import numbers
from nmes.campaign.oracle import Prescription
from nmes.campaign.sources import declarable_period_us, nearest_us, with_dials

DIALS_MA = (12, 9)
DEVICE = replace(OPENEMSSTIM, dials_ma=DIALS_MA, step_ua=360)


def evidence(*seen: FakePulse) -> Evidence:
    """The good session as if a board had passed on its pulses: at a level of 8, dial at 12 mA."""
    shown = list(seen or pulses())
    channel = replace(CHANNEL, max_current_ma=12.0)
    prescription = Prescription(device=DEVICE, timing_class="cyclic", channels=(channel,))
    good = good_evidence()
    lines = records()
    lines.insert(2, (500_000, "armed", {}))
    return replace(
        good,
        pulses=shown,
        updates_us=updates(shown),
        prescription=prescription,
        journal=journal(lines),
    )


def with_deeds(*deeds: Deed) -> Evidence:
    found = evidence()
    return replace(found, deeds=[*found.deeds, *deeds])


# What is judged ---------------------------------------------------------------------------------


def test_a_session_that_is_as_it_should_be_has_no_finding() -> None:
    assert kinds(evidence()) == set()


def test_a_pulse_above_the_level_and_below_the_dial_is_none() -> None:
    assert kinds(evidence(*[pulse.at(12) for pulse in pulses()])) == set()


def test_a_pulse_above_the_dial_is_found() -> None:
    assert kinds(evidence(*[pulse.at(13) for pulse in pulses()])) >= {"current", "level"}


def test_a_pulse_of_another_width_or_faster_than_declared_is_found() -> None:
    wide = [replace(p, pulse_width_us=300, second_width_us=300) for p in pulses()]
    assert kinds(evidence(*wide)) == {"width"}


def test_a_current_that_jumps_is_none_as_levels_do_not_steer_it() -> None:
    assert kinds(evidence(*burst(13_000_000, 3_000_000, ramp_us=1_000))) == set()


@pytest.mark.parametrize(("late_us", "found"), [(390_000, set()), (430_000, {"silence"})])
def test_a_stop_has_400_ms(late_us: int, found: set[str]) -> None:
    assert kinds(with_deeds(Deed(at_us=pulses()[-1].time_us - late_us, kind="stop"))) == found


@pytest.mark.parametrize(("late_us", "found"), [(590_000, set()), (640_000, {"level"})])
def test_a_level_lowered_to_0_has_as_long_as_two_commands_take(
    late_us: int, found: set[str]
) -> None:
    zero = Deed(at_us=pulses()[-1].time_us - late_us, kind="zero_level", channel=1)
    assert kinds(with_deeds(zero)) == found


def test_a_pulse_on_a_channel_that_was_never_raised_is_found() -> None:
    lines = [entry for entry in records() if entry[1] != "level"]
    assert "level" in kinds(replace(evidence(), journal=journal(lines)))


@pytest.mark.parametrize(("died_us", "found"), [(13_100_000, {"silence"}), (15_100_000, set())])
def test_a_killed_engine_leaves_a_command_with_an_end(died_us: int, found: set[str]) -> None:
    killed = Incident(at_us=died_us, kind="killed", quiet_after_us=DEVICE.watchdog_us + 20_000)
    alone = evidence(*burst(13_000_000, 3_000_000))
    assert kinds(replace(alone, incidents=[killed])) == found


def test_pulses_of_a_board_that_hangs_are_no_finding_if_somebody_was_told() -> None:
    span = Unsteered(from_us=13_500_000, until_us=2**62, must_be_told=True)
    lines = records()
    lines[2:2] = [(500_000, "armed", {})]
    told = sorted([*lines, (14_000_000, "fault", {})], key=lambda entry: entry[0])
    assert kinds(replace(evidence(), journal=journal(told), unsteered=[span])) == set()
    assert "silence" in kinds(replace(evidence(), journal=journal(told)))


def test_a_board_that_hangs_without_anybody_being_told_is_found() -> None:
    span = Unsteered(from_us=13_500_000, until_us=2**62, must_be_told=True)
    assert kinds(replace(evidence(), unsteered=[span])) == {"unnoticed"}


def test_a_board_that_hangs_before_it_is_armed_or_for_a_moment_need_not_be_noticed() -> None:
    before = Unsteered(from_us=400_000, until_us=2**62, must_be_told=True)
    moment = Unsteered(from_us=13_500_000, until_us=14_000_000, must_be_told=True)
    for span in (before, moment):
        assert kinds(replace(evidence(), unsteered=[span])) == set()


def test_even_a_board_that_hangs_passes_on_no_more_than_its_dial() -> None:
    span = Unsteered(from_us=12_000_000, until_us=2**62, must_be_told=False)
    above = evidence(*[pulse.at(13) for pulse in pulses()])
    assert "current" in kinds(replace(above, unsteered=[span]))


def test_an_engine_that_was_kept_from_repeating_leaves_a_gap_that_is_no_rest() -> None:
    broken = burst(13_000_000, 2_000_000) + burst(15_200_000, 1_000_000)
    stall = Incident(at_us=14_400_000, kind="stall", lasts_us=700_000)
    held_up = replace(evidence(*broken), incidents=[stall])
    assert (kinds(evidence(*broken)), kinds(held_up)) == ({"ratio"}, set())


# What is drawn ----------------------------------------------------------------------------------


@given(period_us=st.integers(6_667, 1_000_000))
def test_a_drawn_period_can_be_declared_and_is_not_shorter(period_us: int) -> None:
    drawn_us = declarable_period_us(period_us)
    assert drawn_us >= period_us
    assert nearest_us(round(round(1e6 / drawn_us, 3) * 1000)) == drawn_us
    assert drawn_us - period_us <= max(1, period_us // 1000)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), first=st.floats(1.5, 130), second=st.floats(1.5, 130))
def test_drawn_dials_have_a_common_step_and_lie_within_their_caps_on_its_grid(
    seed: int, first: float, second: float
) -> None:
    caps = {1: first, 2: second}
    drawn = with_dials(Random(seed), OPENEMSSTIM, caps, at_cap=False)
    assert drawn.step_ua <= 2_000
    for number, cap_ma in caps.items():
        dial_ua = 1000 * drawn.most_ma(number)
        assert dial_ua % 100 == 0
        assert drawn.step_ua % (dial_ua // 100) == 0
        assert 1_000 <= dial_ua <= int(cap_ma * 1000) // drawn.step_ua * drawn.step_ua


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40)
def test_all_channels_of_a_draft_have_the_width_and_the_rate_that_it_declares(seed: int) -> None:
    draft = draw(Random(seed), numbers(), OPENEMSSTIM)
    widths = {w for channel in draft.prescription.channels for w in channel.widths_us}
    periods = {p for channel in draft.prescription.channels for p in channel.periods_us}
    assert (len(widths), len(periods)) == (1, 1)
    if draft.must_be_refused is None:
        (rate,) = (
            line.split(" = ")[1] for line in draft.declared.splitlines() if "frequency" in line
        )
        assert nearest_us(round(float(rate) * 1000)) == periods.pop()
        assert f"pulse_width_us = {widths.pop()}\n" in draft.declared


# What is harmed ---------------------------------------------------------------------------------


def test_a_usual_run_alters_no_line_on_its_way_to_the_board() -> None:
    seen = set()
    for seed in range(600):
        rng = Random(seed)
        script = draw_harm(rng, draw(rng, numbers(), OPENEMSSTIM), is_heavy=False)
        for fault in script.faults if script else ():
            if fault.kind in ON_THE_LINE and fault.direction != "to_host":
                seen.add(fault.kind)
    assert seen == {"drop", "delay", "silence"}


def test_a_board_that_answers_nothing_is_never_made_to_refuse() -> None:
    assert "refuse" not in kinds_of("openemsstim")
    assert "failed_module" in kinds_of("openemsstim")


SCRIPT = FaultScript.model_validate(
    {
        "seed": 1,
        "faults": (
            {"kind": "failed_module", "module": "controller", "at_s": 5.0},
            {"kind": "failed_module", "module": "controller", "at_s": 5.0, "for_s": 2.0},
            {"kind": "reboot", "at_s": 40.0, "off_s": 0.5},
        ),
    }
)


def applied(fault: int, kind: str, at_us: int) -> AppliedFault:
    return AppliedFault(time_us=at_us, fault=fault, kind=kind, direction="", detail="", data=b"")


@pytest.mark.parametrize(
    ("fault", "opened_us", "until_us"),
    [(1, (), 2**62), (1, (1, 30_000_000), 30_000_000), (2, (30_000_000,), 7_000_000)],
)
def test_a_crash_lasts_until_the_board_is_reset(
    fault: int, opened_us: tuple[int, ...], until_us: int
) -> None:
    harm = harm_of(SCRIPT, [applied(fault, "failed_module", 5_000_000)], DEVICE, opened_us)
    assert harm.unsteered == (Unsteered(from_us=5_000_000, until_us=until_us, must_be_told=True),)
    assert harm.incidents == ()


def test_what_was_told_to_a_board_that_restarted_runs_once_it_has_booted() -> None:
    harm = harm_of(SCRIPT, [applied(3, "reboot", 40_000_000)], DEVICE)
    (span,) = harm.unsteered
    assert (span.from_us, span.must_be_told) == (40_500_000 + 11_200_000, False)
    assert span.until_us - span.from_us == 1_200_000


@pytest.mark.parametrize(("grid_ua", "found"), [(1_300, set()), (1_000, {"unasked rise"})])
def test_a_fine_key_raises_by_a_step_of_a_coarser_grid(grid_ua: int, found: set[str]) -> None:
    up = Deed(at_us=12_000_000, kind="step_up_fine", channel=1, amount_ua=1000)
    rise = {"channel": 1, "from_ua": 8_000, "to_ua": 9_300, "state": "running"}
    lines = [*records()[:-1], (12_000_000, "level", rise), records()[-1]]
    risen = evidence()
    device = replace(DEVICE, step_ua=grid_ua)
    prescription = replace(risen.prescription, device=device)
    told = replace(risen, prescription=prescription, journal=journal(lines))
    assert kinds(replace(told, deeds=[*told.deeds, up])) == found
