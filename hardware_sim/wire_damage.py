"""What a bad wire makes of one frame; pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hardware_sim import faults
from hardware_sim.dialect import Lie
from hardware_sim.fault_triggers import microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Bytes under way: how late they are, whether the next frame goes before them.

    A refusal names the result that the device will answer to a command in them.
    """

    data: bytes
    delay_us: int = 0
    is_held: bool = False
    refusal: str | None = None


Parcels = list[Parcel]


def damaged(fault: faults.BaseFault, parcels: Parcels, chance: Random) -> Parcels:
    """Return what a fault makes of a frame that others may have harmed before."""
    return _DAMAGE[type(fault)](fault, parcels, chance)


def told(lie: Lie, value: object, parcels: Parcels) -> Parcels:
    """Return what a lie makes of a frame."""
    return [replace(parcel, data=lie.tell(parcel.data, value)) for parcel in parcels]


def random_bytes(count: int, chance: Random) -> bytes:
    """Return noise."""
    return bytes(int(chance.random() * 256) for _ in range(count))


def _drop(_fault: faults.Drop, _parcels: Parcels, _chance: Random) -> Parcels:
    return []


def _delay(fault: faults.Delay, parcels: Parcels, _chance: Random) -> Parcels:
    late_us = microseconds(fault.delay_ms / 1000)
    return [replace(parcel, delay_us=parcel.delay_us + late_us) for parcel in parcels]


def _duplicate(fault: faults.Duplicate, parcels: Parcels, _chance: Random) -> Parcels:
    return parcels * (1 + fault.copies)


def _reorder(_fault: faults.Reorder, parcels: Parcels, _chance: Random) -> Parcels:
    return [replace(parcel, is_held=True) for parcel in parcels]


def _flip_bits(fault: faults.FlipBits, parcels: Parcels, chance: Random) -> Parcels:
    return [replace(p, data=_flipped(p.data, fault.bits, chance)) for p in parcels]


def _flipped(data: bytes, bits: int, chance: Random) -> bytes:
    """Invert this many different bits, or all if there are fewer."""
    untouched = list(range(len(data) * 8))
    harmed = bytearray(data)
    for _ in range(min(bits, len(untouched))):
        place = untouched.pop(int(chance.random() * len(untouched)))
        harmed[place // 8] ^= 1 << place % 8
    return bytes(harmed)


def _truncate(fault: faults.Truncate, parcels: Parcels, _chance: Random) -> Parcels:
    return [replace(parcel, data=parcel.data[: -fault.bytes]) for parcel in parcels]


def _split(fault: faults.Split, parcels: Parcels, _chance: Random) -> Parcels:
    gap_us = microseconds(fault.gap_ms / 1000)
    return [
        replace(
            parcel,
            data=parcel.data[start : start + fault.bytes],
            delay_us=parcel.delay_us + start // fault.bytes * gap_us,
        )
        for parcel in parcels
        for start in range(0, len(parcel.data), fault.bytes)
    ]


def _garbage(fault: faults.Garbage, parcels: Parcels, chance: Random) -> Parcels:
    return [Parcel(data=random_bytes(fault.bytes, chance)), *parcels]


def _refuse(fault: faults.Refuse, parcels: Parcels, _chance: Random) -> Parcels:
    return [replace(parcel, refusal=fault.result) for parcel in parcels]


_DAMAGE: dict[type[faults.BaseFault], Callable[[Any, Parcels, Random], Parcels]] = {
    faults.Drop: _drop,
    faults.Delay: _delay,
    faults.Duplicate: _duplicate,
    faults.Reorder: _reorder,
    faults.FlipBits: _flip_bits,
    faults.Truncate: _truncate,
    faults.Split: _split,
    faults.Garbage: _garbage,
    faults.Refuse: _refuse,
}
