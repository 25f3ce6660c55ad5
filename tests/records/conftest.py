"""Hand-made sessions for the tests of records."""

import select
from collections.abc import Callable
from typing import Any

import pytest

from nmes.records.chain import Chain
from nmes.records.journal import Journal

Event = tuple[str, dict[str, Any], float]


def _channel(number: int, name: str) -> dict[str, Any]:
    pads = [
        {
            "name": pad,
            "zone": "lower_limb_left",
            "aspect": "front",
            "gel_area_mm2": 2500,
            "placement": f"{pad} third of the thigh",
        }
        for pad in ("upper", "lower")
    ]
    return {
        "number": number,
        "name": name,
        "site": "quadriceps",
        "side": "left",
        "pads": pads,
        "waveform": "symmetric_biphasic",
        "pulse_width_us": 400,
        "cap_ua": 80_000,
        "cap_reason": "site",
        "full_ua": None,
    }


@pytest.fixture
def opening() -> dict[str, Any]:
    return {
        "schema_version": 1,
        "session_id": "20260101T000000Z-abc123",
        "nmes_version": "0.1.0",
        "operator": "op1",
        "operator_is_script": False,
        "patient": "0417",
        "is_bench": False,
        "protocol_id": "quadriceps_strength",
        "protocol_version": "1",
        "title": "Quadriceps strength",
        "protocol_sha256": "a" * 64,
        "limits_sha256": "b" * 64,
        "device": "sim:rehastim2",
        "device_title": "RehaStim 2 (simulated)",
        "is_simulated": True,
        "port": None,
        "watchdog_us": 1_200_000,
        "planned_us": 1_200_000_000,
        "contractions_planned": 40,
        "channels": [_channel(1, "Vastus medialis"), _channel(2, "Rectus femoris")],
        "clearance": {
            "basis": "screening",
            "day": "2026-01-01",
            "asked_by": "TW",
            "table_sha256": "c" * 64,
            "answers_sha256": "d" * 64,
            "yes": ["osteoporosis"],
            "warnings": [],
            "acknowledgements": [
                {"item": "osteoporosis", "clinician": "Dr. Low", "text": "gentle contractions"}
            ],
            "narrowed": [
                {"channel": 1, "permille": 750, "items": ["osteoporosis"], "maximum_ua": 40_000}
            ],
        },
    }


@pytest.fixture
def burst() -> Callable[..., Event]:
    """Make a complete contraction of channel 1; name what differs."""

    def make(at_s: float, **differing: Any) -> Event:
        data = {
            "stage": 0,
            "cycle": 0,
            "channel": 1,
            "level_ua": 30_000,
            "on_us": 10_000_000,
            "pulses": 400,
            "charge_nc": 4_000_000,
            "is_complete": True,
            "ends_cycle": True,
            "is_dose": True,
        }
        return "contraction", data | differing, at_s

    return make


@pytest.fixture
def write() -> Callable[[list[Event]], bytes]:
    """Write events, each with its time in seconds, as a journal."""

    def lines(events: list[Event]) -> bytes:
        chain = Chain()
        return b"".join(
            chain.line(event, data, round(at_s * 1_000_000), "2026-01-01T00:00:00.000Z")
            for event, data, at_s in events
        )

    return lines


def _await_bell(journal: Journal) -> None:
    bell = journal.fileno()
    assert bell is not None
    assert select.select([bell], [], [], 10)[0], "the journal never rang"


@pytest.fixture
def wait_until_synced() -> Callable[[Journal, int], None]:
    """Wait on the journal's descriptor, as an engine does, until the record is on disk."""

    def wait(journal: Journal, seq: int) -> None:
        while journal.synced_seq < seq and journal.failure is None:
            _await_bell(journal)
            journal.drain()

    return wait


@pytest.fixture
def wait_until_failed() -> Callable[[Journal], None]:
    """Wait on the journal's descriptor until it has failed."""

    def wait(journal: Journal) -> None:
        while journal.failure is None:
            _await_bell(journal)
            journal.drain()

    return wait
