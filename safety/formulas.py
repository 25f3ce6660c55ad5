"""The electrical formulas of a pulse train, in clinic units and floats, for people to read.

Milliampere, microseconds (one phase), hertz, ohm; all of the train without its pauses. Written
apart from the exact predicates of the gate, on purpose.
"""

from dataclasses import dataclass
from math import inf, sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """Pulses of two phases that carry the same charge, one pulse each period."""

    width_us: float
    second_width_us: float
    gap_us: float
    frequency_hz: float


def weight_s(train: Train) -> float:
    """Return both phases as the width of one phase of the first one's current, in mean square."""
    return (train.width_us + train.width_us**2 / train.second_width_us) * 1e-6


def occupied(train: Train) -> float:
    """Return which part of the period a pulse takes, its gap included."""
    return (train.width_us + train.gap_us + train.second_width_us) * 1e-6 * train.frequency_hz


def second_current_ma(current_ma: float, train: Train) -> float:
    """Return the current of the second phase."""
    return current_ma * train.width_us / train.second_width_us


def phase_charge_uc(current_ma: float, train: Train) -> float:
    """Return the charge of one phase."""
    return current_ma * train.width_us / 1000


def rms_current_ma(current_ma: float, train: Train) -> float:
    """Return the r.m.s. current."""
    return current_ma * sqrt(weight_s(train) * train.frequency_hz)


def average_current_ma(current_ma: float, train: Train) -> float:
    """Return the mean of the current without its sign."""
    return 2 * phase_charge_uc(current_ma, train) * train.frequency_hz / 1000


def pulse_energy_mj(current_ma: float, train: Train, load_ohm: float) -> float:
    """Return the energy of one pulse in this load."""
    return current_ma**2 * 1e-3 * load_ohm * weight_s(train)


def power_w(current_ma: float, train: Train, load_ohm: float) -> float:
    """Return the mean power in this load."""
    return pulse_energy_mj(current_ma, train, load_ohm) * 1e-3 * train.frequency_hz


def electrical_duty(train: Train) -> float:
    """Return the part of the time in which current flows."""
    return (train.width_us + train.second_width_us) * 1e-6 * train.frequency_hz


def deliverable_ma(current_ma: float, load_ohm: float, supply_v: float) -> float:
    """Return what of a current this supply can push through this load."""
    return min(current_ma, supply_v / load_ohm * 1000)


def current_at_charge_ma(charge_uc: float, train: Train) -> float:
    """Return the current at which one phase carries this charge."""
    return charge_uc * 1000 / train.width_us


def current_at_rms_ma(rms_ma: float, train: Train) -> float:
    """Return the current at which the r.m.s. current is this."""
    return rms_ma / sqrt(weight_s(train) * train.frequency_hz)


def current_at_power_ma(watt: float, train: Train, load_ohm: float) -> float:
    """Return the current at which this load takes this power."""
    return sqrt(watt / (load_ohm * weight_s(train) * train.frequency_hz)) * 1000


def current_at_energy_ma(energy_mj: float, train: Train, load_ohm: float) -> float:
    """Return the current at which one pulse puts this energy into this load."""
    return sqrt(energy_mj * 1e-3 / (load_ohm * weight_s(train))) * 1000


def margin_percent(asked: float, allowed: float) -> float:
    """Return how far below the limit a value stays; negative above it."""
    return 100 * (1 - asked / allowed) if allowed else -inf
