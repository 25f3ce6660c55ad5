"""When a fault happens: at a time, at a frame, or by chance."""

from random import Random

from hardware_sim.faults import BaseFault


def microseconds(time_s: float) -> int:
    """Return seconds of a script as microseconds."""
    return round(time_s * 1_000_000)


class Trigger:
    """Decides for each frame; `chance` is the fault's own, so that others do not disturb it.

    `concerned` are the names of the only frames that it can harm, unless it says which ones.
    """

    def __init__(
        self, fault: BaseFault, concerned: frozenset[str] | None, chance: Random, start_us: int
    ) -> None:
        self._names = frozenset(fault.commands) if fault.commands else concerned
        self._chance = chance
        self._first = fault.at_frame
        self._probability = fault.probability
        begin_s = fault.from_s if fault.at_s is None else fault.at_s
        self._begin_us = start_us + microseconds(begin_s or 0)
        self._end_us = None if fault.until_s is None else start_us + microseconds(fault.until_s)
        self._left = fault.times or (None if fault.probability is not None else 1)
        self._seen = 0

    def fires(self, name: str, now_us: int) -> bool:
        """Say whether the fault happens to this frame, the next of its direction."""
        if self._left == 0 or (self._names is not None and name not in self._names):
            return False
        self._seen += 1
        is_due = now_us >= self._begin_us and (self._end_us is None or now_us < self._end_us)
        if not is_due or (self._first is not None and self._seen < self._first):
            return False
        if self._probability is not None and self._chance.random() >= self._probability:
            return False
        if self._left is not None:
            self._left -= 1
        return True
