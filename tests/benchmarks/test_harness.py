"""The benchmarks run and say all they must; what their figures are is for people to judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import science_mode_peer
from benchmarks.__main__ import MODULES
from benchmarks.eight_channels import LINES, PERIOD_US, PULSE_WIDTH_US, protocol_text
from benchmarks.figure import median_ratio, percentile
from benchmarks.p24_streaming import DEVICES
from benchmarks.period import regularity
from benchmarks.processes import line_process
from benchmarks.update_client import update_client
from drivers.p24.messages import MlUpdate, encode
from protocols.loading import load_text
from protocols.pulses import OutputFrame, TrainSetup, symmetric_output

REPOSITORY = Path(__file__).parents[2]
FIELDS = {"name", "what", "ratio", "against", "aim", "met", "raw"}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What a quick run of the benchmarks that need no other process says."""
    file = tmp_path_factory.mktemp("benchmarks") / "report.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(file)]
    for name in ("encode", "decode", "p24_encode", "p24_pulse", "p24_decode"):
        command += ["--only", name]
    printed = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert printed == file.read_text(encoding="utf-8")
    return json.loads(printed)


def test_a_quick_run_prints_every_figure_of_the_benchmarks_chosen(report):
    names = [figure["name"] for figure in report["figures"]]

    assert names == [
        "encode through the gate",
        "encode, codec alone",
        "decode",
        "P24 encode through the gate",
        "P24 single pulse",
        "P24 decode",
    ]


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
        "p24_encode",
        "p24_pulse",
        "p24_decode",
        "p24_round_trip",
        "p24_stream",
        "p24_memory",
    ]


@pytest.mark.parametrize("kind", ["nmes", "science-mode-4", "pyserial"])
def test_each_contender_makes_the_round_trips_asked_for_and_leaves_the_device_to_the_next(kind):
    with (
        line_process("benchmarks.tiny_p24") as device,
        update_client(kind, device.hear()) as client,
    ):
        first_us, second_us = (json.loads(client.ask("trips 3")) for _ in range(2))

    assert len(first_us) == len(second_us) == 3
    assert min(first_us + second_us) > 0


@pytest.mark.parametrize("kind", ["nmes on a RehaStim2", "pysciencemode"])
def test_a_contender_streams_to_its_simulated_device_and_tells_what_that_took(kind):
    with (
        line_process("hardware_sim", DEVICES[kind]) as device,
        update_client(kind, device.hear()) as client,
    ):
        stream = json.loads(client.ask("stream 0.2"))

    assert 1 <= stream["updates"] <= 12
    assert stream["took_s"] >= 0.2
    assert stream["busy_s"] > 0


def test_both_sides_of_the_p24_comparison_make_the_same_bytes():
    configuration = science_mode_peer.channels(range(1, 9))
    outputs = tuple(symmetric_output(n, n * 1_000, PULSE_WIDTH_US) for n in range(1, 9))
    setup = TrainSetup(period_us=PERIOD_US, channels=tuple(range(1, 9)))
    ours = encode(MlUpdate(frame=OutputFrame(setup=setup, outputs=outputs)), 7)

    assert ours == science_mode_peer.update_bytes(configuration, 7)


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
