"""The output table that the FDA's guidance of 1999 asks for, per channel and stage."""

from collections.abc import Callable, Iterator, Sequence

from nmes.commands.page import labelled
from nmes.commands.words import number_text, plain
from protocols.plan import Plan, PlannedStage
from safety.check_report import TechnicalRow

LABEL_WIDTH = 38
COLUMN_WIDTH = 20

Column = tuple[TechnicalRow, PlannedStage]


def technical_lines(
    rows: Sequence[TechnicalRow], plan: Plan, supply_v: int, width: int
) -> Iterator[str]:
    """Yield the table, as many columns beside each other as the width holds."""
    yield "OUTPUT at the largest current of each channel, on its smaller pad"
    stages = [stage for stage in plan.stages for _ in stage.shapes]
    columns = list(zip(rows, stages, strict=True))
    beside = max(1, (width - LABEL_WIDTH) // COLUMN_WIDTH)
    for first in range(0, len(columns), beside):
        yield ""
        yield from _table(columns[first : first + beside])
    yield ""
    for balance in dict.fromkeys(row.charge_balance for row in rows):
        yield from labelled("Net charge", f"is brought to zero: {balance}.", width)
    loads = f"into a high load at most {supply_v} V are assumed; a device may have less"
    yield from labelled("Voltage", loads, width)


def _table(columns: Sequence[Column]) -> Iterator[str]:
    for label, text in _QUANTITIES:
        cells = (text(row, stage)[: COLUMN_WIDTH - 1] for row, stage in columns)
        yield f"{label:{LABEL_WIDTH}}{''.join(f'{c:{COLUMN_WIDTH}}' for c in cells)}".rstrip()


def _output_at(load_ohm: int) -> Callable[[TechnicalRow, PlannedStage], str]:
    def text(row: TechnicalRow, _: PlannedStage) -> str:
        load = next(load for load in row.loads if load.load_ohm == load_ohm)
        return f"{number_text(load.current_ma)} / {number_text(load.voltage_v)}"

    return text


def _phases(row: TechnicalRow, _: PlannedStage) -> str:
    return f"{row.pulse_width_us} and {row.second_width_us}"


def _pulse_width(row: TechnicalRow, _: PlannedStage) -> str:
    return number_text(row.pulse_width_us + row.interphase_gap_us + row.second_width_us)


def _bursts_per_second(row: TechnicalRow, stage: PlannedStage) -> str:
    bursts = sum(burst.channel == row.channel for burst in stage.bursts)
    return number_text(bursts * 1e6 / stage.cycle_us)


_QUANTITIES: tuple[tuple[str, Callable[[TechnicalRow, PlannedStage], str]], ...] = (
    ("channel", lambda row, _: str(row.channel)),
    ("stage", lambda row, _: row.stage),
    ("waveform", lambda row, _: plain(row.waveform)),
    ("shape", lambda row, _: row.shape),
    ("max. output at 500 Ω, mA / V", _output_at(500)),
    ("max. output at 2 kΩ, mA / V", _output_at(2_000)),
    ("max. output at 10 kΩ, mA / V", _output_at(10_000)),
    ("pulse width with its gap, µs", _pulse_width),
    ("phase durations, µs", _phases),
    ("gap between the phases, µs", lambda row, _: number_text(row.interphase_gap_us)),
    ("frequency, Hz", lambda row, _: number_text(row.frequency_hz)),
    ("symmetrical phases", lambda row, _: "yes" if row.has_symmetrical_phases else "no"),
    ("net charge per pulse, µC", lambda row, _: number_text(row.net_charge_uc)),
    ("max. phase charge, µC", lambda row, _: number_text(row.phase_charge_uc)),
    ("max. charge density, µC/cm²", lambda row, _: number_text(row.charge_density_uc_per_cm2)),
    ("max. r.m.s. current, mA", lambda row, _: number_text(row.rms_current_ma)),
    ("max. average current, mA", lambda row, _: number_text(row.average_current_ma)),
    ("max. current density, mA/cm²", lambda row, _: number_text(row.current_density_ma_per_cm2)),
    ("max. energy per pulse at 500 Ω, mJ", lambda row, _: number_text(row.pulse_energy_mj)),
    ("max. power at 500 Ω, W", lambda row, _: number_text(row.power_w)),
    ("max. power density, W/cm²", lambda row, _: number_text(row.power_density_w_per_cm2)),
    ("electrical duty while on", lambda row, _: number_text(row.electrical_duty)),
    ("pulses per burst", lambda row, _: number_text(row.pulses_per_burst)),
    ("bursts per second", _bursts_per_second),
    ("burst duration = ON time, s", lambda row, _: number_text(row.on_s)),
    ("OFF time, s", lambda row, _: number_text(row.off_s)),
    ("duty cycle of the bursts", lambda row, _: number_text(row.burst_duty)),
    ("r.m.s. current over a cycle, mA", lambda row, _: number_text(row.cycle_rms_current_ma)),
    ("power over a cycle, W", lambda row, _: number_text(row.cycle_power_w)),
)
"""What the table lists, with its unit; a burst is one contraction."""
