"""Whole sessions in virtual time, judged against the protocol files alone.

Every file of the library is judged as soon as it is there.
"""

from pathlib import Path

import pytest
from support import oracle
from support.oracle import case_of
from support.prescription import LIBRARY, library_files, prescribed

from nmes.rehearsal import Rehearsal, rehearse

DEMO = LIBRARY / "demo.yaml"
SHARE_OF_BOUND = 0.6
SHARE_OF_BOUND_IF_LONG = 0.25
LONG_US = 15 * 60_000_000
"""Sessions longer than this have fewer steps a ramp in the fast suite."""

AT_EVERY_DELAY = ("demo",)


def cases(*, is_whole: bool) -> list[object]:
    """Every file behind a usual delay; one of them, or all, without one and with a long one too."""
    return [
        pytest.param(path, ack_delay_ms, id=f"{path.stem}-{ack_delay_ms}ms")
        for path in library_files()
        for ack_delay_ms in (0, 20, 100)
        if is_whole or ack_delay_ms == 20 or path.stem in AT_EVERY_DELAY
    ]


def levels_ma(protocol: Path) -> dict[int, int]:
    """Levels in whole mA, as strong as they are used: 60 % of each channel's bound if short."""
    is_short = prescribed(protocol).end_us <= LONG_US
    return share_of_bounds(protocol, SHARE_OF_BOUND if is_short else SHARE_OF_BOUND_IF_LONG)


def share_of_bounds(protocol: Path, share: float) -> dict[int, int]:
    return {n: int(ma * share) for n, ma in prescribed(protocol).max_current_ma.items()}


def rehearsed(
    protocol: Path, pulses: Path, levels_ma: dict[int, int], ack_delay_ms: int
) -> Rehearsal:
    return rehearse(
        str(protocol),
        device="sim:rehastim2",
        levels_ua={channel: 1000 * ma for channel, ma in levels_ma.items()},
        sides=dict.fromkeys(prescribed(protocol).open_sides, "right"),
        ack_delay_us=1000 * ack_delay_ms,
        pulses=pulses,
    )


def judged(
    protocol: Path, pulses: Path, levels_ma: dict[int, int], ack_delay_ms: int
) -> tuple[str, list[str]]:
    """How the rehearsal ended, and what contradicts the file; timing only of a fast device."""
    rehearsal = rehearsed(protocol, pulses, levels_ma, ack_delay_ms)
    claims = oracle.SAFETY + (oracle.TIMING if ack_delay_ms <= 20 else ())
    found = oracle.findings(case_of(protocol, pulses, levels_ma), claims)
    return rehearsal.summary.outcome, found[:20]


@pytest.mark.parametrize(("protocol", "ack_delay_ms"), cases(is_whole=False))
def test_a_rehearsal_delivers_what_the_file_prescribes(
    protocol: Path, ack_delay_ms: int, tmp_path: Path
) -> None:
    levels = levels_ma(protocol)
    assert judged(protocol, tmp_path / "pulses.csv", levels, ack_delay_ms) == ("completed", [])


@pytest.mark.campaign
@pytest.mark.parametrize("share", [SHARE_OF_BOUND, 1.0])
@pytest.mark.parametrize(("protocol", "ack_delay_ms"), cases(is_whole=True))
def test_a_rehearsal_at_high_levels_delivers_what_the_file_prescribes(
    protocol: Path, ack_delay_ms: int, share: float, tmp_path: Path
) -> None:
    levels = share_of_bounds(protocol, share)
    assert judged(protocol, tmp_path / "pulses.csv", levels, ack_delay_ms) == ("completed", [])


@pytest.mark.parametrize(
    ("written", "instead", "claim"),
    [
        ("ramp_up_s: 0.8", "ramp_up_s: 0.9", oracle.ramps_up_last_as_written),
        ("ramp_down_s: 0.5", "ramp_down_s: 0.6", oracle.ramps_down_last_as_written),
        ("on_time_s: 2.5", "on_time_s: 2.6", oracle.holds_last_as_written),
        ("cycle_time_s: 8", "cycle_time_s: 8.1", oracle.cycles_last_as_written),
        ("frequency_hz: 50", "frequency_hz: 49", oracle.rates_are_held),
        ("repetitions: 4", "repetitions: 3", oracle.every_contraction_reaches_its_level),
        ("repetitions: 4", "repetitions: 5", oracle.rests_are_silent),
        ("level_share_percent: 50", "level_share_percent: 60", oracle.nothing_is_above_the_level),
        ("pulse_width_us: 200", "pulse_width_us: 210", oracle.pulses_have_their_width),
    ],
)
def test_the_rehearsal_of_another_file_is_told_apart(
    written: str, instead: str, claim: oracle.Claim, tmp_path: Path
) -> None:
    text = DEMO.read_text(encoding="utf-8")
    other, pulses = tmp_path / "demo.yaml", tmp_path / "pulses.csv"
    other.write_text(text.replace(written, instead), encoding="utf-8")
    rehearsed(other, pulses, levels_ma(DEMO), 0)
    assert (written in text, claim(case_of(DEMO, pulses, levels_ma(DEMO))) != []) == (True, True)
