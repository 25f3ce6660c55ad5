from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

HEADER = (
    "time_s,channel,current_ma,pulse_width_us,"
    "second_current_ma,second_width_us,gap_us,net_charge_nc"
)


@dataclass(frozen=True, kw_only=True)
class PulseRow:
    time_s: float
    channel: int
    current_ma: int
    pulse_width_us: int
    second_current_ma: int
    second_width_us: int
    gap_us: int
    net_charge_nc: int

    @cached_property
    def time_us(self) -> int:
        return round(self.time_s * 1_000_000)


def read_pulses(path: Path) -> list[PulseRow]:
    """Rows of a simulator's pulse record; a last line that was cut off does not count."""
    lines = path.read_text(encoding="ascii").split("\n")[:-1]
    if lines[:1] != [HEADER]:
        raise ValueError(f"{path} does not begin with the header of a pulse record")
    return [_row(line) for line in lines[1:]]


def _row(line: str) -> PulseRow:
    time_s, *rest = line.split(",")
    channel, current, width, second_current, second_width, gap, charge = map(int, rest)
    return PulseRow(
        time_s=float(time_s),
        channel=channel,
        current_ma=current,
        pulse_width_us=width,
        second_current_ma=second_current,
        second_width_us=second_width,
        gap_us=gap,
        net_charge_nc=charge,
    )
