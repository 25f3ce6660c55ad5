"""Random protocols: most within the limits, many at their edge, some just beyond one.

What a protocol asks for is drawn from the table's numbers; the draw also tells what the judge has
to know of it, and whether it must be refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from nmes.campaign.devices import ASYMMETRY, Device
from nmes.campaign.numbers import Numbers
from nmes.campaign.oracle import Bounds, Channel, Prescription, PulseOracle, bounds_of
from nmes.campaign.sources import declarable_period_us, declaration, with_dials

SIDED = frozenset({"upper_limb", "hand", "lower_limb", "foot", "gluteal"})
AT_BACK = "upper_back"
"""Here both pads lie at the back and on one side, so that no current crosses the chest."""
CLASSES = (("cyclic", 83), ("continuous_sensory", 9), ("continuous_subtetanic", 8))
NEAR = 0.95
"""From this share of a limit on, a session counts as one at its edge."""
EDGES = (
    *(("current", 24), ("charge", 8), ("density", 4), ("width_max", 8), ("width_min", 6)),
    *(("rate_max", 8), ("rate_min", 3), ("ramp", 8), ("on_time", 6), ("rest", 8), ("ratio", 8)),
    *(("pad", 8), ("session", 1)),
)
"""Which limit a session goes near, and how often."""
DENSE_SITES = ("tibialis_anterior", "peroneals", "deltoid")
"""Sites at which the current density binds before anything else does."""

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One random protocol. `must_be_refused` says why, None if it must be accepted.

    `aims_ma` are levels for the operator to reach; `is_scripted`: they take too long by hand.
    `declared` is the file of what a device passes on.
    """

    fields: Fields
    sides: dict[int, str]
    prescription: Prescription
    aims_ma: dict[int, int]
    edge: str | None
    must_be_refused: str | None
    is_scripted: bool
    duration_s: float
    static_edges: frozenset[str]
    declared: str = ""


def draw(rng: Random, table: Numbers, device: Device) -> Draft:
    """Return a random protocol for a device."""
    edge = _weighted(rng, EDGES) if rng.random() < 0.45 else None
    return _Drawing(rng, table, device, edge).draft()


def _weighted(rng: Random, choices: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*choices, strict=True)
    return str(rng.choices(names, weights)[0])


