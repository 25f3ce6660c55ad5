"""Faults that happen to the device and at the skin, and how long they last."""

import heapq

from hardware_sim import faults
from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.device import Device
from hardware_sim.fault_triggers import microseconds

SHORT_OHM = 20
CONTACT = "contact"
Key = tuple[str, int | str]
"""A kind of trouble, or the contact, and which of several."""


class Happenings:
    """What is wrong with a device now; of several faults of one thing the youngest holds."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._active: dict[Key, list[tuple[int, faults.BaseFault]]] = {}
        self._ends: list[tuple[int, int, Key]] = []

    def begin(self, number: int, fault: faults.BaseFault, now_us: int) -> str | None:
        """Let a fault begin; return what happens, in words, None if it lasts for good already."""
        if isinstance(fault, faults.Reboot):
            self._device.reboot(now_us, off_us=microseconds(fault.off_s))
            return f"off for {fault.off_s:g} s"
        if isinstance(fault, faults.GeneralError):
            self._device.set_trouble(fault.kind, "", fault.result, now_us)
            return fault.result
        key = _key(fault)
        for_s: float | None = getattr(fault, "for_s", None)
        lasting = self._active.setdefault(key, [])
        if for_s is None and (number, fault) in lasting:
            return None
        lasting.append((number, fault))
        if for_s is not None:
            heapq.heappush(self._ends, (now_us + microseconds(for_s), number, key))
        self._apply(key, now_us)
        return f"{_words(key)} {f'for {for_s:g} s' if for_s else 'for good'}"

    def next_end_us(self) -> int | None:
        """Return when the next fault ends."""
        return self._ends[0][0] if self._ends else None

    def end(self, now_us: int) -> list[tuple[int, str]]:
        """End what is over by now; return numbers and what was mended."""
        ended = []
        while self._ends and self._ends[0][0] <= now_us:
            _, number, key = heapq.heappop(self._ends)
            lasting = self._active[key]
            lasting.remove(next(entry for entry in lasting if entry[0] == number))
            self._apply(key, now_us)
            ended.append((number, _words(key)))
        return ended

    def _apply(self, key: Key, now_us: int) -> None:
        kind, which = key
        youngest = self._active[key][-1][1] if self._active[key] else None
        if kind == CONTACT and isinstance(which, int):
            self._device.put_contact(which, self._contact(youngest))
        else:
            value = youngest.value if isinstance(youngest, faults.Trouble) else None
            self._device.set_trouble(kind, which, value, now_us)

    def _contact(self, fault: faults.BaseFault | None) -> Contact | None:
        supply_v = self._device.dialect.supply_v
        match fault:
            case faults.OpenElectrode():
                return NOTHING
            case faults.ShortElectrode():
                return Contact(ohm=SHORT_OHM, supply_v=supply_v)
            case faults.Load():
                return Contact(ohm=fault.ohm, supply_v=fault.supply_v or supply_v)
            case _:
                return None


def _key(fault: faults.BaseFault) -> Key:
    match fault:
        case faults.OpenElectrode() | faults.ShortElectrode() | faults.Load():
            return CONTACT, fault.channel
        case faults.Trouble():
            return fault.kind, fault.which
        case _:
            raise TypeError(f"{fault.kind} does not last")


def _words(key: Key) -> str:
    """Say what is in trouble: "contact 1", "module A", "emergency switch"."""
    kind, which = key
    return f"{kind.removeprefix('failed_').replace('_', ' ')} {which}".strip()
