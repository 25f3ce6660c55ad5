"""A device that passes on what is declared in a file: run, rehearsed and checked by one name."""

import json
import re
import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import registry
from drivers.openemsstim.entry import of_source
from drivers.openemsstim.source import CURRENT_MAX_MA, Source
from hardware_sim.openemsstim.options import read_options
from hardware_sim.pulses import Pulse
from nmes.cli import main
from nmes.compose import capabilities_of, device_names, simulated
from nmes.rehearsal import VirtualWorkshop, rehearse
from nmes.service.simulator import options_of
from protocols.errors import DeviceError
from protocols.loading import load_protocol
from protocols.timeline import make_plan

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PROTOCOL = EXAMPLES / "openemsstim_bench.yaml"
DECLARED = EXAMPLES / "openemsstim_source.toml"
DEVICE = f"sim:openemsstim@{DECLARED}"
LEVELS = ("--intensity", "1=12", "--intensity", "2=9")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "home"))


def declared(tmp_path: Path, old: str, new: str) -> str:
    text = DECLARED.read_text()
    assert old in text
    file = tmp_path / "source.toml"
    file.write_text(text.replace(old, new))
    return f"openemsstim@{file}"


# From the declaration to the simulator ----------------------------------------------------------


@given(
    dials_ma=st.tuples(*[st.integers(1, CURRENT_MAX_MA)] * 2),
    width_us=st.integers(20, 4_000),
    period_us=st.integers(6_667, 1_000_000),
)
def test_the_simulated_source_is_set_exactly_to_what_was_declared(
    dials_ma: tuple[int, int], width_us: int, period_us: int
) -> None:
    source = Source(
        unit="a unit",
        set_by="somebody",
        set_on=date(2026, 11, 21),
        current_ua=tuple(1000 * dial_ma for dial_ma in dials_ma),
        pulse_width_us=width_us,
        period_us=period_us,
    )
    chosen = read_options(options_of(of_source(source))).source
    assert (chosen.currents_ua, chosen.pulse_width_us, chosen.period_us, chosen.waveform) == (
        source.current_ua,
        width_us,
        period_us,
        "symmetric_biphasic",
    )


@pytest.mark.parametrize("name", [name for name in registry.names() if name != "openemsstim"])
def test_a_device_that_makes_its_own_pulses_needs_no_option(name: str) -> None:
    assert options_of(registry.load(name).capabilities) == {}


# Rehearsed --------------------------------------------------------------------------------------


def test_a_rehearsal_passes_on_the_pulses_that_were_declared(tmp_path: Path) -> None:
    pulses = tmp_path / "pulses.csv"
    levels_ua = {1: 20_000, 2: 10_000}
    rehearsal = rehearse(str(PROTOCOL), device=DEVICE, levels_ua=levels_ua, sides={}, pulses=pulses)
    rows = [line.split(",") for line in pulses.read_text().splitlines()[1:]]
    of_first = [round(float(row[0]) * 1_000_000) for row in rows if row[1] == "1"]
    apart_us = {(later - sooner) % 28_571 for sooner, later in pairwise(of_first)}
    assert rehearsal.summary.outcome == "completed"
    assert {row[3] for row in rows} == {"250"}
    assert apart_us == {0}


def test_at_the_highest_level_nothing_exceeds_the_declared_dials() -> None:
    rehearsal = rehearse(str(PROTOCOL), device=DEVICE, levels_ua=None, sides={})
    assert [c.level_max_ua for c in rehearsal.summary.channels] == [20_000, 10_000]
    assert all(
        0.5 * most_ma < delivered.current_max_ma <= most_ma
        for delivered, most_ma in zip(rehearsal.delivered, (20, 10), strict=True)
    )


@pytest.mark.parametrize("second_ua", [5_000, 6_000])
def test_a_program_that_ran_to_its_end_was_not_stopped(second_ua: int) -> None:
    levels_ua = {1: 12_000, 2: second_ua}
    told = rehearse(str(PROTOCOL), device=DEVICE, levels_ua=levels_ua, sides={}).summary
    assert (told.outcome, told.stops) == ("completed", 0)


LEVELS_MA = [{1: 1}, {1: 12, 2: 5}, {1: 20, 2: 10}, {1: 2, 2: 10}]


