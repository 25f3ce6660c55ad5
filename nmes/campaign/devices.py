"""What generator and judge know of each device, from its manual: nothing is asked of its driver."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from nmes.campaign import wire_check

GAP_US = 100
ASYMMETRY = 4
"""How many times wider and weaker than the first the second phase of an asymmetric pulse is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device in plain numbers.

    `module_periods_us`: the shortest period by modules of four in use. `pulse_extra_us`: its pulses
    follow one another, each with so much besides, gap included; None if they need not. `told_us` is
    the longest time between two signs of life that nmes asks of it. `body_index` is where a frame's
    packet number stands; None if no frame carries currents as numbers. `skips_shorts`: nothing
    flows into pads that touch, at any current. `is_misread`: it may take a frame that was harmed
    for another; without a checksum it reads whatever arrives.

    `asymmetric_step_ua` is the step of all currents once a channel has asymmetric pulses, None if
    it makes none. Below `pads_known_from_ua` it does not look at its pads. `update_restarts`: it
    tells of an error only when asked, and an update starts again what an error has stopped;
    `untold_errors` it does not tell even then.

    `dials_ma`: it only passes on what another makes, whose current is this on each channel, in full
    at any level. It is slow: `stop_us` is its declared time from a stop to its last pulse,
    `settle_us` how much later than its frame a channel may end. `ready_us` is what it needs after
    its port was opened, `replays_us` when after a restart it does what it had been told before its
    restart could be noticed. `latencies_us` are delays of its answers that a session must stand.
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
    body_index: int | None
    skips_shorts: bool
    is_misread: Callable[[bytes, bytes], bool]
    asymmetric_step_ua: int | None = None
    has_checksum: bool = True
    pads_known_from_ua: int = 0
    update_restarts: bool = False
    untold_errors: frozenset[str] = frozenset()
    dials_ma: tuple[int, ...] | None = None
    stop_us: int = 200_000
    settle_us: int = 0
    ready_us: int = 0
    replays_us: tuple[int, int] | None = None
    latencies_us: tuple[int, ...] = (0, 0, 0, 2_000, 10_000, 20_000, 60_000, 99_000)

    @property
    def passes_on(self) -> bool:
        """Whether the pulses are those of another, which levels do not bound."""
        return self.dials_ma is not None

    def most_ma(self, channel: int) -> int:
        """Return the current that a channel cannot exceed."""
        return self.current_max_ma if self.dials_ma is None else self.dials_ma[channel - 1]

    def may_flow_ua(self, channel: int, level_ua: int) -> int:
        """Return what current may flow at a level."""
        if self.dials_ma is None or level_ua == 0:
            return level_ua
        return 1000 * self.dials_ma[channel - 1]

    def shortest_period_us(self, numbers: Iterable[int], pulses_us: Iterable[int]) -> int:
        """Return the shortest period of a train of these channels, each with both its phases."""
        modules = {(number - 1) // 4 for number in numbers}
        least_us = self.module_periods_us[len(modules) - 1]
        if self.pulse_extra_us is None:
            return least_us
        busy_us = sum(pulse_us + self.pulse_extra_us for pulse_us in pulses_us)
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
    is_misread=partial(wire_check.is_undetected, is_intact=wire_check.is_intact),
)
"""ScienceMode2 description 1.24."""

_SCIENCEMODE_4 = partial(wire_check.is_undetected, is_intact=wire_check.is_intact_of_sciencemode_4)

P24 = Device(
    name="p24",
    channels=8,
    current_max_ma=130,
    width_max_us=4_095,
    grid_us=250,
    step_ua=500,
    watchdog_us=2_000_000,
    told_us=300_000,
    module_periods_us=(1_000, 1_000),
    pulse_extra_us=GAP_US + 60,
    body_index=9,
    skips_shorts=False,
    is_misread=_SCIENCEMODE_4,
    pads_known_from_ua=15_000,
    asymmetric_step_ua=2_000,
    update_restarts=True,
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
    told_us=300_000,
    module_periods_us=(2_000,),
    pulse_extra_us=GAP_US + 60,
    body_index=9,
    skips_shorts=True,
    is_misread=_SCIENCEMODE_4,
    asymmetric_step_ua=2_000,
    update_restarts=True,
    untold_errors=frozenset({"pulse_timeout"}),
)
"""ScienceMode 3 description 3.2.4."""

OPENEMSSTIM = Device(
    name="openemsstim",
    channels=2,
    current_max_ma=130,
    width_max_us=4_000,
    grid_us=1,
    step_ua=1_000,
    watchdog_us=900_000,
    told_us=350_000,
    module_periods_us=(1,),
    pulse_extra_us=None,
    body_index=None,
    skips_shorts=False,
    is_misread=wire_check.is_another_line,
    has_checksum=False,
    dials_ma=(1, 1),
    stop_us=400_000,
    settle_us=560_000,
    ready_us=12_000_000,
    replays_us=(11_200_000, 12_400_000),
    latencies_us=(0, 0, 0, 2_000, 10_000, 20_000, 40_000, 50_000),
)
"""Firmware of openEMSstim, commit 4241982, and what is promised of it: a stop within 400 ms (it
may wait for two commands and the end of a channel), and an
end within 0.9 s of the last word, as a command lasts 0.6 s, may wait for two others and a
neighbour, and relays open 50 ms later. A channel that is lowered to 0 waits for two commands of
120 ms and two of its own, ends 50 ms after that, and may wait for its neighbour. Its dials are
drawn anew for each session. A command written in the few milliseconds between a restart and its
first word waits for the end of the boot, and lasts 0.9 s then."""

DEVICES = {device.name: device for device in (REHASTIM2, P24, REHAMOVE3, OPENEMSSTIM)}
