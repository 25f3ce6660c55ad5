"""The pulse record: one CSV row for each pulse that left the device."""

from pathlib import Path

from hardware_sim.line_file import LineFile, seconds
from hardware_sim.pulses import Pulse

HEADER = (
    "time_s,channel,current_ma,pulse_width_us,"
    "second_current_ma,second_width_us,gap_us,net_charge_nc"
)


class PulseRecord(LineFile):
    """A pulse record whose time 0 is ``zero_us`` on the clock of the pulses."""

    def __init__(self, path: Path, *, zero_us: int) -> None:
        super().__init__(path)
        self._zero_us = zero_us
        self.add(HEADER, zero_us)
        self.flush()

    def add_pulse(self, pulse: Pulse) -> None:
        """Add one row."""
        self.add(
            f"{seconds(pulse.time_us - self._zero_us)},{pulse.channel},{pulse.current_ma},"
            f"{pulse.pulse_width_us},{pulse.second_current_ma},{pulse.second_width_us},"
            f"{pulse.gap_us},{pulse.net_charge_nc}",
            pulse.time_us,
        )
