"""A wire with faults between a port and the simulated device, in real or virtual time.

It is used in the device's place and has its methods. Without faults use the device itself: that
costs nothing. No clock, no port: time comes with each call.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from hardware_sim import faults
from hardware_sim.device import Device
from hardware_sim.fault_fit import refuse_misfits
from hardware_sim.fault_log import AppliedFault, FaultLog
from hardware_sim.fault_triggers import Trigger, microseconds
from hardware_sim.faults import FaultScript
from hardware_sim.happenings import Happenings
from hardware_sim.line import NEVER_US
from hardware_sim.wire_damage import Parcel, Parcels, damaged, random_bytes, told
from hardware_sim.wire_queue import FrameCutter, WireQueue

Way = Literal["to_device", "to_host"]
WAYS: tuple[Way, ...] = ("to_device", "to_host")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    number: int
    fault: faults.BaseFault
    trigger: Trigger
    chance: Random


class FaultyLine:
    """The device behind a line that harms what a script says, when it says so.

    `on_fault` gets each fault as it is applied; `log` keeps them all. Time 0 of the script is
    `start_us`. Times must not decrease. A script that the device cannot show is a ValueError.
    """

    def __init__(
        self,
        device: Device,
        script: FaultScript,
        *,
        start_us: int = 0,
        on_fault: Callable[[AppliedFault], None] | None = None,
    ) -> None:
        refuse_misfits(script, device.dialect)
        self.device = device
        self._dialect = device.dialect
        self.log = FaultLog(on_fault)
        self._happenings = Happenings(device)
        self._cutter = FrameCutter(device.dialect.splitter())
        self._queues: dict[Way, WireQueue] = {way: WireQueue() for way in WAYS}
        self._rules: dict[Way, list[_Rule]] = {way: [] for way in WAYS}
        self._planned: list[tuple[int, int, _Rule]] = []
        for number, fault in enumerate(script.faults, start=1):
            self._add(number, fault, script.seed, start_us)

    def _add(self, number: int, fault: faults.BaseFault, seed: int, start_us: int) -> None:
        chance = Random(f"{seed}/{number}")
        concerned = self._dialect.concerned_frames(fault.kind)
        trigger = Trigger(fault, concerned, chance, start_us)
        rule = _Rule(number=number, fault=fault, trigger=trigger, chance=chance)
        if fault.at_s is not None and not fault.acts_on_frames:
            due_us = start_us + microseconds(fault.at_s)
            heapq.heappush(self._planned, (due_us, number, rule))
            return
        for way in _ways(fault):
            self._rules[way].append(rule)

    @property
    def is_connected(self) -> bool:
        """Whether the device has a host."""
        return self.device.is_connected

    def receive(self, data: bytes, now_us: int) -> None:
        """Take bytes that the host writes now."""
        self.advance(now_us)
        for piece, name in self._cutter.cut(data):
            self._send("to_device", piece, name, now_us)
        self.advance(now_us)

    def advance(self, now_us: int) -> None:
        """Let everything happen that is due by now, in order of time."""
        while (due_us := self._next_act_us()) <= now_us:
            self.device.advance(due_us)
            self._collect(due_us)
            self._happen(due_us)
            for queue in self._queues.values():
                queue.release(due_us, due_us)
            for parcel in self._queues["to_device"].take(due_us):
                self.device.receive(parcel.data, due_us, parcel.refusal)

    def take_outgoing(self, now_us: int) -> list[bytes]:
        """Return what arrives at the host by now, oldest first."""
        self.advance(now_us)
        return [parcel.data for parcel in self._queues["to_host"].take(now_us)]

    def next_event_us(self) -> int:
        """Return when advance or take_outgoing will next have an effect; there is always one."""
        return min(self._next_act_us(), self._queues["to_host"].next_due_us())

    def next_answer_us(self) -> int | None:
        """Return when the host has next something to read; None if nothing is under way."""
        due_us = self._queues["to_host"].next_due_us()
        return None if due_us == NEVER_US else due_us

    def _next_act_us(self) -> int:
        end_us = self._happenings.next_end_us()
        return min(
            self.device.next_event_us(),
            self._planned[0][0] if self._planned else NEVER_US,
            NEVER_US if end_us is None else end_us,
            self._queues["to_device"].next_due_us(),
            self._queues["to_device"].held_until_us,
            self._queues["to_host"].held_until_us,
        )

    def _collect(self, now_us: int) -> None:
        """Put what the device sends now on the wire."""
        for frame in self.device.take_outgoing(now_us):
            self._send("to_host", frame, self._dialect.name_of(frame), now_us)

    def _happen(self, now_us: int) -> None:
        """Begin and end what the script plans for this time."""
        for number, what in self._happenings.end(now_us):
            self._note(now_us, number, "end", "", b"", what)
        while self._planned and self._planned[0][0] <= now_us:
            _, _, rule = heapq.heappop(self._planned)
            if isinstance(rule.fault, faults.Garbage):
                self._make_noise(rule, rule.fault, now_us)
            else:
                self._begin(rule, _ways(rule.fault), now_us)

    def _make_noise(self, rule: _Rule, fault: faults.Garbage, now_us: int) -> None:
        for way in _ways(fault):
            noise = random_bytes(fault.bytes, rule.chance)
            self._note(now_us, rule.number, fault.kind, way, noise, "")
            self._queues[way].put([Parcel(data=noise)], now_us)

    def _begin(self, rule: _Rule, ways: tuple[Way, ...], now_us: int) -> None:
        """Begin something that lasts: a silence, or a happening at the device."""
        fault = rule.fault
        if not isinstance(fault, faults.Silence):
            what = self._happenings.begin(rule.number, fault, now_us)
            if what is not None:
                self._note(now_us, rule.number, fault.kind, "", b"", what)
            return
        end_us = NEVER_US if fault.for_s is None else now_us + microseconds(fault.for_s)
        what = "for good" if fault.for_s is None else f"for {fault.for_s:g} s"
        for way in ways:
            queue = self._queues[way]
            if queue.silent_until_us < end_us:
                queue.silent_until_us, queue.silenced_by = end_us, rule.number
                self._note(now_us, rule.number, fault.kind, way, b"", what)

    def _send(self, way: Way, data: bytes, name: str | None, now_us: int) -> None:
        """Put bytes on the wire; only frames are harmed."""
        parcels = [Parcel(data=data)]
        for rule in self._rules[way] if name is not None else ():
            if rule.trigger.fires(name or "", now_us):
                parcels = self._harm(rule, way, data, parcels, now_us)
        queue = self._queues[way]
        if now_us < queue.silent_until_us:
            self._note(now_us, queue.silenced_by, "lost", way, data, "in a silence")
        else:
            queue.put(parcels, now_us)

    def _harm(self, rule: _Rule, way: Way, data: bytes, parcels: Parcels, now_us: int) -> Parcels:
        if isinstance(rule.fault, faults.Garbage) or rule.fault.acts_on_frames:
            harmed = self._harmed(rule, parcels)
            detail = _became(rule.fault, harmed)
            self._note(now_us, rule.number, rule.fault.kind, way, data, detail)
            return harmed
        self._begin(rule, (way,) if rule.fault.direction != "both" else WAYS, now_us)
        return parcels

    def _harmed(self, rule: _Rule, parcels: Parcels) -> Parcels:
        if isinstance(rule.fault, faults.Lie):
            return told(self._dialect.lies[rule.fault.kind], rule.fault.told, parcels)
        return damaged(rule.fault, parcels, rule.chance)

    def _note(
        self, now_us: int, number: int, kind: str, way: str, data: bytes, detail: str
    ) -> None:
        self.log.add(
            AppliedFault(
                time_us=now_us, fault=number, kind=kind, direction=way, data=data, detail=detail
            )
        )


def _became(fault: faults.BaseFault, harmed: Parcels) -> str:
    """Say what became of a frame."""
    match fault:
        case faults.Delay():
            return f"late by {fault.delay_ms:g} ms"
        case faults.Reorder():
            return "behind the next one"
        case faults.Refuse():
            return fault.result
        case _:
            return " ".join(parcel.data.hex() for parcel in harmed)


def _ways(fault: faults.BaseFault) -> tuple[Way, ...]:
    return WAYS if fault.direction == "both" else (fault.direction,)
