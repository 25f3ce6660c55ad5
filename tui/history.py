"""What the device confirmed on each channel during the last minutes, for the plot."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

CAPACITY = 4096
"""Snapshots kept: more than three minutes at 20 per second."""

GAP = -1
"""Stands for a time without a confirmed value."""


class History:
    """A ring of confirmed currents. Times are the engine's µs, rising; currents are µA."""

    def __init__(self, channels: Sequence[int], longest_gap_us: int) -> None:
        self.channels = tuple(channels)
        self._longest_gap_us = longest_gap_us
        self._times_us = np.zeros(CAPACITY, dtype=np.int64)
        self._values_ua = np.full((CAPACITY, len(self.channels)), GAP, dtype=np.int32)
        self._written = 0

    def add(self, at_us: int, values_ua: Sequence[int]) -> None:
        """Append one value per channel; GAP where nothing is confirmed. Late ones are dropped."""
        if self._written and at_us <= self._times_us[(self._written - 1) % CAPACITY]:
            return
        self._times_us[self._written % CAPACITY] = at_us
        self._values_ua[self._written % CAPACITY] = values_ua
        self._written += 1

    def at(self, times_us: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the currents in force at these times, shape (channels, times), GAP if unknown."""
        if not self._written:
            return np.full((len(self.channels), len(times_us)), GAP, dtype=np.int32)
        known_us, known_ua = self._in_order()
        index = np.searchsorted(known_us, times_us, side="right") - 1
        held = known_ua[np.maximum(index, 0)]
        age_us = times_us - known_us[np.maximum(index, 0)]
        held[(index < 0) | (age_us > self._longest_gap_us)] = GAP
        return held.T

    def _in_order(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        if self._written <= CAPACITY:
            return self._times_us[: self._written], self._values_ua[: self._written]
        shift = -(self._written % CAPACITY)
        return np.roll(self._times_us, shift), np.roll(self._values_ua, shift, axis=0)
