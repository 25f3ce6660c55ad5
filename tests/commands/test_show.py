"""`nmes show`: what a therapist reads, what an engineer asks for, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import Nmes, Protocol

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def python(code: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_goal_position_task_and_evidence_are_told(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "Goal Show the long form of timing and every optional field." in text
    assert "Evidence B (some randomised trials, small or at odds with each other)" in text
    assert "Position Sitting. Task Open and close the hand." in text


def test_who_it_is_for_what_to_watch_and_what_to_ask_are_told(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "For - bench tests" in text
    assert "Watch for - the hand cramps" in text
    assert "Ask first - Is nobody connected? (no: do not start)" in text


def test_a_draft_says_that_no_clinician_has_gone_through_it(nmes: Nmes, protocol: Protocol) -> None:
    assert "draft: no clinician has gone" in nmes("show", protocol("one_channel")).out


def test_each_pad_is_told_with_its_area_and_place(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "Pad near (upper limb, posterior, 16.5 cm² of gel): forearm" in text
    assert "Pad far (hand, posterior, 25 cm² of gel): above the wrist" in text


def test_the_side_is_told(nmes: Nmes, hand: Path, protocol: Protocol) -> None:
    assert "finger extensors, side: chosen at arming" in nmes("show", hand).out
    assert "quadriceps, side: left" in nmes("show", protocol("one_channel")).out


def test_the_rate_that_is_really_made_is_told(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "Pulses 220 µs per phase at 35 Hz; asymmetric biphasic or symmetric biphasic" in text
    assert "Device makes 220 µs per phase at 35.09 Hz, symmetric biphasic" in text


def test_pulses_that_differ_between_stages_are_told_by_stage(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "Warm-up: 200 µs per phase at 40 Hz; In turns: 220 µs per phase at 35 Hz" in text


def test_the_cap_names_the_layer_that_sets_it(nmes: Nmes, protocol: Protocol) -> None:
    own = protocol("one_channel")
    wide = protocol("one_channel", "max_current_ma: 60", "max_current_ma: 125")
    assert "At most 60 mA, set by the protocol" in nmes("show", own).text
    assert (
        "At most 120 mA, set by site quadriceps (the protocol allows 125 mA)"
        in nmes("show", wide).text
    )


def test_a_cap_is_told_on_the_grid_of_the_device(nmes: Nmes, hand: Path) -> None:
    told = "At most 30.5 mA, set by the protocol; in the device's steps of 1 mA: 30 mA"
    assert told in nmes("show", hand).text


def test_a_contraction_of_all_channels_is_one_sentence(nmes: Nmes, protocol: Protocol) -> None:
    text = nmes("show", protocol("one_channel")).text
    assert (
        "5 contractions of 6 s (rises over 2 s, holds 3 s, falls over 1 s), then 10 s of rest"
        in text
    )


def test_channels_that_take_turns_are_told_one_by_one(nmes: Nmes, hand: Path) -> None:
    text = nmes("show", hand).text
    assert "a cycle of 20 s, 4 times" in text
    assert (
        "5 s channel 2 (Flexors) contracts for 3 s at its level: rises over 1 s, holds 1.5 s, "
        "falls over 0.5 s. Cue: Close" in text
    )


def test_a_share_of_the_level_is_told(nmes: Nmes, hand: Path) -> None:
    assert "channel 2 (Flexors) at 60 % of its level" in nmes("show", hand).text


def test_the_whole_time_ends_with_the_last_contraction(nmes: Nmes, protocol: Protocol) -> None:
    assert "In all 70 s to the last" in nmes("show", protocol("one_channel")).text


def test_what_the_device_cannot_notice_is_told(nmes: Nmes) -> None:
    assert "Blind to - which electrode is open" in nmes("show", "demo").text


def test_the_envelope_of_every_channel_is_drawn(nmes: Nmes, hand: Path) -> None:
    out = nmes("show", hand).out
    plots = out[out.index("Warm-up: the first 2 cycles") :]
    assert plots.count("channel 2: Flexors") == 2
    assert plots.count("channel 1: Extensors") == 1
    assert "⣿" in plots


@pytest.mark.parametrize("columns", [40, 80, 100])
def test_no_line_is_wider_than_the_terminal(
    nmes: Nmes, hand: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, nmes("show", hand).out.splitlines())) <= columns


@pytest.fixture(scope="module")
def poor_terminal() -> "subprocess.CompletedProcess[str]":
    """`nmes show demo --technical` in ASCII; leaves with 1 if matplotlib was imported."""
    code = (
        "import sys; from nmes.cli import main; main(['show', 'demo', '--technical']); "
        "sys.exit('matplotlib' in sys.modules)"
    )
    return python(code, PYTHONIOENCODING="ascii")


def test_a_terminal_with_few_letters_gets_ascii(
    poor_terminal: "subprocess.CompletedProcess[str]",
) -> None:
    assert poor_terminal.stdout.isascii()
    assert "makes 200 us per phase" in poor_terminal.stdout
    assert "100 |" in poor_terminal.stdout
    assert "max. phase charge, uC" in poor_terminal.stdout


def test_without_png_matplotlib_is_not_imported(
    poor_terminal: "subprocess.CompletedProcess[str]",
) -> None:
    assert (poor_terminal.returncode, poor_terminal.stderr) == (0, "")


def test_technical_adds_the_output_table(nmes: Nmes, hand: Path) -> None:
    assert "max. phase charge" not in nmes("show", hand).out
    assert "max. phase charge" in nmes("show", hand, "--technical").out


def test_a_protocol_above_the_limits_is_shown_and_then_refused(
    nmes: Nmes, protocol: Protocol
) -> None:
    answer = nmes("show", protocol("one_channel", "pulse_width_us: 300", "pulse_width_us: 450"))
    assert answer.code == 1
    assert "60 mA by the protocol; this protocol cannot be used as it is" in answer.text
    assert "pulse width 450 µs; it must be at most 400 µs (site quadriceps)" in answer.err


def test_a_protocol_above_the_limits_is_not_drawn(
    nmes: Nmes, protocol: Protocol, tmp_path: Path
) -> None:
    file = protocol("one_channel", "pulse_width_us: 300", "pulse_width_us: 450")
    nmes("show", file, "--png", tmp_path / "picture.png")
    assert not (tmp_path / "picture.png").exists()


def test_an_unknown_device_is_trouble_with_the_device(nmes: Nmes) -> None:
    assert nmes("show", "demo", "--device", "nothing").code == 3


def test_png_writes_a_picture_whatever_the_file_is_called(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "picture.of.demo"
    answer = nmes("show", "demo", "--png", file)
    assert answer.code == 0
    assert file.read_bytes().startswith(PNG_SIGNATURE)
    assert answer.out.endswith(f"drawn: {file}\n")


def test_a_picture_that_cannot_be_written_is_bad_input(nmes: Nmes, tmp_path: Path) -> None:
    file = tmp_path / "no folder" / "picture.png"
    answer = nmes("show", "demo", "--png", file)
    assert answer.code == 1
    assert answer.err == f"{file} cannot be written: No such file or directory\n"


def test_without_matplotlib_the_error_says_how_to_install_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None; from nmes.cli import main; "
        "sys.exit(main(['show', 'demo', '--png', sys.argv[1]]))"
    )
    answer = python(code, str(tmp_path / "picture.png"))
    assert answer.returncode == 1
    assert 'pip install "nmes[plot]"' in answer.stderr
