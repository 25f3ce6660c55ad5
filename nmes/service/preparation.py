"""From a choice of protocol, device and person to a judged plan; nothing is opened here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nmes import __version__
from protocols.capabilities import Capabilities, Report
from protocols.errors import PlanningError
from protocols.loading import LoadedProtocol, find_protocol, load_protocol
from protocols.plan import Plan, PlannedStage, PulseShape
from protocols.timeline import make_plan
from safety.checks import CheckReport, check_plan
from safety.limits import Most
from safety.session_limits import SessionLimits, effective_limits
from safety.table import LimitTable, load_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the operator chose. `port` is None for a simulator that nmes starts itself."""

    protocol: str
    device: str
    port: str | None
    operator: str
    patient: str
    is_bench: bool
    sides: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A protocol as a device would make it, and what the static check says about that."""

    loaded: LoadedProtocol
    plan: Plan
    capabilities: Capabilities
    table: LimitTable
    report: CheckReport


def judge(
    loaded: LoadedProtocol, capabilities: Capabilities, sides: Mapping[int, str] | None = None
) -> Judgement:
    """Plan and check, without refusing what the check finds; PlanningError if no plan is possible.

    `sides` is as for `make_plan`.
    """
    plan = make_plan(loaded, capabilities, sides)
    table = load_table()
    return Judgement(
        loaded=loaded,
        plan=plan,
        capabilities=capabilities,
        table=table,
        report=check_plan(plan, table, capabilities),
    )


def limits_of(judgement: Judgement) -> SessionLimits:
    """Return the limits that will guard a plan; PlanningError with what the check found wrong.

    The limits are made apart from the check and have a veto of their own: LimitViolation.
    """
    errors = tuple(f.text for f in judgement.report.findings if f.severity == "error")
    if errors:
        raise PlanningError(errors)
    return effective_limits(judgement.table, judgement.capabilities, judgement.plan)


def cap_on_grid(limits: SessionLimits, number: int) -> Most:
    """Return the effective upper bound of a channel's current, on the device's grid."""
    bound = limits.channel(number).limits.current_ua
    step_ua = limits.device.current_step_ua
    return Most(value=bound.value // step_ua * step_ua, source=bound.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """A plan that passed every check, with the limits that will guard it."""

    choice: Choice
    loaded: LoadedProtocol
    plan: Plan
    capabilities: Capabilities
    limits: SessionLimits
    report: CheckReport
    table: LimitTable

    def cap(self, number: int) -> Most:
        """Return the effective upper bound of a channel's current, on the device's grid."""
        return cap_on_grid(self.limits, number)

    def first_use(self, number: int) -> tuple[PlannedStage, PulseShape]:
        """Return the first stage that uses a channel, and its pulses there."""
        return next(
            (stage, shape)
            for stage in self.plan.stages
            for shape in stage.shapes
            if shape.channel == number
        )

    @property
    def ramp_up_min_us(self) -> int:
        """The shortest ramp that the rhythm of the protocol permits on every channel."""
        return max(channel.limits.ramp_up_min_us.value for channel in self.limits.channels)

    @property
    def is_simulated(self) -> bool:
        """Whether nmes starts the simulator itself; every explicit port counts as real."""
        return self.choice.port is None


def read_protocol(name: str) -> LoadedProtocol:
    """Read the file meant by the name of a library protocol or by a path; ProtocolFileError."""
    return load_protocol(find_protocol(name))


def prepare(
    choice: Choice,
    capabilities: Capabilities,
    read: Callable[[str], LoadedProtocol] = read_protocol,
) -> Preparation:
    """Load, plan and judge; ProtocolFileError or PlanningError if it cannot be used."""
    loaded = read(choice.protocol)
    judgement = judge(loaded, capabilities, choice.sides)
    return Preparation(
        choice=choice,
        loaded=loaded,
        plan=judgement.plan,
        capabilities=capabilities,
        limits=limits_of(judgement),
        report=judgement.report,
        table=judgement.table,
    )


_UNREPORTED = {
    Report.ELECTRODE_FAULT_CHANNEL: "which electrode is open: it stops all channels, naming none",
    Report.DELIVERED_CURRENT: "whether the current set is the current delivered",
    Report.IMPEDANCE: "electrode impedance, a pad drying out or lifting",
    Report.CLIPPING: "whether a high load clips the current",
    Report.BATTERY: "the state of its battery",
}


def undetectable(capabilities: Capabilities) -> tuple[str, ...]:
    """Return what this device cannot report, in words for the operator."""
    return tuple(text for report, text in _UNREPORTED.items() if report not in capabilities.reports)


def opening_record(
    preparation: Preparation,
    *,
    session_id: str,
    operator_is_script: bool,
    planned_us: int,
    contractions_planned: int,
) -> dict[str, object]:
    """Return the fields of the record that opens a journal."""
    choice, plan = preparation.choice, preparation.plan
    return {
        "schema_version": 1,
        "session_id": session_id,
        "nmes_version": __version__,
        "operator": choice.operator,
        "operator_is_script": operator_is_script,
        "patient": choice.patient,
        "is_bench": choice.is_bench,
        "protocol_id": plan.protocol_id,
        "protocol_version": plan.version,
        "title": plan.title,
        "protocol_sha256": plan.sha256,
        "limits_sha256": preparation.table.sha256,
        "device": plan.device,
        "device_title": preparation.capabilities.title,
        "is_simulated": preparation.is_simulated,
        "port": choice.port,
        "planned_us": planned_us,
        "contractions_planned": contractions_planned,
        "channels": [_channel_record(preparation, planned.number) for planned in plan.channels],
    }


def _channel_record(preparation: Preparation, number: int) -> dict[str, object]:
    planned = preparation.plan.channel(number)
    cap = preparation.cap(number)
    _, shape = preparation.first_use(number)
    return {
        "number": number,
        "name": planned.name,
        "site": planned.site,
        "side": planned.side,
        "pads": [
            {
                "name": pad.name,
                "zone": pad.zone,
                "aspect": pad.aspect,
                "gel_area_mm2": pad.gel_area_mm2,
                "placement": pad.placement,
            }
            for pad in planned.pads
        ],
        "waveform": planned.waveform.value,
        "pulse_width_us": shape.pulse_width_us,
        "cap_ua": cap.value,
        "cap_reason": cap.source,
    }
