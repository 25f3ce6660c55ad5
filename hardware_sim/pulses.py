"""One stimulation pulse as it leaves the device."""

from dataclasses import dataclass
from itertools import groupby

GAP_US = 100
NARROWEST_PULSE_US = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A piece of a pulse with one current."""

    current_ua: int
    duration_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A biphasic rectangle: two phases of opposite sign with a gap between them.

    ``time_us`` is when the first phase begins, on the clock that the device was given; channels
    count from 1. Source: ScienceMode2 description 1.24, section 1.2 and figure 2.
    """

    time_us: int
    channel: int
    current_ma: float
    pulse_width_us: int
    second_current_ma: float
    second_width_us: int
    gap_us: int = GAP_US

    @property
    def points(self) -> tuple[Point, ...]:
        """The pulse piece by piece, exactly."""
        return (
            Point(current_ua=round(self.current_ma * 1000), duration_us=self.pulse_width_us),
            Point(current_ua=0, duration_us=self.gap_us),
            Point(
                current_ua=round(self.second_current_ma * 1000), duration_us=self.second_width_us
            ),
        )

    @property
    def net_charge_nc(self) -> float:
        """Charge left behind by the two phases as delivered (mA x us = nC)."""
        return self.current_ma * self.pulse_width_us + self.second_current_ma * self.second_width_us


@dataclass(frozen=True, slots=True, kw_only=True)
class ClippedPulse(Pulse):
    """A pulse for which the supply did not suffice.

    The current of a phase is its mean, in whole mA; the net charge is exact all the same.
    """

    left_behind_nc: int

    @property
    def net_charge_nc(self) -> float:
        """Charge left behind by the two phases as delivered."""
        return self.left_behind_nc


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapedPulse(Pulse):
    """A pulse of any pieces; `shape` has them all as delivered, each with its mean current.

    A phase is all that flows in one direction without a change of it; the fields of a pulse tell of
    the first two, with their mean currents, and the time between them.
    """

    shape: tuple[Point, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """The pulse piece by piece, exactly."""
        return self.shape

    @property
    def net_charge_nc(self) -> float:
        """Charge left behind by all pieces (1000 uA x us = nC)."""
        return sum(point.current_ua * point.duration_us for point in self.shape) / 1000


def shaped_pulse(time_us: int, channel: int, shape: tuple[Point, ...]) -> ShapedPulse:
    """Return a pulse of these pieces, at least one of which has a current."""
    phases = [phase for phase in _phases(shape) if phase.duration_us]
    while not phases[0].current_ua:
        phases.pop(0)
    first, rest = phases[0], phases[1:]
    gap_us = rest.pop(0).duration_us if rest and not rest[0].current_ua else 0
    second = rest[0] if rest else Point(current_ua=0, duration_us=0)
    return ShapedPulse(
        time_us=time_us,
        channel=channel,
        current_ma=first.current_ua / 1000,
        pulse_width_us=first.duration_us,
        second_current_ma=second.current_ua / 1000,
        second_width_us=second.duration_us,
        gap_us=gap_us if rest else 0,
        shape=shape,
    )


def _phases(shape: tuple[Point, ...]) -> list[Point]:
    """Join neighbours that flow in one direction, or not at all."""
    phases = []
    for _, group in groupby(shape, key=lambda point: _sign(point.current_ua)):
        pieces = list(group)
        duration_us = sum(piece.duration_us for piece in pieces)
        charge_pc = sum(piece.current_ua * piece.duration_us for piece in pieces)
        current_ua = round(charge_pc / duration_us) if duration_us else 0
        phases.append(Point(current_ua=current_ua, duration_us=duration_us))
    return phases


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def delivered_width_us(requested_us: int) -> int:
    """Return the width that the device makes of a request: 1-19 us are raised, 0 is no pulse."""
    return max(requested_us, NARROWEST_PULSE_US) if requested_us else 0
