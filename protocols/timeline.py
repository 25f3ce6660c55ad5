"""A protocol made exact for one device: clinic units become integers on the device's grid.

Pulse periods go to the nearest grid value, widths and currents toward zero; what does not fit is
refused, with every reason at once. Whether the result is permitted is not decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from protocols.capabilities import Capabilities
from protocols.consistency import Path, field_name
from protocols.errors import PlanningError
from protocols.loading import LoadedProtocol
from protocols.model import Channel, Stage, StimulationProtocol
from protocols.plan import (
    Plan,
    PlannedBurst,
    PlannedChannel,
    PlannedPad,
    PlannedStage,
    PulseShape,
)
from protocols.pulses import SECOND_PHASE_FACTOR, TrainSetup, Waveform
from protocols.units import (
    mhz_from_hz,
    mm2_from_cm2,
    permille_from_percent,
    ua_from_ma,
    us_from_minutes,
    us_from_s,
)
from protocols.vocabulary import SIDED_ZONES, Side, Zone

_MHZ_US = 1_000_000_000  # a rate in mHz times its period in µs
_TOLERATED = 50  # a period may differ from the one asked for by one part in 50, which is 2 %


def make_plan(
    loaded: LoadedProtocol, capabilities: Capabilities, sides: Mapping[int, str] | None = None
) -> Plan:
    """Return the plan of a protocol on a device; raise PlanningError with all reasons against it.

    `sides` gives left or right by channel number where the side is chosen at arming; the side of
    a channel left out stays None.
    """
    if capabilities.lacks:
        raise PlanningError((f"{capabilities.title} {capabilities.lacks}.",), file=loaded.source)
    protocol = loaded.protocol
    planner = _Planner(loaded=loaded, device=capabilities, sides=sides or {})
    plan = Plan(
        protocol_id=protocol.id,
        title=protocol.title,
        version=protocol.version,
        sha256=loaded.sha256,
        device=capabilities.device,
        timing_class=protocol.timing_class.value,
        channels=planner.channels(),
        stages=planner.stages(),
    )
    if planner.reasons:
        raise PlanningError(tuple(dict.fromkeys(planner.reasons)), file=loaded.source)
    return plan


@dataclass(slots=True, kw_only=True)
class _Planner:
    """Makes the parts of one plan; a part that does not fit leaves its reason behind."""

    loaded: LoadedProtocol
    device: Capabilities
    sides: Mapping[int, str]
    reasons: list[str] = field(default_factory=list)

    @property
    def protocol(self) -> StimulationProtocol:
        """The protocol that is planned."""
        return self.loaded.protocol

    def channels(self) -> tuple[PlannedChannel, ...]:
        """Return all channels of the protocol."""
        self.reasons += _side_reasons(self.protocol, self.sides)
        return tuple(
            self._channel(("channels", index), channel)
            for index, channel in enumerate(self.protocol.channels)
        )

    def stages(self) -> tuple[PlannedStage, ...]:
        """Return all stages in order."""
        return tuple(
            self._stage(("stages", index), stage)
            for index, stage in enumerate(self.protocol.stages)
        )

    def _refuse(self, where: Path, asked: str, offered: str, cure: str) -> None:
        line = self.loaded.line_of(where)
        place = "" if line is None else f"line {line}: "
        reason = f"{field_name(where)}: {asked}; {self.device.title} {offered}. {cure}"
        self.reasons.append(place + reason)

    def _of_channel(self, number: int, name: str) -> Path:
        """Return the path of a field of the channel with that number."""
        numbers = [channel.number for channel in self.protocol.channels]
        return ("channels", numbers.index(number), name)

    def _channel(self, where: Path, channel: Channel) -> PlannedChannel:
        if channel.number > self.device.channels:
            self._refuse(
                (*where, "number"),
                f"channel {channel.number} is asked for",
                f"has channels 1 to {self.device.channels}",
                "Use one of these numbers, or a device with more channels.",
            )
        is_open = channel.side is Side.CHOSEN_AT_ARMING
        side = self.sides.get(channel.number) if is_open else channel.side.value
        start_ma = channel.suggested_start_ma
        return PlannedChannel(
            number=channel.number,
            name=channel.name,
            site=channel.site.value,
            side=side,
            waveform=self._waveform((*where, "waveforms"), channel),
            max_current_ua=self._bound_ua((*where, "max_current_ma"), channel.max_current_ma),
            suggested_start_ua=None if start_ma is None else self._current_on_grid(start_ma),
            pads=_pads(channel, side),
        )

    @property
    def _step_ua(self) -> int:
        """The grid of currents: that of the coarsest channel is that of all."""
        made = (self._waveform_made(channel) for channel in self.protocol.channels)
        return self.device.step_ua(waveform for waveform in made if waveform is not None)

    def _current_on_grid(self, current_ma: float) -> int:
        current_ua = ua_from_ma(current_ma)
        return current_ua - current_ua % self._step_ua

    def _bound_ua(self, where: Path, max_current_ma: float) -> int:
        bound_ua = self._current_on_grid(max_current_ma)
        if bound_ua == 0:
            self._refuse(
                where,
                f"{max_current_ma:g} mA is the bound",
                f"makes no current below {self._step_ua / 1000:g} mA",
                "Use a device with finer steps.",
            )
        return bound_ua

    def _waveform(self, where: Path, channel: Channel) -> Waveform:
        made = self._waveform_made(channel)
        if made is not None:
            return made
        self._refuse(
            where,
            f"{' or '.join(channel.waveforms)} is asked for",
            f"makes {' and '.join(sorted(self.device.waveforms))}",
            "Accept another waveform as second, or use another device.",
        )
        return channel.waveforms[0]

    def _stage(self, where: Path, stage: Stage) -> PlannedStage:
        bursts = _bursts(stage, self.protocol)
        used = tuple(sorted({burst.channel for burst in bursts}))
        shapes = tuple(self._shape(where, stage, number) for number in used)
        asked_mhz = self._asked_mhz(where, stage, used)
        period_us = self._period_us(self._rate_path(where, stage, used), asked_mhz, used, shapes)
        cycle_us = _cycle_us(stage)
        return PlannedStage(
            name=stage.name,
            kind=stage.kind.value,
            setup=TrainSetup(period_us=period_us, channels=used),
            shapes=shapes,
            bursts=bursts,
            cycle_us=cycle_us,
            cycles=_cycles(stage),
            cue_rest=stage.cue_rest,
            frequency_asked_mhz=asked_mhz,
        )

    def _shape(self, where: Path, stage: Stage, number: int) -> PulseShape:
        channel = self.protocol.channel(number)
        width_us = stage.pulse_width_us
        where, device = (*where, "pulse_width_us"), self.device
        if width_us is None:
            where, width_us = self._of_channel(number, "pulse_width_us"), channel.pulse_width_us
        on_grid_us = width_us - width_us % device.pulse_width_step_us
        if not device.pulse_width_min_us <= on_grid_us <= device.pulse_width_max_us:
            self._refuse(
                where,
                f"{width_us} µs per phase is asked for",
                f"makes {_from_to(device.pulse_width_min_us, device.pulse_width_max_us)} µs",
                self._cure("a width in this range", f"{width_us} µs"),
            )
        second_us = on_grid_us
        if self._waveform_made(channel) is Waveform.ASYMMETRIC_BIPHASIC:
            second_us = self._second_width_us(where, on_grid_us)
        return PulseShape(channel=number, pulse_width_us=on_grid_us, second_width_us=second_us)

    def _waveform_made(self, channel: Channel) -> Waveform | None:
        made = (waveform for waveform in channel.waveforms if waveform in self.device.waveforms)
        return next(made, None)

    def _second_width_us(self, where: Path, width_us: int) -> int:
        """Return the width of the second phase, which carries the same charge at a quarter."""
        second_us, device = SECOND_PHASE_FACTOR * width_us, self.device
        if second_us > device.pulse_width_max_us:
            self._refuse(
                where,
                f"an asymmetric pulse of {width_us} µs needs a second phase of {second_us} µs",
                f"makes phases up to {device.pulse_width_max_us} µs",
                "Put symmetric_biphasic first, or ask for a smaller width.",
            )
        return second_us

    def _asked_mhz(self, where: Path, stage: Stage, used: tuple[int, ...]) -> int:
        if stage.frequency_hz is not None:
            return mhz_from_hz(stage.frequency_hz)
        rates_hz = {number: self.protocol.channel(number).frequency_hz for number in used}
        if len(set(rates_hz.values())) > 1:
            asked = ", ".join(f"channel {n} {rate_hz:g} Hz" for n, rate_hz in rates_hz.items())
            self._refuse(
                where,
                f"its channels ask for different pulse rates ({asked})",
                "drives the channels of one stage as one train",
                "Give them the same frequency_hz, or write frequency_hz in the stage.",
            )
        return mhz_from_hz(min(rates_hz.values()))

    def _rate_path(self, where: Path, stage: Stage, used: tuple[int, ...]) -> Path:
        """Return where the rate of a stage is written: in itself, or in a channel of it."""
        if stage.frequency_hz is not None:
            return (*where, "frequency_hz")
        slowest = min(used, key=lambda number: self.protocol.channel(number).frequency_hz)
        return self._of_channel(slowest, "frequency_hz")

    def _period_us(
        self, where: Path, asked_mhz: int, used: tuple[int, ...], shapes: tuple[PulseShape, ...]
    ) -> int:
        """Return the nearest period of the device's grid, refusing one that it cannot make."""
        period_us = _nearest_period_us(asked_mhz, self.device.period_step_us)
        asked = f"{asked_mhz / 1000:g} Hz is asked for"
        if abs(period_us * asked_mhz - _MHZ_US) * _TOLERATED > _MHZ_US:
            self._refuse(
                where,
                asked,
                f"comes no nearer than {_hz(period_us)}, with periods in steps of "
                f"{_ms(self.device.period_step_us)}",
                f"Ask for {_hz(period_us)}.",
            )
        shortest_us = self._shortest_period_us(used, shapes)
        if period_us < shortest_us:
            self._refuse(
                where,
                asked,
                f"makes at most {_hz(shortest_us)} with these channels and widths",
                self._cure(
                    "a lower rate, narrower pulses or fewer channels in the stage",
                    f"{asked_mhz / 1000:g} Hz",
                ),
            )
        if period_us > self.device.period_max_us:
            self._refuse(
                where,
                asked,
                f"makes at least {_hz(self.device.period_max_us)}",
                self._cure("a higher rate", f"{asked_mhz / 1000:g} Hz"),
            )
        return period_us

    def _cure(self, change: str, asked: str) -> str:
        """Return what to ask for; what is passed on may be set to what was asked for instead."""
        if self.device.source_ua is None:
            return f"Ask for {change}."
        return f"Set what is passed on to {asked} and declare it anew, or ask for what is declared."

    def _shortest_period_us(self, used: tuple[int, ...], shapes: tuple[PulseShape, ...]) -> int:
        """Return the shortest period that holds the widest pulse and that the device allows."""
        pulses_us = [shape.pulse_width_us + shape.second_width_us for shape in shapes]
        possible = tuple(number for number in used if number <= self.device.channels)
        allowed_us = self.device.period_min_us(possible) if possible else 0
        serial_us = self.device.serial_period_us(pulses_us)
        return max(allowed_us, serial_us, max(pulses_us) + self.device.interphase_gap_us + 1)


