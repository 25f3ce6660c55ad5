"""What one pulse may be: formulas in clinic units and floats, and the limits of each channel.

Independent evidence: nothing of the program is used here, only the numbers of its table.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from nmes.campaign.devices import Device
from nmes.campaign.numbers import Numbers

SLACK = 1 + 1e-9
"""What floats may be off by."""


def charge_uc(current_ma: float, width_us: float) -> float:
    """Return the charge of one phase."""
    return current_ma * width_us / 1000


def rms_ma(current_ma: float, width_us: float, rate_hz: float, phases: float = 2) -> float:
    """Return the r.m.s. current of a train without pauses."""
    return current_ma * math.sqrt(phases * width_us * 1e-6 * rate_hz)


def energy_mj(current_ma: float, width_us: float, load_ohm: float, phases: float = 2) -> float:
    """Return the energy of one pulse into a load."""
    return (current_ma * 1e-3) ** 2 * load_ohm * phases * width_us * 1e-3


def power_w(
    current_ma: float, width_us: float, rate_hz: float, load_ohm: float, phases: float = 2
) -> float:
    """Return the average power of a train without pauses into a load."""
    return energy_mj(current_ma, width_us, load_ohm, phases) * 1e-3 * rate_hz


def electrical_duty(width_us: float, rate_hz: float, gap_us: float = 0, phases: int = 2) -> float:
    """Return the share of time that pulses take, gaps included; a train needs less than 1."""
    return (phases * width_us + gap_us) * 1e-6 * rate_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel as the protocol has it, in clinic units; `area_cm2` is that of the smaller pad.

    `widths_us` and `periods_us` are those of all stages that use it, `ramp_up_s` its shortest ramp,
    `ramp_down_s` its longest. Its second phases are `asymmetry` times wider and weaker.
    """

    number: int
    site: str
    area_cm2: float
    max_current_ma: float
    widths_us: frozenset[int]
    periods_us: frozenset[int]
    ramp_up_s: float
    ramp_down_s: float
    asymmetry: int = 1

    @property
    def phases(self) -> float:
        """How many phases like the first have the energy of a pulse."""
        return 1 + 1 / self.asymmetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """What the judge knows of the protocol of a session."""

    device: Device
    timing_class: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What no pulse of a channel may exceed. Each is the narrowest of all layers."""

    current_ma: float
    width_min_us: float
    width_max_us: float
    rate_max_hz: float
    charge_uc: float
    rms_ma: float
    density_ma_per_cm2: float
    power_density_w_per_cm2: float
    energy_mj: float


def bounds_of(channel: Channel, timing_class: str, table: Numbers, device: Device) -> Bounds:
    """Return the narrowest bounds of ceiling, device, site, timing class and protocol."""
    ceiling, site = table.ceiling, table.sites[channel.site]
    rhythm = table.classes[timing_class]
    return Bounds(
        current_ma=min(
            ceiling["current_ua"] / 1000,
            site["current_ua"] / 1000,
            device.most_ma(channel.number),
            channel.max_current_ma,
        ),
        width_min_us=ceiling["pulse_width_min_us"],
        width_max_us=min(
            ceiling["pulse_width_max_us"], site["pulse_width_max_us"], device.width_max_us
        ),
        rate_max_hz=min(
            ceiling["frequency_max_hz"], site["frequency_max_hz"], rhythm["frequency_max_hz"]
        ),
        charge_uc=min(ceiling["phase_charge_nc"], site["phase_charge_nc"]) / 1000,
        rms_ma=ceiling["rms_current_ua"] / 1000,
        density_ma_per_cm2=ceiling["rms_density_ua_per_mm2_x1000"] / 10_000,
        power_density_w_per_cm2=ceiling["power_density_uw_per_mm2"] / 10_000,
        energy_mj=ceiling["pulse_energy_uj"] / 1000,
    )


@dataclass(slots=True)
class PulseOracle:
    """Judges the pulses of one channel; remembers verdicts, as most pulses are like another.

    `nearest` holds, by quantity, the largest share of its limit that was seen.
    """

    channel: Channel
    bounds: Bounds
    load_ohm: float
    nearest: dict[str, float] = field(default_factory=dict)
    _verdicts: dict[tuple[float, int, float, int, int], tuple[str, ...]] = field(
        default_factory=dict
    )

    def judge(
        self, current_ma: float, width_us: int, second_ma: float, second_us: int, since_us: int
    ) -> tuple[str, ...]:
        """Return what is wrong with a pulse that begins `since_us` after the one before it."""
        key = (current_ma, width_us, second_ma, second_us, since_us)
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._verdicts[key] = tuple(self._findings(*key))
        return verdict

    def _findings(
        self, current_ma: float, width_us: int, second_ma: float, second_us: int, since_us: int
    ) -> Iterator[str]:
        if current_ma * width_us + second_ma * second_us != 0:
            net_nc = current_ma * width_us + second_ma * second_us
            yield f"balance: {net_nc} nC are left"
        if width_us not in self.channel.widths_us:
            yield f"width: {width_us} µs is not in the protocol"
        if second_us != self.channel.asymmetry * width_us:
            yield f"shape: {second_us} µs after {width_us} µs"
        if width_us < self.bounds.width_min_us:
            yield f"width: {width_us} µs, at least {self.bounds.width_min_us:g} µs"
        for quantity, (asked, allowed) in self.shares(current_ma, width_us, since_us).items():
            self.nearest[quantity] = max(asked / allowed, self.nearest.get(quantity, 0.0))
            if asked > allowed * SLACK:
                yield f"{quantity}: {asked:.6g}, at most {allowed:.6g}"

    def shares(
        self, current_ma: float, width_us: float, since_us: float
    ) -> dict[str, tuple[float, float]]:
        """Return what a pulse asks of each quantity, and what is allowed; both in clinic units."""
        rate_hz, area_cm2, most = 1e6 / since_us, self.channel.area_cm2, self.bounds
        phases = self.channel.phases
        rms = rms_ma(current_ma, width_us, rate_hz, phases)
        power = power_w(current_ma, width_us, rate_hz, self.load_ohm, phases)
        return {
            "current": (current_ma, most.current_ma),
            "width": (width_us, most.width_max_us),
            "rate": (rate_hz, most.rate_max_hz),
            "charge": (charge_uc(current_ma, width_us), most.charge_uc),
            "r.m.s. current": (rms, most.rms_ma),
            "current density": (rms / area_cm2, most.density_ma_per_cm2),
            "power density": (power / area_cm2, most.power_density_w_per_cm2),
            "energy": (energy_mj(current_ma, width_us, self.load_ohm, phases), most.energy_mj),
        }
