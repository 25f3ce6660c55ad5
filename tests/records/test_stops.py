"""When and why a session was halted, and what is said of a stop that nobody confirmed."""

from collections.abc import Callable
from typing import Any

import pytest

from nmes.records.chain import read_journal
from nmes.records.stops import HaltSummary
from nmes.records.summary import SessionSummary, summarise

Event = tuple[str, dict[str, Any], float]
Write = Callable[[list[Event]], bytes]
Summarised = Callable[..., SessionSummary]

UTC = "2026-01-01T00:00:00.000Z"
ARM: Event = ("arm", {"confirmed_channels": [1, 2]}, 50)
LEVEL: Event = ("level", {"channel": 1, "from_ua": 0, "to_ua": 8_000, "state": "armed"}, 60)
PAUSE: Event = ("pause", {"cause": "the screen fell silent"}, 120)
STOP: Event = ("stop", {"cause": "no operator for 6 minutes", "is_emergency": False}, 130)
EMERGENCY: Event = ("stop", {"cause": "space; not confirmed", "is_emergency": True}, 131)
FAULT: Event = ("fault", {"code": "PORT", "detail": "the port failed", "channel": None}, 130)
CONFIRMED: Event = ("stop_confirmed", {"after_us": 3_000}, 132)
UNCONFIRMED: Event = ("stop_unconfirmed", {"after_us": 300_000}, 132)
CLOSE: Event = ("session_close", {"outcome": "stopped", "contractions_done": 0, "done_us": 0}, 200)


@pytest.fixture
def summary_of(opening: dict[str, Any], write: Write) -> Summarised:
    def summarised(*events: Event) -> SessionSummary:
        return summarise(read_journal(write([("session_open", opening, 0), *events])))

    return summarised


def test_every_halt_is_told_with_its_cause_its_time_and_its_answer(summary_of: Summarised) -> None:
    halts = summary_of(ARM, LEVEL, PAUSE, STOP, CONFIRMED, CLOSE).halts
    assert halts == (
        HaltSummary(utc=UTC, what="pause", cause="the screen fell silent", is_confirmed=None),
        HaltSummary(utc=UTC, what="stop", cause="no operator for 6 minutes", is_confirmed=True),
    )


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((STOP, EMERGENCY, CONFIRMED), [True, True]),
        ((STOP, CONFIRMED, EMERGENCY), [True, True]),
        ((STOP, EMERGENCY, UNCONFIRMED), [False, False]),
        ((STOP, CONFIRMED, ARM, FAULT), [True, False]),
        ((FAULT, UNCONFIRMED, ARM, STOP, CONFIRMED), [False, True]),
    ],
)
def test_an_answer_confirms_every_stop_since_arming_and_no_other(
    summary_of: Summarised, events: tuple[Event, ...], expected: list[bool]
) -> None:
    assert [halt.is_confirmed for halt in summary_of(ARM, *events).halts] == expected


@pytest.mark.parametrize("halt", [STOP, FAULT])
def test_a_stop_that_nobody_confirmed_is_told_with_the_time_of_the_watchdog(
    summary_of: Summarised, halt: Event
) -> None:
    assert summary_of(ARM, LEVEL, halt, UNCONFIRMED, CLOSE).doubt == (
        "STOP NOT CONFIRMED: current may have gone on, for up to 1.2 s."
    )


def test_what_passes_on_a_source_may_have_gone_on_until_that_was_switched_off(
    summary_of: Summarised, opening: dict[str, Any]
) -> None:
    opening["channels"][0]["full_ua"] = 20_000
    assert summary_of(ARM, LEVEL, STOP, UNCONFIRMED, CLOSE).doubt == (
        "STOP NOT CONFIRMED: current may have gone on, "
        "until the separate stimulator was switched off."
    )


def test_a_journal_that_does_not_know_the_watchdog_promises_no_time(
    summary_of: Summarised, opening: dict[str, Any]
) -> None:
    del opening["watchdog_us"]
    doubt = summary_of(ARM, LEVEL, STOP, CLOSE).doubt
    assert doubt.endswith("until the device was switched off or stopped by itself.")


def test_an_engine_that_was_killed_in_a_contraction_has_no_stop_on_record(
    summary_of: Summarised,
) -> None:
    assert summary_of(ARM, LEVEL).doubt == (
        "NO STOP IS ON RECORD: current may have gone on, for up to 1.2 s."
    )


@pytest.mark.parametrize(
    "events",
    [
        (ARM, LEVEL, STOP, CONFIRMED, CLOSE),
        (ARM, LEVEL, CONFIRMED, CLOSE),
        (ARM, LEVEL, STOP, CONFIRMED, ARM, FAULT, UNCONFIRMED, CLOSE),
        (ARM, FAULT, UNCONFIRMED, CLOSE),
        (ARM,),
        (),
    ],
    ids=["stopped", "finished", "lost before any level", "never found", "never armed", "nothing"],
)
def test_nothing_is_doubted_where_a_stop_was_confirmed_or_no_level_was_raised(
    summary_of: Summarised, events: tuple[Event, ...]
) -> None:
    assert summary_of(*events).doubt == ""


def test_a_stop_confirmed_later_takes_nothing_back_of_one_that_was_not(
    summary_of: Summarised,
) -> None:
    events = (ARM, LEVEL, STOP, UNCONFIRMED, ARM, LEVEL, STOP, CONFIRMED, CLOSE)
    assert summary_of(*events).doubt.startswith("STOP NOT CONFIRMED")


def test_the_highest_level_ever_set_is_told_though_no_contraction_was_recorded(
    summary_of: Summarised,
) -> None:
    first, second = summary_of(ARM, LEVEL).channels
    assert (first.level_max_ua, first.level_set_ua, second.level_set_ua) == (0, 8_000, 0)


def test_how_long_the_program_ran_is_told_beside_its_place(summary_of: Summarised) -> None:
    start: Event = ("start", {"stage": 0, "cycle": 0}, 121)
    summary = summary_of(ARM, LEVEL, start, STOP, CONFIRMED, CLOSE)
    assert (summary.done_us, summary.ran_us) == (0, 9_000_000)
