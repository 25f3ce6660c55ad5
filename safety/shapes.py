"""Which pulse shapes and rates a channel can be used with at all, whatever the current."""

from collections.abc import Iterable

from protocols.capabilities import Capabilities
from protocols.plan import PlannedChannel, PulseShape
from protocols.pulses import TrainSetup, Waveform
from safety.limits import ChannelLimits, Most
from safety.predicates import fits_period, frequency_mhz
from safety.verdict import Violation, breach


def shape_violation(
    device: Capabilities,
    channel: PlannedChannel,
    limits: ChannelLimits,
    period_us: int,
    shape: PulseShape,
) -> Violation | None:
    """Return why a pulse of this shape and period cannot be used at any current."""
    width_us, second_us = shape.pulse_width_us, shape.second_width_us
    second_max = limits.second_width_max_us
    if channel.waveform is Waveform.SYMMETRIC_BIPHASIC:
        second_max = Most(value=width_us, source="symmetric pulses")
    period_fits = fits_period(
        width_us, device.interphase_gap_us, second_us, frequency_mhz(period_us)
    )
    widths_step, periods_step = device.pulse_width_step_us, device.period_step_us
    grid = f"device {device.device}"
    least, most = limits.pulse_width_min_us, limits.pulse_width_max_us
    soonest, latest = limits.period_min_us, limits.period_max_us
    judged = (
        (width_us >= least.value, "pulse width", width_us, least.value, least.source),
        (width_us <= most.value, "pulse width", width_us, most.value, most.source),
        (second_us >= width_us, "second phase width", second_us, width_us, "first phase"),
        (
            second_us <= second_max.value,
            "second phase width",
            second_us,
            second_max.value,
            second_max.source,
        ),
        (width_us % widths_step == 0, "pulse width step", width_us, widths_step, grid),
        (second_us % widths_step == 0, "second width step", second_us, widths_step, grid),
        (period_us >= soonest.value, "pulse period", period_us, soonest.value, soonest.source),
        (period_us <= latest.value, "pulse period", period_us, latest.value, latest.source),
        (period_us % periods_step == 0, "pulse period step", period_us, periods_step, grid),
        (
            period_fits,
            "pulse within its period",
            width_us + second_us,
            period_us,
            "one pulse at a time",
        ),
    )
    for holds, limit, asked, allowed, source in judged:
        if not holds:
            return breach(limit, channel.number, asked, allowed, "µs", source)
    return None


def train_violation(
    device: Capabilities, setup: TrainSetup, pulses_us: Iterable[int]
) -> Violation | None:
    """Return why the device cannot run these channels and pulses in one train of this period.

    `pulses_us` holds the widths of both phases of each channel, added up.
    """
    source, period_us = f"device {device.device}", setup.period_us
    shortest_us = device.period_min_us(setup.channels)
    serial_us = device.serial_period_us(pulses_us)
    if period_us < shortest_us:
        return breach("pulse period of all modules", None, period_us, shortest_us, "µs", source)
    if period_us < serial_us:
        return breach("pulses one after another", None, period_us, serial_us, "µs", source)
    return None
