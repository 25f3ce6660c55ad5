"""Whole sessions in virtual time, judged against the protocol files alone.

Every file of the library is judged as soon as it is there.
"""

from pathlib import Path

import pytest
from support import oracle
from support.oracle import case_of
from support.prescription import library_files, prescribed

from nmes.rehearsal import Rehearsal, rehearse

SHARE_OF_BOUND = 0.6
LONG_US = 15 * 60_000_000
"""Sessions longer than this meet the slow device in the campaign only."""

CASES = [
    pytest.param(
        path,
        ack_delay_ms,
        id=f"{path.stem}-{ack_delay_ms}ms",
        marks=[pytest.mark.campaign]
        if ack_delay_ms == 100 and prescribed(path).end_us > LONG_US
        else [],
    )
    for path in library_files()
    for ack_delay_ms in (0, 20, 100)
]


def levels_ma(protocol: Path) -> dict[int, int]:
    """Levels as strong as they are used: 60 % of each channel's bound, in whole mA."""
    bounds = prescribed(protocol).max_current_ma
    return {channel: int(bound * SHARE_OF_BOUND) for channel, bound in bounds.items()}


def rehearsed(protocol: Path, pulses: Path, ack_delay_ms: int) -> Rehearsal:
    return rehearse(
        str(protocol),
        device="sim:rehastim2",
        levels_ua={channel: 1000 * ma for channel, ma in levels_ma(protocol).items()},
        sides=dict.fromkeys(prescribed(protocol).open_sides, "right"),
        ack_delay_us=1000 * ack_delay_ms,
        pulses=pulses,
    )


@pytest.mark.parametrize(("protocol", "ack_delay_ms"), CASES)
def test_a_rehearsal_delivers_what_the_file_prescribes(
    protocol: Path, ack_delay_ms: int, tmp_path: Path
) -> None:
    pulses = tmp_path / "pulses.csv"
    rehearsal = rehearsed(protocol, pulses, ack_delay_ms)
    claims = oracle.SAFETY + (oracle.TIMING if ack_delay_ms <= 20 else ())
    found = oracle.findings(case_of(protocol, pulses, levels_ma(protocol)), claims)
    assert (rehearsal.summary.outcome, found[:20]) == ("completed", [])