def _side_reasons(protocol: StimulationProtocol, sides: Mapping[int, str]) -> Iterator[str]:
    written = {channel.number: channel.side for channel in protocol.channels}
    for number, side in sides.items():
        where = f"side of channel {number}"
        if number not in written:
            yield f"{where}: the protocol has no such channel. Leave it out."
        elif side not in (Side.LEFT, Side.RIGHT):
            yield f"{where}: {side} was chosen. Choose left or right."
        elif written[number] not in (Side.CHOSEN_AT_ARMING, side):
            yield (
                f"{where}: {side} was chosen, but the protocol says {written[number]}. "
                f"Choose {written[number]}, or use another protocol."
            )


def _pads(channel: Channel, side: str | None) -> tuple[PlannedPad, ...]:
    return tuple(
        PlannedPad(
            name=pad.name,
            zone=_completed(pad.zone, side),
            aspect=pad.aspect.value,
            gel_area_mm2=mm2_from_cm2(pad.gel_area_cm2),
            placement=pad.placement,
        )
        for pad in channel.pads
    )


def _completed(zone: Zone, side: str | None) -> str:
    return zone.value if side is None or zone not in SIDED_ZONES else f"{zone.value}_{side}"


def _bursts(stage: Stage, protocol: StimulationProtocol) -> tuple[PlannedBurst, ...]:
    """Return the bursts of one cycle by start; the short form is one burst per channel."""
    if stage.bursts is None:
        numbers = stage.channels or tuple(channel.number for channel in protocol.channels)
        return tuple(_shared_burst(stage, number) for number in sorted(numbers))
    bursts = (
        PlannedBurst(
            channel=burst.channel,
            start_us=us_from_s(burst.start_s),
            on_us=us_from_s(burst.on_time_s),
            ramp_up_us=us_from_s(burst.ramp_up_s),
            ramp_down_us=us_from_s(burst.ramp_down_s),
            share_permille=permille_from_percent(burst.level_share_percent),
            cue=burst.cue or stage.cue_contract or "",
        )
        for burst in stage.bursts
    )
    return tuple(sorted(bursts, key=lambda burst: (burst.start_us, burst.channel)))


