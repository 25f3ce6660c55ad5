"""The judge can fail: each spoiled record is found out, and the good one is not."""

from dataclasses import replace

import pytest
from support.campaign_bench import (
    PERIOD_US,
    START_US,
    FakePulse,
    burst,
    good_evidence,
    journal,
    kinds,
    level,
    pulses,
    records,
    updates,
)

from nmes.campaign.evidence import Deed, Evidence, Incident


def with_pulses(*changed: FakePulse) -> Evidence:
    return replace(good_evidence(), pulses=changed, updates_us=updates(list(changed)))


def with_one(index: int = 60, **change: int) -> Evidence:
    """The good session with one pulse that is another."""
    all_pulses = pulses()
    all_pulses[index] = replace(all_pulses[index], **change)
    return with_pulses(*all_pulses)


def with_records(*extra: tuple[int, str, dict[str, object]]) -> bytes:
    return journal(sorted([*records(), *extra], key=lambda record: record[0]))


def test_a_session_that_is_as_it_should_be_has_no_finding() -> None:
    assert kinds(good_evidence()) == set()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"current_ma": 9, "second_current_ma": -9}, "level"),
        ({"current_ma": 21, "second_current_ma": -21}, "current"),
        ({"pulse_width_us": 201, "second_width_us": 201}, "width"),
        ({"pulse_width_us": 301, "second_width_us": 301}, "width"),
        ({"pulse_width_us": 49, "second_width_us": 49}, "width"),
        ({"second_current_ma": -7}, "balance"),
        ({"second_width_us": 199}, "balance"),
        ({"second_width_us": 800, "second_current_ma": -2}, "shape"),
        ({"time_us": 13_000_000 + 60 * PERIOD_US - 1_000}, "rate"),
        ({"channel": 2}, "channel"),
    ],
)
def test_a_pulse_that_is_not_as_it_should_be_is_found(change: dict[str, int], kind: str) -> None:
    assert kind in kinds(with_one(**change))


def test_a_pulse_while_another_flows_is_found() -> None:
    first = FakePulse(time_us=pulses()[60].time_us + 300)
    assert "overlap" in kinds(with_pulses(*pulses()[:61], first, *pulses()[61:]))


def test_a_current_that_jumps_is_found() -> None:
    assert kinds(with_pulses(*burst(13_000_000, 3_000_000, ramp_us=60_000))) == {"slew"}


def test_a_burst_that_lasts_too_long_is_found() -> None:
    assert kinds(with_pulses(*burst(13_000_000, 20_400_000))) >= {"on-time"}


def test_a_burst_as_long_as_it_may_be_is_none() -> None:
    closing = {"journal": journal([*records()[:-1], (60_000_000, "session_close", {})])}
    evidence = replace(with_pulses(*burst(13_000_000, 20_000_000)), **closing)
    assert kinds(replace(evidence, deeds=evidence.deeds[:-1])) == set()


@pytest.mark.parametrize(("on_us", "rest_us", "kind"), [(3_000_000, 2_600_000, "ratio")])
def test_a_rest_shorter_than_the_burst_before_is_found(on_us: int, rest_us: int, kind: str) -> None:
    second = burst(13_000_000 + on_us + rest_us, 1_000_000)
    assert kinds(with_pulses(*burst(13_000_000, on_us), *second)) == {kind}


def test_a_rest_shorter_than_a_second_is_found() -> None:
    pair = burst(13_000_000, 800_000), burst(13_000_000 + 800_000 + 600_000, 800_000)
    assert kinds(with_pulses(*pair[0], *pair[1])) == {"rest"}


def test_current_for_longer_than_a_session_may_last_is_found() -> None:
    late = burst(13_000_000 + 3_601_000_000, 1_000_000)
    assert "session" in kinds(with_pulses(*pulses(), *late))


