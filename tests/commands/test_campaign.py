import json
from pathlib import Path

import pytest

from nmes.cli import main


def test_a_campaign_without_violation_ends_well_and_writes_its_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "result.json"
    code = main(["campaign", "--sessions", "3", "--seed", "7", "--json", str(result)])
    counts = json.loads(result.read_text(encoding="utf-8"))
    assert (code, counts["sessions"], counts["is_good"]) == (0, 3, True)
    assert "no violation" in capsys.readouterr().out


def test_one_session_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["campaign", "--seed", "7", "--only", "3"]) == 0
    assert "0 violations" in capsys.readouterr().out


def test_heavy_noise_gives_figures_and_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["campaign", "--seed", "7", "--sessions", "4", "--noise", "heavy"]) == 0
    assert "in a million" in capsys.readouterr().out
