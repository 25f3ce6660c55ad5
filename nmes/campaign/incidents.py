"""What may befall a session from outside: the screen, the engine, the computer, the disk."""

from dataclasses import dataclass
from random import Random

from nmes.campaign.generator import Draft

NONE = "none"
KINDS = (
    *((NONE, 34), ("stop", 7), ("stop_twice", 8), ("hush", 8), ("silence", 7), ("link_lost", 6)),
    *(("told_to_end", 4), ("killed", 8), ("engine_failed", 3), ("stall", 7), ("slept", 3)),
    *(("disk_full", 5), ("cable_pulled", 6), ("finish", 2), ("protocol_changed", 2)),
)
ABSENT_SHARE = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One incident to come: so long after the first pulse, or else after the beginning."""

    kind: str
    delay_us: int
    lasts_us: int
    is_after_first_pulse: bool


def draw_blow(rng: Random, draft: Draft) -> Blow | None:
    """Return what befalls a session; None if nothing does."""
    names, weights = zip(*KINDS, strict=True)
    kind = rng.choices(names, weights)[0]
    if not draft.is_scripted and rng.random() < ABSENT_SHARE:
        kind = "absent"
    if kind == NONE or draft.edge == "session":
        return None
    is_after_first_pulse = rng.random() < 0.85
    ready_s = draft.prescription.device.ready_us / 1e6
    reach_s = draft.duration_s * 0.8 if is_after_first_pulse else 6.0 + ready_s
    return Blow(
        kind=kind,
        delay_us=round(rng.uniform(0, reach_s) * 1e6),
        lasts_us=_lasts_us(rng, kind),
        is_after_first_pulse=is_after_first_pulse,
    )


def _lasts_us(rng: Random, kind: str) -> int:
    spans_ms = {
        "hush": (320, 480),
        "silence": (520, 1500),
        "stall": rng.choice(((60, 400), (400, 1190), (1260, 2600))),
        "slept": (1100, 6000),
        "stop_twice": (30, 1900),
    }
    least_ms, most_ms = spans_ms.get(kind, (0, 0))
    return 1000 * rng.randint(least_ms, most_ms)
