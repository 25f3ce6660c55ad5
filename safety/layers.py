"""What each layer says about a channel, from the ceiling of the system to the person."""

from dataclasses import replace

from protocols.capabilities import Capabilities
from protocols.plan import PlannedChannel
from safety.clearance import ChannelClearance
from safety.limits import UNLIMITED, ChannelLimits, Least, Most, lower
from safety.past import ChannelPast
from safety.predicates import period_max_us, period_min_us
from safety.table import Ceiling, Site, TimingClass


def ceiling_layer(ceiling: Ceiling) -> ChannelLimits:
    """Return what holds for every channel of every device."""
    source = "system ceiling"
    return replace(
        UNLIMITED,
        current_ua=Most(value=ceiling.current_ua, source=source),
        pulse_width_min_us=Least(value=ceiling.pulse_width_min_us, source=source),
        pulse_width_max_us=Most(value=ceiling.pulse_width_max_us, source=source),
        period_min_us=Least(value=period_min_us(ceiling.frequency_max_hz), source=source),
        period_max_us=Most(value=period_max_us(ceiling.frequency_min_hz), source=source),
        phase_charge_nc=Most(value=ceiling.phase_charge_nc, source=source),
        rms_current_ua=Most(value=ceiling.rms_current_ua, source=source),
        rms_density_ua_per_mm2_x1000=Most(
            value=ceiling.rms_density_ua_per_mm2_x1000, source=source
        ),
        power_density_uw_per_mm2=Most(value=ceiling.power_density_uw_per_mm2, source=source),
        pulse_energy_uj=Most(value=ceiling.pulse_energy_uj, source=source),
    )


def device_layer(device: Capabilities) -> ChannelLimits:
    """Return what the device can make; how many modules share a train is judged with the train."""
    source = f"device {device.device}"
    return replace(
        UNLIMITED,
        current_ua=Most(value=device.current_max_ua, source=source),
        pulse_width_min_us=Least(value=device.pulse_width_min_us, source=source),
        pulse_width_max_us=Most(value=device.pulse_width_max_us, source=source),
        second_width_max_us=Most(value=device.pulse_width_max_us, source=source),
        period_min_us=Least(value=min(device.period_min_us_by_modules), source=source),
        period_max_us=Most(value=device.period_max_us, source=source),
    )


def site_layer(name: str, site: Site) -> ChannelLimits:
    """Return what this place on the body may be given."""
    source = f"site {name}"
    return replace(
        UNLIMITED,
        current_ua=Most(value=site.current_ua, source=source),
        pulse_width_max_us=Most(value=site.pulse_width_max_us, source=source),
        period_min_us=Least(value=period_min_us(site.frequency_max_hz), source=source),
        phase_charge_nc=Most(value=site.phase_charge_nc, source=source),
        area_min_mm2=Least(value=site.electrode_min_mm2, source=source),
    )


def timing_layer(name: str, timing: TimingClass) -> ChannelLimits:
    """Return the rhythm that the protocol's timing class allows."""
    source = f"timing class {name}"
    return replace(
        UNLIMITED,
        period_min_us=Least(value=period_min_us(timing.frequency_max_hz), source=source),
        ramp_up_min_us=Least(value=timing.ramp_up_min_us, source=source),
        on_max_us=Most(value=timing.on_max_us, source=source),
        off_min_us=Least(value=timing.off_min_us, source=source),
        off_to_on_min_permille=Least(value=timing.off_to_on_min_permille, source=source),
    )


def protocol_layer(channel: PlannedChannel) -> ChannelLimits:
    """Return the protocol's own bound, and its smaller pad."""
    pad = min(channel.pads, key=lambda pad: pad.gel_area_mm2)
    return replace(
        UNLIMITED,
        current_ua=Most(value=channel.max_current_ua, source="protocol"),
        area_mm2=Most(value=pad.gel_area_mm2, source=f"pad {pad.name}"),
    )


def patient_layer(otherwise: Most, cleared: ChannelClearance) -> ChannelLimits:
    """Return what the answers leave of the current that would hold otherwise, and the own maximum.

    The part is taken of the current that is left after every other narrowing: the safer choice.
    """
    part = Most(
        value=otherwise.value * cleared.permille // 1000,
        source=f"answers: {', '.join(cleared.items)}" if cleared.items else otherwise.source,
    )
    return replace(UNLIMITED, current_ua=lower(part, cleared.maximum))


def session_layer(past: ChannelPast) -> ChannelLimits:
    """Return the current that earlier sessions leave to this one."""
    return replace(UNLIMITED, current_ua=past.tolerated)
