"""What the plan says will flow."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support import screen_scenes as scenes

from nmes.link.messages import BurstText, StageText
from tui.foresight import planned_shares


def stage(cycles: int = 2, share: int = 1000) -> StageText:
    burst = BurstText(
        channel=1,
        start_us=1000,
        on_us=5000,
        ramp_up_us=1000,
        ramp_down_us=2000,
        share_permille=share,
        cue="",
    )
    return StageText(
        name="s", stage_kind="work", cycle_us=10_000, cycles=cycles, period_us=100, bursts=(burst,)
    )


def shares_at(times: list[int], *stages: StageText, position: int = 0) -> list[float]:
    ahead = np.array(times, dtype=np.int64)
    return [round(float(s), 3) for s in planned_shares(stages, (1,), 0, position, ahead)[0]]


def test_a_burst_rises_holds_and_falls() -> None:
    times = [1000, 1500, 2000, 3999, 4000, 5000, 6000, 9999]
    assert shares_at(times, stage()) == [0, 0.5, 1, 1, 1, 0.5, 0, 0]


def test_a_share_scales_the_burst() -> None:
    assert shares_at([3000], stage(share=400)) == [0.4]


def test_bursts_repeat_with_the_cycle_and_end_with_the_stage() -> None:
    assert shares_at([3000, 13_000, 23_000], stage(cycles=2)) == [1, 1, 0]


def test_the_next_stage_follows_without_a_gap() -> None:
    assert shares_at([13_000, 23_000], stage(1), stage(2, share=500)) == [0.5, 0.5]


def test_the_position_in_the_stage_is_now() -> None:
    assert shares_at([0, 500], stage(), position=1000) == [0, 0.5]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 200_000_000), st.integers(0, 1))
def test_a_share_never_leaves_zero_to_one(position_us: int, stage_index: int) -> None:
    ahead = np.arange(0, 40_000_000, 333_333, dtype=np.int64)
    plan = scenes.prepared(8).stages
    shares = planned_shares(plan, tuple(range(1, 9)), stage_index, position_us, ahead)
    assert shares.min() >= 0
    assert shares.max() <= 1
