"""The static check of pulses: which of them can be used at all, and up to which current."""

from collections.abc import Iterator
from dataclasses import dataclass

from protocols.capabilities import Capabilities
from protocols.plan import PlannedStage
from protocols.pulses import Waveform
from safety.check_report import Cap, Finding, Margin
from safety.check_uses import Use, area_cm2, where
from safety.formulas import (
    current_at_charge_ma,
    current_at_energy_ma,
    current_at_power_ma,
    current_at_rms_ma,
    margin_percent,
    occupied,
    phase_charge_uc,
    power_w,
    pulse_energy_mj,
    rms_current_ma,
)
from safety.table import LimitTable, TimingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One quantity of a use at the protocol's largest current, its limit, and the current there."""

    quantity: str
    asked: float
    allowed: float
    unit: str
    source: str
    current_ma: float


def judged_quantities(use: Use, table: LimitTable, device: Capabilities) -> tuple[Judged, ...]:
    """Return all quantities that depend on the current, each with its narrowest limit."""
    return (
        _current(use, table, device),
        _charge(use, table),
        _rms(use, table),
        _density(use, table),
        _power_density(use, table),
        _energy(use, table),
    )


def _asked_ma(use: Use) -> float:
    return use.channel.max_current_ua / 1000


def _current(use: Use, table: LimitTable, device: Capabilities) -> Judged:
    allowed, source = min(
        (use.site.current_ua / 1000, f"site {use.channel.site}"),
        _most_of_device_ma(use, device),
        (table.ceiling.current_ua / 1000, "system ceiling"),
    )
    return Judged(
        quantity="current",
        asked=_asked_ma(use),
        allowed=allowed,
        unit="mA",
        source=source,
        current_ma=allowed,
    )


def _most_of_device_ma(use: Use, device: Capabilities) -> tuple[float, str]:
    """Return what can flow in this channel at most, and why: what is passed on may be less."""
    full_ua = device.full_ua(use.channel.number)
    if full_ua is not None and full_ua <= device.current_max_ua:
        return full_ua / 1000, "the source in full"
    return device.current_max_ua / 1000, f"device {device.device}"


def _charge(use: Use, table: LimitTable) -> Judged:
    allowed, source = min(
        (use.site.phase_charge_nc / 1000, f"site {use.channel.site}"),
        (table.ceiling.phase_charge_nc / 1000, "system ceiling"),
    )
    return Judged(
        quantity="phase charge",
        asked=phase_charge_uc(_asked_ma(use), use.train),
        allowed=allowed,
        unit="µC",
        source=source,
        current_ma=current_at_charge_ma(allowed, use.train),
    )


def _rms(use: Use, table: LimitTable) -> Judged:
    allowed = table.ceiling.rms_current_ua / 1000
    return Judged(
        quantity="r.m.s. current",
        asked=rms_current_ma(_asked_ma(use), use.train),
        allowed=allowed,
        unit="mA",
        source="system ceiling",
        current_ma=current_at_rms_ma(allowed, use.train),
    )


def _density(use: Use, table: LimitTable) -> Judged:
    allowed = table.ceiling.rms_density_ua_per_mm2_x1000 / 10_000
    return Judged(
        quantity="current density",
        asked=rms_current_ma(_asked_ma(use), use.train) / area_cm2(use),
        allowed=allowed,
        unit="mA/cm²",
        source="system ceiling",
        current_ma=current_at_rms_ma(allowed * area_cm2(use), use.train),
    )


def _power_density(use: Use, table: LimitTable) -> Judged:
    load_ohm = table.ceiling.load_ohm
    allowed = table.ceiling.power_density_uw_per_mm2 / 10_000
    return Judged(
        quantity="power density",
        asked=power_w(_asked_ma(use), use.train, load_ohm) / area_cm2(use),
        allowed=allowed,
        unit="W/cm²",
        source="system ceiling",
        current_ma=current_at_power_ma(allowed * area_cm2(use), use.train, load_ohm),
    )


def _energy(use: Use, table: LimitTable) -> Judged:
    load_ohm = table.ceiling.load_ohm
    allowed = table.ceiling.pulse_energy_uj / 1000
    return Judged(
        quantity="pulse energy",
        asked=pulse_energy_mj(_asked_ma(use), use.train, load_ohm),
        allowed=allowed,
        unit="mJ",
        source="system ceiling",
        current_ma=current_at_energy_ma(allowed, use.train, load_ohm),
    )


def margins(use: Use, judged: tuple[Judged, ...]) -> tuple[Margin, ...]:
    """Return how far each quantity of a use stays below its limit."""
    return tuple(
        Margin(
            channel=use.channel.number,
            stage=use.stage.name,
            quantity=one.quantity,
            asked=one.asked,
            allowed=one.allowed,
            unit=one.unit,
            source=one.source,
            percent=margin_percent(one.asked, one.allowed),
        )
        for one in judged
    )


