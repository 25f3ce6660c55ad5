"""The record that a perfect stimulator would leave of a protocol file, for doctoring."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path

from support.prescription import Contraction, Prescription
from support.pulse_record import HEADER, PulseRow

BEGIN_US = 5_000_000  # levels are found and counted down before the first stage
SLOT_US = 1_500  # ScienceMode2 description 1.24, 1.3: channels follow each other by 1.5 ms
GAP_US = 100


def ideal_pulses(prescription: Prescription, levels_ma: dict[int, int]) -> list[PulseRow]:
    """Every contraction on the dot, on the device's grid of pulses, in order of time."""
    rows = [
        row
        for contraction in prescription.contractions
        for row in _pulses(contraction, levels_ma[contraction.channel])
    ]
    return sorted(rows, key=lambda row: row.time_us)


def _pulses(contraction: Contraction, level_ma: int) -> Iterable[PulseRow]:
    period_us, slot_us = contraction.period_us, (contraction.channel - 1) * SLOT_US
    begin = -(-contraction.start_us // period_us)
    end = -(-contraction.end_us // period_us)
    for index in range(begin, end + 1):
        current_ma = _current_ma(contraction, level_ma, index * period_us - contraction.start_us)
        if current_ma > 0:
            yield pulse(
                BEGIN_US + index * period_us + slot_us,
                contraction.channel,
                current_ma,
                contraction.pulse_width_us,
            )


def _current_ma(contraction: Contraction, level_ma: int, time_us: int) -> int:
    top = level_ma * contraction.share
    left_us = contraction.on_us - time_us
    risen = min(1, time_us / contraction.ramp_up_us, left_us / contraction.ramp_down_us)
    return int(top * max(0, round(risen * 1_000_000)) / 1_000_000)


def pulse(time_us: int, channel: int, current_ma: int, width_us: int) -> PulseRow:
    return PulseRow(
        time_s=time_us / 1_000_000,
        channel=channel,
        current_ma=current_ma,
        pulse_width_us=width_us,
        second_current_ma=-current_ma,
        second_width_us=width_us,
        gap_us=GAP_US,
        net_charge_nc=0,
    )


def with_current(row: PulseRow, current_ma: int) -> PulseRow:
    return replace(row, current_ma=current_ma, second_current_ma=-current_ma)


def later(row: PulseRow, by_us: int) -> PulseRow:
    return replace(row, time_s=(row.time_us + by_us) / 1_000_000)


def changed(
    rows: Iterable[PulseRow],
    is_meant: Callable[[PulseRow], bool],
    change: Callable[[PulseRow], PulseRow],
) -> list[PulseRow]:
    """The record with some of its rows changed, in order of time again."""
    altered = [change(row) if is_meant(row) else row for row in rows]
    return sorted(altered, key=lambda row: row.time_us)


def write_pulses(path: Path, rows: Iterable[PulseRow]) -> Path:
    """Write a record as a simulator would."""
    lines = [HEADER, *(_line(row) for row in rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    return path


def _line(row: PulseRow) -> str:
    time_s, *rest = asdict(row).values()
    return ",".join((f"{time_s:.6f}", *map(str, rest)))