@pytest.mark.parametrize("kind", ["stop", "finish"])
def test_a_pulse_201_ms_after_a_stop_is_found(kind: str) -> None:
    stopped = Deed(at_us=pulses()[-1].time_us - 201_000, kind=kind)
    assert "silence" in kinds(replace(good_evidence(), deeds=[*good_evidence().deeds, stopped]))


def test_pulses_up_to_200_ms_after_a_stop_are_none() -> None:
    stopped = Deed(at_us=pulses()[-1].time_us - 100_000, kind="stop")
    evidence = replace(good_evidence(), latency_us=100_000)
    assert kinds(replace(evidence, deeds=[*evidence.deeds, stopped])) == set()


def test_a_refused_stop_silences_nothing() -> None:
    refused = Deed(at_us=START_US, kind="finish", is_refused=True)
    assert kinds(replace(good_evidence(), deeds=[*good_evidence().deeds, refused])) == set()


def test_a_pulse_long_after_a_pause_is_found() -> None:
    paused = Deed(at_us=13_500_000, kind="pause")
    assert kinds(replace(good_evidence(), deeds=[*good_evidence().deeds, paused])) == {"silence"}


def test_a_pause_is_judged_by_the_death_of_an_engine_that_was_killed_while_it_faded() -> None:
    paused = Deed(at_us=13_500_000, kind="pause")
    killed = Incident(at_us=13_600_000, kind="killed", quiet_after_us=1_220_000)
    late = replace(killed, at_us=15_000_000)
    deeds = [*good_evidence().deeds, paused]
    last_us = 13_600_000 + 1_200_000
    dying = [pulse for pulse in pulses() if pulse.time_us < last_us]
    evidence = replace(with_pulses(*dying), deeds=deeds)
    found = [kinds(replace(evidence, incidents=[i])) for i in (killed, late)]
    assert found == [set(), {"silence"}]


@pytest.mark.parametrize("kind", ["killed", "cable_pulled", "silence to_device"])
def test_a_line_without_answers_is_judged_by_what_cut_the_device_off_meanwhile(kind: str) -> None:
    unanswered = Incident(at_us=13_500_000, kind="silence to_host", quiet_after_us=1_000_000)
    cut_off = Incident(at_us=13_700_000, kind=kind, quiet_after_us=1_220_000)
    ended = with_pulses(*[pulse for pulse in pulses() if pulse.time_us < 14_900_000])
    late = replace(cut_off, at_us=14_600_000)
    found = [kinds(replace(ended, incidents=[unanswered, other])) for other in (cut_off, late)]
    assert found == [set(), {"silence"}]
    longer = with_pulses(*[pulse for pulse in pulses() if pulse.time_us < 15_000_000])
    assert kinds(replace(longer, incidents=[unanswered, cut_off])) == {"silence"}


def test_a_pulse_after_a_recorded_fault_is_found() -> None:
    lines = with_records((15_000_000, "fault", {}))
    assert "silence" in kinds(replace(good_evidence(), journal=lines))


@pytest.mark.parametrize(
    ("until", "found"), [(frozenset[str](), {"silence"}), (frozenset({"start"}), set[str]())]
)
def test_an_incident_silences_until_a_wish_that_may_follow_it(
    until: frozenset[str], found: set[str]
) -> None:
    incident = Incident(at_us=5_000_000, kind="killed", quiet_after_us=1_200_000, until=until)
    assert kinds(replace(good_evidence(), incidents=[incident])) == found


def test_an_open_electrode_silences_its_channel_as_long_as_it_is_open() -> None:
    opened = Incident(
        at_us=16_100_000,
        kind="open_electrode",
        quiet_after_us=0,
        lasts_us=3_000_000,
        channels=frozenset({1}),
    )
    longer = replace(opened, lasts_us=4_000_000)
    other = replace(longer, channels=frozenset({2}))
    found = [kinds(replace(good_evidence(), incidents=[i])) for i in (opened, longer, other)]
    assert found == [set(), {"silence"}, set()]