def cap(use: Use, judged: tuple[Judged, ...]) -> Cap:
    """Return the largest current of a use: the protocol's own, or a narrower limit's."""
    narrowest = min(judged, key=lambda one: one.current_ma)
    if narrowest.current_ma >= _asked_ma(use):
        return Cap(channel=use.channel.number, current_ma=_asked_ma(use), source="protocol")
    is_direct = narrowest.quantity == "current"
    source = narrowest.source if is_direct else f"{narrowest.quantity}, {narrowest.source}"
    return Cap(channel=use.channel.number, current_ma=narrowest.current_ma, source=source)


def unusable(
    use: Use, table: LimitTable, device: Capabilities, timing: TimingClass, timing_class: str
) -> Iterator[Finding]:
    """Yield what no current could make usable: width, rate, shape, pad."""
    yield from _width_findings(use, table, device)
    yield from _second_width_findings(use, device)
    yield from _rate_findings(use, table, device, timing, timing_class)
    least_cm2 = use.site.electrode_min_mm2 / 100
    if area_cm2(use) < least_cm2:
        source = f"site {use.channel.site}"
        yield error(use, "electrode area", area_cm2(use), least_cm2, "cm²", source, "at least")


def _width_findings(use: Use, table: LimitTable, device: Capabilities) -> Iterator[Finding]:
    width, own = use.shape.pulse_width_us, f"device {device.device}"
    most, most_source = min(
        (use.site.pulse_width_max_us, f"site {use.channel.site}"),
        (device.pulse_width_max_us, own),
        (table.ceiling.pulse_width_max_us, "system ceiling"),
    )
    least, least_source = max(
        (device.pulse_width_min_us, own), (table.ceiling.pulse_width_min_us, "system ceiling")
    )
    if width > most:
        yield error(use, "pulse width", width, most, "µs", most_source, "at most")
    if width < least:
        yield error(use, "pulse width", width, least, "µs", least_source, "at least")
    if width % device.pulse_width_step_us:
        step = device.pulse_width_step_us
        yield error(use, "pulse width", width, step, "µs", own, "in steps of")


def _second_width_findings(use: Use, device: Capabilities) -> Iterator[Finding]:
    second, first = use.shape.second_width_us, use.shape.pulse_width_us
    own, name = f"device {device.device}", "second phase width"
    if use.channel.waveform is Waveform.SYMMETRIC_BIPHASIC and second != first:
        yield error(use, name, second, first, "µs", "symmetric pulses", "exactly")
    elif second < first:
        yield error(use, name, second, first, "µs", "first phase", "at least")
    if second > device.pulse_width_max_us:
        yield error(use, name, second, device.pulse_width_max_us, "µs", own, "at most")
    if second % device.pulse_width_step_us:
        yield error(use, name, second, device.pulse_width_step_us, "µs", own, "in steps of")


def _shortest_period_us(stage: PlannedStage, device: Capabilities) -> int:
    pulses_us = [shape.pulse_width_us + shape.second_width_us for shape in stage.shapes]
    return max(device.period_min_us(stage.setup.channels), device.serial_period_us(pulses_us))


def _rate_findings(
    use: Use, table: LimitTable, device: Capabilities, timing: TimingClass, timing_class: str
) -> Iterator[Finding]:
    own, rate = f"device {device.device}", use.train.frequency_hz
    setup = use.stage.setup
    most, most_source = min(
        (use.site.frequency_max_hz, f"site {use.channel.site}"),
        (timing.frequency_max_hz, f"timing class {timing_class}"),
        (1_000_000 / _shortest_period_us(use.stage, device), own),
        (table.ceiling.frequency_max_hz, "system ceiling"),
    )
    least, least_source = max(
        (1_000_000 / device.period_max_us, own),
        (table.ceiling.frequency_min_hz, "system ceiling"),
    )
    if rate > most:
        yield error(use, "frequency", rate, most, "Hz", most_source, "at most")
    if rate < least:
        yield error(use, "frequency", rate, least, "Hz", least_source, "at least")
    if setup.period_us % device.period_step_us:
        period, step = setup.period_us, device.period_step_us
        yield error(use, "pulse period", period, step, "µs", own, "in steps of")
    if occupied(use.train) >= 1:
        asked, allowed = occupied(use.train) * setup.period_us, setup.period_us
        yield error(use, "pulse within its period", asked, allowed, "µs", "timing", "less than")


def error(
    use: Use, quantity: str, asked: float, allowed: float, unit: str, source: str, relation: str
) -> Finding:
    """Return the error that a value of a use cannot be used."""
    return Finding(
        severity="error",
        channel=use.channel.number,
        quantity=quantity,
        asked=asked,
        allowed=allowed,
        unit=unit,
        source=source,
        text=(
            f"{where(use)}: {quantity} {asked:.6g} {unit}; "
            f"it must be {relation} {allowed:.6g} {unit} ({source})."
        ),
    )
