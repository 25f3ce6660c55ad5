"""The output table of the FDA's guidance of 1999, Attachment II.

Expected numbers: 60 mA, 300 µs, 50 Hz, 45 cm², 500 Ω, 6 s on and 10 s off, by hand.
"""

from pathlib import Path

import pytest
from support.command_line import Judged, Protocol

from nmes.commands.technical_text import LABEL_WIDTH, technical_lines


@pytest.fixture
def table(judged: Judged, protocol: Protocol) -> dict[str, str]:
    judgement = judged(protocol("one_channel"))
    lines = technical_lines(judgement.report.technical, judgement.plan, 500, 80)
    return {line[:LABEL_WIDTH].strip(): line[LABEL_WIDTH:].strip() for line in lines}


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("waveform", "symmetric biphasic"),
        ("shape", "rectangular"),
        ("max. output at 500 Ω, mA / V", "60 / 30"),
        ("max. output at 2 kΩ, mA / V", "60 / 120"),
        ("max. output at 10 kΩ, mA / V", "50 / 500"),
        ("pulse width with its gap, µs", "700"),
        ("phase durations, µs", "300 and 300"),
        ("frequency, Hz", "50"),
        ("symmetrical phases", "yes"),
        ("net charge per pulse, µC", "0"),
        ("max. phase charge, µC", "18"),
        ("max. current density, mA/cm²", "0.2309"),
        ("max. power density, W/cm²", "0.0012"),
        ("pulses per burst", "300"),
        ("bursts per second", "0.0625"),
        ("burst duration = ON time, s", "6"),
        ("OFF time, s", "10"),
        ("duty cycle of the bursts", "0.375"),
    ],
)
def test_the_table_tells(table: dict[str, str], quantity: str, text: str) -> None:
    assert table[quantity] == text


def test_how_the_net_charge_becomes_zero_is_told(judged: Judged, protocol: Protocol) -> None:
    judgement = judged(protocol("one_channel"))
    lines = technical_lines(judgement.report.technical, judgement.plan, 500, 80)
    assert "Net charge  is brought to zero: the second phase carries" in "\n".join(lines)


def test_every_use_of_a_channel_has_a_column(judged: Judged, hand: Path) -> None:
    judgement = judged(hand)
    lines = list(technical_lines(judgement.report.technical, judgement.plan, 500, 100))
    channels = [line.split()[1:] for line in lines if line.startswith("channel ")]
    stages = [line[LABEL_WIDTH:].split() for line in lines if line.startswith("stage ")]
    assert channels == [["2", "1", "2"]]
    assert stages == [["Warm-up", "In", "turns", "In", "turns"]]


def test_bursts_of_unequal_length_are_all_counted(judged: Judged, hand: Path) -> None:
    judgement = judged(hand)
    lines = list(technical_lines(judgement.report.technical, judgement.plan, 500, 100))
    (bursts,) = (line.split() for line in lines if line.startswith("bursts per second"))
    # Warm-up: 1 in 10 s; in turns: two and one in 20 s.
    assert bursts[3:] == ["0.1", "0.1", "0.05"]


def test_columns_beyond_the_width_go_below(judged: Judged, hand: Path) -> None:
    judgement = judged(hand)
    lines = list(technical_lines(judgement.report.technical, judgement.plan, 500, 80))
    channels = [line.split()[1:] for line in lines if line.startswith("channel ")]
    assert channels == [["2", "1"], ["2"]]
    assert max(map(len, lines)) <= 80
