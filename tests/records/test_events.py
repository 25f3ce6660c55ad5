import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from nmes.records.events import EVENTS, Contraction, SessionOpen, parse_event
from protocols.errors import RecordError


def test_every_agreed_event_can_be_recorded() -> None:
    assert sorted(EVENTS) == sorted(
        [
            "session_open",
            "arm",
            "armed",
            "find_level",
            "level",
            "start",
            "stage",
            "contraction",
            "pause",
            "resume",
            "stop",
            "stop_confirmed",
            "stop_unconfirmed",
            "fault",
            "acknowledge",
            "notice",
            "note",
            "session_close",
        ]
    )


def test_an_opening_reads_as_its_model(opening: dict[str, Any]) -> None:
    event = parse_event("session_open", opening)
    assert isinstance(event, SessionOpen)
    assert event.channels[1].pads[0].gel_area_mm2 == 2500


def test_an_event_written_as_json_reads_as_the_same_event(opening: dict[str, Any]) -> None:
    event = parse_event("session_open", opening)
    assert parse_event("session_open", event.model_dump()) == event


def test_a_model_is_taken_for_its_own_event_only() -> None:
    note = parse_event("note", {"text": "better than last week"})
    assert parse_event("note", note) == note
    with pytest.raises(RecordError):
        parse_event("pause", note)


def test_an_unknown_event_is_refused_by_name() -> None:
    with pytest.raises(RecordError, match="'shrug'"):
        parse_event("shrug", {})


def test_a_later_schema_is_refused(opening: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="schema_version"):
        parse_event("session_open", opening | {"schema_version": 2})


@pytest.mark.parametrize(
    ("event", "data", "field"),
    [
        ("arm", {"confirmed_channels": ["1"]}, "confirmed_channels.0"),
        ("arm", {"confirmed_channels": [0]}, "confirmed_channels.0"),
        ("arm", {"confirmed_channels": [True]}, "confirmed_channels.0"),
        ("arm", {}, "confirmed_channels"),
        ("acknowledge", {"text": "yes"}, "text"),
        ("level", {"channel": 1, "from_ua": 0, "to_ua": -1, "state": "running"}, "to_ua"),
        ("level", {"channel": 1, "from_ua": 0, "to_ua": 1.0, "state": "running"}, "to_ua"),
        ("level", {"channel": 1, "from_ua": 0, "to_ua": 1, "state": "asleep"}, "state"),
        ("stage", {"index": 0, "name": "a", "kind": "work", "period_us": 0}, "period_us"),
        ("session_close", {"outcome": "fine", "contractions_done": 0, "done_us": 0}, "outcome"),
    ],
)
def test_what_does_not_fit_is_refused_and_its_field_named(
    event: str, data: dict[str, Any], field: str
) -> None:
    with pytest.raises(RecordError) as refusal:
        parse_event(event, data)
    assert f"'{event}'" in str(refusal.value)
    assert f"{field}: " in str(refusal.value)


def test_a_hash_must_be_a_hash(opening: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="protocol_sha256"):
        parse_event("session_open", opening | {"protocol_sha256": "A" * 64})


def test_a_dose_contraction_needs_its_place_in_the_program(burst: Callable[..., Any]) -> None:
    with pytest.raises(RecordError, match="needs its stage and cycle"):
        parse_event("contraction", burst(0, cycle=None)[1])


@pytest.mark.parametrize("place", [{"stage": 0, "cycle": None}, {"stage": None, "cycle": 0}])
def test_a_contraction_while_finding_a_level_has_no_place(
    burst: Callable[..., Any], place: dict[str, Any]
) -> None:
    with pytest.raises(RecordError, match="has no stage or cycle"):
        parse_event("contraction", burst(0, is_dose=False, **place)[1])


def test_a_contraction_while_finding_a_level_can_be_recorded(burst: Callable[..., Any]) -> None:
    event = parse_event("contraction", burst(0, is_dose=False, stage=None, cycle=None)[1])
    assert isinstance(event, Contraction)


def test_a_fault_with_bytes_that_are_no_text_is_still_recorded() -> None:
    event = parse_event("fault", {"code": "NOISE", "detail": "got \udcff", "channel": None})
    assert event.model_dump()["detail"] == "got ?"


def test_a_text_must_be_a_text() -> None:
    with pytest.raises(RecordError, match="text: "):
        parse_event("note", {"text": 5})


def test_a_record_cannot_be_changed_afterwards() -> None:
    note = parse_event("note", {"text": "as it was"})
    with pytest.raises(ValidationError):
        note.text = "as it should have been"  # type: ignore[attr-defined]  # the point of the test


def test_recording_loads_nothing_heavy() -> None:
    heavy = "numpy textual rich matplotlib typer asyncio ruamel nmes.link"
    code = (
        "import sys, nmes.settings, nmes.records.store, nmes.records.journal\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
