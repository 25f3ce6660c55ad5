"""What becomes of a pulse at the pads: whether the device notices, what flows, what is measured."""

from dataclasses import dataclass, replace
from math import isinf

from hardware_sim.contacts import HEALTHY_OHM, Contact
from hardware_sim.p24.answers import Measured
from hardware_sim.p24.commands import Result
from hardware_sim.p24.model import FULL_VOLTAGE_V
from hardware_sim.p24.reading import width_us
from hardware_sim.pulses import Point

SAMPLES = 128
CURRENT, VOLTAGE, SUPPLY = 1, 2, 3
HIGHEST_SAMPLE = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a pulse; its points are what flowed, none if nothing did."""

    result: Result
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pads:
    """What hangs at a channel and what drives it; no contact is a healthy pair of pads.

    `test_ua` is the smallest current at which the device notices that nothing, or a short, hangs
    there.
    """

    contact: Contact | None
    voltage_v: int
    test_ua: int

    def outcome(self, points: tuple[Point, ...]) -> Outcome:
        """Return what comes of a pulse."""
        contact, peak_ua = self._driven(), max((abs(p.current_ua) for p in points), default=0)
        if contact is None or peak_ua == 0:
            return Outcome(result=Result.OK, points=points)
        if not contact.is_conducting:
            is_noticed = peak_ua >= self.test_ua
            result = Result.ELECTRODE if is_noticed else Result.OK
            return Outcome(result=result, points=() if is_noticed else _flow(contact, points))
        flowing = _flow(contact, points)
        result = Result.OK if flowing == points else Result.LOW_CURRENT
        return Outcome(result=result, points=flowing)

    def unnoticed(self, points: tuple[Point, ...]) -> Outcome:
        """Return what comes of a pulse when the device notices nothing."""
        contact = self._driven()
        flowing = points if contact is None else _flow(contact, points)
        return Outcome(result=Result.OK, points=flowing)

    def _driven(self) -> Contact | None:
        """Return the contact with the lower of its own and the device's supply."""
        if self.contact is None and self.voltage_v == FULL_VOLTAGE_V:
            return None
        contact = self.contact or Contact(ohm=HEALTHY_OHM, supply_v=self.voltage_v)
        return replace(contact, supply_v=min(contact.supply_v, self.voltage_v))

    def measured(self, kind: int, points: tuple[Point, ...]) -> Measured | None:
        """Return 128 samples of a pulse, sizes without a sign; None if nothing is measured."""
        if not kind:
            return None
        sampling_us = max(1, -(-width_us(points) // SAMPLES))
        ohm = self.contact.ohm if self.contact else HEALTHY_OHM
        samples = []
        for number in range(SAMPLES):
            size_ma = abs(_current_ua(points, number * sampling_us)) / 1000
            volt = min(size_ma * ohm / 1000, self.voltage_v) if size_ma else 0.0
            value = {CURRENT: size_ma, VOLTAGE: volt, SUPPLY: self.voltage_v}[kind]
            samples.append(min(round(value * 100), HIGHEST_SAMPLE))
        return Measured(kind=kind, sampling_us=sampling_us, samples=tuple(samples))


def _current_ua(points: tuple[Point, ...], at_us: int) -> int:
    for point in points:
        if at_us < point.duration_us:
            return point.current_ua
        at_us -= point.duration_us
    return 0


def _flow(contact: Contact, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return each point with its mean current; the same ones if nothing is clipped."""
    if isinf(contact.ohm) or contact.supply_v == 0:
        return ()
    charges_nc = contact.charges_nc([(p.current_ua / 1000, p.duration_us) for p in points])
    return tuple(
        replace(point, current_ua=round(charge_nc * 1000 / point.duration_us))
        if point.duration_us
        else point
        for point, charge_nc in zip(points, charges_nc, strict=True)
    )
