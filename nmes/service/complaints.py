"""What the static check finds wrong with a plan, told to the author of its protocol file.

The check knows plans, not files, and says what is wrong; here each error gets the line and the
field to look at, and a cure. Where one value is used in several stages, the errors of the check
come in the order of the plan, and so do the places.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from protocols.capabilities import Capabilities
from protocols.consistency import Path, field_name
from protocols.loading import LoadedProtocol
from protocols.model import Channel, Stage
from protocols.plan import Plan, PlannedBurst, PlannedChannel, PlannedStage, PulseShape
from protocols.units import us_from_s
from safety.check_report import Finding
from safety.check_timing import rests_us
from safety.paths import SIDES, broken_between, pad_zones, placed_zone
from safety.screening_table import ScreeningTable
from safety.table import LimitTable

US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Where an error of the check comes from, as far as one can say, and how to mend it.

    The path is empty where the matter is no field of the file; the cure where the check tells it.
    """

    path: Path = ()
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What complaints need: the file, the plan made of it, and what that was judged by."""

    loaded: LoadedProtocol
    plan: Plan
    capabilities: Capabilities
    table: LimitTable
    screening_table: ScreeningTable

    def told(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings; the text of each error has its line, its field and a cure."""
        seen: Counter[Finding] = Counter()
        told = []
        for finding in findings:
            kind = replace(finding, text="")  # the text may name the stage
            told.append(self._told(finding, seen[kind]) if finding.severity == "error" else finding)
            seen[kind] += 1
        return tuple(told)

    def _told(self, finding: Finding, place: int) -> Finding:
        kinds = _OF_PLAN if finding.channel is None else _OF_CHANNEL
        complaints = kinds.get(finding.quantity, _unknown)(self, finding)
        complaint = complaints[min(place, len(complaints) - 1)] if complaints else Complaint()
        line = self.loaded.line_of(complaint.path)
        where = f"line {line}: " if line is not None and complaint.path else ""
        field = f"{field_name(complaint.path)}: " if complaint.path else ""
        return replace(finding, text=f"{where}{field}{finding.text} {complaint.cure}".rstrip())

    # What was written and what was planned of it -------------------------------------------------

    def channel(self, finding: Finding) -> tuple[Path, Channel, PlannedChannel]:
        """Return the path of the channel of a finding, as written and as planned."""
        numbers = [channel.number for channel in self.loaded.protocol.channels]
        index = numbers.index(finding.channel or 0)
        return ("channels", index), self.loaded.protocol.channels[index], self.plan.channels[index]

    def stages(self) -> Iterable[tuple[Path, Stage, PlannedStage]]:
        """Return the path of every stage, as written and as planned."""
        for index, planned in enumerate(self.plan.stages):
            yield ("stages", index), self.loaded.protocol.stages[index], planned

    def uses(self, finding: Finding) -> Iterable[tuple[Path, Stage, PlannedStage, PulseShape]]:
        """Return every stage that uses the channel of a finding, with its pulses there."""
        for path, written, planned in self.stages():
            for shape in planned.shapes:
                if shape.channel == finding.channel:
                    yield path, written, planned, shape


# Pulses and pads --------------------------------------------------------------------------------


def _width(grounds: Grounds, finding: Finding) -> list[Complaint]:
    in_channel, _, _ = grounds.channel(finding)
    cure = f"Ask for a {'smaller' if _is_too_much(finding) else 'larger'} width."
    return [
        Complaint(path=(*place, "pulse_width_us"), cure=cure)
        for path, written, _, shape in grounds.uses(finding)
        for place in [in_channel if written.pulse_width_us is None else path]
        if shape.pulse_width_us == finding.asked
    ]


def _rate(grounds: Grounds, finding: Finding) -> list[Complaint]:
    in_channel, _, _ = grounds.channel(finding)
    cure = f"Ask for a {'lower' if _is_too_much(finding) else 'higher'} rate."
    return [
        Complaint(path=(*place, "frequency_hz"), cure=cure)
        for path, written, planned, _ in grounds.uses(finding)
        for place in [in_channel if written.frequency_hz is None else path]
        if US_PER_S / planned.setup.period_us == finding.asked
    ]


def _is_too_much(finding: Finding) -> bool:
    return (finding.asked or 0) > (finding.allowed or 0)


def _area(grounds: Grounds, finding: Finding) -> list[Complaint]:
    path, _, planned = grounds.channel(finding)
    areas_mm2 = [pad.gel_area_mm2 for pad in planned.pads]
    smallest = areas_mm2.index(min(areas_mm2))
    cure = "Use larger pads, or check that the number is the area of the gel in cm²."
    return [Complaint(path=(*path, "pads", smallest, "gel_area_cm2"), cure=cure)]


def _current(grounds: Grounds, finding: Finding) -> list[Complaint]:
    path, _, _ = grounds.channel(finding)
    full_ua = grounds.capabilities.full_ua(finding.channel or 0)
    if full_ua is not None and finding.asked == full_ua / 1000:
        return [Complaint(path=(*path, "max_current_ma"))]
    cure = "Use larger pads, narrower pulses or a lower rate, or a device with finer steps."
    return [Complaint(path=(*path, "max_current_ma"), cure=cure)]


def _pad(grounds: Grounds, finding: Finding) -> list[Complaint]:
    """Return the pad that lies where a zone, a path or a side forbids it."""
    path, written, planned = grounds.channel(finding)
    zones = pad_zones(planned, grounds.screening_table)
    if finding.source in zones:
        cure = "Put this pad elsewhere: none may lie there."
        return [
            Complaint(path=(*path, "pads", index, "zone"), cure=cure)
            for index, zone in enumerate(zones)
            if zone == finding.source
        ]
    strange = (
        _other_side(planned, zones)
        if finding.source == "side"
        else _off_path(grounds, written, planned, finding.source)
    )
    return [Complaint(path=(*path, "pads", *((strange[0], "zone") if strange else ())))]


