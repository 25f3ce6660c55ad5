"""What a device passes on: dials of another one, drawn for a session and declared in a file.

Every level is a whole percent of every dial, and levels are climbed in steps of at most 2 mA: dials
that have no such step in common cannot be declared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import lcm
from random import Random

from nmes.campaign.devices import Device

COARSEST_STEP_UA = 2_000
AT_CAP_SHARE = 0.6


def declarable_period_us(period_us: int) -> int:
    """Return a period near to one, not shorter, that its own rate in thousandths of Hz gives."""
    rate_mhz = 1_000_000_000 // period_us
    while not _is_declarable(nearest_us(rate_mhz), period_us):
        rate_mhz -= 1
    return nearest_us(rate_mhz)


def _is_declarable(near_us: int, period_us: int) -> bool:
    return near_us >= period_us and nearest_us(round(1e9 / near_us)) == near_us


def nearest_us(rate_mhz: int) -> int:
    """Return the whole number of microseconds that is nearest to a period."""
    return (2_000_000_000 + rate_mhz) // (2 * rate_mhz)


def with_dials(
    rng: Random, device: Device, caps_ma: Mapping[int, float], *, at_cap: bool
) -> Device:
    """Return a device whose dials lie within what each channel may be given."""
    dials_ma: dict[int, int] = {}
    for number, cap_ma in caps_ma.items():
        most_ma = int(cap_ma)
        is_at_cap = rng.random() < AT_CAP_SHARE or at_cap
        dials_ma[number] = most_ma if is_at_cap else rng.randint(1, most_ma)
    while not _is_usable(dials_ma, caps_ma):
        largest = max(dials_ma, key=dials_ma.__getitem__)
        dials_ma[largest] -= 1
    first_ma = next(iter(dials_ma.values()))
    chosen = tuple(dials_ma.get(number, first_ma) for number in range(1, device.channels + 1))
    return replace(device, dials_ma=chosen, step_ua=_step_ua(dials_ma.values()))


def _is_usable(dials_ma: Mapping[int, int], caps_ma: Mapping[int, float]) -> bool:
    """Whether the dials have a common step, and each is within its cap on the grid of it."""
    step_ua = _step_ua(dials_ma.values())
    return step_ua <= COARSEST_STEP_UA and all(
        1000 * dials_ma[number] <= int(1000 * cap_ma) // step_ua * step_ua
        for number, cap_ma in caps_ma.items()
    )


def _step_ua(dials_ma: Iterable[int]) -> int:
    return lcm(*(10 * dial_ma for dial_ma in dials_ma))


def declaration(dials_ma: tuple[int, ...], width_us: int, rate_hz: float) -> str:
    """Return the text of the file that declares a source."""
    return (
        'unit = "campaign"\n'
        'set_by = "campaign"\n'
        "set_on = 2000-01-01\n"
        'waveform = "symmetric_biphasic"\n'
        f"current_ma = {list(dials_ma)}\n"
        f"pulse_width_us = {width_us}\n"
        f"frequency_hz = {rate_hz}\n"
    )
