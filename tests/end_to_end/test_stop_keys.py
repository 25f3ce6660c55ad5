"""Stop by real keys through a real terminal, with the plot running and current flowing.

Measured from the writing of the key to the terminal until the stop is at the device, by the trace
of the simulator, and until the last pulse, by its record.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.nmes_process import left_after_a_while
from support.screen_bench import Press, screen_bench

PROTOCOL = Path(__file__).with_name("hold.yaml")
KEY_TO_STOP_P99_S = 0.020
KEY_TO_STOP_ALWAYS_S = 0.200
LAST_PULSE_S = 0.200


def presses(folder: Path, keys: list[str], tell: Callable[[int, Press], None]) -> list[Press]:
    """One session in which each of the keys stops a current, and all is armed again."""
    pressed = []
    with screen_bench(folder, PROTOCOL) as session:
        session.arm()
        for number, key in enumerate(keys):
            session.have_current_flow()
            pressed.append(session.press(key))
            tell(number, pressed[-1])
    assert left_after_a_while(folder) == []
    return pressed


def nothing(number: int, press: Press) -> None:
    """Say nothing."""


def share(times_s: list[float], of: float) -> float:
    """The shortest time within which so many of all lie."""
    return sorted(times_s)[math.ceil(of * len(times_s)) - 1]


def test_each_stop_key_ends_the_current_at_once(tmp_path: Path) -> None:
    pressed = presses(tmp_path, ["space", "space", "x", "escape", "\x03"], nothing)
    assert max(press.stop_s for press in pressed) <= KEY_TO_STOP_ALWAYS_S
    assert max(press.last_pulse_s for press in pressed) <= LAST_PULSE_S


@pytest.mark.campaign
def test_of_200_presses_of_the_space_bar_99_in_100_stop_within_20_ms(tmp_path: Path) -> None:
    def tell(number: int, press: Press) -> None:
        sys.stdout.write(
            f"\n{number}: stop {1000 * press.stop_s:.1f} ms, "
            f"last pulse {1000 * press.last_pulse_s:+.1f} ms"
        )

    pressed = presses(tmp_path, ["space"] * 200, tell)
    stops_s = [press.stop_s for press in pressed]
    last_s = max(press.last_pulse_s for press in pressed)
    figures = {f"p{100 * of:g}": f"{1000 * share(stops_s, of):.1f}" for of in (0.5, 0.9, 0.99, 1)}
    sys.stdout.write(f"\nkey to stop frame, ms: {figures}; last pulse {1000 * last_s:+.1f} ms\n")
    assert share(stops_s, 0.99) <= KEY_TO_STOP_P99_S
    assert last_s <= LAST_PULSE_S