def test_a_lowered_level_binds_the_pulses_after_it() -> None:
    down = Deed(at_us=13_900_000, kind="step_down_fine", channel=1, amount_ua=1000)
    assert kinds(replace(good_evidence(), deeds=[*good_evidence().deeds, down])) == {"level"}


@pytest.mark.parametrize(
    ("lowered_us", "found"), [(13_999_000, set()), (13_900_000, {"level"}), (14_001_000, set())]
)
def test_a_level_lowered_just_before_the_engine_was_killed_may_never_have_been_written(
    lowered_us: int, found: set[str]
) -> None:
    down = Deed(at_us=lowered_us, kind="zero_level", channel=1)
    killed = Incident(at_us=14_000_000, kind="killed", quiet_after_us=1_220_000)
    dying = with_pulses(*[pulse for pulse in pulses() if pulse.time_us < 15_200_000])
    evidence = replace(dying, deeds=[*good_evidence().deeds, down], incidents=[killed])
    assert kinds(evidence) == found


def test_a_rise_that_nobody_asked_for_is_found() -> None:
    lines = with_records(level(12_000_000, 8, 9))
    assert kinds(replace(good_evidence(), journal=lines)) == {"unasked rise"}


def test_a_rise_by_more_than_its_key_is_found() -> None:
    up = Deed(at_us=12_000_000, kind="step_up_fine", channel=1, amount_ua=1000)
    evidence = replace(good_evidence(), journal=with_records(level(12_000_000, 8, 10)))
    assert kinds(replace(evidence, deeds=[*evidence.deeds, up])) == {"unasked rise"}


RESUMED = Deed(at_us=65_000_000, kind="resume")


def gone_on_late(*before: Deed) -> Evidence:
    """The good session, whose pulses come only after it was resumed."""
    late = [replace(pulse, time_us=pulse.time_us + 60_000_000) for pulse in pulses()]
    closing = journal([*records()[:-1], (99_000_000, "session_close", {})])
    evidence = replace(with_pulses(*late), journal=closing)
    return replace(evidence, deeds=[*before, *evidence.deeds[:-1], RESUMED])


def test_a_level_that_a_long_pause_halves_is_halved_for_the_judge() -> None:
    assert kinds(gone_on_late(Deed(at_us=2_900_000, kind="pause"))) == {"level"}


@pytest.mark.parametrize(("paused_us", "found"), [(4_900_000, {"level"}), (5_100_000, set())])
def test_a_long_pause_that_nobody_asked_for_halves_a_level_too(
    paused_us: int, found: set[str]
) -> None:
    paused = (paused_us, "pause", {"cause": "the screen fell silent"})
    lines = [*records()[:-1], (99_000_000, "session_close", {}), paused]
    in_order = journal(sorted(lines, key=lambda entry: entry[0]))
    assert kinds(replace(gone_on_late(), journal=in_order)) == found


def test_a_pause_that_a_stop_ended_halves_no_level_that_was_found_after_it() -> None:
    stopped = Deed(at_us=200_000, kind="pause"), Deed(at_us=300_000, kind="stop")
    again = Deed(at_us=400_000, kind="arm"), Deed(at_us=450_000, kind="start")
    assert kinds(gone_on_late(*stopped, *again)) == set()


def test_a_journal_with_a_changed_byte_is_found() -> None:
    lines = good_evidence().journal.replace(b'"to_ua":4000', b'"to_ua":5000')
    assert kinds(replace(good_evidence(), journal=lines)) == {"journal"}


def test_a_journal_without_its_end_is_found_unless_the_engine_was_killed() -> None:
    cut = replace(good_evidence(), journal=good_evidence().journal[:-20])
    assert (kinds(cut), kinds(replace(cut, is_cut=True))) == ({"journal"}, set())


def test_unbalanced_pulses_are_excused_only_where_a_load_clips_them() -> None:
    clipped = with_one(second_current_ma=-7)
    excused = replace(clipped, clipped_channels=frozenset({1}))
    assert (kinds(clipped), kinds(excused)) == ({"balance"}, set())
