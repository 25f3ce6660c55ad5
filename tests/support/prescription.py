"""What a protocol file prescribes, read from its YAML by plain arithmetic.

Written apart from the program, and without any of it, so that a record of pulses can be judged
against the file itself. Times are whole µs from the start of the first stage, currents mA.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

LIBRARY = Path(__file__).parents[2] / "protocols" / "library"

DEVICE_PERIOD_STEP_US = 500  # ScienceMode2 description 1.24, 4.3: intervals in steps of 0.5 ms


@dataclass(frozen=True, kw_only=True)
class Contraction:
    """One prescribed burst of one channel; `on_us` includes both ramps."""

    channel: int
    start_us: int
    on_us: int
    ramp_up_us: int
    ramp_down_us: int
    share: Fraction
    frequency_hz: Fraction
    pulse_width_us: int

    @property
    def end_us(self) -> int:
        return self.start_us + self.on_us

    @cached_property
    def period_us(self) -> int:
        """The period on the device's grid that is nearest to the one written."""
        steps = round(1_000_000 / self.frequency_hz / DEVICE_PERIOD_STEP_US)
        return steps * DEVICE_PERIOD_STEP_US

    def top_ma(self, level_ma: int) -> int:
        """The current of the plateau: the device makes whole mA, rounded toward zero."""
        return int(level_ma * self.share)

    def reaches_us(self, current_ma: int, level_ma: int) -> Fraction:
        """When a straight rise has come to a current."""
        return self.start_us + Fraction(current_ma * self.ramp_up_us) / (level_ma * self.share)

    def leaves_us(self, current_ma: int, level_ma: int) -> Fraction:
        """When a straight fall goes below a current."""
        return self.end_us - Fraction(current_ma * self.ramp_down_us) / (level_ma * self.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """All contractions of a file in order of time, and what its channels permit."""

    name: str
    contractions: tuple[Contraction, ...]
    max_current_ma: dict[int, int]
    open_sides: tuple[int, ...]

    @property
    def channels(self) -> tuple[int, ...]:
        return tuple(self.max_current_ma)

    def of(self, channel: int) -> tuple[Contraction, ...]:
        return tuple(c for c in self.contractions if c.channel == channel)

    @property
    def end_us(self) -> int:
        return max(c.end_us for c in self.contractions)

    @property
    def takes_turns(self) -> bool:
        """Whether there are several channels of which never two are on together."""
        spans = sorted((c.start_us, c.end_us) for c in self.contractions)
        apart = all(end <= start for (_, end), (start, _) in pairwise(spans))
        return len(self.max_current_ma) > 1 and apart


def prescribed(path: Path) -> Prescription:
    """Read a protocol file."""
    text = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    channels = {channel["number"]: channel for channel in text["channels"]}
    contractions: list[Contraction] = []
    stage_start_us = 0
    for stage in text["stages"]:
        cycle_us = _cycle_us(stage)
        cycles = _cycles(stage, cycle_us)
        for cycle in range(cycles):
            start_us = stage_start_us + cycle * cycle_us
            contractions += _cycle(stage, channels, start_us)
        stage_start_us += cycles * cycle_us
    return Prescription(
        name=text["id"],
        contractions=tuple(sorted(contractions, key=lambda c: (c.start_us, c.channel))),
        max_current_ma={number: int(c["max_current_ma"]) for number, c in channels.items()},
        open_sides=tuple(n for n, c in channels.items() if c["side"] == "chosen at arming"),
    )


def library_files() -> list[Path]:
    """Every protocol file that comes with the program, also those of folders below."""
    return sorted(LIBRARY.rglob("*.yaml"))


def _cycle(
    stage: dict[str, Any], channels: dict[int, dict[str, Any]], start_us: int
) -> list[Contraction]:
    return [
        Contraction(
            channel=burst["channel"],
            start_us=start_us + _us(burst["start_s"]),
            on_us=_us(burst["on_time_s"]),
            ramp_up_us=_us(burst["ramp_up_s"]),
            ramp_down_us=_us(burst["ramp_down_s"]),
            share=_exact(burst.get("level_share_percent", 100)) / 100,
            frequency_hz=_exact(_own(stage, channels[burst["channel"]], "frequency_hz")),
            pulse_width_us=_own(stage, channels[burst["channel"]], "pulse_width_us"),
        )
        for burst in _bursts(stage, channels)
    ]


def _bursts(stage: dict[str, Any], channels: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    if "bursts" in stage:
        bursts: list[dict[str, Any]] = stage["bursts"]
        return bursts
    return [{**stage, "channel": n, "start_s": 0} for n in stage.get("channels", channels)]


def _cycle_us(stage: dict[str, Any]) -> int:
    if "cycle_time_s" in stage:
        return _us(stage["cycle_time_s"])
    return _us(stage["on_time_s"]) + _us(stage["off_time_s"])


def _cycles(stage: dict[str, Any], cycle_us: int) -> int:
    if "repetitions" in stage:
        return int(stage["repetitions"])
    return int(_exact(stage["minutes"]) * 60_000_000 // cycle_us)


def _own(stage: dict[str, Any], channel: dict[str, Any], key: str) -> Any:
    return stage.get(key, channel[key])


def _us(time_s: float) -> int:
    return int(_exact(time_s) * 1_000_000)


def _exact(number: float) -> Fraction:
    """The number as it was written, not as binary floating point keeps it."""
    return Fraction(str(number))
