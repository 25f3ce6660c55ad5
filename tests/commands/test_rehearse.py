"""`nmes rehearse`: margins at the levels rehearsed, in text and in JSON."""

import json

import pytest
from support.command_line import Nmes


def test_margins_hold_at_the_levels_rehearsed(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo", "--intensity", "1=10")
    assert answer.code == 0
    # 10 of the site's 50 mA, 2 of its 15 µC.
    assert "rehearsed, left below the limit: current 80 %, phase charge 86 %" in answer.text


def test_json_holds_the_margins_of_the_channels_that_were_used(nmes: Nmes) -> None:
    report = json.loads(nmes("rehearse", "demo", "--intensity", "1=10", "--json").out)
    assert {margin["channel"] for margin in report["margins"]} == {1}
    assert report["margins"][0]["percent"] == pytest.approx(80)


def test_without_levels_the_caps_are_rehearsed_and_said_so(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo")
    assert "every channel at its cap is rehearsed" in answer.err
    assert "current 60 %, phase charge 73 %" in answer.text


def test_a_level_above_the_cap_is_bad_input(nmes: Nmes) -> None:
    answer = nmes("rehearse", "demo", "--intensity", "1=21")
    assert answer.code == 1
    assert "21 mA is above its cap of 20 mA" in answer.err


@pytest.mark.parametrize("device", ["nothing", "sim:nothing"])
def test_an_unknown_device_is_trouble_with_the_device(nmes: Nmes, device: str) -> None:
    assert nmes("rehearse", "demo", "--device", device).code == 3


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--intensity", "1"), "write CHANNEL=..."),
        (("--intensity", "1=strong"), "'strong' is no current in mA"),
        (("--intensity", "1=-5"), "a current is never negative"),
        (("--intensity", "7=5"), "demo has no channel '7'"),
        (("--intensity", "wrist extensor=5"), "Did you mean 'wrist extensors'?"),
    ],
)
def test_an_option_that_makes_no_sense_is_bad_input(
    nmes: Nmes, option: tuple[str, str], said: str
) -> None:
    answer = nmes("rehearse", "demo", *option)
    assert answer.code == 1
    assert said in answer.err


def test_a_side_is_left_or_right(nmes: Nmes) -> None:
    answer = nmes("rehearse", "quad_tka", "--side", "1=up")
    assert answer.code == 1
    assert "a side is left or right" in answer.err
