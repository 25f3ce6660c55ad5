"""What the static check finds, in clinic units, for people to read."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a plan; an error means that it cannot be used.

    `asked` and `allowed` are in `unit`, None where the matter is no number; `source` set the limit.
    """

    severity: Severity
    channel: int | None
    quantity: str
    asked: float | None
    allowed: float | None
    unit: str
    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How far one quantity stays below its limit at the protocol's largest current.

    `percent` is negative where the limit narrows that current.
    """

    channel: int
    stage: str
    quantity: str
    asked: float
    allowed: float
    unit: str
    source: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The largest current a channel can be raised to, and what sets it."""

    channel: int
    current_ma: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """The largest output into one test load."""

    load_ohm: int
    current_ma: float
    voltage_v: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalRow:
    """The output of one channel in one stage, as the FDA's guidance of 1999 (Att. II) lists it.

    At the effective cap, on the smaller pad. Into a high load the voltage limit of the standard is
    taken as the supply; a device that has less clips sooner. `off_s` is the shortest pause.
    """

    channel: int
    stage: str
    waveform: str
    shape: str
    loads: tuple[LoadRow, ...]
    pulse_width_us: int
    second_width_us: int
    interphase_gap_us: float
    frequency_hz: float
    has_symmetrical_phases: bool
    phase_charge_uc: float
    net_charge_uc: float
    charge_balance: str
    charge_density_uc_per_cm2: float
    rms_current_ma: float
    average_current_ma: float
    current_density_ma_per_cm2: float
    pulse_energy_mj: float
    power_w: float
    power_density_w_per_cm2: float
    electrical_duty: float
    pulses_per_burst: float
    on_s: float
    off_s: float
    burst_duty: float
    cycle_rms_current_ma: float
    cycle_power_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All that the static check says about a plan on a device."""

    findings: tuple[Finding, ...]
    margins: tuple[Margin, ...]
    caps: tuple[Cap, ...]
    technical: tuple[TechnicalRow, ...]

    @property
    def is_usable(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)
