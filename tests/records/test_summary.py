import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from nmes.link import messages
from nmes.records.chain import read_journal
from nmes.records.stops import HaltSummary
from nmes.records.store import SessionEntry
from nmes.records.summary import ChannelSummary, SessionSummary, summarise
from protocols.errors import RecordError

Event = tuple[str, dict[str, Any], float]
Burst = Callable[..., Event]
Write = Callable[[list[Event]], bytes]

START: Event = ("start", {"stage": 0, "cycle": 0}, 100)
PAUSE: Event = ("pause", {"cause": "you pressed P"}, 130)
RESUME: Event = ("resume", {"limits": [{"channel": 1, "limit_ua": 30_000}]}, 150)
STOP: Event = ("stop", {"cause": "you pressed SPACE", "is_emergency": False}, 160)
CLOSE: Event = (
    "session_close",
    {"outcome": "stopped", "contractions_done": 2, "done_us": 41_000_000},
    200,
)
NOTE: Event = ("note", {"text": "went to look for a towel"}, 180)


@pytest.fixture
def summary_of(opening: dict[str, Any], write: Write) -> Callable[..., SessionSummary]:
    def summarised(*events: Event) -> SessionSummary:
        return summarise(read_journal(write([("session_open", opening, 0), *events])))

    return summarised


Summarised = Callable[..., SessionSummary]


def test_the_head_of_a_summary_is_the_opening_record(summary_of: Summarised) -> None:
    summary = summary_of(CLOSE)
    assert (
        summary.session_id,
        summary.protocol_id,
        summary.title,
        summary.patient,
        summary.operator,
        summary.device_title,
        summary.is_simulated,
        summary.started_utc,
        summary.planned_us,
        summary.contractions_planned,
    ) == (
        "20260101T000000Z-abc123",
        "quadriceps_strength",
        "Quadriceps strength",
        "0417",
        "op1",
        "RehaStim 2 (simulated)",
        True,
        "2026-01-01T00:00:00.000Z",
        1_200_000_000,
        40,
    )


def test_a_closed_session_ended_as_its_closing_record_says(summary_of: Summarised) -> None:
    summary = summary_of(START, CLOSE)
    assert (summary.outcome, summary.done_us) == ("stopped", 41_000_000)


def test_the_hash_is_that_of_the_last_record(
    opening: dict[str, Any], write: Write, summary_of: Summarised
) -> None:
    last_line = write([("session_open", opening, 0), CLOSE]).splitlines()[-1]
    assert summary_of(CLOSE).journal_hash.encode() == last_line[-66:-2]


def test_a_session_that_was_not_closed_says_so(summary_of: Summarised) -> None:
    assert summary_of(START, NOTE).outcome == "not closed"


def test_time_done_without_a_closing_record_leaves_out_pauses_and_what_came_after(
    summary_of: Summarised, burst: Burst
) -> None:
    events = (START, burst(112), PAUSE, RESUME, burst(155), STOP, NOTE)
    assert summary_of(*events).done_us == 30_000_000 + 10_000_000


def test_time_done_ends_with_the_last_sign_of_the_program(
    summary_of: Summarised, burst: Burst
) -> None:
    assert summary_of(START, burst(112), NOTE).done_us == 12_000_000


def test_finding_a_level_takes_no_time_of_the_program(summary_of: Summarised, burst: Burst) -> None:
    finding = burst(50, is_dose=False, stage=None, cycle=None)
    assert summary_of(finding, START).done_us == 0


def test_a_fault_ends_the_running_time(summary_of: Summarised, burst: Burst) -> None:
    fault: Event = ("fault", {"code": "SILENT", "detail": "no answer", "channel": None}, 120)
    assert summary_of(START, fault, PAUSE).done_us == 20_000_000


def test_a_cut_journal_is_summarised_up_to_its_last_whole_record(
    opening: dict[str, Any], write: Write, burst: Burst
) -> None:
    content = write([("session_open", opening, 0), START, burst(112), CLOSE])
    summary = summarise(read_journal(content[:-1]))
    assert (summary.outcome, summary.contractions_done) == ("not closed", 1)


