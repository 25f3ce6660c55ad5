"""The algebra of limits: bounds, all that bound one channel, and how layers narrow each other."""

from dataclasses import dataclass

from protocols.errors import LimitTableError
from safety.verdict import Violation, breach


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """An upper bound, and the layer that sets it."""

    value: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """A lower bound, and the layer that sets it."""

    value: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLimits:
    """What bounds one channel: its pulses, its pad and its rhythm.

    `pulse_width_*` bind the first phase, `second_width_max_us` the one that carries the charge
    back. `on_max_us` includes the ramps.
    """

    current_ua: Most
    pulse_width_min_us: Least
    pulse_width_max_us: Most
    second_width_max_us: Most
    period_min_us: Least
    period_max_us: Most
    phase_charge_nc: Most
    rms_current_ua: Most
    rms_density_ua_per_mm2_x1000: Most
    power_density_uw_per_mm2: Most
    pulse_energy_uj: Most
    area_mm2: Most
    area_min_mm2: Least
    ramp_up_min_us: Least
    on_max_us: Most
    off_min_us: Least
    off_to_on_min_permille: Least


def lower(a: Most, b: Most) -> Most:
    """Return the narrower of two upper bounds; of equal ones the first by name."""
    return min(a, b, key=lambda bound: (bound.value, bound.source))


def higher(a: Least, b: Least) -> Least:
    """Return the narrower of two lower bounds; of equal ones the first by name."""
    return min(a, b, key=lambda bound: (-bound.value, bound.source))


def meet(a: ChannelLimits, b: ChannelLimits) -> ChannelLimits:
    """Return what both allow; nothing is ever wider than in either of them."""
    return ChannelLimits(
        current_ua=lower(a.current_ua, b.current_ua),
        pulse_width_min_us=higher(a.pulse_width_min_us, b.pulse_width_min_us),
        pulse_width_max_us=lower(a.pulse_width_max_us, b.pulse_width_max_us),
        second_width_max_us=lower(a.second_width_max_us, b.second_width_max_us),
        period_min_us=higher(a.period_min_us, b.period_min_us),
        period_max_us=lower(a.period_max_us, b.period_max_us),
        phase_charge_nc=lower(a.phase_charge_nc, b.phase_charge_nc),
        rms_current_ua=lower(a.rms_current_ua, b.rms_current_ua),
        rms_density_ua_per_mm2_x1000=lower(
            a.rms_density_ua_per_mm2_x1000, b.rms_density_ua_per_mm2_x1000
        ),
        power_density_uw_per_mm2=lower(a.power_density_uw_per_mm2, b.power_density_uw_per_mm2),
        pulse_energy_uj=lower(a.pulse_energy_uj, b.pulse_energy_uj),
        area_mm2=lower(a.area_mm2, b.area_mm2),
        area_min_mm2=higher(a.area_min_mm2, b.area_min_mm2),
        ramp_up_min_us=higher(a.ramp_up_min_us, b.ramp_up_min_us),
        on_max_us=lower(a.on_max_us, b.on_max_us),
        off_min_us=higher(a.off_min_us, b.off_min_us),
        off_to_on_min_permille=higher(a.off_to_on_min_permille, b.off_to_on_min_permille),
    )


SILENT = ""
"""The source of a bound that no layer has set."""

NO_MOST = Most(value=10**18, source=SILENT)
_NO_LEAST = Least(value=-1, source=SILENT)

UNLIMITED = ChannelLimits(
    current_ua=NO_MOST,
    pulse_width_min_us=_NO_LEAST,
    pulse_width_max_us=NO_MOST,
    second_width_max_us=NO_MOST,
    period_min_us=_NO_LEAST,
    period_max_us=NO_MOST,
    phase_charge_nc=NO_MOST,
    rms_current_ua=NO_MOST,
    rms_density_ua_per_mm2_x1000=NO_MOST,
    power_density_uw_per_mm2=NO_MOST,
    pulse_energy_uj=NO_MOST,
    area_mm2=NO_MOST,
    area_min_mm2=_NO_LEAST,
    ramp_up_min_us=_NO_LEAST,
    on_max_us=NO_MOST,
    off_min_us=_NO_LEAST,
    off_to_on_min_permille=_NO_LEAST,
)
"""The layer that says nothing; a layer replaces what it does say. It can never be used itself."""


def refuse_silence(limits: ChannelLimits) -> None:
    """Raise LimitTableError if any quantity is left without a bound."""
    unbounded = [name for name in ChannelLimits.__slots__ if getattr(limits, name).source == SILENT]
    if unbounded:
        raise LimitTableError(f"nothing limits {', '.join(unbounded)}")


def contradiction(limits: ChannelLimits, channel: int) -> Violation | None:
    """Return the first quantity for which no value is left; None if there is room everywhere."""
    pairs = (
        ("pulse width", "µs", limits.pulse_width_min_us, limits.pulse_width_max_us),
        ("pulse period", "µs", limits.period_min_us, limits.period_max_us),
        ("electrode area", "mm²", limits.area_min_mm2, limits.area_mm2),
        ("ramp up within on-time", "µs", limits.ramp_up_min_us, limits.on_max_us),
    )
    for limit, unit, least, most in pairs:
        if least.value > most.value:
            source = f"{least.source} against {most.source}"
            return breach(limit, channel, least.value, most.value, unit, source)
    return None
