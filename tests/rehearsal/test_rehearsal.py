"""Whole sessions in virtual time, with the scripted operator."""

from pathlib import Path

import pytest
from support.bench_protocols import ONE, TWO_TRAINS, channel, protocol_text, written
from support.screen_scenes import BENCH

from hardware_sim.pulses import Pulse
from nmes.link.script import ScriptedOperator
from nmes.rehearsal import VirtualWorkshop, _run, rehearse
from nmes.service.station import Station
from protocols.errors import DeviceError, SessionRefusal

SIM = "sim:rehastim2"


def test_a_rehearsal_tells_what_the_device_delivered(tmp_path: Path) -> None:
    rehearsal = rehearse(str(written(tmp_path, ONE)), device=SIM, levels_ua={1: 10_000}, sides={})
    (delivered,) = rehearsal.delivered
    assert (rehearsal.summary.outcome, delivered.current_max_ma, delivered.net_charge_nc) == (
        "completed",
        10,
        0,
    )
    assert rehearsal.summary.channels[0].charge_nc == pytest.approx(delivered.charge_nc, rel=0.02)


def test_two_rehearsals_are_the_same_to_the_byte(tmp_path: Path) -> None:
    path = str(written(tmp_path, TWO_TRAINS))
    runs = [rehearse(path, device=SIM, levels_ua={1: 4000, 2: 4000}, sides={}) for _ in range(2)]
    first, second = (run.summary.model_dump(exclude={"session_id"}) for run in runs)
    assert {**first, "journal_hash": ""} == {**second, "journal_hash": ""}


def test_without_levels_every_channel_goes_to_its_cap(tmp_path: Path) -> None:
    text = protocol_text(channels=(channel(max_current_ma=6),))
    rehearsal = rehearse(str(written(tmp_path, text)), device=SIM, levels_ua=None, sides={})
    assert rehearsal.delivered[0].current_max_ma == 6


@pytest.mark.parametrize("device", ["sim:p24", "sim:rehamove3"])
def test_half_a_milliampere_is_delivered_as_half_a_milliampere(tmp_path: Path, device: str) -> None:
    path = str(written(tmp_path, ONE))
    rehearsal = rehearse(path, device=device, levels_ua={1: 12_500}, sides={})
    assert rehearsal.delivered[0].current_max_ma == 12.5


def test_a_cap_of_half_a_milliampere_is_reached_and_not_passed(tmp_path: Path) -> None:
    text = protocol_text(channels=(channel(max_current_ma=6.5),))
    rehearsal = rehearse(str(written(tmp_path, text)), device="sim:p24", levels_ua=None, sides={})
    assert rehearsal.delivered[0].current_max_ma == 6.5


def test_progress_counts_up_to_what_is_planned(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    rehearse(
        str(written(tmp_path, ONE)),
        device=SIM,
        levels_ua={1: 4000},
        sides={},
        on_progress=lambda done, planned: seen.append((done, planned)),
    )
    assert {planned for done, planned in seen if done} == {3}
    assert [done for done, _ in seen if done][-1:] == [2] or max(seen) == (3, 3)


def test_pulses_and_frames_can_be_kept(tmp_path: Path) -> None:
    rehearse(
        str(written(tmp_path, ONE)),
        device=SIM,
        levels_ua={1: 4000},
        sides={},
        pulses=tmp_path / "pulses.csv",
        trace=tmp_path / "trace.txt",
    )
    rows = (tmp_path / "pulses.csv").read_text().splitlines()
    assert len(rows) > 200
    assert "StartChannelListMode" in (tmp_path / "trace.txt").read_text()


def test_a_device_that_cannot_be_simulated_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="toaster"):
        VirtualWorkshop(lambda _: None, None, ack_delay_us=0).open_gate("sim:toaster", None)


def test_a_real_device_is_never_rehearsed(tmp_path: Path) -> None:
    with pytest.raises(SessionRefusal, match="port"):
        rehearse(str(written(tmp_path, ONE)), device="rehastim2", levels_ua={1: 1}, sides={})


def test_a_level_of_nothing_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    with pytest.raises(SessionRefusal, match="All levels are 0 mA"):
        rehearse(str(written(tmp_path, ONE)), device=SIM, levels_ua={}, sides={})


def test_a_fault_in_a_rehearsal_ends_it_and_is_in_its_summary(tmp_path: Path) -> None:
    rehearsal = rehearse(
        str(written(tmp_path, ONE)), device=SIM, levels_ua={1: 4000}, sides={}, ack_delay_us=450_000
    )
    assert (rehearsal.summary.outcome, len(rehearsal.summary.faults)) == ("faulted", 1)


def test_virtual_time_stops_at_the_device_s_answer() -> None:
    pulses: list[Pulse] = []
    workshop = VirtualWorkshop(pulses.append, None, ack_delay_us=0)
    gate = workshop.open_gate(SIM, None)
    gate.connect(0)
    workshop.pass_time(10_000_000)
    assert workshop.now_us < 10_000_000


def test_nobody_hears_a_device_whose_port_is_closed() -> None:
    workshop = VirtualWorkshop(lambda _: None, None, ack_delay_us=0)
    workshop.open_gate(SIM, None).close()
    workshop.pass_time(10_000_000)
    assert workshop.now_us == 10_000_000


def test_virtual_time_knows_no_port_and_no_past() -> None:
    workshop = VirtualWorkshop(lambda _: None, None, ack_delay_us=0)
    assert (workshop.ports(), workshop.sessions()) == ((), ())


def test_a_second_connection_finds_the_same_device() -> None:
    workshop = VirtualWorkshop(lambda _: None, None, ack_delay_us=0)
    workshop.open_gate(SIM, None)
    first = workshop.device
    workshop.open_gate(SIM, None)
    assert workshop.device is first


def test_an_operator_who_waits_for_nothing_is_told_so() -> None:
    workshop = VirtualWorkshop(lambda _: None, None, ack_delay_us=0)
    with pytest.raises(SessionRefusal, match="standstill"):
        _run(Station(workshop), workshop, ScriptedOperator(BENCH, {}), None)
