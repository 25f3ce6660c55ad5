"""What commands ask for: their data as values, judged as the device judges them.

Currents are in uA, times in us, channels count from 1. Data that are too short or out of range are
a ParameterError; what follows the last field is ignored.

Source: P24 instructions for use 1.1, p. 20-25.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from hardware_sim.p24.commands import ParameterError
from hardware_sim.p24.model import FULL_VOLTAGE_CODE, FULL_VOLTAGE_V, Model
from hardware_sim.pulses import Point

POINT_BYTES = 4
CURRENT_STEP_UA = 500
ZERO_CURRENT_CODE = 300
SHORTEST_POINT_US = 10
OVERHEAD_US = 60
"""What each pulse costs the generator beside its points: 40 us mute, 20 us reserve."""
DUTY_LIMIT_MS_PER_S = 1000
LARGEST_PERIOD_CODE = 32_766
MEASUREMENTS = 4
LARGEST_INTERPOLATION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LowInit:
    """Ll_init: what is measured, and the supply (0 is off)."""

    measurement: int
    voltage_v: int
    voltage_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseRequest:
    """Ll_channel_config: one pulse, without points none."""

    channel: int
    points: tuple[Point, ...]

    @property
    def width_us(self) -> int:
        """How long it takes."""
        return width_us(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetting:
    """One channel's part of Ml_update."""

    channel: int
    ramp: int
    period_us: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Ml_update: the whole pattern."""

    settings: tuple[ChannelSetting, ...]
    is_soft: bool = False


def width_us(points: tuple[Point, ...]) -> int:
    """Return how long a pulse takes."""
    return sum(point.duration_us for point in points)


def _require(is_in_range: bool, what: str) -> None:
    if not is_in_range:
        raise ParameterError(what)


class _Bytes:
    """Data that are read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> int:
        """Return the number in the next bytes, most significant first."""
        end = self._place + count
        _require(end <= len(self._data), f"{len(self._data)} data bytes are too few")
        number = int.from_bytes(self._data[self._place : end], "big")
        self._place = end
        return number


def read_byte(data: bytes) -> int:
    """Read a command whose data are one byte."""
    return _Bytes(data).take(1)


def read_low_init(data: bytes, model: Model) -> LowInit:
    """Read Ll_init: bits 6..4 measurement, bits 3..1 high voltage."""
    field = read_byte(data)
    measurement, voltage = field >> 4 & 0b111, field >> 1 & 0b111
    _require(voltage in model.voltages_v, f"high voltage {voltage}")
    if not model.has_measurement:
        measurement = 0
    _require(measurement < MEASUREMENTS, f"measurement {measurement}")
    voltage_v = model.voltages_v[voltage]
    code = FULL_VOLTAGE_CODE if voltage_v == FULL_VOLTAGE_V else voltage
    return LowInit(measurement=measurement, voltage_v=voltage_v, voltage_code=code)


def channel_of(data: bytes, model: Model) -> int:
    """Return the channel of Ll_channel_config: bits 6..5, and in bit 4 the connector."""
    field = data[0] if data else 0
    connector = field >> 4 & 1 if model.has_connectors else 0
    return connector * 4 + (field >> 5 & 0b11) + 1


def read_pulse(data: bytes, model: Model) -> PulseRequest:
    """Read Ll_channel_config; without its execute bit (7) points may be missing."""
    reader = _Bytes(data)
    field = reader.take(1)
    channel = channel_of(data, model)
    if not field & 0x80:
        return PulseRequest(channel=channel, points=())
    return PulseRequest(channel=channel, points=_points(reader, (field & 0x0F) + 1, model))


def _points(reader: _Bytes, count: int, model: Model) -> tuple[Point, ...]:
    points = tuple(_point(reader.take(POINT_BYTES), model) for _ in range(count))
    shortest_us, longest_us = model.pulse_widths_us
    width = width_us(points)
    _require(width == 0 or shortest_us <= width <= longest_us, f"pulse width {width} us")
    return points


def _point(word: int, model: Model) -> Point:
    """Read bits 31..20 duration, 19..10 current code, 6..5 interpolation."""
    duration_us = word >> 20
    current_ua = ((word >> 10 & 0x3FF) - ZERO_CURRENT_CODE) * CURRENT_STEP_UA
    _require(abs(current_ua) <= model.most_current_ua, f"current {current_ua / 1000:g} mA")
    _require(word >> 5 & 0b11 <= LARGEST_INTERPOLATION, "interpolation")
    if duration_us:
        duration_us = max(duration_us, SHORTEST_POINT_US)
    return Point(current_ua=current_ua, duration_us=duration_us)


def read_update(data: bytes, model: Model) -> Update:
    """Read Ml_update: the mask, then each enabled channel, lowest first."""
    reader = _Bytes(data)
    mask = reader.take(1)
    settings = tuple(
        _setting(index + 1, reader, model) for index in range(model.channels) if mask >> index & 1
    )
    _require(duty_ms_per_s(settings) < DUTY_LIMIT_MS_PER_S, "the pulses do not fit into a second")
    return Update(
        settings=settings, is_soft=bool(model.has_soft_start and mask >> model.channels & 1)
    )


def _setting(channel: int, reader: _Bytes, model: Model) -> ChannelSetting:
    field, period = reader.take(1), reader.take(2)
    step_us = 250 if model.has_fine_periods and period & 1 else 500
    period_us = (period >> 1) * step_us
    shortest_us, longest_us = model.periods_us
    is_legal = period >> 1 <= LARGEST_PERIOD_CODE and shortest_us <= period_us <= longest_us
    _require(is_legal, f"period {period_us} us")
    return ChannelSetting(
        channel=channel,
        ramp=field & 0x0F,
        period_us=period_us,
        points=_points(reader, (field >> 4) + 1, model),
    )


def duty_ms_per_s(settings: tuple[ChannelSetting, ...]) -> int:
    """Return how long one generator is busy with all channels in each second, rounded up."""
    return ceil(
        sum(
            Fraction((width_us(setting.points) + OVERHEAD_US) * 1000, setting.period_us)
            for setting in settings
        )
    )
