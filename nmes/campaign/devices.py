"""What generator and judge know of each device, from its manual: nothing is asked of its driver."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nmes.campaign import wire_check

GAP_US = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device in plain numbers.

    `module_periods_us`: the shortest period by modules of four in use. `pulse_extra_us`: its pulses
    follow one another, each with so much besides, gap included; None if they need not. `told_us` is
    the longest time between two signs of life that nmes asks of it. `body_index` is where a frame's
    packet number stands. `skips_shorts`: nothing flows into pads that touch, at any current.
    """

    name: str
    channels: int
    current_max_ma: int
    width_max_us: int
    grid_us: int
    step_ua: int
    watchdog_us: int
    told_us: int
    module_periods_us: tuple[int, ...]
    pulse_extra_us: int | None
    body_index: int
    skips_shorts: bool
    is_intact: Callable[[bytes], bool]

    def shortest_period_us(self, numbers: Iterable[int], widths_us: Iterable[int]) -> int:
        """Return the shortest period of a train of these channels, each with two equal phases."""
        modules = {(number - 1) // 4 for number in numbers}
        least_us = self.module_periods_us[len(modules) - 1]
        if self.pulse_extra_us is None:
            return least_us
        busy_us = sum(2 * width_us + self.pulse_extra_us for width_us in widths_us)
        return max(least_us, -(-busy_us * 1000 // 999))


REHASTIM2 = Device(
    name="rehastim2",
    channels=8,
    current_max_ma=126,
    width_max_us=500,
    grid_us=500,
    step_ua=1_000,
    watchdog_us=1_200_000,
    told_us=300_000,
    module_periods_us=(8_000, 20_000),
    pulse_extra_us=None,
    body_index=5,
    skips_shorts=True,
    is_intact=wire_check.is_intact,
)
"""ScienceMode2 description 1.24."""

P24 = Device(
    name="p24",
    channels=8,
    current_max_ma=130,
    width_max_us=4_095,
    grid_us=250,
    step_ua=500,
    watchdog_us=2_000_000,
    told_us=550_000,
    module_periods_us=(1_000, 1_000),
    pulse_extra_us=GAP_US + 60,
    body_index=9,
    skips_shorts=False,
    is_intact=wire_check.is_intact_of_sciencemode_4,
)
"""P24 IFU 1.1, and the validity checks of the ScienceMode 4 library."""

REHAMOVE3 = Device(
    name="rehamove3",
    channels=4,
    current_max_ma=130,
    width_max_us=4_095,
    grid_us=500,
    step_ua=500,
    watchdog_us=2_000_000,
    told_us=550_000,
    module_periods_us=(2_000,),
    pulse_extra_us=GAP_US + 60,
    body_index=9,
    skips_shorts=True,
    is_intact=wire_check.is_intact_of_sciencemode_4,
)
"""ScienceMode 3 description 3.2.4."""

DEVICES = {device.name: device for device in (REHASTIM2, P24, REHAMOVE3)}
