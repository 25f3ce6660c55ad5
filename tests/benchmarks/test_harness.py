"""The benchmarks run and say all they must; what their figures are is for people to judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import MODULES
from benchmarks.eight_channels import LINES, PERIOD_US, protocol_text
from benchmarks.figure import median_ratio, percentile
from benchmarks.period import regularity
from protocols.loading import load_text

REPOSITORY = Path(__file__).parents[2]
FIELDS = {"name", "what", "ratio", "against", "aim", "met", "raw"}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What a quick run of the benchmarks that need no other process says."""
    file = tmp_path_factory.mktemp("benchmarks") / "report.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(file)]
    for name in ("encode", "decode"):
        command += ["--only", name]
    printed = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed == file.read_text(encoding="utf-8")
    return json.loads(printed)


def test_a_quick_run_prints_every_figure_of_the_benchmarks_chosen(report):
    names = [figure["name"] for figure in report["figures"]]

    assert names == ["encode through the gate", "encode, codec alone", "decode"]


def test_every_figure_has_a_ratio_its_aim_and_whether_it_is_met(report):
    for figure in report["figures"]:
        assert set(figure) == FIELDS
        assert figure["ratio"] > 0
        assert isinstance(figure["met"], bool)


def test_raw_numbers_of_both_sides_stand_beside_a_ratio(report):
    raw = report["figures"][0]["raw"]["µs per frame, median of rounds"]

    assert {"nmes, through the gate", "pysciencemode, building"} <= set(raw)


def test_the_conditions_are_told(report):
    assert {"quick", "cores", "python", "versions"} <= set(report["conditions"])


def test_there_is_a_benchmark_for_every_question():
    assert list(MODULES) == [
        "encode",
        "decode",
        "round_trip",
        "period",
        "plot",
        "rehearse",
        "help",
        "memory",
        "load",
        "stop",
    ]


def test_the_protocol_of_the_benchmarks_is_valid_and_has_200_lines():
    text = protocol_text()

    assert len(text.splitlines()) == LINES
    assert len(load_text(text, "benchmark").protocol.channels) == 8


def test_a_percentile_is_a_value_that_was_measured():
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.0
    assert percentile(range(1, 101), 99) == 99


def test_a_ratio_is_that_of_the_middle_round_so_that_one_disturbed_round_does_not_count():
    assert median_ratio([2.0, 2.0, 90.0], [1.0, 1.0, 1.0]) == 2.0


def test_late_frames_are_errors_of_the_period_but_rests_are_not():
    burst_s = [0.0, 0.020, 0.0407, 0.060]
    after_a_rest_s = [1.0 + at_s for at_s in burst_s]

    judged = regularity(burst_s + after_a_rest_s)

    assert len(judged.errors_us) == 6
    assert max(judged.errors_us) == pytest.approx(700)


def test_a_grid_that_slips_shows_as_drift():
    slip = 1 + 250e-6
    times_s = [index * PERIOD_US / 1e6 * slip for index in range(600)]

    assert regularity(times_s).drift_us_per_s == pytest.approx(250, rel=0.2)


def test_frames_that_are_late_now_and_then_are_no_drift():
    late_us = [9_990 if index % 3 == 0 else 0 for index in range(600)]
    times_s = [(index * PERIOD_US + late) / 1e6 for index, late in enumerate(late_us)]

    assert regularity(times_s).drift_us_per_s == pytest.approx(0, abs=1e-3)
