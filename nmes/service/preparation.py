"""From a choice of protocol, device and person to a judged plan; nothing is opened here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from nmes import __version__
from nmes.records.past import PastUse, Place
from nmes.service.admission import (
    clearance_without_answers,
    judged_answers,
    past_of_plan,
    refuse_other_screening,
)
from nmes.service.complaints import Grounds
from nmes.session.stepping import press_ua
from protocols.capabilities import Capabilities
from protocols.errors import PlanningError, SessionRefusal
from protocols.loading import LoadedProtocol, find_protocol, load_protocol
from protocols.plan import Plan, PlannedStage, PulseShape
from protocols.timeline import make_plan
from safety.check_places import place_findings
from safety.checks import CheckReport, check_plan
from safety.clearance import SIMULATED, Clearance, Screening, cleared, nobody
from safety.limits import NO_MOST, Most
from safety.past import ChannelPast, no_past
from safety.screening_table import WARN, ScreeningTable, load_screening_table
from safety.session_limits import SessionLimits, effective_limits
from safety.table import LimitTable, load_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the operator chose. `port` is None for a simulator that nmes starts itself.

    `screening` is what was asked of the person; None where nobody was asked.
    """

    protocol: str
    device: str
    port: str | None
    operator: str
    patient: str
    is_bench: bool
    sides: Mapping[int, str]
    operator_is_script: bool
    screening: Screening | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A protocol as a device would make it, and what the static check says about that."""

    loaded: LoadedProtocol
    plan: Plan
    capabilities: Capabilities
    table: LimitTable
    screening_table: ScreeningTable
    report: CheckReport


@cache
def _tables() -> tuple[LimitTable, ScreeningTable]:
    """Return the tables that nmes ships with, read once for the life of the program."""
    return load_table(), load_screening_table()


def judge(
    loaded: LoadedProtocol, capabilities: Capabilities, sides: Mapping[int, str] | None = None
) -> Judgement:
    """Plan and check, without refusing what the check finds; PlanningError if no plan is possible.

    `sides` is as for `make_plan`.
    """
    plan = make_plan(loaded, capabilities, sides)
    table, screening_table = _tables()
    report = check_plan(plan, table, capabilities)
    grounds = Grounds(
        loaded=loaded,
        plan=plan,
        capabilities=capabilities,
        table=table,
        screening_table=screening_table,
    )
    findings = (*place_findings(plan, table, screening_table), *report.findings)
    return Judgement(
        loaded=loaded,
        plan=plan,
        capabilities=capabilities,
        table=table,
        screening_table=screening_table,
        report=replace(report, findings=grounds.told(findings)),
    )


def limits_of(judgement: Judgement) -> SessionLimits:
    """Return the limits that would guard a plan on nobody; PlanningError with what is wrong.

    The limits are made apart from the check and have a veto of their own: LimitViolation.
    """
    clearance = nobody(judgement.plan, judgement.screening_table, SIMULATED, "")
    past = no_past(judgement.plan, judgement.table.behaviour)
    return limits_on(judgement, clearance, past)


def limits_on(
    judgement: Judgement, clearance: Clearance, past: tuple[ChannelPast, ...]
) -> SessionLimits:
    """Return the limits that will guard a plan on whom it is cleared for; raises as `limits_of`."""
    refuse_errors(judgement)
    return effective_limits(
        judgement.table, judgement.capabilities, judgement.plan, clearance, past
    )


def refuse_errors(judgement: Judgement) -> None:
    """Raise PlanningError with what the check found wrong."""
    errors = tuple(f.text for f in judgement.report.findings if f.severity == "error")
    if errors:
        raise PlanningError(errors, file=judgement.loaded.source)


def clearance_of(choice: Choice, judgement: Judgement, day: str) -> Clearance:
    """Return why the plan may run; SessionRefusal or PlanningError if it may not."""
    plan, table = judgement.plan, judgement.screening_table
    screening = choice.screening
    if screening is None:
        return clearance_without_answers(
            plan, table, port=choice.port, is_bench=choice.is_bench, day=day
        )
    refuse_other_screening(screening, patient=choice.patient, is_bench=choice.is_bench, day=day)
    if judgement.capabilities.is_research_only and choice.port is not None:
        raise SessionRefusal(
            f"{judgement.capabilities.title} is for research without a patient: nothing shows what "
            "it puts out, or stops it in time. Use another device, or say --bench."
        )
    judged = judged_answers(judgement.loaded.protocol, plan, judgement.table, table, screening)
    return cleared(plan, table, judged, screening)


def cap_on_grid(limits: SessionLimits, number: int) -> Most:
    """Return the effective upper bound of a channel's current, on the device's grid."""
    bound = limits.channel(number).limits.current_ua
    step_ua = limits.channel(number).current_step_ua
    return Most(value=bound.value // step_ua * step_ua, source=bound.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """A plan that passed every check, why it may run, and the limits that will guard it."""

    choice: Choice
    loaded: LoadedProtocol
    plan: Plan
    capabilities: Capabilities
    limits: SessionLimits
    report: CheckReport
    table: LimitTable
    clearance: Clearance

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
    def step_ua(self) -> int:
        """The grid of all currents of this plan on its device."""
        return self.limits.channels[0].current_step_ua

    def press_ua(self, *, is_coarse: bool) -> int:
        """Return what one press of a level key is worth."""
        return press_ua(self.limits.behaviour, self.step_ua, is_coarse=is_coarse)

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
    *,
    day: str,
    used: Mapping[Place, PastUse],
) -> Preparation:
    """Load, plan and judge; NmesError with the reasons if it cannot be used, or not on this one.

    `day` is today, `used` what earlier sessions gave to this person.
    """
    judgement = judge(read(choice.protocol), capabilities, choice.sides)
    refuse_errors(judgement)
    clearance = clearance_of(choice, judgement, day)
    past = past_of_plan(
        judgement.plan,
        judgement.table,
        clearance,
        used,
        is_simulated=choice.port is None,
        operator_is_script=choice.operator_is_script,
    )
    return Preparation(
        choice=choice,
        loaded=judgement.loaded,
        plan=judgement.plan,
        capabilities=capabilities,
        limits=limits_on(judgement, clearance, past),
        report=judgement.report,
        table=judgement.table,
        clearance=clearance,
    )


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
        "clearance": _clearance_record(preparation.clearance),
        "device": plan.device,
        "device_title": preparation.capabilities.title,
        "is_simulated": preparation.is_simulated,
        "port": choice.port,
        "planned_us": planned_us,
        "contractions_planned": contractions_planned,
        "watchdog_us": preparation.capabilities.watchdog_us,
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
        "full_ua": preparation.capabilities.full_ua(number),
    }


def _clearance_record(clearance: Clearance) -> dict[str, object]:
    return {
        "basis": clearance.basis,
        "day": clearance.day,
        "asked_by": clearance.asked_by,
        "table_sha256": clearance.table_sha256,
        "answers_sha256": clearance.answers_sha256 or None,
        "yes": list(clearance.yes),
        "warnings": [found.item for found in clearance.findings if found.decision == WARN],
        "acknowledgements": [
            {"item": note.item, "clinician": note.clinician, "text": note.text}
            for note in clearance.acknowledgements
        ],
        "narrowed": [
            {
                "channel": own.number,
                "permille": own.permille,
                "items": list(own.items),
                "maximum_ua": None if own.maximum == NO_MOST else own.maximum.value,
            }
            for own in clearance.channels
            if own.items or own.maximum != NO_MOST
        ],
    }
