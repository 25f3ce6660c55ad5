"""What the plan says will flow next, as shares of each channel's level: pure, for drawing only.

The engine's own envelope decides what is sent; a difference would be a wrong picture, not current.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nmes.link.messages import BurstText, StageText


def planned_shares(
    stages: Sequence[StageText],
    channels: Sequence[int],
    stage_index: int,
    position_us: int,
    ahead_us: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return the share (0 to 1) of each channel's level at times ahead of now.

    `position_us` is now, in the stage `stage_index`; the result has the shape (channels, times).
    """
    shares = np.zeros((len(channels), len(ahead_us)), dtype=np.float32)
    row_of = {number: row for row, number in enumerate(channels)}
    start_us = -position_us
    for stage in stages[stage_index:]:
        _add_stage(shares, row_of, stage, ahead_us - start_us)
        start_us += stage.cycle_us * stage.cycles
        if start_us > ahead_us[-1]:
            break
    return shares


def _add_stage(
    shares: NDArray[np.float32],
    row_of: dict[int, int],
    stage: StageText,
    times_us: NDArray[np.int64],
) -> None:
    inside = (times_us >= 0) & (times_us < stage.cycle_us * stage.cycles)
    if not inside.any():
        return
    in_cycle_us = times_us % stage.cycle_us
    for burst in stage.bursts:
        if burst.channel in row_of:
            share = np.where(inside, _burst_share(burst, in_cycle_us), 0.0)
            row = shares[row_of[burst.channel]]
            np.maximum(row, share.astype(np.float32), out=row)


def _burst_share(burst: BurstText, in_cycle_us: NDArray[np.int64]) -> NDArray[np.float64]:
    since_us = in_cycle_us - burst.start_us
    until_us = burst.on_us - since_us
    rising = since_us / max(1, burst.ramp_up_us)
    falling = until_us / max(1, burst.ramp_down_us)
    shape: NDArray[np.float64] = np.clip(np.minimum(rising, falling), 0.0, 1.0)
    return shape * (burst.share_permille / 1000)