def _other_side(planned: PlannedChannel, zones: Iterable[str]) -> list[int]:
    """Return which pads lie on the side that is not their channel's; none while it is open."""
    others = tuple(f"_{side}" for side in SIDES if planned.side not in (side, None))
    return [index for index, zone in enumerate(zones) if zone.endswith(others)]


def _off_path(grounds: Grounds, written: Channel, planned: PlannedChannel, rule: str) -> list[int]:
    """Return which pads a path rule forbids together with the muscle of their channel."""
    table = grounds.screening_table
    muscle = placed_zone(grounds.table.sites[written.site.value].zone, planned.side, table)
    zones = pad_zones(planned, table)
    return [i for i, zone in enumerate(zones) if rule in broken_between(muscle, zone, table)]


# Rhythm -----------------------------------------------------------------------------------------


def _ramp_up(grounds: Grounds, finding: Finding) -> list[Complaint]:
    cure = "Let the current rise more slowly."
    return [
        Complaint(path=path, cure=cure)
        for path, burst in _bursts(grounds, finding, "ramp_up_s")
        if burst.ramp_up_us / US_PER_S == finding.asked
    ]


def _on_time(grounds: Grounds, finding: Finding) -> list[Complaint]:
    return [
        Complaint(path=path, cure="Shorten the contraction.")
        for path, burst in _bursts(grounds, finding, "on_time_s")
        if burst.on_us / US_PER_S == finding.asked
    ]


def _bursts(grounds: Grounds, finding: Finding, field: str) -> Iterable[tuple[Path, PlannedBurst]]:
    """Yield where a field of every burst of a channel stands, in the order of the plan."""
    for path, written, planned in grounds.stages():
        places = _burst_paths(path, written, planned)
        for burst, place in zip(planned.bursts, places, strict=True):
            if burst.channel == finding.channel:
                yield (*place, field), burst


def _burst_paths(path: Path, written: Stage, planned: PlannedStage) -> list[Path]:
    """Return the group of every planned burst: by start, or all the stage itself."""
    if written.bursts is None:
        return [path] * len(planned.bursts)
    starts = [(us_from_s(burst.start_s), burst.channel) for burst in written.bursts]
    order = sorted(range(len(starts)), key=starts.__getitem__)
    return [(*path, "bursts", index) for index in order]


def _rest(grounds: Grounds, finding: Finding) -> list[Complaint]:
    """Return where the rests end up that are as short as was found, and as short as it says."""
    permille = grounds.table.timing_classes[grounds.plan.timing_class].off_to_on_min_permille
    is_share = finding.quantity == "off-time after its on-time"
    complaints = []
    for on_us, off_us in sorted(rests_us(grounds.plan, finding.channel or 0)):
        least_us = on_us * permille / 1000
        is_meant = not is_share or least_us / US_PER_S == finding.allowed
        if off_us / US_PER_S == finding.asked and is_meant:
            path = _rest_path(grounds, finding.channel or 0, (on_us, off_us))
            complaints.append(Complaint(path=path, cure=_rest_cure(path)))
    return complaints


def _rest_path(grounds: Grounds, number: int, rest: tuple[int, int]) -> Path:
    """Return the field that sets a rest: within the first stage that has it, or else before one."""
    stages = grounds.plan.stages
    for index, stage in enumerate(stages):
        if rest in rests_us(replace(grounds.plan, stages=(stage,)), number):
            return _rest_field(grounds, index)
        if rest in rests_us(replace(grounds.plan, stages=stages[: index + 1]), number):
            return _rest_field(grounds, index - 1)
    return ("stages",)


def _rest_field(grounds: Grounds, index: int) -> Path:
    is_short = grounds.loaded.protocol.stages[index].bursts is None
    return ("stages", index, "off_time_s" if is_short else "cycle_time_s")


def _rest_cure(path: Path) -> str:
    if path[-1] == "off_time_s":
        return "Lengthen the rest, or shorten the contraction before it."
    return "Let its bursts begin later and the cycle last longer, or shorten them."


def _session_time(grounds: Grounds, _: Finding) -> list[Complaint]:
    lengths_us = [stage.duration_us for stage in grounds.plan.stages]
    longest = lengths_us.index(max(lengths_us))
    is_counted = grounds.loaded.protocol.stages[longest].repetitions is not None
    path = ("stages", longest, "repetitions" if is_counted else "minutes")
    cure = f"Write fewer {path[-1]} here, in the longest stage, or make two sessions."
    return [Complaint(path=path, cure=cure)]


def _timing_class(_: Grounds, finding: Finding) -> list[Complaint]:
    cure = (
        "Use another timing class."
        if finding.channel is None
        else ("Use another timing class, or another site.")
    )
    return [Complaint(path=("timing_class",), cure=cure)]


# By kind ----------------------------------------------------------------------------------------


def _unknown(_: Grounds, __: Finding) -> list[Complaint]:
    """Say no more than the check: what planning prevents, no field can ask for."""
    return []


_OF_CHANNEL: dict[str, Callable[[Grounds, Finding], list[Complaint]]] = {
    "pulse width": _width,
    "frequency": _rate,
    "electrode area": _area,
    "current": _current,
    "pad zone": _pad,
    "ramp up": _ramp_up,
    "on-time": _on_time,
    "off-time": _rest,
    "off-time after its on-time": _rest,
    "timing class": _timing_class,
}
_OF_PLAN: dict[str, Callable[[Grounds, Finding], list[Complaint]]] = {
    "session time": _session_time,
    "timing class": _timing_class,
}
"""How each kind of error of the check is told, by its quantity."""
