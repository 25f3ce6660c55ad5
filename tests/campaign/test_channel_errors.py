"""What the judge makes of errors that a device tells when it is asked, or not at all."""

from dataclasses import replace

import pytest
from support.campaign_bench import (
    LEVEL_MA,
    PERIOD_US,
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
from nmes.campaign.devices import P24, REHAMOVE3, REHASTIM2, Device
from nmes.campaign.evidence import Evidence, Incident
from nmes.campaign.harm import harm_of

S = 1_000_000
COARSE_P24 = replace(P24, step_ua=1_000)
"""The pulses of the bench rise by whole milliamperes."""
OPENED = Incident(
    at_us=13_100_000,
    kind="open_electrode",
    quiet_after_us=0,
    lasts_us=1_500_000,
    channels=frozenset({1}),
    is_unnoticed=True,
)
LOW = Incident(at_us=13_020_000, kind="low_current", channels=frozenset({1}))
KILLED = Incident(at_us=33_000_000, kind="killed", quiet_after_us=2_020_000)


def incidents_of(*faults: dict[str, object]) -> list[tuple[str, int | None, int, int | None]]:
    """What a P24's errors come to: kind, silence, beginning and length, in seconds."""
    script = FaultScript.model_validate({"seed": 1, "faults": faults})
    entries = [
        AppliedFault(
            time_us=round(fault.at_s * S),
            fault=number,
            kind=fault.kind,
            direction="",
            detail="",
            data=b"",
        )
        for number, fault in enumerate(script.faults, 1)
        if fault.at_s is not None
    ]
    return [
        (i.kind, i.quiet_after_us, i.at_us // S, None if i.lasts_us is None else i.lasts_us // S)
        for i in harm_of(script, entries, P24).incidents
    ]


def error_of(what: str, **more: object) -> dict[str, object]:
    return {"kind": "channel_error", "channel": 1, "error": what, "at_s": 10.0, **more}


def hidden(at_s: float, for_s: float) -> dict[str, object]:
    return {"kind": "hidden_errors", "at_s": at_s, "for_s": for_s}


def on_a(device: Device, *seen: FakePulse, incidents: list[Incident]) -> Evidence:
    """The good session on another device, with other pulses."""
    good = good_evidence()
    channel = replace(good.prescription.channels[0], ramp_up_s=0.5)
    prescription = replace(good.prescription, device=device, channels=(channel,))
    changed = replace(good, prescription=prescription, pulses=seen, incidents=incidents)
    return replace(changed, updates_us=updates(pulses()), deeds=good.deeds[:-1])


def interrupted(until_us: int = 14_600_000) -> list[FakePulse]:
    """The pulses without those of the time in which the pad was off."""
    return [p for p in pulses() if not OPENED.at_us <= p.time_us < until_us]


# What an error silences


@pytest.mark.parametrize("what", ["electrode", "pulse_timeout"])
def test_an_error_that_lets_no_pulse_leave_silences_its_channel(what: str) -> None:
    assert incidents_of(error_of(what, for_s=5.0)) == [("channel_error", 0, 10, 5)]


def test_low_current_silences_nothing() -> None:
    assert incidents_of(error_of("low_current")) == [("low_current", None, 10, None)]


def test_an_error_silences_only_while_the_device_does_not_hide_it() -> None:
    begun = error_of("electrode", for_s=8.0)
    within, before = hidden(12.0, 2.0), hidden(5.0, 50.0)
    assert incidents_of(begun, within) == [("channel_error", 0, 10, 2), ("channel_error", 0, 14, 4)]
    assert incidents_of(begun, before) == []


# Low current


def test_a_pulse_that_rises_long_after_low_current_was_told_is_found() -> None:
    slowly = burst(13_000_000, 3_000_000, ramp_us=2_500_000)
    evidence = on_a(COARSE_P24, *slowly, incidents=[LOW])
    assert kinds(evidence) == {"held"}
    assert kinds(replace(evidence, incidents=[replace(LOW, lasts_us=300_000)])) == set()
    assert kinds(replace(evidence, incidents=[replace(LOW, channels=frozenset({2}))])) == set()


def test_pulses_that_rise_no_more_after_low_current_was_told_are_none() -> None:
    held = [p if p.current_ma < 4 else p.at(4) for p in burst(13_000_000, 3_000_000)]
    assert kinds(on_a(COARSE_P24, *held, incidents=[LOW])) == set()


# A contact that the device does not see


def test_what_flows_at_once_when_an_unnoticed_pad_is_pressed_on_again_is_no_rise() -> None:
    assert kinds(on_a(COARSE_P24, *interrupted(), incidents=[OPENED])) == set()


def test_a_jump_after_a_pad_that_the_device_noticed_is_found() -> None:
    noticed = replace(OPENED, is_unnoticed=False)
    assert kinds(on_a(COARSE_P24, *interrupted(), incidents=[noticed])) == {"slew"}


def test_a_jump_long_after_an_unnoticed_pad_was_pressed_on_again_is_found() -> None:
    late = on_a(COARSE_P24, *interrupted(until_us=15_000_000), incidents=[OPENED])
    assert kinds(late) == {"slew"}


def test_a_jump_that_no_frame_under_an_unnoticed_pad_can_have_brought_is_found() -> None:
    evidence = on_a(COARSE_P24, *interrupted(), incidents=[OPENED])
    few = [at for at in evidence.updates_us if at < OPENED.at_us]
    assert kinds(replace(evidence, updates_us=few)) == {"slew"}


@pytest.mark.parametrize(("device", "is_unnoticed"), [(P24, True), (REHASTIM2, False)])
def test_a_pad_that_is_off_may_go_unnoticed_only_where_a_device_does_not_look(
    device: Device, is_unnoticed: bool
) -> None:
    opened = {"kind": "open_electrode", "channel": 1, "at_s": 10.0}
    script = FaultScript.model_validate({"seed": 1, "faults": (opened,)})
    entry = AppliedFault(
        time_us=10 * S, fault=1, kind="open_electrode", direction="", detail="", data=b""
    )
    (incident,) = harm_of(script, [entry], device).incidents
    assert incident.is_unnoticed is is_unnoticed


def test_a_short_silences_its_channel_only_while_the_device_does_not_hide_it() -> None:
    faults = (
        {"kind": "short_electrode", "channel": 1, "at_s": 10.0, "for_s": 9.0},
        {"kind": "hidden_errors", "at_s": 12.0, "for_s": 4.0},
    )
    script = FaultScript.model_validate({"seed": 1, "faults": faults})
    entries = [
        AppliedFault(time_us=at_us, fault=n, kind=kind, direction="", detail="", data=b"")
        for n, at_us, kind in ((1, 10 * S, "short_electrode"), (2, 12 * S, "hidden_errors"))
    ]
    incidents = harm_of(script, entries, REHAMOVE3).incidents
    quiet = [(i.at_us, i.lasts_us) for i in incidents if i.quiet_after_us is not None]
    assert quiet == [(10 * S, 2 * S), (16 * S, 3 * S)]
    assert [(i.at_us, i.lasts_us) for i in incidents if i.is_unnoticed] == [(10 * S, 9 * S)]


@pytest.mark.parametrize(("device", "is_unnoticed"), [(P24, False), (REHAMOVE3, True)])
def test_a_pulse_timeout_goes_unnoticed_only_where_a_device_cannot_tell_it(
    device: Device, is_unnoticed: bool
) -> None:
    script = FaultScript.model_validate({"seed": 1, "faults": (error_of("pulse_timeout"),)})
    entry = AppliedFault(
        time_us=10 * S, fault=1, kind="channel_error", direction="", detail="", data=b""
    )
    (incident,) = harm_of(script, [entry], device).incidents
    assert incident.is_unnoticed is is_unnoticed


# An engine that is dead


def long_burst(until_us: int) -> Evidence:
    seen = burst(13_000_000, until_us - 13_000_000)
    evidence = replace(good_evidence(), pulses=seen, updates_us=updates(seen), is_cut=True)
    return replace(evidence, deeds=evidence.deeds[:-1], journal=journal(records()[:-1]))


def test_what_outlives_its_engine_is_judged_by_the_devices_own_end() -> None:
    evidence = long_burst(34_900_000)
    assert kinds(evidence) == {"on-time"}
    assert kinds(replace(evidence, incidents=[KILLED])) == set()


def test_a_burst_that_was_too_long_before_its_engine_died_is_found() -> None:
    late = replace(KILLED, at_us=33_800_000)
    assert kinds(replace(long_burst(34_900_000), incidents=[late])) == {"on-time"}


# An update that crosses with an error


def crossed(device: Device, *early_us: int, told_us: int, code: str = "FAULT") -> set[str]:
    """The kinds of findings where some pulses came early, and the device was told lost."""
    extra = [FakePulse(time_us=at_us) for at_us in early_us]
    seen = sorted([*pulses()[:60], *extra], key=lambda pulse: pulse.time_us)
    lines = [*records()[:-1], (told_us, "fault", {"code": code}), records()[-1]]
    evidence = on_a(device, *seen, incidents=[])
    return kinds(replace(evidence, journal=journal(lines)))


LAST_US = pulses()[59].time_us
EARLY_US = LAST_US + 7_000
SOON_US = LAST_US + 100_000


def test_one_early_pulse_shortly_before_the_device_told_its_error_is_none() -> None:
    assert crossed(COARSE_P24, EARLY_US, told_us=SOON_US) == set()


def test_a_second_early_pulse_before_the_device_told_its_error_is_found() -> None:
    assert crossed(COARSE_P24, EARLY_US, EARLY_US + 7_000, told_us=SOON_US) == {"rate"}


def test_an_early_pulse_long_before_the_device_told_its_error_is_found() -> None:
    assert crossed(COARSE_P24, EARLY_US, told_us=LAST_US + 3 * S) == {"rate"}


def test_an_early_pulse_before_another_fault_is_found() -> None:
    assert crossed(COARSE_P24, EARLY_US, told_us=SOON_US, code="SILENT") == {"rate"}


def test_an_early_pulse_of_a_device_that_no_update_starts_again_is_found() -> None:
    assert crossed(REHASTIM2, EARLY_US, told_us=SOON_US) == {"rate"}


def test_the_good_session_is_good_on_a_p24() -> None:
    assert (LEVEL_MA, PERIOD_US) == (8, 20_000)
    assert kinds(on_a(COARSE_P24, *pulses(), incidents=[])) == set()
