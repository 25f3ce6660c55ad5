"""One frame of the envelope plot: what was delivered, as confirmed, and what is planned. Pure.

Time is cut into columns of the engine's clock, so that a frame changes only when a column is full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nmes.link.messages import Snapshot
from tui.foresight import planned_shares
from tui.history import GAP
from tui.situation import Situation
from tui.widgets.braille import DOTS_ACROSS

SMALLEST_SCALE_UA = 5_000
SCALE_STEP_UA = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """How many dots show the past and the future, and the time of one."""

    past_dots: int
    future_dots: int
    dot_us: int

    @property
    def past_us(self) -> int:
        """The time drawn left of now."""
        return self.past_dots * self.dot_us

    @property
    def future_us(self) -> int:
        """The time drawn right of now."""
        return self.future_dots * self.dot_us

    @property
    def past_cells(self) -> int:
        """How many characters show the past."""
        return self.past_dots // DOTS_ACROSS


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Shares of each lane's scale, shape (lanes, dots); NaN where nothing was confirmed."""

    delivered: NDArray[np.float32]
    planned: NDArray[np.float32]
    scale_ua: tuple[int, ...]


def engine_now_us(situation: Situation, now_us: int) -> int:
    """Return the engine's time now, judged from its last snapshot."""
    if situation.snapshot is None:
        return 0
    return situation.snapshot.at_us + now_us - situation.snapshot_came_us


def frame_of(situation: Situation, grid: Grid, column: int, engine_us: int) -> Frame:
    """Return the frame whose newest past dot is `column`, a time of column x dot_us."""
    times_us = (np.arange(-grid.past_dots + 1, 1, dtype=np.int64) + column) * grid.dot_us
    history_ua = situation.history.at(times_us)
    levels_ua = _levels_ua(situation)
    peak_ua = np.maximum(levels_ua, history_ua.max(axis=1, initial=0))
    scale_ua = np.maximum(SMALLEST_SCALE_UA, -(-peak_ua // SCALE_STEP_UA) * SCALE_STEP_UA)
    delivered = np.where(history_ua == GAP, np.nan, history_ua / scale_ua[:, None])
    ahead_us = (column + 1 + np.arange(grid.future_dots, dtype=np.int64)) * grid.dot_us - engine_us
    planned = _planned(situation, ahead_us, engine_us) * (levels_ua / scale_ua)[:, None]
    return Frame(
        delivered=delivered.astype(np.float32),
        planned=planned.astype(np.float32),
        scale_ua=tuple(int(scale) for scale in scale_ua),
    )


def _levels_ua(situation: Situation) -> NDArray[np.int64]:
    snapshot = situation.snapshot
    levels = {c.number: c.level_ua for c in snapshot.channels} if snapshot else {}
    return np.array([levels.get(n, 0) for n in situation.history.channels], dtype=np.int64)


def _planned(
    situation: Situation, ahead_us: NDArray[np.int64], engine_us: int
) -> NDArray[np.float32]:
    channels, snapshot, prepared = (
        situation.history.channels,
        situation.snapshot,
        situation.prepared,
    )
    if snapshot is None or prepared is None or snapshot.state != "running":
        return np.full((len(channels), len(ahead_us)), np.nan, dtype=np.float32)
    wait_us = max(0, snapshot.lead_in_us - (engine_us - snapshot.at_us))
    position_us = snapshot.position_us + _moved_us(snapshot, engine_us)
    shares = planned_shares(
        prepared.stages, channels, snapshot.stage_index, position_us, ahead_us - wait_us
    )
    shares[:, ahead_us < wait_us] = 0.0
    return shares


def _moved_us(snapshot: Snapshot, engine_us: int) -> int:
    return max(0, engine_us - snapshot.at_us - snapshot.lead_in_us)
