"""What one press of a level key is worth on devices with other grids than 1 mA."""

from dataclasses import replace

import pytest
from support.boundaries import idle

from nmes.session import stepping
from nmes.session.actions import Facts, StepWish
from nmes.session.session import Session
from nmes.session.states import SessionState
from protocols.errors import SessionRefusal
from safety.table import load_table

TABLE = load_table()
FINE = StepWish(channel=1, is_up=True, is_coarse=False)
COARSE = StepWish(channel=1, is_up=True, is_coarse=True)


@pytest.mark.parametrize(
    ("grid_ua", "fine_ua", "coarse_ua"),
    [
        (1_000, 1_000, 2_000),
        (500, 500, 2_000),
        (700, 700, 1_400),
        (2_000, 2_000, 2_000),
        (3_000, 3_000, 3_000),
        (499, 998, 1_996),
        (200, 1_000, 2_000),
        (360, 720, 1_800),
        (1, 1_000, 2_000),
    ],
)
def test_a_press_is_a_whole_number_of_steps_of_the_device(
    grid_ua: int, fine_ua: int, coarse_ua: int
) -> None:
    presses = [stepping.press_ua(TABLE.behaviour, grid_ua, is_coarse=c) for c in (False, True)]
    assert presses == [fine_ua, coarse_ua]


def at_level(level_ua: int) -> Session:
    """A session on a device with steps of 0.5 mA, at this level."""
    session = replace(idle(TABLE), state=SessionState.ARMED, operator_is_script=True)
    return replace(session, step_ua=500, levels_ua=(level_ua,))


def facts(cap_ua: int) -> Facts:
    return Facts(outputs_ua=(0,), rest_left_us=(0,), caps_ua=(cap_ua,))


def test_a_cap_of_half_a_milliampere_is_reached_by_hand() -> None:
    rise = stepping.granted_rise(at_level(12_000), FINE, 1_000_000, facts(12_500))
    assert rise.to_ua == 12_500


def test_at_the_cap_no_press_raises_and_it_says_so() -> None:
    with pytest.raises(SessionRefusal, match=r"Channel 1 is at its cap of 12\.5 mA"):
        stepping.granted_rise(at_level(12_500), FINE, 1_000_000, facts(12_500))


def test_a_press_that_would_go_beyond_the_cap_says_just_that() -> None:
    with pytest.raises(SessionRefusal, match=r"above its cap of 12\.5"):
        stepping.granted_rise(at_level(12_000), COARSE, 1_000_000, facts(12_500))
