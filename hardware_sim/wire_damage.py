"""What a bad wire makes of one frame; pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hardware_sim import faults
from hardware_sim.fault_triggers import microseconds
from hardware_sim.rehastim2.commands import Result
from hardware_sim.rehastim2.frames import FrameReader, Packet, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Bytes under way: how late they are, whether the next frame goes before them.

    A refusal is what the device will answer to a command in them.
    """

    data: bytes
    delay_us: int = 0
    is_held: bool = False
    refusal: Result | None = None


Parcels = list[Parcel]


def damaged(fault: faults.BaseFault, parcels: Parcels, chance: Random) -> Parcels:
    """Return what a fault makes of a frame that others may have harmed before."""
    return _DAMAGE[type(fault)](fault, parcels, chance)


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


def _garbage(fault: faults.Garbage, parcels: Parcels, chance: Random) -> Parcels:
    return [Parcel(data=random_bytes(fault.bytes, chance)), *parcels]


def _refuse(fault: faults.Refuse, parcels: Parcels, _chance: Random) -> Parcels:
    result = Result[fault.result.upper()]
    return [replace(parcel, refusal=result) for parcel in parcels]


def _wrong_mode(fault: faults.WrongMode, parcels: Parcels, _chance: Random) -> Parcels:
    code = ("start", "initialized", "started").index(fault.mode)
    return [_rewritten(parcel, lambda data: data[:1] + bytes((code,))) for parcel in parcels]


def _wrong_version(fault: faults.WrongVersion, parcels: Parcels, _chance: Random) -> Parcels:
    return [_rewritten(parcel, lambda _: bytes((fault.version,))) for parcel in parcels]


def _rewritten(parcel: Parcel, rewrite: Callable[[bytes], bytes]) -> Parcel:
    """Change the data of an intact frame, with a checksum that fits."""
    (packet,) = FrameReader().receive(parcel.data) or (None,)
    if not isinstance(packet, Packet):
        return parcel
    data = rewrite(packet.data)
    return replace(parcel, data=encode(packet.number, packet.command, data))


_DAMAGE: dict[type[faults.BaseFault], Callable[[Any, Parcels, Random], Parcels]] = {
    faults.Drop: _drop,
    faults.Delay: _delay,
    faults.Duplicate: _duplicate,
    faults.Reorder: _reorder,
    faults.FlipBits: _flip_bits,
    faults.Truncate: _truncate,
    faults.Garbage: _garbage,
    faults.Refuse: _refuse,
    faults.WrongMode: _wrong_mode,
    faults.WrongVersion: _wrong_version,
}
