"""The limits of one session: a plan on a device, narrowed by every layer, made exact for the gate.

Written apart from the static check (`safety.checks`); the two share only the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from types import MappingProxyType

from protocols.capabilities import Capabilities
from protocols.errors import LimitTableError, PlanningError
from protocols.plan import Plan, PlannedChannel, PlannedStage, PulseShape
from safety.ceilings import Pulse, current_ceiling
from safety.clearance import Clearance, channel_clearance
from safety.exact import refuse_inexact_fields
from safety.layers import (
    ceiling_layer,
    device_layer,
    patient_layer,
    protocol_layer,
    session_layer,
    site_layer,
    timing_layer,
)
from safety.limits import ChannelLimits, Most, contradiction, lower, meet, refuse_silence
from safety.past import ChannelPast
from safety.predicates import frequency_mhz
from safety.shapes import shape_violation, train_violation
from safety.table import ANY_MOTOR_CLASS, Behaviour, LimitTable, Site
from safety.verdict import Violation, breach

NO_MOTOR_TARGET = "no_motor_target"

_SIDES = frozenset(("left", "right"))
_UPPER_BACK = "upper_back"

Widths = tuple[int, int]
"""The widths of both phases of a pulse, in µs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRules:
    """What bounds one channel in this session, and what the plan wants of it.

    `widths_by_period` holds the pulse shapes that the plan names, by the period of their train.
    """

    number: int
    limits: ChannelLimits
    ramp_up_default_us: int
    current_step_ua: int
    timing_tolerance_us: int
    widths_by_period: Mapping[int, frozenset[Widths]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Everything the gate judges a session by. `channels` are sorted by number."""

    table_sha256: str
    plan_sha256: str
    device: Capabilities
    channels: tuple[ChannelRules, ...]
    session_max_us: Most
    behaviour: Behaviour
    load_ohm: int

    def channel(self, number: int) -> ChannelRules:
        """Return the rules of the channel of that number; KeyError if the plan does not use it."""
        return self.channels[self.place(number)]

    def place(self, number: int) -> int:
        """Return where that channel stands; KeyError if the plan does not use it."""
        for place, rules in enumerate(self.channels):
            if rules.number == number:
                return place
        raise KeyError(number)


def effective_limits(
    table: LimitTable,
    device: Capabilities,
    plan: Plan,
    clearance: Clearance,
    past: tuple[ChannelPast, ...],
) -> SessionLimits:
    """Return what this plan may do on this device, on whom it is cleared for.

    A current above a cap is narrowed. Raises LimitTableError where a layer is silent or missing,
    PlanningError where plan, place, device and clearance do not go together, LimitViolation where a
    number of the plan cannot be used at all.
    """
    refuse_inexact_fields(plan)
    refuse_inexact_fields(device)
    if plan.device != device.device:
        raise PlanningError((f"the plan is made for {plan.device}, not for {device.device}",))
    timing = table.timing_classes.get(plan.timing_class)
    if timing is None:
        raise LimitTableError(f"the table knows no timing class {plan.timing_class!r}")
    refuse_unmet(plan.timing_class, timing.requires)
    for channel in plan.channels:
        _refuse_impossible(device, channel)
    for stage in plan.stages:
        _refuse_train(device, plan, stage)
    rhythm = timing_layer(plan.timing_class, timing)
    step_ua = device.step_ua(channel.waveform for channel in plan.channels)
    shared = reduce(meet, (ceiling_layer(table.ceiling), device_layer(device), rhythm))
    return SessionLimits(
        table_sha256=table.sha256,
        plan_sha256=plan.sha256,
        device=device,
        channels=tuple(
            ChannelRules(
                number=channel.number,
                limits=_personal_limits(
                    _channel_limits(table, device, plan, channel, shared),
                    plan,
                    channel,
                    clearance,
                    past,
                    step_ua,
                    device.source_ua,
                ),
                ramp_up_default_us=timing.ramp_up_default_us,
                current_step_ua=step_ua,
                timing_tolerance_us=table.behaviour.timing_tolerance_us,
                widths_by_period=_widths_by_period(plan, channel.number),
            )
            for channel in sorted(plan.channels, key=lambda channel: channel.number)
        ),
        session_max_us=_session_time(table.behaviour, plan, past),
        behaviour=table.behaviour,
        load_ohm=table.ceiling.load_ohm,
    )


def refuse_unmet(timing_class: str, requires: tuple[str, ...]) -> None:
    """Raise PlanningError if the class needs what this program does not have."""
    unmet = [need.replace("_", " ") for need in requires if need != NO_MOTOR_TARGET]
    if unmet:
        raise PlanningError(
            (f"{timing_class} needs {' and '.join(unmet)}; nmes cannot give that yet",)
        )


def _channel_limits(
    table: LimitTable,
    device: Capabilities,
    plan: Plan,
    channel: PlannedChannel,
    shared: ChannelLimits,
) -> ChannelLimits:
    """Return all layers met for one channel, its current narrowed to its worst pulse."""
    site = _site(table, plan.timing_class, channel)
    _refuse_misplaced(table.pad_zones[site.zone], channel)
    limits = meet(meet(shared, site_layer(channel.site, site)), protocol_layer(channel))
    refuse_silence(limits)
    _raise(contradiction(limits, channel.number))
    current_ua = limits.current_ua
    for period_us, shape in _trains_of(plan, channel.number):
        _raise(shape_violation(device, channel, limits, period_us, shape))
        pulse = Pulse(
            width_us=shape.pulse_width_us,
            second_width_us=shape.second_width_us,
            frequency_mhz=frequency_mhz(period_us),
        )
        current_ua = lower(current_ua, current_ceiling(pulse, limits, table.ceiling.load_ohm))
    return replace(limits, current_ua=current_ua)


def _personal_limits(
    limits: ChannelLimits,
    plan: Plan,
    channel: PlannedChannel,
    clearance: Clearance,
    past: tuple[ChannelPast, ...],
    step_ua: int,
    source_ua: tuple[int, ...] | None,
) -> ChannelLimits:
    """Return the limits of a channel narrowed to what this person may be given in this session."""
    cleared = channel_clearance(clearance, plan, channel.number)
    patient = patient_layer(limits.current_ua, cleared)
    session = session_layer(_past_of(past, channel.number))
    narrowed = meet(meet(limits, patient), session)
    _raise(_no_current(narrowed.current_ua, channel.number, step_ua))
    return _below_source(narrowed, channel.number, source_ua)


def _below_source(
    limits: ChannelLimits, number: int, source_ua: tuple[int, ...] | None
) -> ChannelLimits:
    """Refuse a source that may put out in full more than is allowed; nothing lies above it."""
    if source_ua is None:
        return limits
    most, full_ua = limits.current_ua, source_ua[number - 1]
    if full_ua > most.value:
        _raise(breach("current of the source", number, full_ua, most.value, "µA", most.source))
    return replace(limits, current_ua=Most(value=full_ua, source="the source in full"))


def _past_of(past: tuple[ChannelPast, ...], number: int) -> ChannelPast:
    """Return the past of a channel; LimitTableError if nobody has looked it up."""
    for own in past:
        if own.number == number:
            return own
    raise LimitTableError(f"channel {number}: nothing is known of earlier sessions")


def _session_time(behaviour: Behaviour, plan: Plan, past: tuple[ChannelPast, ...]) -> Most:
    """Return how long this session may be; LimitViolation if no time is left of today."""
    most = Most(value=behaviour.session_max_us, source="session")
    for channel in plan.channels:
        most = lower(most, _past_of(past, channel.number).daily_left_us)
    if most.value == 0:
        _raise(breach("session time", None, 1, 0, "µs", most.source))
    return most


def _site(table: LimitTable, timing_class: str, channel: PlannedChannel) -> Site:
    """Return the channel's site if it may be stimulated in this rhythm."""
    site = table.sites.get(channel.site)
    if site is None:
        raise LimitTableError(f"channel {channel.number}: the table knows no site {channel.site!r}")
    needs_no_motor = NO_MOTOR_TARGET in table.timing_classes[timing_class].requires
    takes_any = site.timing_class == ANY_MOTOR_CLASS
    if needs_no_motor if takes_any else site.timing_class != timing_class:
        raise PlanningError(
            (f"channel {channel.number}: {channel.site} may not be stimulated {timing_class}",)
        )
    return site


def _refuse_misplaced(zones: tuple[str, ...], channel: PlannedChannel) -> None:
    """Raise PlanningError if a pad lies off the site's part of the body, or both on two sides."""
    sides: set[str] = set()
    for pad in channel.pads:
        place, _, last = pad.zone.rpartition("_")
        side = {last} & _SIDES
        sides |= side
        if (place if side else pad.zone) not in zones:
            raise PlanningError((f"channel {channel.number}: a pad may not lie on {pad.zone}",))
    if not sides <= {channel.side}:
        raise PlanningError((f"channel {channel.number}: its pads lie on two sides of the body",))
    if any(pad.zone == _UPPER_BACK for pad in channel.pads):
        _refuse_around_chest(channel)


def _refuse_around_chest(channel: PlannedChannel) -> None:
    """Raise PlanningError unless both pads lie at the back and the channel is one of one side."""
    is_at_back = all(pad.aspect == "posterior" for pad in channel.pads)
    if not is_at_back or channel.side not in (None, *_SIDES):
        raise PlanningError(
            (f"channel {channel.number}: on the upper back both pads lie at the back, of one side",)
        )


def _refuse_impossible(device: Capabilities, channel: PlannedChannel) -> None:
    if not 1 <= channel.number <= device.channels:
        raise PlanningError((f"{device.title} has no channel {channel.number}",))
    if channel.waveform not in device.waveforms:
        raise PlanningError(
            (f"channel {channel.number}: {device.title} makes no {channel.waveform} pulses",)
        )


def _refuse_train(device: Capabilities, plan: Plan, stage: PlannedStage) -> None:
    setup, numbers = stage.setup, [channel.number for channel in plan.channels]
    if len(set(numbers)) != len(numbers) or not set(setup.channels) <= set(numbers):
        raise PlanningError(("the plan uses a channel twice, or one that it does not describe",))
    pulses_us = [shape.pulse_width_us + shape.second_width_us for shape in stage.shapes]
    _raise(train_violation(device, setup, pulses_us))


def _trains_of(plan: Plan, number: int) -> tuple[tuple[int, PulseShape], ...]:
    """Return the period and the shape of this channel's pulses in each stage that uses it."""
    return tuple(
        (stage.setup.period_us, shape)
        for stage in plan.stages
        for shape in stage.shapes
        if shape.channel == number
    )


def _widths_by_period(plan: Plan, number: int) -> Mapping[int, frozenset[Widths]]:
    widths: dict[int, frozenset[Widths]] = {}
    for period_us, shape in _trains_of(plan, number):
        pair = (shape.pulse_width_us, shape.second_width_us)
        widths[period_us] = widths.get(period_us, frozenset()) | {pair}
    return MappingProxyType(widths)


def _no_current(current_ua: Most, channel: int, step_ua: int) -> Violation | None:
    if current_ua.value >= step_ua:
        return None
    return breach("current", channel, step_ua, current_ua.value, "µA", current_ua.source)


def _raise(violation: Violation | None) -> None:
    if violation is not None:
        raise violation.error()
