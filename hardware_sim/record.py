"""The pulse record: one CSV row for each pulse that left the device."""

from pathlib import Path

from hardware_sim.line_file import LineFile, seconds
from hardware_sim.pulses import Pulse

HEADER = (
    "time_s,channel,current_ma,pulse_width_us,"
    "second_current_ma,second_width_us,gap_us,net_charge_nc"
)


SHAPES_HEADER = f"{HEADER},points"


class PulseRecord(LineFile):
    """A pulse record whose time 0 is ``zero_us`` on the clock of the pulses.

    With shapes there is one more column, each point as its current in mA @ its duration in us.
    """

    def __init__(self, path: Path, *, zero_us: int, has_shapes: bool = False) -> None:
        super().__init__(path)
        self._zero_us = zero_us
        self._has_shapes = has_shapes
        self.add(SHAPES_HEADER if has_shapes else HEADER, zero_us)
        self.flush()

    def add_pulse(self, pulse: Pulse) -> None:
        """Add one row."""
        time_s = seconds(pulse.time_us - self._zero_us)
        row = (
            f"{time_s},{pulse.channel},{_plain(pulse.current_ma)},{pulse.pulse_width_us},"
            f"{_plain(pulse.second_current_ma)},{pulse.second_width_us},{pulse.gap_us},"
            f"{_plain(pulse.net_charge_nc)}"
        )
        self.add(f"{row},{_shape(pulse)}" if self._has_shapes else row, pulse.time_us)


def _shape(pulse: Pulse) -> str:
    return " ".join(f"{_plain(p.current_ua / 1000)}@{p.duration_us}" for p in pulse.points)


def _plain(number: float) -> str:
    """Write a number with at most 3 decimals, a whole one without any."""
    return str(round(number)) if number == round(number) else f"{number:.3f}".rstrip("0")
