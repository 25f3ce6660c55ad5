"""Reads the pulse records of devices whose pulses have any number of points."""

from dataclasses import dataclass
from pathlib import Path

from support.pulse_record import HEADER


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapedRow:
    """One pulse; its points are (current in mA, duration in µs)."""

    time_us: int
    channel: int
    current_ma: float
    net_charge_nc: float
    points: tuple[tuple[float, int], ...]

    @property
    def width_us(self) -> int:
        return sum(duration_us for _, duration_us in self.points)

    @property
    def end_us(self) -> int:
        return self.time_us + self.width_us


def read_shaped_pulses(path: Path) -> list[ShapedRow]:
    """Rows of a record; a last line that was cut off does not count."""
    lines = path.read_text(encoding="ascii").split("\n")[:-1]
    if lines[:1] != [f"{HEADER},points"]:
        raise ValueError(f"{path} does not begin with the header of a record with points")
    return [_row(line.split(",")) for line in lines[1:]]


def _row(cells: list[str]) -> ShapedRow:
    points = [point.split("@") for point in cells[8].split(" ")]
    return ShapedRow(
        time_us=round(float(cells[0]) * 1_000_000),
        channel=int(cells[1]),
        current_ma=float(cells[2]),
        net_charge_nc=float(cells[7]),
        points=tuple((float(current_ma), int(duration_us)) for current_ma, duration_us in points),
    )
