"""Faults that happen to the device and at the skin, and how long they last."""

import heapq

from hardware_sim import faults
from hardware_sim.contacts import NOTHING, Contact
from hardware_sim.fault_triggers import microseconds
from hardware_sim.rehastim2.device import RehaStim2

SHORT = Contact(ohm=20, supply_v=faults.SUPPLY_V)
Key = tuple[str, int | str]


class Happenings:
    """What is wrong with a device now; of several faults of one thing the youngest holds."""

    def __init__(self, device: RehaStim2) -> None:
        self._device = device
        self._active: dict[Key, list[tuple[int, faults.BaseFault]]] = {}
        self._ends: list[tuple[int, int, Key]] = []

    def begin(self, number: int, fault: faults.BaseFault, now_us: int) -> str | None:
        """Let a fault begin; return what happens, in words, None if it lasts for good already."""
        if isinstance(fault, faults.Reboot):
            self._device.reboot(now_us, off_us=microseconds(fault.off_s))
            return f"off for {fault.off_s:g} s"
        key = _key(fault)
        for_s: float | None = getattr(fault, "for_s", None)
        lasting = self._active.setdefault(key, [])
        if for_s is None and (number, fault) in lasting:
            return None
        lasting.append((number, fault))
        if for_s is not None:
            heapq.heappush(self._ends, (now_us + microseconds(for_s), number, key))
        self._apply(key, now_us)
        return f"{key[0]} {key[1]} {f'for {for_s:g} s' if for_s else 'for good'}".replace("  ", " ")

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
            ended.append((number, f"{key[0]} {key[1]}".strip()))
        return ended

    def _apply(self, key: Key, now_us: int) -> None:
        what, which = key
        youngest = self._active[key][-1][1] if self._active[key] else None
        if what == "contact" and isinstance(which, int):
            self._device.put_contact(which, _contact(youngest))
        elif what == "module" and isinstance(which, str):
            if youngest:
                self._device.fail_module(which, now_us)
            else:
                self._device.repair_module(which)
        elif youngest:
            self._device.open_emergency_switch(now_us)
        else:
            self._device.close_emergency_switch()


def _key(fault: faults.BaseFault) -> Key:
    match fault:
        case faults.OpenElectrode() | faults.ShortElectrode() | faults.Load():
            return "contact", fault.channel
        case faults.FailedModule():
            return "module", fault.module
        case _:
            return "emergency switch", ""


def _contact(fault: faults.BaseFault | None) -> Contact | None:
    match fault:
        case faults.OpenElectrode():
            return NOTHING
        case faults.ShortElectrode():
            return SHORT
        case faults.Load():
            return Contact(ohm=fault.ohm, supply_v=fault.supply_v)
        case _:
            return None