@pytest.mark.parametrize("ack_delay_us", [0, 40_000])
@pytest.mark.parametrize("levels_ma", LEVELS_MA)
def test_whatever_the_level_the_record_says_no_less_than_flowed(
    levels_ma: dict[int, int], ack_delay_us: int
) -> None:
    levels_ua = {number: 1_000 * level_ma for number, level_ma in levels_ma.items()}
    done = rehearse(
        str(PROTOCOL), device=DEVICE, levels_ua=levels_ua, sides={}, ack_delay_us=ack_delay_us
    )
    told = {channel.number: channel for channel in done.summary.channels}
    for flowed in done.delivered:
        assert told[flowed.channel].pulses >= flowed.pulses
        assert told[flowed.channel].charge_nc >= flowed.charge_nc


def test_the_charge_is_counted_with_the_whole_dial_for_as_long_as_may_be() -> None:
    first = rehearse(str(PROTOCOL), device=DEVICE, levels_ua={1: 1_000}, sides={}).summary.channels
    assert [channel.full_ua for channel in first] == [20_000, 10_000]
    assert first[0].charge_nc == pytest.approx(first[0].on_us / 28_571 * 20 * 250, rel=1e-3)


def test_a_channel_that_was_left_at_0_is_said_to_have_given_nothing() -> None:
    _, second = rehearse(
        str(PROTOCOL), device=DEVICE, levels_ua={1: 1_000}, sides={}
    ).summary.channels
    assert (second.on_us, second.pulses, second.charge_nc) == (0, 0, 0)


def test_a_summary_tells_how_much_may_have_flowed_at_any_level(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["rehearse", str(PROTOCOL), "--device", DEVICE, "--intensity", "1=1"])
    told = " ".join(capsys.readouterr().out.split())
    assert "LEVELS ARE SETTINGS: up to 20 / 10 mA may have flowed at any level" in told


@pytest.mark.parametrize("arguments", [["check"], ["rehearse", "--intensity", "1=1"]])
def test_margins_are_those_of_the_whole_dial(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    command, *options = arguments
    main([command, str(PROTOCOL), "--device", DEVICE, *options])
    told = " ".join(capsys.readouterr().out.split())
    assert "margins with all that may flow at any level, left below the limit: current 0 %" in told


def test_the_record_of_a_session_holds_what_was_declared() -> None:
    rehearsal = rehearse(str(PROTOCOL), device=DEVICE, levels_ua={1: 4_000}, sides={})
    records = [json.loads(line)["record"] for line in rehearsal.journal.splitlines()]
    (identity,) = [r["data"]["identity"] for r in records if r["event"] == "armed"]
    assert "TENS 7000, set by J. Doe on 2026-11-21 to 20 and 10 mA, 250 µs, 35 Hz" in identity


@pytest.mark.parametrize("name", ["openemsstim", "sim:openemsstim"])
def test_the_command_reports_as_for_any_other_device(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rehearse", str(PROTOCOL), "--device", f"{name}@{DECLARED}", *LEVELS]) == 0
    told = capsys.readouterr().out
    for part in ("outcome       completed", "as the simulated device delivered it", "margins"):
        assert part in told


def test_a_fault_script_harms_the_declared_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "hang.yaml"
    script.write_text("seed: 1\nfaults: [{kind: failed_module, module: controller, at_s: 25}]\n")
    arguments = ["rehearse", str(PROTOCOL), "--device", DEVICE, *LEVELS, "--faults", str(script)]
    assert main(arguments) == 3
    assert "the device stopped answering" in capsys.readouterr().out


def test_whoever_opens_the_port_again_finds_the_board_booting() -> None:
    pulses: list[Pulse] = []
    workshop = VirtualWorkshop(pulses.append, None, ack_delay_us=0)
    for opened_us in (0, 15_000_000):
        heard = b""
        workshop.open_gate(DEVICE, None)
        while workshop.port is not None and workshop.now_us < opened_us + 15_000_000:
            workshop.pass_time(opened_us + 15_000_000)
            heard += workshop.port.read()
        assert (heard.count(b"SETUP:"), heard.count(b"SETUP DONE")) == (1, 1)


def test_a_port_is_not_rehearsed_at() -> None:
    with pytest.raises(DeviceError, match="cannot be rehearsed at a port"):
        VirtualWorkshop(lambda _: None, None, ack_delay_us=0).open_gate(DEVICE, "/dev/ttyUSB0")


# Checked and refused ----------------------------------------------------------------------------


def test_the_example_protocol_fits_the_example_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(PROTOCOL), "--device", f"openemsstim@{DECLARED}"]) == 0
    assert capsys.readouterr().out.startswith("ok ")


