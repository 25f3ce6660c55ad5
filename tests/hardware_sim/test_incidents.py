"""The shipped incidents in whole rehearsed sessions, judged by nothing but their records."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support.pulse_record import PulseRow, read_pulses

from hardware_sim.fault_script import INCIDENTS, incidents
from nmes.records.chain import read_journal
from nmes.records.summary import SessionSummary, summarise
from nmes.rehearsal import Rehearsal, fault_script, rehearse

FOLDER = TemporaryDirectory(prefix="nmes-incidents-")
LEVELS_MA = {1: 20, 2: 10}
PERIOD_US = 20_000
HARM_US = 22_000_000
"""When the current of channel 1 is suddenly in trouble: in the middle of a contraction."""

ENDS_WITHIN_US = {
    "battery_reboot": 0,
    "cable_pulled": 1_200_000,
    "dead_transmitter": 700_000,
    "hanging_firmware": 1_900_000,
    "pad_peels_off": 0,
    "patient_switch": 0,
}
"""How long after that the last pulse may begin: what the incident's comment states."""
NOISY = "motor_noise"
NOISE_BEGINS_US, NOISE_ENDS_WITHIN_US = 21_000_000, 1_200_000
SURVIVED = ("cable_wobble", "dry_pad", "slow_hub")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    rehearsal: Rehearsal
    pulses: list[PulseRow]
    log: list[list[str]]

    @property
    def summary(self) -> SessionSummary:
        """The session as its journal tells it."""
        reading = read_journal(self.rehearsal.journal)
        assert (reading.is_whole, reading.is_closed) == (True, True)
        return summarise(reading)

    @property
    def last_us(self) -> int:
        return self.pulses[-1].time_us


@cache
def incident(
    name: str,
    protocol: str = "demo",
    levels: tuple[tuple[int, int], ...] = tuple(LEVELS_MA.items()),
) -> Incident:
    pulses = Path(FOLDER.name) / f"{name}_{protocol}_pulses.csv"
    log = Path(FOLDER.name) / f"{name}_{protocol}_faults.csv"
    rehearsal = rehearse(
        protocol,
        device="sim:rehastim2",
        levels_ua={channel: level_ma * 1000 for channel, level_ma in levels},
        sides={} if protocol == "demo" else {1: "left"},
        faults=fault_script(name, "rehastim2"),
        pulses=pulses,
        fault_log=log,
    )
    rows = [line.split(",") for line in log.read_text().splitlines()[1:]]
    return Incident(rehearsal=rehearsal, pulses=read_pulses(pulses), log=rows)


def test_every_incident_is_judged_here() -> None:
    assert sorted([*ENDS_WITHIN_US, NOISY, *SURVIVED]) == list(incidents())


@pytest.mark.parametrize("name", incidents())
def test_no_pulse_is_above_its_level_or_overlaps_another(name: str) -> None:
    pulses = incident(name).pulses
    assert len(pulses) > 200
    assert all(pulse.current_ma <= LEVELS_MA[pulse.channel] for pulse in pulses)
    assert all(
        before.time_us + before.pulse_width_us + before.gap_us + before.second_width_us
        <= after.time_us
        for before, after in pairwise(pulses)
    )


@pytest.mark.parametrize("name", incidents())
def test_no_pulse_leaves_charge_at_a_current_that_the_pads_can_take(name: str) -> None:
    assert {pulse.net_charge_nc for pulse in incident(name).pulses} == {0}


@pytest.mark.parametrize("name", incidents())
def test_the_journal_is_whole_and_tells_how_the_session_ended(name: str) -> None:
    summary = incident(name).summary
    assert summary.outcome == ("completed" if name in SURVIVED else "faulted")
    assert bool(summary.faults) is (name not in SURVIVED)


@pytest.mark.parametrize("name", incidents())
def test_the_fault_log_tells_what_was_done(name: str) -> None:
    done = incident(name)
    kinds = [row[2] for row in done.log]
    assert kinds
    assert {kind: kinds.count(kind) for kind in kinds} == done.rehearsal.faults


@pytest.mark.parametrize(("name", "within_us"), ENDS_WITHIN_US.items())
def test_the_current_ends_for_good_within_the_time_that_the_incident_states(
    name: str, within_us: int
) -> None:
    done = incident(name)
    assert HARM_US - PERIOD_US <= done.last_us <= HARM_US + within_us


def test_noise_ends_the_current_for_good_in_time_too() -> None:
    done = incident(NOISY)
    assert NOISE_BEGINS_US <= done.last_us <= NOISE_BEGINS_US + NOISE_ENDS_WITHIN_US


@pytest.mark.parametrize("name", [*ENDS_WITHIN_US, NOISY])
def test_an_incident_states_how_soon_the_current_is_zero(name: str) -> None:
    comment = " ".join((INCIDENTS / f"{name}.yaml").read_text().split("seed:")[0].split())
    within_us = ENDS_WITHIN_US.get(name, NOISE_ENDS_WITHIN_US)
    stated = f"Zero within {within_us / 1e6:g} s." if within_us else "Zero at once."
    assert stated in comment.replace("# ", "")


@pytest.mark.parametrize("name", SURVIVED)
def test_a_session_that_survives_has_all_its_contractions(name: str) -> None:
    summary = incident(name).summary
    assert summary.contractions_done == summary.contractions_planned
    assert incident(name).last_us > 50_000_000


@pytest.mark.parametrize("name", [*ENDS_WITHIN_US, NOISY])
def test_levels_are_zero_after_what_ended_a_session(name: str) -> None:
    records = read_journal(incident(name).rehearsal.journal).records
    events = [record.event for record in records]
    assert events.index("fault") < events.index("session_close")
    assert "start" not in events[events.index("fault") :]


def test_a_dry_pad_shows_in_the_record_of_the_pulses_and_nowhere_else() -> None:
    done = incident("dry_pad", "quad_tka", ((1, 60),))
    clipped = [pulse for pulse in done.pulses if pulse.net_charge_nc]
    assert done.summary.outcome == "completed"
    assert min(pulse.net_charge_nc for pulse in clipped) == pytest.approx(-4000, abs=300)
    assert all(0 < p.current_ma <= -p.second_current_ma <= 60 for p in clipped)
    assert not done.summary.faults


def test_the_same_script_makes_the_same_session_to_the_byte() -> None:
    first = incident("motor_noise")
    again = incident.__wrapped__("motor_noise")
    assert (again.pulses, again.log) == (first.pulses, first.log)


def test_a_wobbling_cable_really_loses_something() -> None:
    faults = incident("cable_wobble").rehearsal.faults
    assert faults["truncate"] > 3
    assert faults["lost"] > 1
