"""Commands that wait for their turn: the device does one after the other, as they came."""

from collections import deque
from dataclasses import dataclass

from hardware_sim.p24.commands import Command, Result
from hardware_sim.p24.frames import DamagedPacket, Packet

QUEUE_DEPTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One frame to be answered; a refusal is what it will be answered."""

    packet: Packet | DamagedPacket
    arrival_us: int
    refusal: Result | None = None


class Jobs:
    """Waiting commands, at most 10 pulses among them; `free_us` is when the one before is done."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._is_pulse_in_hand = False
        self.free_us = 0

    def add(self, packet: Packet | DamagedPacket, now_us: int, refusal: Result | None) -> None:
        """Let a command wait; one pulse too many is refused in its turn."""
        if refusal is None and _is_pulse(packet) and self._pulses(now_us) >= QUEUE_DEPTH:
            refusal = Result.PULSE_TIMEOUT
        self._waiting.append(Job(packet=packet, arrival_us=now_us, refusal=refusal))

    def _pulses(self, now_us: int) -> int:
        in_hand = self._is_pulse_in_hand and now_us < self.free_us
        waiting = sum(_is_pulse(job.packet) and job.refusal is None for job in self._waiting)
        return in_hand + waiting

    def next_us(self) -> int | None:
        """Return when the next command begins."""
        return max(self._waiting[0].arrival_us, self.free_us) if self._waiting else None

    def take(self) -> Job:
        """Return the next command; there must be one."""
        job = self._waiting.popleft()
        self._is_pulse_in_hand = _is_pulse(job.packet) and job.refusal is None
        return job


def _is_pulse(packet: Packet | DamagedPacket) -> bool:
    return isinstance(packet, Packet) and packet.command == Command.Ll_channel_config