@pytest.mark.parametrize("rate_hz", ["128", "33.333", "1.6", "30"])
def test_whoever_asks_for_the_rate_that_is_declared_gets_it(tmp_path: Path, rate_hz: str) -> None:
    device = declared(tmp_path, "frequency_hz = 35", f"frequency_hz = {rate_hz}")
    asked = tmp_path / "asked.yaml"
    asked.write_text(PROTOCOL.read_text().replace("frequency_hz: 35", f"frequency_hz: {rate_hz}"))
    make_plan(load_protocol(asked), capabilities_of(device))


@pytest.mark.parametrize("protocol", ["hand_open_close", "wrist_finger_ext_cyclic"])
def test_protocols_of_the_library_fit_the_example_source(protocol: str) -> None:
    assert main(["check", protocol, "--device", f"openemsstim@{DECLARED}"]) == 0


def test_the_declaration_in_the_documentation_is_that_of_the_example() -> None:
    text = (EXAMPLES.parent / "devices.md").read_text()
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert tomllib.loads(shown) == tomllib.loads(DECLARED.read_text())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "pulse_width_us = 250",
            "pulse_width_us = 300",
            "channels[0].pulse_width_us: 250 µs per phase is asked for; openEMSstim (research; "
            "passes on a separate stimulator) makes 300 µs. Set what is passed on to 250 µs and "
            "declare it anew, or ask for what is declared.",
        ),
        (
            "frequency_hz = 35",
            "frequency_hz = 20",
            "channels[0].frequency_hz: 35 Hz is asked for; openEMSstim (research; passes on a "
            "separate stimulator) makes at most 20 Hz with these channels and widths. Set what is "
            "passed on to 35 Hz",
        ),
        (
            "frequency_hz = 35",
            "frequency_hz = 50",
            "makes at least 50 Hz. Set what is passed on to 35 Hz",
        ),
        (
            "[20, 10]",
            "[25, 10]",
            "the separate stimulator is set to 25 mA, which may flow in full; allowed are 20 mA "
            "(protocol). Turn its dial down and declare it anew.",
        ),
    ],
)
@pytest.mark.parametrize("command", ["check", "rehearse"])
def test_a_protocol_that_does_not_fit_the_source_is_refused_with_field_and_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, old: str, new: str, told: str
) -> None:
    device = declared(tmp_path, old, new)
    assert main([command, str(PROTOCOL), "--device", device]) == 1
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "rehearse", "run", "show"])
def test_a_source_that_is_not_there_is_told_by_every_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    device = "sim:openemsstim@gone.toml"
    assert main([command, str(PROTOCOL), "--device", device]) == 1
    assert "gone.toml: whole file: file: it cannot be read (No such" in capsys.readouterr().err


def test_a_board_of_which_nothing_is_declared_is_not_rehearsed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rehearse", str(PROTOCOL), "--device", "openemsstim"]) == 1
    assert "say --device openemsstim@FILE" in capsys.readouterr().err


def test_a_field_that_is_wrong_is_named_before_a_rehearsal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = declared(tmp_path, "frequency_hz", "frequency_hertz")
    assert main(["rehearse", str(PROTOCOL), "--device", device]) == 1
    told = capsys.readouterr().err
    assert "source.toml: line 12, column 19: frequency_hertz: there is no field" in told
    assert told.endswith("Did you mean frequency_hz?\n")


# Chosen -----------------------------------------------------------------------------------------


def test_a_declared_device_can_be_chosen_beside_the_others() -> None:
    offered = device_names([DEVICE])
    names = {d.name: (d.is_simulated, d.title) for d in offered}
    assert offered[0].name == DEVICE
    assert names[DEVICE][0]
    assert names[DEVICE][1].startswith(f"{DECLARED}: openEMSstim")
    assert not names[DEVICE.removeprefix("sim:")][0]
    assert len(names) == 2 * len(registry.names()) + 2


def test_a_start_screen_with_a_source_that_is_not_there_does_not_open(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["start", "--device", "openemsstim@gone.toml"]) == 1
    assert "gone.toml: whole file: file: it cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["p24", "sim:p24"])
def test_either_name_of_a_device_leads_to_its_simulated_one(name: str) -> None:
    assert simulated(name) == "sim:p24"