def test_one_cycle_of_two_channels_is_one_contraction(summary_of: Summarised, burst: Burst) -> None:
    summary = summary_of(START, burst(112), burst(112, channel=2), CLOSE)
    assert summary.contractions_done == 1
    assert [channel.contractions for channel in summary.channels] == [1, 1]


def test_a_cycle_counts_once_however_often_it_was_begun(
    summary_of: Summarised, burst: Burst
) -> None:
    events = (
        START,
        burst(112, ends_cycle=False),
        burst(115, channel=2, is_complete=False),
        PAUSE,
        RESUME,
        burst(160, ends_cycle=False),
        burst(170, channel=2),
        burst(190, cycle=1, ends_cycle=False),
    )
    assert summary_of(*events).contractions_done == 1


def test_the_same_cycle_of_another_stage_is_another_contraction(
    summary_of: Summarised, burst: Burst
) -> None:
    assert summary_of(START, burst(112), burst(130, stage=1)).contractions_done == 2


def test_pauses_and_stops_are_counted(summary_of: Summarised) -> None:
    summary = summary_of(START, PAUSE, RESUME, PAUSE, STOP, CLOSE)
    assert (summary.pauses, summary.stops) == (2, 1)


def test_faults_are_told_in_order_in_words_with_their_channel(summary_of: Summarised) -> None:
    lost: Event = ("fault", {"code": "CONTACT_LOST", "detail": "pad off", "channel": 2}, 110)
    silent: Event = ("fault", {"code": "SILENT", "detail": "no answer", "channel": None}, 120)
    assert summary_of(lost, silent).faults == (
        "channel 2: pad off",
        "no answer",
    )


def test_a_channel_is_told_with_its_first_mean_and_highest_level(
    summary_of: Summarised, burst: Burst
) -> None:
    channel = summary_of(
        START,
        burst(112, level_ua=20_000),
        burst(130, cycle=1, level_ua=35_000, on_us=5_000_000, pulses=200, charge_nc=1_000_001),
        burst(150, cycle=2, level_ua=31_000),
    ).channels[0]
    assert channel == ChannelSummary(
        number=1,
        name="Vastus medialis",
        site="quadriceps",
        side="left",
        level_start_ua=20_000,
        level_mean_ua=27_400,  # (20 mA × 10 s + 35 mA × 5 s + 31 mA × 10 s) / 25 s
        level_max_ua=35_000,
        contractions=3,
        on_us=25_000_000,
        pulses=1000,
        charge_nc=9_000_001,
    )


def test_a_channel_whose_level_was_a_setting_is_told_with_what_may_have_flowed(
    summary_of: Summarised, burst: Burst, opening: dict[str, Any]
) -> None:
    opening["channels"][0]["full_ua"] = 20_000
    first, second = summary_of(START, burst(112)).channels
    assert (first.full_ua, second.full_ua) == (20_000, None)


def test_a_mean_level_is_rounded_down(summary_of: Summarised, burst: Burst) -> None:
    events = (burst(1, level_ua=1, on_us=1), burst(2, cycle=1, level_ua=2, on_us=1))
    assert summary_of(*events).channels[0].level_mean_ua == 1


def test_a_contraction_broken_off_gives_charge_but_does_not_count(
    summary_of: Summarised, burst: Burst
) -> None:
    summary = summary_of(START, burst(112, is_complete=False))
    assert summary.contractions_done == summary.channels[0].contractions == 0
    assert summary.channels[0].charge_nc == 4_000_000


def test_what_was_given_while_finding_a_level_is_not_in_the_summary(
    summary_of: Summarised, burst: Burst
) -> None:
    finding = burst(50, is_dose=False, stage=None, cycle=None, level_ua=60_000)
    summary = summary_of(finding, START, burst(112))
    assert summary.contractions_done == 1
    assert summary.channels[0].level_max_ua == 30_000
    assert summary.channels[0].pulses == 400


