"""Whole sessions in real time, over a pseudo-terminal, judged against the protocol files."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

import pytest
from support import oracle
from support.nmes_process import (
    environment,
    left_after_a_while,
    nmes_command,
    were_held_up,
)
from support.oracle import case_of
from support.prescription import LIBRARY
from support.scenes import Stalled, Wait, play_together

DEMO_LEVELS_MA = {1: 12, 2: 10}
QUAD_LEVELS_MA = {1: 40}


def run_to_its_end(
    home: Path, patience_s: float, *arguments: str
) -> tuple["subprocess.CompletedProcess[str]", float]:
    """Run a command of nmes; what became of it, and how long it took."""
    begun_s = time.monotonic()
    ended = subprocess.run(
        nmes_command(*arguments),
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=patience_s,
        check=False,
    )
    return ended, time.monotonic() - begun_s


def told_beside_progress(ended: "subprocess.CompletedProcess[str]") -> list[str]:
    """What was said on standard error beside the contractions done."""
    return [line for line in ended.stderr.splitlines() if "contractions done" not in line]


@pytest.mark.campaign
def test_the_demo_gives_what_its_file_prescribes_within_a_minute(tmp_path: Path) -> None:
    def the_demo(_: Wait) -> tuple[Path, "subprocess.CompletedProcess[str]", float]:
        home = Path(mkdtemp(dir=tmp_path))
        pulses = str(home / "pulses.csv")
        ended, took_s = run_to_its_end(home, 90, "demo", "--no-tui", "--pulses", pulses)
        if were_held_up(ended.stderr):
            raise Stalled(ended.stderr)
        return home, ended, took_s

    home, ended, took_s = play_together({"demo": the_demo}, at_once=1)["demo"]
    found = oracle.findings(case_of(LIBRARY / "demo.yaml", home / "pulses.csv", DEMO_LEVELS_MA))
    assert (ended.returncode, told_beside_progress(ended), found[:20]) == (0, [], [])
    assert ended.stderr.splitlines() == [f"demo: {n} of 5 contractions done" for n in range(6)]
    assert "contractions  5 of 5" in ended.stdout
    assert took_s < 60
    assert left_after_a_while(home) == []


@pytest.mark.campaign
def test_quad_tka_gives_what_its_file_prescribes_in_real_time(tmp_path: Path) -> None:
    pulses = tmp_path / "pulses.csv"
    options = ("--device", "sim:rehastim2", "--no-tui", "--intensity", "1=40")
    ended, took_s = run_to_its_end(
        tmp_path, 1200, "run", "quad_tka", *options, "--pulses", str(pulses)
    )
    found = oracle.findings(case_of(LIBRARY / "quad_tka.yaml", pulses, QUAD_LEVELS_MA))
    sys.stdout.write(f"\nquad_tka in real time: {took_s:.1f} s, {len(found)} findings\n")
    assert (ended.returncode, told_beside_progress(ended), found[:20]) == (0, [], [])