class _Drawing:
    """One protocol while it is drawn."""

    def __init__(self, rng: Random, table: Numbers, device: Device, edge: str | None) -> None:
        self.rng, self.table, self.edge = rng, table, edge
        self.device = device
        if device.passes_on:  # until its dials are drawn
            self.device = replace(device, dials_ma=(device.current_max_ma,) * device.channels)
        self.declared: Fields = {}
        self.rhythm_name = self._class()
        self.rhythm = table.classes[self.rhythm_name]
        self.numbers = self._channel_numbers()
        self.sites = {number: self._site() for number in self.numbers}
        self.zones = {n: table.sites[s]["zone"] for n, s in self.sites.items()}
        self.widths = {number: self._width(number) for number in self.numbers}
        if device.passes_on:
            self.widths = dict.fromkeys(self.numbers, min(self.widths.values()))
        self.asymmetries = self._draw_asymmetries()
        step_ua = device.asymmetric_step_ua
        if step_ua is not None and ASYMMETRY in self.asymmetries.values():
            self.device = replace(self.device, step_ua=step_ua)
        self.periods_us: list[int] = []
        self.areas = {number: self._area(number) for number in self.numbers}
        self.stages: list[Fields] = []
        self.ramps_up: dict[int, float] = {}
        self.ramps_down: dict[int, float] = {}
        self.sides: dict[int, str] = {}
        self.duration_s = 0.0
        self.tight: set[str] = set()

    def draft(self) -> Draft:
        """Draw the rest and return all of it."""
        period_us = self._period_us()
        if self.device.passes_on:
            period_us = declarable_period_us(period_us)
        self.periods_us.append(period_us)
        self._draw_stages(period_us)
        bounds = {n: self._bounds(n, self.device.current_max_ma) for n in self.numbers}
        tops = {n: self._top_ma(n, bounds[n], period_us) for n in self.numbers}
        caps, is_scripted = self._caps(tops)
        if self.device.passes_on:
            self._set_dials({n: min(caps[n], tops[n]) for n in self.numbers}, period_us)
        most = {n: min(caps[n], tops[n], self.device.most_ma(n)) for n in self.numbers}
        aims = {n: self._aim(most[n]) for n in self.numbers}
        if not any(aims.values()):
            aims[self.numbers[0]] = self._step_ma
        fields = self._fields(caps, period_us)
        refusal = self._spoil(fields) if self.edge is None and self.rng.random() < 0.09 else None
        prescription = Prescription(
            device=self.device,
            timing_class=self.rhythm_name,
            channels=tuple(self._seen(n, caps[n]) for n in self.numbers),
        )
        return Draft(
            fields=fields,
            sides=self.sides,
            prescription=prescription,
            aims_ma=aims,
            edge=self.edge,
            must_be_refused=refusal,
            is_scripted=is_scripted,
            duration_s=self.duration_s,
            static_edges=frozenset(self._static_edges()),
            declared=declaration(**self.declared) if self.declared else "",
        )

    def _set_dials(self, caps_ma: dict[int, float], period_us: int) -> None:
        """Draw what is passed on; it counts in full, whatever the level is."""
        at_cap = self.edge in ("current", "charge", "density")
        self.device = with_dials(self.rng, self.device, caps_ma, at_cap=at_cap)
        width_us = self.widths[self.numbers[0]]
        self.declared = {
            "dials_ma": self.device.dials_ma,
            "width_us": width_us,
            "rate_hz": round(1e6 / period_us, 3),
        }
        for number in self.numbers:
            oracle = PulseOracle(
                self._seen(number, caps_ma[number]),
                self._bounds(number, caps_ma[number]),
                self.table.ceiling["load_ohm"],
                {},
            )
            shares = oracle.shares(self.device.most_ma(number), width_us, period_us)
            self.tight |= {name for name, (asked, most) in shares.items() if asked >= NEAR * most}

    def _static_edges(self) -> Iterator[str]:
        """Yield the limits that the protocol itself lies within 5 % of."""
        if min(self.widths.values()) <= self.table.ceiling["pulse_width_min_us"] * 1.05:
            yield "narrow width"
        yield from self.tight
        if max(self.periods_us) * self.table.ceiling["frequency_min_hz"] >= 950_000:
            yield "slow rate"
        if min(self.ramps_up.values()) <= self.rhythm["ramp_up_min_us"] * 1.05e-6:
            yield "ramp"
        for number, area_cm2 in self.areas.items():
            least_mm2 = self.table.sites[self.sites[number]]["electrode_min_mm2"]
            if area_cm2 * 100 <= least_mm2 * 1.05:
                yield "pad"

    # What is used -----------------------------------------------------------------------------

    def _class(self) -> str:
        if self.edge in ("on_time", "rest", "ratio", "density"):
            return "cyclic"
        return "continuous_sensory" if self.edge == "session" else _weighted(self.rng, CLASSES)

    def _channel_numbers(self) -> list[int]:
        count = self.rng.choices((1, 2, 3, 4, 8), (60, 28, 7, 4, 1))[0]
        if self.edge in ("session", "density", "charge"):
            count = 1
        highest = 8 if count > 4 or self.rng.random() < 0.15 else 4
        highest = min(highest, self.device.channels)
        return sorted(self.rng.sample(range(1, highest + 1), min(count, highest)))

    def _site(self) -> str:
        if self.edge == "density":
            return self.rng.choice(DENSE_SITES)
        wanted = "any" if self.rhythm_name == "cyclic" else self.rhythm_name
        names = [n for n, site in self.table.sites.items() if site["timing_class"] == wanted]
        if self.rhythm_name == "continuous_subtetanic" and self.rng.random() < 0.3:
            names = [n for n, site in self.table.sites.items() if site["timing_class"] == "any"]
        return self.rng.choice(names)

    def _width(self, number: int) -> int:
        least = self.table.ceiling["pulse_width_min_us"]
        most = min(
            self.table.sites[self.sites[number]]["pulse_width_max_us"],
            self.table.ceiling["pulse_width_max_us"],
            self.device.width_max_us,
        )
        if self.edge == "width_min":
            return self.rng.randint(least, least + least // 20)
        if self.edge in ("width_max", "charge", "density"):
            return self.rng.randint(most - most // 20, most)
        return self.rng.randint(least, most)

    def _draw_asymmetries(self) -> dict[int, int]:
        """Draw which channels have asymmetric pulses."""
        if self.device.asymmetric_step_ua is None or self.rng.random() < 0.7:
            return dict.fromkeys(self.numbers, 1)
        return {number: self.rng.choice((ASYMMETRY, ASYMMETRY, 1)) for number in self.numbers}

    def _area(self, number: int) -> float:
        least = self.table.sites[self.sites[number]]["electrode_min_mm2"]
        is_tight = self.edge in ("pad", "density")
        most = least + least // 20 if is_tight else 3 * least
        return self.rng.randint(least, least if self.edge == "density" else most) / 100

    def _period_us(self) -> int:
        grid_us = self.device.grid_us
        fastest_hz: int = min(
            self.rhythm["frequency_max_hz"],
            self.table.ceiling["frequency_max_hz"],
            *(self.table.sites[site]["frequency_max_hz"] for site in self.sites.values()),
        )
        pulses_us = [self.widths[n] * (1 + self.asymmetries[n]) for n in self.numbers]
        least_us = self.device.shortest_period_us(self.numbers, pulses_us)
        first = -(-max(-(-1_000_000 // fastest_hz), least_us) // grid_us)
        if self.edge in ("rate_max", "density"):
            return first * grid_us
        if self.edge == "rate_min":
            return self.rng.randint(955_000 // grid_us, 1_000_000 // grid_us) * grid_us
        if self.edge == "session":
            return self.rng.randint(500_000 // grid_us, 1_000_000 // grid_us) * grid_us
        slowest = max(first, self.rng.choice((50_000, 100_000)) // grid_us)
        return self.rng.randint(first, slowest) * grid_us

    # Rhythm -----------------------------------------------------------------------------------

    def _draw_stages(self, period_us: int) -> None:
        count = 1 if self.edge in ("session", "on_time") else self.rng.choice((1, 1, 2))
        lasts_s = self.rng.uniform(12, 40) / count
        for index in range(count):
            in_turns = self.rhythm_name == "cyclic" and self.rng.random() < 0.3
            make = self._turns if in_turns else self._together
            stage = make(period_us, lasts_s)
            kind = ("work", "cool_down")[index]
            self.stages.append({"name": f"s{index}", "kind": kind, "cue_rest": "Rest"} | stage)

    def _ramp_up_s(self) -> float:
        least_s = self.rhythm["ramp_up_min_us"] / 1e6
        most_s = least_s * (1.04 if self.edge == "ramp" else 2.5)
        return round(self.rng.uniform(least_s, most_s), 3)

    def _on_s(self, ramps_s: float) -> float:
        if self.edge == "session":
            return 3590.0
        if self.edge == "on_time":
            self.tight.add("on-time")
            return round(self.rng.uniform(19.1, 20.0), 3)
        if self.edge == "rest":
            return round(max(ramps_s + 0.05, self.rng.uniform(0.7, 0.95)), 3)
        return round(ramps_s + self.rng.uniform(0.3, 3.0), 3)

    def _off_s(self, on_s: float, period_us: int) -> float:
        if self.rhythm_name != "cyclic":
            return 0.0 if self.edge == "session" else self.rng.choice((0.0, 0.5, 2.0))
        least_s: float = max(
            on_s * self.rhythm["off_to_on_min_permille"] / 1000,
            self.rhythm["off_min_us"] / 1e6,
            2.5 * period_us / 1e6 + 0.5 if period_us > 200_000 else 0,
        )
        is_tight = self.edge in ("rest", "ratio", "on_time")
        spare_s = self.rng.choice((0.0, 0.01, 0.03)) if is_tight else self.rng.uniform(0, 5)
        off_s = round(least_s + spare_s + 0.0005, 3)
        if least_s >= NEAR * off_s and period_us <= 200_000:
            self.tight.add("rest" if least_s * 1e6 == self.rhythm["off_min_us"] else "ratio")
        return off_s

    def _timing(self, number: int) -> tuple[float, float, float]:
        up_s, down_s = self._ramp_up_s(), round(self.rng.uniform(0.05, 0.8), 3)
        if self.edge == "rest":
            down_s = 0.05
        return up_s, down_s, self._keep(number, up_s, down_s)

    def _keep(self, number: int, up_s: float, down_s: float) -> float:
        self.ramps_up[number] = min(up_s, self.ramps_up.get(number, up_s))
        self.ramps_down[number] = max(down_s, self.ramps_down.get(number, down_s))
        return self._on_s(up_s + down_s)

    def _share(self) -> float:
        return 100.0 if self.edge or self.rng.random() < 0.7 else self.rng.randint(500, 1000) / 10

    def _together(self, period_us: int, lasts_s: float) -> Fields:
        up_s, down_s, on_s = self._timing(self.numbers[0])
        for number in self.numbers[1:]:
            self.ramps_up[number] = min(up_s, self.ramps_up.get(number, up_s))
            self.ramps_down[number] = max(down_s, self.ramps_down.get(number, down_s))
        off_s = self._off_s(on_s, period_us)
        repetitions = max(1, min(12, round(lasts_s / (on_s + off_s))))
        self.duration_s += repetitions * (on_s + off_s)
        return {
            "on_time_s": on_s,
            "off_time_s": off_s,
            "ramp_up_s": up_s,
            "ramp_down_s": down_s,
            "level_share_percent": self._share(),
            "repetitions": repetitions,
            "cue_contract": "Lift",
        }

    def _turns(self, period_us: int, lasts_s: float) -> Fields:
        bursts: list[Fields] = []
        start_s, longest_off_s = 0.0, 0.0
        for number in self.numbers:
            up_s, down_s, on_s = self._timing(number)
            longest_off_s = max(longest_off_s, self._off_s(on_s, period_us))
            bursts.append(
                {
                    "channel": number,
                    "start_s": round(start_s, 3),
                    "on_time_s": on_s,
                    "ramp_up_s": up_s,
                    "ramp_down_s": down_s,
                    "level_share_percent": self._share(),
                    "cue": "Lift",
                }
            )
            start_s += on_s + round(self.rng.uniform(0, 0.6), 3)
        cycle_s = round(start_s + longest_off_s, 3)
        repetitions = max(1, min(12, round(lasts_s / cycle_s)))
        self.duration_s += repetitions * cycle_s
        return {"cycle_time_s": cycle_s, "bursts": tuple(bursts), "repetitions": repetitions}

    # Levels -----------------------------------------------------------------------------------

    def _bounds(self, number: int, max_current_ma: float) -> Bounds:
        seen = self._seen(number, max_current_ma)
        return bounds_of(seen, self.rhythm_name, self.table, self.device)

    def _top_ma(self, number: int, bounds: Bounds, period_us: int) -> int:
        """Return the highest whole current at which every bound holds."""
        width_us = self.widths[number]
        per_ma = ((1 + 1 / self.asymmetries[number]) * width_us / period_us) ** 0.5
        tops = (
            bounds.current_ma,
            bounds.charge_uc * 1000 / width_us,
            bounds.rms_ma / per_ma,
            bounds.density_ma_per_cm2 * self.areas[number] / per_ma,
        )
        return max(2, int(min(tops) + 1e-9))

    def _caps(self, tops: dict[int, int]) -> tuple[dict[int, float], bool]:
        """Return each channel's own bound, and whether levels are set by a script."""
        if self.edge in ("charge", "density"):
            return {n: float(min(130, top + 10)) for n, top in tops.items()}, True
        if self.edge == "current" and self.rng.random() < 0.3:
            return {n: float(top + 3) for n, top in tops.items()}, True
        is_scripted = self.edge == "session" or self.rng.random() < 0.35
        highest = 16 if is_scripted else 7
        caps = {n: float(self.rng.randint(2, min(highest, top))) for n, top in tops.items()}
        return caps, is_scripted

    @property
    def _step_ma(self) -> int:
        """The step that levels which are aimed at must be of."""
        return 1 if self.device.passes_on else max(1, self.device.step_ua // 1000)

    def _aim(self, top_ma: float) -> int:
        most_ma = int(top_ma) // self._step_ma * self._step_ma
        if self.edge in ("current", "charge", "density"):
            return most_ma
        least_ma = 1 if self.edge == "session" else 0
        return self.rng.randint(least_ma, most_ma)

    # The protocol -----------------------------------------------------------------------------

    def _seen(self, number: int, max_current_ma: float) -> Channel:
        return Channel(
            number=number,
            site=self.sites[number],
            area_cm2=self.areas[number],
            max_current_ma=max_current_ma,
            widths_us=frozenset({self.widths[number]}),
            periods_us=frozenset(self.periods_us),
            ramp_up_s=self.ramps_up[number],
            ramp_down_s=self.ramps_down[number],
            asymmetry=self.asymmetries[number],
        )

    def _fields(self, caps: dict[int, float], period_us: int) -> Fields:
        return {
            "nmes": 1,
            "id": "campaign",
            "title": "Campaign",
            "version": "1",
            "status": "draft",
            "indications": ("none",),
            "goal": "Try the program.",
            "evidence": {"grade": "D", "note": "none"},
            "timing_class": self.rhythm_name,
            "position": "on the bench",
            "task": "none",
            "channels": tuple(self._channel(n, caps[n], period_us) for n in self.numbers),
            "stages": tuple(self.stages),
        }

    def _channel(self, number: int, cap_ma: float, period_us: int) -> Fields:
        zone = self.zones[number]
        aspect = "posterior" if zone == AT_BACK else "anterior"
        pad = {"zone": zone, "aspect": aspect, "placement": "here"}
        areas = [self.areas[number], round(self.areas[number] * self.rng.uniform(1, 1.5), 2)]
        self.rng.shuffle(areas)
        return {
            "number": number,
            "name": f"channel {number}",
            "site": self.sites[number],
            "side": self._side(number, zone),
            "pads": tuple(
                pad | {"name": name, "gel_area_cm2": area_cm2}
                for name, area_cm2 in zip("ab", areas, strict=True)
            ),
            "waveforms": (self._waveform(number),),
            "pulse_width_us": self.widths[number],
            "frequency_hz": round(1e6 / period_us, 3),
            "max_current_ma": cap_ma,
        }

    def _waveform(self, number: int) -> str:
        return "symmetric_biphasic" if self.asymmetries[number] == 1 else "asymmetric_biphasic"

    def _side(self, number: int, zone: str) -> str:
        if zone not in SIDED and zone != AT_BACK:
            return "midline"
        side = self.rng.choice(("left", "right"))
        if self.rng.random() < 0.4:
            self.sides[number] = side
            return "chosen at arming"
        return side

    def _spoil(self, fields: Fields) -> str:
        """Ask for something just beyond a limit; return for what."""
        spoilers = SPOILERS | (SOURCE_SPOILERS if self.device.passes_on else {})
        spoiled, spoil = self.rng.choice(tuple(spoilers.items()))
        if spoil(self, fields):
            return spoiled
        _spoil_pad(self, fields)
        return "pad too small"


# Just beyond a limit ------------------------------------------------------------------------------


def _declare(drawing: _Drawing, **values: float) -> bool:
    """Let what is passed on be just what is asked for, so that only the limit is in the way."""
    if drawing.declared:
        drawing.declared |= values
    return True


def _spoil_width(drawing: _Drawing, fields: Fields) -> bool:
    first = fields["channels"][0]
    most = drawing.table.sites[first["site"]]["pulse_width_max_us"]
    first["pulse_width_us"] = min(most, drawing.device.width_max_us) + 1
    return _declare(drawing, width_us=first["pulse_width_us"])


def _spoil_narrow(drawing: _Drawing, fields: Fields) -> bool:
    width_us = drawing.table.ceiling["pulse_width_min_us"] - 1
    fields["channels"][0]["pulse_width_us"] = width_us
    return _declare(drawing, width_us=width_us)


def _spoil_rate(drawing: _Drawing, fields: Fields) -> bool:
    site = drawing.table.sites[fields["channels"][0]["site"]]
    fastest_hz = min(site["frequency_max_hz"], drawing.rhythm["frequency_max_hz"])
    # The longest period of the grid that is still too short.
    grid_us = drawing.device.grid_us
    period_us = (1_000_000 - 1) // fastest_hz // grid_us * grid_us
    rate_hz = max(round(1e6 / period_us, 3), round(fastest_hz + 0.001, 3))
    for channel in fields["channels"]:
        channel["frequency_hz"] = rate_hz
    return _declare(drawing, rate_hz=rate_hz)


def _spoil_pad(drawing: _Drawing, fields: Fields) -> bool:
    first = fields["channels"][0]
    least_cm2 = drawing.table.sites[first["site"]]["electrode_min_mm2"] / 100
    first["pads"][0]["gel_area_cm2"] = round(least_cm2 - 0.01, 2)
    return True


def _spoil_zone(_: _Drawing, fields: Fields) -> bool:
    fields["channels"][0]["pads"][1]["zone"] = "chest_anterior"
    return True


def _spoil_ramp(drawing: _Drawing, fields: Fields) -> bool:
    stage = fields["stages"][0]
    for timing in (stage, *stage.get("bursts", ())):
        if "ramp_up_s" in timing:
            timing["ramp_up_s"] = drawing.rhythm["ramp_up_min_us"] / 1e6 - 0.001
    return True


def _spoil_on_time(drawing: _Drawing, fields: Fields) -> bool:
    stage, most_s = fields["stages"][0], drawing.rhythm["on_max_us"] / 1e6
    if "on_time_s" not in stage or most_s > 100:
        return False
    stage["on_time_s"], stage["off_time_s"] = most_s + 0.001, most_s + 1
    return True


def _spoil_rest(drawing: _Drawing, fields: Fields) -> bool:
    stage = fields["stages"][0]
    if "on_time_s" not in stage or drawing.rhythm_name != "cyclic":
        return False
    stage["off_time_s"] = round(max(stage["on_time_s"], 1.0) - 0.001, 3)
    stage["repetitions"] = 2
    return True


def _spoil_session(_: _Drawing, fields: Fields) -> bool:
    stage = fields["stages"][-1]
    cycle_s = stage.get("cycle_time_s") or stage["on_time_s"] + stage["off_time_s"]
    stage["repetitions"] = int(3600 / cycle_s) + 2
    return True


def _spoil_class(_: _Drawing, fields: Fields) -> bool:
    fields["timing_class"] = "gait_triggered"
    return True


def _spoil_sides(_: _Drawing, fields: Fields) -> bool:
    first = fields["channels"][0]
    if first["side"] not in ("left", "right") or first["pads"][0]["zone"] not in SIDED:
        return False
    other = "left" if first["side"] == "right" else "right"
    first["pads"][0]["zone"] += f"_{other}"
    return True


def _spoil_device(drawing: _Drawing, fields: Fields) -> bool:
    channel, beyond = fields["channels"][-1], drawing.device.channels + 1
    for stage in fields["stages"]:
        for burst in stage.get("bursts", ()):
            if burst["channel"] == channel["number"]:
                burst["channel"] = beyond
    channel["number"] = beyond
    return True


def _spoil_dial(drawing: _Drawing, fields: Fields) -> bool:
    """Turn a dial above what its channel may be given; both, so that they have a common step."""
    too_much_ma = min(drawing.device.current_max_ma, _highest_cap_ma(fields) + 1)
    drawing.declared["dials_ma"] = (too_much_ma,) * drawing.device.channels
    return too_much_ma > _highest_cap_ma(fields)


def _highest_cap_ma(fields: Fields) -> int:
    return int(max(channel["max_current_ma"] for channel in fields["channels"]))


def _spoil_declared_width(drawing: _Drawing, _: Fields) -> bool:
    drawing.declared["width_us"] += drawing.rng.choice((-1, 1))
    return True


def _spoil_declared_rate(drawing: _Drawing, _: Fields) -> bool:
    drawing.declared["rate_hz"] = round(drawing.declared["rate_hz"] * 1.02, 3)
    return True


def _spoil_common_step(drawing: _Drawing, _: Fields) -> bool:
    drawing.declared["dials_ma"] = (17, 19)
    return True


SPOILERS: dict[str, Callable[[_Drawing, Fields], bool]] = {
    "width above": _spoil_width,
    "width below": _spoil_narrow,
    "rate above": _spoil_rate,
    "pad too small": _spoil_pad,
    "pad on the chest": _spoil_zone,
    "ramp too short": _spoil_ramp,
    "on-time too long": _spoil_on_time,
    "rest too short": _spoil_rest,
    "session too long": _spoil_session,
    "class without its trigger": _spoil_class,
    "pads on two sides": _spoil_sides,
    "channel beyond the device": _spoil_device,
}
"""What is asked for in vain; each makes a protocol one to be refused, or says that it cannot."""

SOURCE_SPOILERS: dict[str, Callable[[_Drawing, Fields], bool]] = {
    "dial above the cap": _spoil_dial,
    "another width declared": _spoil_declared_width,
    "another rate declared": _spoil_declared_rate,
    "dials without a common step": _spoil_common_step,
}
"""What is declared in vain of what a device passes on."""
