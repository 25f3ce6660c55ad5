"""What was given, as measured from the device's confirmations, against the pulses it put out."""

import pytest
from support.bench_protocols import ONE, TWO, TWO_TRAINS
from support.station_bench import StationBench, found, holding, running

from hardware_sim.pulses import Pulse
from nmes.link import messages as link
from nmes.records.chain import read_journal
from nmes.records.summary import summarise


def charge_nc(pulses: list[Pulse], channel: int) -> int:
    return sum(p.current_ma * p.pulse_width_us for p in pulses if p.channel == channel)


def ended(bench: StationBench) -> StationBench:
    bench.run_until(lambda: bench.state == "none")
    return bench


def measured(bench: StationBench, channel: int) -> tuple[int, int]:
    """Pulses and charge of all contractions of a channel in the record."""
    records = [r for r in bench.records("contraction") if r["channel"] == channel]
    pulses, charge = 0, 0
    for record in records:
        assert isinstance(record["pulses"], int)
        assert isinstance(record["charge_nc"], int)
        pulses, charge = pulses + record["pulses"], charge + record["charge_nc"]
    return pulses, charge


@pytest.mark.parametrize("ack_delay_us", [0, 20_000])
@pytest.mark.parametrize(
    ("text", "levels_ma"), [(ONE, {1: 12}), (TWO, {1: 12, 2: 6}), (TWO_TRAINS, {1: 6, 2: 12})]
)
def test_pulses_and_charge_are_measured_within_2_percent_and_a_pulse_of_each_contraction(
    text: str, levels_ma: dict[int, int], ack_delay_us: int
) -> None:
    bench = ended(running(levels_ma, text, ack_delay_us=ack_delay_us))
    for channel in levels_ma:
        count = sum(pulse.channel == channel for pulse in bench.pulses)
        contractions = sum(r["channel"] == channel for r in bench.records("contraction"))
        pulses, charge = measured(bench, channel)
        assert pulses == pytest.approx(count, rel=0.02, abs=contractions)
        assert charge == pytest.approx(charge_nc(bench.pulses, channel), rel=0.02)


def test_the_charge_of_a_contraction_broken_off_is_what_flowed_until_then() -> None:
    bench = holding()
    begun_us = bench.now_us - 650_000
    bench.press(link.Stop(cause="space")).run(200_000)
    (record,) = [r for r in bench.records("contraction") if r["is_dose"]]
    assert record["charge_nc"] == pytest.approx(
        charge_nc(bench.pulses_since(begun_us), 1), rel=0.05
    )
    assert (record["is_complete"], record["ends_cycle"]) == (False, False)


def test_a_contraction_broken_off_just_before_its_end_is_not_complete() -> None:
    bench = holding()
    bench.run_until(lambda: bench.snapshot.phase == "ramp_down")
    bench.run(440_000).press(link.Pause()).run(200_000)
    (record,) = [r for r in bench.records("contraction") if r["is_dose"]]
    assert (record["is_complete"], bench.snapshot.contractions_done) == (False, 0)


def test_what_flows_while_a_level_is_found_is_recorded_and_is_no_dose() -> None:
    bench = found({1: 6}).run(8_000_000)
    records = bench.records("contraction")
    assert {(r["is_dose"], r["stage"], r["cycle"]) for r in records} == {(False, None, None)}
    assert any(r["charge_nc"] for r in records)


def test_the_pulses_of_a_search_count_at_the_rate_of_its_channel() -> None:
    bench = found({2: 4}, TWO_TRAINS).run_until_phase("rest")
    bench.run(300_000)
    rest_us, count = bench.now_us, len(bench.records("contraction"))
    bench.run_until(lambda: len(bench.records("contraction")) > count)
    pulses = bench.records("contraction")[-1]["pulses"]
    assert pulses == pytest.approx(len(bench.pulses_since(rest_us)), rel=0.05)


def test_a_contraction_names_the_highest_level_in_force_during_it() -> None:
    bench = holding(10).press(link.StepLevel(**_step("up"))).run(300_000)
    bench.press(link.StepLevel(**_step("down"))).run(3_000_000)
    record = next(r for r in bench.records("contraction") if r["is_dose"])
    assert record["level_ua"] == 11_000