def _shared_burst(stage: Stage, number: int) -> PlannedBurst:
    return PlannedBurst(
        channel=number,
        start_us=0,
        on_us=_us(stage.on_time_s),
        ramp_up_us=_us(stage.ramp_up_s),
        ramp_down_us=_us(stage.ramp_down_s),
        share_permille=permille_from_percent(stage.level_share_percent or 100),
        cue=stage.cue_contract or "",
    )


def protocol_duration_us(protocol: StimulationProtocol) -> int:
    """Return how long a protocol takes on any device, to the end of its last burst."""
    total_us = sum(_cycle_us(stage) * _cycles(stage) for stage in protocol.stages)
    last = protocol.stages[-1]
    return total_us - _cycle_us(last) + max(b.end_us for b in _bursts(last, protocol))


def _cycles(stage: Stage) -> int:
    return stage.repetitions or us_from_minutes(stage.minutes or 0) // _cycle_us(stage)


def _cycle_us(stage: Stage) -> int:
    return _us(stage.cycle_time_s) or _us(stage.on_time_s) + _us(stage.off_time_s)


def _us(time_s: float | None) -> int:
    """Return a time in µs; one that the stage's form of timing does not have is 0."""
    return 0 if time_s is None else us_from_s(time_s)


def _nearest_period_us(rate_mhz: int, step_us: int) -> int:
    """Return the period on the grid nearest to that of a rate, at least one step."""
    steps = (2 * _MHZ_US + rate_mhz * step_us) // (2 * rate_mhz * step_us)
    return max(1, steps) * step_us


def _from_to(least: int, most: int) -> str:
    return f"{least} to {most}" if least < most else f"{most}"


def _hz(period_us: int) -> str:
    return f"{1_000_000 / period_us:.5g} Hz"


def _ms(period_us: int) -> str:
    return f"{period_us / 1000:g} ms"