def test_a_contraction_without_current_is_none_of_the_channels(
    summary_of: Summarised, burst: Burst
) -> None:
    silent = burst(112, level_ua=0, on_us=0, pulses=0, charge_nc=0)
    channel = summary_of(START, silent, burst(130, cycle=1)).channels[0]
    assert (channel.contractions, channel.level_start_ua) == (1, 30_000)


def test_a_channel_that_gave_nothing_is_all_zero(summary_of: Summarised, burst: Burst) -> None:
    channel = summary_of(START, burst(112)).channels[1]
    assert (channel.level_start_ua, channel.level_mean_ua, channel.level_max_ua) == (0, 0, 0)
    assert (channel.contractions, channel.on_us, channel.pulses, channel.charge_nc) == (0,) * 4


@pytest.mark.parametrize("content", [b"", b"not a journal\n"])
def test_there_is_no_summary_of_nothing(content: bytes) -> None:
    with pytest.raises(RecordError, match="no opening record"):
        summarise(read_journal(content))


def test_an_event_that_does_not_fit_is_named_with_its_line(
    opening: dict[str, Any], write: Write
) -> None:
    content = write([("session_open", opening, 0), ("hiccup", {}, 1)])
    with pytest.raises(RecordError, match="line 2: 'hiccup'"):
        summarise(read_journal(content))


@pytest.mark.parametrize(
    ("ours", "sent"),
    [
        (SessionSummary, messages.Summary),
        (ChannelSummary, messages.ChannelSummary),
        (HaltSummary, messages.HaltSummary),
        (SessionEntry, messages.SessionEntry),
    ],
)
def test_what_is_kept_has_the_fields_of_what_is_shown(ours: type, sent: type) -> None:
    names = [field.name for field in dataclasses.fields(ours)]
    assert names == [name for name in sent.model_fields if name != "kind"]  # type: ignore[attr-defined]  # Message


def test_a_summary_can_be_sent_as_it_is(summary_of: Summarised, burst: Burst) -> None:
    summary = summary_of(START, burst(112), CLOSE)
    sent = messages.Summary(**dataclasses.asdict(summary))
    assert sent.channels[0].charge_nc == 4_000_000


# Why it was allowed --------------------------------------------------------------------------


def summary_with(opening: dict[str, Any], write: Any, clearance: object) -> str:
    content = write([("session_open", opening | {"clearance": clearance}, 0)])
    return summarise(read_journal(content)).clearance


def test_the_summary_says_who_asked_who_acknowledged_and_what_is_left(
    opening: dict[str, Any], write: Any
) -> None:
    assert summary_with(opening, write, opening["clearance"]) == (
        "asked by TW on 2026-01-01; osteoporosis acknowledged by Dr. Low; "
        "channel 1: 75 % of the cap (osteoporosis) and at most 40 mA"
    )


def test_an_own_maximum_alone_is_said_alone(opening: dict[str, Any], write: Any) -> None:
    narrowed = [{"channel": 2, "permille": 1000, "items": [], "maximum_ua": 12_500}]
    own = opening["clearance"] | {"acknowledgements": [], "narrowed": narrowed}
    assert summary_with(opening, write, own) == (
        "asked by TW on 2026-01-01; channel 2: at most 12.5 mA"
    )


@pytest.mark.parametrize(
    ("basis", "said"),
    [("bench", "nobody was connected"), ("simulated", "nobody: a simulator of nmes")],
)
def test_the_summary_says_that_nobody_was_there(
    opening: dict[str, Any], write: Any, basis: str, said: str
) -> None:
    assert summary_with(opening, write, opening["clearance"] | {"basis": basis}) == said


def test_an_older_journal_says_nothing_of_a_screening(opening: dict[str, Any], write: Any) -> None:
    assert summary_with(opening, write, None) == ""
