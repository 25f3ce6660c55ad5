"""The picture shows what the plan says: pulses at the cap, the session from its start."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from support.command_line import Judged, Protocol

from nmes.commands.picture import draw, figure_of
from nmes.compose import capabilities_of
from nmes.service.preparation import Judgement, limits_of
from protocols.pulses import Waveform


def picture(judgement: Judgement) -> Figure:
    return figure_of(judgement, limits_of(judgement))


def curve(axes: Axes) -> tuple[list[float], list[float]]:
    line = axes.lines[0]
    return list(line.get_xdata()), list(line.get_ydata())


def words(axes: Axes) -> str:
    return " ".join(text.get_text() for text in axes.texts).replace("\n", " ")


def share_at(axes: Axes, time_s: float) -> float:
    return float(np.interp(time_s, *curve(axes)))


def test_a_symmetric_pulse_has_its_widths_gap_and_currents(
    judged: Judged, protocol: Protocol
) -> None:
    pulse, _ = picture(judged(protocol("one_channel"))).axes
    time_us, current_ma = curve(pulse)
    assert time_us[1:-1] == [0, 0, 300, 300, 400, 400, 700, 700]
    assert current_ma == [0, 0, 60, 60, 0, 0, -60, -60, 0, 0]


def test_widths_gap_currents_and_charge_are_written(judged: Judged, protocol: Protocol) -> None:
    pulse, _ = picture(judged(protocol("one_channel"))).axes
    assert "300 µs 60 mA, 18 µC" in words(pulse)
    assert "300 µs −60 mA, 18 µC" in words(pulse)
    assert "gap 100 µs" in words(pulse)


def test_the_second_phase_of_an_asymmetric_pulse_is_as_weak_as_it_is_wide(
    judged: Judged, hand: Path
) -> None:
    device = replace(
        capabilities_of("rehastim2"), waveforms=frozenset(Waveform), pulse_width_max_us=2000
    )
    pulse = picture(judged(hand, device)).axes[0]
    time_us, current_ma = curve(pulse)
    assert time_us[1:-1] == [0, 0, 220, 220, 320, 320, 1200, 1200]
    assert min(current_ma) == -max(current_ma) / 4


def test_a_pulse_is_drawn_at_the_cap_on_the_device_grid(judged: Judged, hand: Path) -> None:
    pulse = picture(judged(hand)).axes[2]
    assert max(curve(pulse)[1]) == 30  # of 30.5 mA


def test_axes_carry_their_units(judged: Judged, protocol: Protocol) -> None:
    pulse, envelope = picture(judged(protocol("one_channel"))).axes
    assert (pulse.get_xlabel(), pulse.get_ylabel()) == ("time, µs", "current, mA")
    assert (envelope.get_xlabel(), envelope.get_ylabel()) == ("time, s", "% of the level")


@pytest.mark.parametrize(
    ("time_s", "percent"), [(0, 0), (1, 50), (2, 100), (5, 100), (5.5, 50), (6, 0), (17, 50)]
)
def test_the_envelope_is_that_of_the_session(
    judged: Judged, protocol: Protocol, time_s: float, percent: float
) -> None:
    _, envelope = picture(judged(protocol("one_channel"))).axes
    assert share_at(envelope, time_s) == pytest.approx(percent, abs=1)


def test_a_later_stage_follows_the_earlier_one(judged: Judged, hand: Path) -> None:
    envelope = picture(judged(hand)).axes[3]
    # Channel 2: warm-up at 60 % in two cycles of 10 s, then at 25 s its turn at the whole level.
    assert share_at(envelope, 12) == pytest.approx(60)
    assert share_at(envelope, 22) == 0
    assert share_at(envelope, 27) == pytest.approx(100)
    assert words(envelope) == "Warm-up In turns"


def test_every_channel_has_a_row(judged: Judged, hand: Path) -> None:
    figure = picture(judged(hand))
    titles = [axes.get_title(loc="left").splitlines()[0] for axes in figure.axes]
    assert titles == ["Channel 1: Extensors"] * 2 + ["Channel 2: Flexors"] * 2


def test_a_pulse_that_differs_between_stages_names_the_stage_of_the_widest(
    judged: Judged, hand: Path
) -> None:
    titles = [axes.get_title(loc="left") for axes in picture(judged(hand)).axes]
    assert titles[0].endswith("one pulse, 35.09 Hz")
    assert titles[2].endswith("one pulse, 35.09 Hz, in In turns")


def test_a_title_with_dollars_is_no_formula(
    judged: Judged, protocol: Protocol, tmp_path: Path
) -> None:
    file = protocol("one_channel", "title: Bench, one channel", r"title: costs $\frac$ nothing")
    judgement = judged(file)
    draw(judgement, limits_of(judgement), tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 0