def test_a_level_lowered_in_a_contraction_is_what_was_borne_of_it() -> None:
    bench = holding(10).press(link.StepLevel(**_step("up"))).run(300_000)
    bench.down().down(is_coarse=True).run(3_000_000)
    record = next(r for r in bench.records("contraction") if r["is_dose"])
    assert (record["is_complete"], record["level_kept_ua"]) == (True, 8_000)


def test_a_level_raised_in_a_contraction_was_not_borne_from_its_beginning() -> None:
    bench = holding(10).press(link.StepLevel(**_step("up"))).run(3_000_000)
    record = next(r for r in bench.records("contraction") if r["is_dose"])
    assert (record["level_ua"], record["level_kept_ua"]) == (11_000, 10_000)


def _step(direction: str) -> dict[str, object]:
    return {"channel": 1, "direction": direction, "is_coarse": False, "sequence": 0}


def test_a_cycle_is_done_when_its_last_burst_has_ended() -> None:
    bench = ended(running({1: 4, 2: 4}, TWO))
    ends = [(r["channel"], r["ends_cycle"]) for r in bench.records("contraction") if r["is_dose"]]
    assert ends == [(1, False), (2, True)] * 2


def test_the_summary_is_that_of_the_journal() -> None:
    bench = ended(running())
    journal = summarise(read_journal(bench.workshop.disk.content()))
    told = bench.summary
    assert told.journal_hash == journal.journal_hash
    assert (told.contractions_done, told.channels[0].charge_nc) == (
        journal.contractions_done,
        journal.channels[0].charge_nc,
    )


def test_the_closing_record_counts_what_the_contractions_say() -> None:
    bench = holding()
    bench.run_until(lambda: bench.snapshot.contractions_done == 2)
    bench.press(link.Finish()).run(200_000)
    (closing,) = bench.records("session_close")
    assert (closing["contractions_done"], bench.summary.contractions_done) == (2, 2)


def test_the_opening_record_says_who_on_whom_with_what() -> None:
    (opening,) = holding().records("session_open")
    named = ("operator", "patient", "is_bench", "device", "is_simulated", "port", "protocol_id")
    assert [opening[name] for name in named] == [
        "op",
        "P-1",
        True,
        "rehastim2",
        True,
        None,
        "bench",
    ]


def test_the_opening_record_holds_the_hashes_of_protocol_and_limits() -> None:
    bench = holding()
    (opening,) = bench.records("session_open")
    preparation = bench.live._preparation
    assert (opening["protocol_sha256"], opening["limits_sha256"]) == (
        preparation.loaded.sha256,
        preparation.table.sha256,
    )


def test_the_opening_record_says_where_every_pad_was_to_be() -> None:
    (opening,) = holding().records("session_open")
    channels = opening["channels"]
    assert isinstance(channels, list)
    (first,) = channels
    assert (first["site"], first["side"], [pad["placement"] for pad in first["pads"]]) == (
        "wrist_extensors",
        "left",
        ["here", "there"],
    )


def test_every_rise_of_a_level_is_recorded_before_the_current_follows() -> None:
    bench = ended(running())
    level_ua = 0
    for record in bench.records("level"):
        assert record["from_ua"] == level_ua
        level_ua = record["to_ua"]
        assert isinstance(level_ua, int)
    assert level_ua == 10_000


def test_the_journal_tells_the_session_in_order() -> None:
    bench = ended(running())
    assert [e for e in bench.events if e not in ("level", "contraction")] == [
        "session_open",
        "arm",
        "armed",
        "find_level",
        "start",
        "stage",
        "stop_confirmed",
        "session_close",
    ]


def test_a_record_that_cannot_be_read_back_is_said_instead_of_a_summary() -> None:
    bench = holding()
    bench.workshop.disk.is_unreadable = True
    bench.press(link.Finish()).run(200_000)
    assert (bench.of(link.Refusal)[-1].intent, bench.of(link.Summary)) == ("summary", [])
