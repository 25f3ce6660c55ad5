"""`nmes rehearse`: margins at the levels rehearsed, in text and in JSON."""

import json
from pathlib import Path

import pytest
from support.command_line import Nmes


def test_margins_hold_at_the_levels_rehearsed(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo", "--intensity", "1=10")
    assert answer.code == 0
    # 10 of the site's 50 mA, 2 of its 15 µC.
    assert "rehearsed, left below the limit: current 80 %, phase charge 86 %" in answer.text


def test_json_holds_the_margins_of_the_channels_that_were_used(nmes: Nmes) -> None:
    report = json.loads(nmes("rehearse", "demo", "--intensity", "1=10", "--json").out)
    assert {margin["channel"] for margin in report["margins"]} == {1}
    assert report["margins"][0]["percent"] == pytest.approx(80)


def test_without_levels_the_caps_are_rehearsed_and_said_so(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo")
    assert "every channel at its cap is rehearsed" in answer.err
    assert "current 60 %, phase charge 73 %" in answer.text


def test_a_level_above_the_cap_is_bad_input(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo", "--intensity", "1=21")
    assert answer.code == 1
    assert "21 mA is above its cap of 20 mA" in answer.err


@pytest.mark.parametrize("device", ["nothing", "sim:nothing"])
def test_an_unknown_device_is_trouble_with_the_device(nmes: Nmes, device: str) -> None:
    assert nmes("rehearse", "demo", "--device", device).code == 3


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--intensity", "1"), "write CHANNEL=..."),
        (("--intensity", "1=strong"), "'strong' is no current in mA"),
        (("--intensity", "1=-5"), "a current is never negative"),
        (("--intensity", "7=5"), "demo has no channel '7'"),
        (("--intensity", "1=5", "--intensity", "1=8"), "channel 1 was named before. Name it once."),
        (("--intensity", "1=5", "--intensity", "wrist extensors=5"), "channel 1 was named before"),
        (("--side", "1=left", "--side", "1=right"), "--side 1=right: channel 1 was named before"),
        (("--intensity", "wrist extensor=5"), "Did you mean 'wrist extensors'?"),
    ],
)
def test_an_option_that_makes_no_sense_is_bad_input(
    nmes: Nmes, option: tuple[str, ...], said: str
) -> None:
    answer = nmes("rehearse", "demo", *option)
    assert answer.code == 1
    assert said in answer.err


def test_a_side_is_left_or_right(nmes: Nmes) -> None:
    answer = nmes("rehearse", "quad_tka", "--side", "1=up")
    assert answer.code == 1
    assert "a side is left or right" in answer.err


def test_an_incident_that_ends_the_session_is_trouble_with_the_device(
    nmes: Nmes, tmp_path: Path
) -> None:
    log = tmp_path / "faults.csv"
    levels = ("--intensity", "1=20", "--intensity", "2=10")
    answer = nmes("rehearse", "demo", *levels, "--faults", "pad_peels_off", "--fault-log", log)
    assert answer.code == 3
    assert "faults of the script that were applied: load 2, open_electrode 1" in answer.text
    assert "the first at 19 s, 0.399 s after a pulse began" in answer.text
    assert "electrode error" in answer.text
    assert len(log.read_text().splitlines()) == 4


def test_a_session_that_a_fault_does_not_end_is_completed(nmes: Nmes, tmp_path: Path) -> None:
    script = tmp_path / "once.yaml"
    script.write_text("seed: 1\nfaults:\n  - {kind: drop, direction: to_host, at_s: 5}\n")
    answer = nmes("rehearse", "demo", "--intensity", "1=4", "--faults", script, "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["faults_applied"] == {"drop": 1}


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ("{kind: drop, direction: to_host, at_s: 1}", "ALL BEFORE ANY CURRENT: in a copy of the"),
        (
            "{kind: delay, delay_ms: 1, direction: to_host, probability: 1}",
            "the first at 0 s, before any current; others later",
        ),
    ],
)
def test_a_fault_that_struck_before_any_current_is_told_so(
    nmes: Nmes, tmp_path: Path, faults: str, told: str
) -> None:
    script = tmp_path / "early.yaml"
    script.write_text(f"seed: 1\nfaults:\n  - {faults}\n")
    answer = nmes("rehearse", "demo", "--intensity", "1=4", "--faults", script)
    assert told in answer.text


def test_a_fault_script_with_a_mistake_is_bad_input(nmes: Nmes, tmp_path: Path) -> None:
    script = tmp_path / "bad.yaml"
    script.write_text("seed: 1\nfaults:\n  - {kind: drop, at_s: 5}\n")
    answer = nmes("rehearse", "demo", "--intensity", "1=4", "--faults", script)
    assert answer.code == 1
    assert "bad.yaml: line 3: fault 1, direction: it is missing" in answer.err


def test_a_fault_log_needs_faults(nmes: Nmes, tmp_path: Path) -> None:
    answer = nmes("rehearse", "demo", "--intensity", "1=4", "--fault-log", tmp_path / "log.csv")
    assert answer.code == 1
    assert "--fault-log is for sessions with --faults" in answer.err
