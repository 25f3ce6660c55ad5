"""Exact integer predicates on one train of pulses, as the run-time gate uses them.

No floats and no square roots: both sides of each formula are squared and multiplied out. Currents
are in µA, widths in µs (one phase), charges in nC, areas in mm², frequencies in mHz, loads in ohm.
`heat` is what the squared current of one whole pulse sums up to, in µA²·µs. All are judged over the
train without its pauses: rests must not dilute a limit.
"""


def frequency_mhz(period_us: int) -> int:
    """Return the pulse frequency of a period, rounded up so that no limit gains by rounding."""
    return -(-1_000_000_000 // period_us)


def period_min_us(frequency_max_hz: int) -> int:
    """Return the shortest period whose frequency is at most this."""
    return -(-1_000_000 // frequency_max_hz)


def period_max_us(frequency_min_hz: int) -> int:
    """Return the longest period whose frequency is at least this."""
    return 1_000_000 // frequency_min_hz


def balancing_current_ua(current_ua: int, width_us: int, second_width_us: int) -> int:
    """Return the current of a second phase that carries the first one's charge back, rounded up."""
    return -(-current_ua * width_us // second_width_us)


def is_balanced(
    current_ua: int, width_us: int, second_current_ua: int, second_width_us: int
) -> bool:
    """Whether both phases carry exactly the same charge."""
    return current_ua * width_us == second_current_ua * second_width_us


def pulse_heat(current_ua: int, width_us: int, second_current_ua: int, second_width_us: int) -> int:
    """Return the squared current of both phases over their widths, in µA²·µs."""
    return (
        current_ua * current_ua * width_us + second_current_ua * second_current_ua * second_width_us
    )


def is_charge_within(current_ua: int, width_us: int, charge_nc: int) -> bool:
    """Whether one phase carries at most this charge."""
    return current_ua * width_us <= charge_nc * 1000


def is_rms_within(heat: int, frequency: int, rms_current_ua: int) -> bool:
    """Whether the r.m.s. current of the train is at most this."""
    return heat * frequency <= rms_current_ua * rms_current_ua * 1_000_000_000


def is_density_within(
    heat: int, frequency: int, area_mm2: int, density_ua_per_mm2_x1000: int
) -> bool:
    """Whether the r.m.s. current density under the pad is at most this."""
    rms_current_na = density_ua_per_mm2_x1000 * area_mm2
    return heat * frequency <= rms_current_na * rms_current_na * 1000


def is_power_density_within(
    heat: int, frequency: int, load_ohm: int, area_mm2: int, density_uw_per_mm2: int
) -> bool:
    """Whether the power into this load, spread over the pad, is at most this."""
    allowed_uw = density_uw_per_mm2 * area_mm2
    return heat * frequency * load_ohm <= allowed_uw * 1_000_000_000_000_000


def is_energy_within(heat: int, load_ohm: int, energy_uj: int) -> bool:
    """Whether one pulse puts at most this energy into this load."""
    return heat * load_ohm <= energy_uj * 1_000_000_000_000


def fits_period(width_us: int, gap_us: int, second_width_us: int, frequency: int) -> bool:
    """Whether both phases and the gap between them end before the next pulse."""
    return frequency * (width_us + gap_us + second_width_us) < 1_000_000_000
