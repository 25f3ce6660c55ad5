"""Plans, devices and a recording stimulator for the tests of the safety layer."""

from dataclasses import dataclass, field, replace

from drivers.interface import (
    Connected,
    DeviceEvent,
    Permit,
    SetUpConfirmed,
    StopConfirmed,
)
from protocols.capabilities import Capabilities, Report
from protocols.plan import (
    Plan,
    PlannedBurst,
    PlannedChannel,
    PlannedPad,
    PlannedStage,
    PulseShape,
)
from protocols.pulses import ChannelOutput, OutputFrame, TrainSetup, Waveform, symmetric_output
from safety.clearance import BENCH, nobody
from safety.gate import SafetyGate
from safety.past import no_past
from safety.screening_table import load_screening_table
from safety.session_limits import SessionLimits, effective_limits
from safety.table import LimitTable, load_table

SECOND_US = 1_000_000

TABLE = load_table()
SCREENING_TABLE = load_screening_table()

DEVICE = Capabilities(
    device="bench",
    title="Bench device",
    channels=8,
    channels_per_module=4,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC}),
    interphase_gap_us=100,
    current_step_ua=1000,
    current_max_ua=130_000,
    pulse_width_min_us=20,
    pulse_width_max_us=500,
    pulse_width_step_us=1,
    period_step_us=500,
    period_min_us_by_modules=(8_000, 20_000),
    period_max_us=1_025_000,
    has_unequal_rates=False,
    reports=frozenset({Report.OUTPUT_MODE}),
    stop_time_us=30_000,
    watchdog_us=1_200_000,
    keep_alive_us=400_000,
    is_research_only=False,
)

BOTH_WAVEFORMS = replace(
    DEVICE,
    waveforms=frozenset({Waveform.SYMMETRIC_BIPHASIC, Waveform.ASYMMETRIC_BIPHASIC}),
    pulse_width_max_us=4_000,
    interphase_gap_us=0,
)


def pad(area_mm2: int = 4500, name: str = "pad", zone: str = "lower_limb_left") -> PlannedPad:
    aspect = "posterior" if zone == "upper_back" else "anterior"
    return PlannedPad(name=name, zone=zone, aspect=aspect, gel_area_mm2=area_mm2, placement="")


def zone_of(site: str) -> str:
    """The zone in which pads of a site may lie, on the left if it has sides."""
    zone = TABLE.sites[site].zone if site in TABLE.sites else "lower_limb"
    has_sides = zone in ("upper_limb", "hand", "lower_limb", "foot", "gluteal")
    return f"{zone}_left" if has_sides else zone


def channel(
    number: int = 1,
    site: str = "quadriceps",
    max_current_ua: int = 100_000,
    area_mm2: int = 4500,
    waveform: Waveform = Waveform.SYMMETRIC_BIPHASIC,
    suggested_start_ua: int | None = None,
) -> PlannedChannel:
    return PlannedChannel(
        number=number,
        name=f"channel {number}",
        site=site,
        side="left",
        waveform=waveform,
        max_current_ua=max_current_ua,
        suggested_start_ua=suggested_start_ua,
        pads=(
            pad(area_mm2, "small", zone_of(site)),
            pad(area_mm2 + 1000, "large", zone_of(site)),
        ),
    )


def burst(
    number: int = 1,
    start_us: int = 0,
    on_us: int = 10 * SECOND_US,
    ramp_up_us: int = 2 * SECOND_US,
) -> PlannedBurst:
    return PlannedBurst(
        channel=number,
        start_us=start_us,
        on_us=on_us,
        ramp_up_us=ramp_up_us,
        ramp_down_us=SECOND_US,
        share_permille=1000,
        cue="",
    )


def shape(number: int = 1, width_us: int = 300, second_width_us: int | None = None) -> PulseShape:
    second_us = width_us if second_width_us is None else second_width_us
    return PulseShape(channel=number, pulse_width_us=width_us, second_width_us=second_us)


def stage(
    bursts: tuple[PlannedBurst, ...] = (burst(),),
    shapes: tuple[PulseShape, ...] = (shape(),),
    period_us: int = 20_000,
    cycle_us: int = 30 * SECOND_US,
    cycles: int = 10,
) -> PlannedStage:
    return PlannedStage(
        name="work",
        kind="work",
        setup=TrainSetup(period_us=period_us, channels=tuple(s.channel for s in shapes)),
        shapes=shapes,
        bursts=bursts,
        cycle_us=cycle_us,
        cycles=cycles,
        cue_rest="",
        frequency_asked_mhz=10**9 // max(1, period_us),
    )


def plan(
    channels: tuple[PlannedChannel, ...] = (channel(),),
    stages: tuple[PlannedStage, ...] = (stage(),),
    timing_class: str = "cyclic",
    device: str = "bench",
) -> Plan:
    return Plan(
        protocol_id="bench",
        title="Bench",
        version="1",
        sha256="0" * 64,
        device=device,
        timing_class=timing_class,
        channels=channels,
        stages=stages,
    )


def limits(
    of: Plan | None = None, device: Capabilities = DEVICE, table: LimitTable = TABLE
) -> SessionLimits:
    return limits_on_nobody(table, device, plan() if of is None else of)


def limits_on_nobody(table: LimitTable, device: Capabilities, of: Plan) -> SessionLimits:
    """What a plan may do on a device at which nobody is, after no earlier session."""
    clearance = nobody(of, SCREENING_TABLE, BENCH, "2026-01-01")
    return effective_limits(table, device, of, clearance, no_past(of, table.behaviour))


@dataclass
class RecordingStimulator:
    """A stimulator that does what it is told and writes down every call."""

    capabilities: Capabilities = DEVICE
    is_ready: bool = True
    calls: list[str] = field(default_factory=list)
    times_us: list[int] = field(default_factory=list)
    permits: list[Permit] = field(default_factory=list)
    events: list[DeviceEvent] = field(default_factory=list)
    deadline_us: int | None = None
    failure: Exception | None = None

    def connect(self, now_us: int) -> None:
        self.times_us.append(now_us)
        self.calls.append("connect")
        self.events.append(Connected(at_us=now_us, identity="bench"))

    def poll(self, now_us: int) -> tuple[DeviceEvent, ...]:
        self.times_us.append(now_us)
        self._fail_if_told()
        events, self.events = tuple(self.events), []
        return events

    def next_deadline_us(self) -> int | None:
        return self.deadline_us

    def set_up(self, permit: Permit, now_us: int) -> None:
        self.times_us.append(now_us)
        self._fail_if_told()
        self.calls.append("set_up")
        self.permits.append(permit)
        assert isinstance(permit.subject, TrainSetup)
        self.events.append(SetUpConfirmed(at_us=now_us, setup=permit.subject))

    def output(self, permit: Permit, now_us: int) -> None:
        self.times_us.append(now_us)
        self._fail_if_told()
        self.calls.append("output")
        self.permits.append(permit)

    def keep_alive(self, now_us: int) -> None:
        self.times_us.append(now_us)
        self.calls.append("keep_alive")

    def stop(self, now_us: int) -> None:
        self.times_us.append(now_us)
        self.calls.append("stop")
        self.events.append(StopConfirmed(at_us=now_us, requested_us=now_us))

    def abandon(self, now_us: int) -> None:
        self.times_us.append(now_us)
        self.calls.append("abandon")

    def fileno(self) -> int | None:
        return 7

    def close(self) -> None:
        self.calls.append("close")

    def _fail_if_told(self) -> None:
        if self.failure is not None:
            raise self.failure


class Bench:
    """A gate in front of a recording stimulator, and a clock that only tests move."""

    def __init__(
        self, of: Plan | None = None, device: Capabilities = DEVICE, table: LimitTable = TABLE
    ) -> None:
        self.plan = plan() if of is None else of
        self.stimulator = RecordingStimulator(capabilities=device)
        self.gate = SafetyGate(self.stimulator)
        self.limits = limits(self.plan, device, table)
        self.now_us = 0

    @property
    def setup(self) -> TrainSetup:
        return self.plan.stages[0].setup

    def open(self) -> "Bench":
        """Connect and take up the session."""
        self.gate.connect(self.now_us)
        self.gate.poll(self.now_us)
        self.gate.open(self.limits, self.now_us)
        return self

    def arm(self) -> "Bench":
        """Connect, open and set up the first stage's train."""
        self.open()
        self.gate.set_up(self.setup, self.now_us)
        self.gate.poll(self.now_us)
        return self

    def wait(self, for_us: int) -> None:
        self.now_us += for_us

    def raise_to(self, level_ua: int, number: int = 1) -> "Bench":
        """Raise a level as an operator would, in steps and with the waits between."""
        while self.gate.level_ua(number) < level_ua:
            self.gate.raise_level(
                number, min(self.gate.level_ua(number) + 2000, level_ua), self.now_us
            )
            self.wait(400_000)
        return self

    def frame(self, *outputs: ChannelOutput) -> OutputFrame:
        return OutputFrame(setup=self.setup, outputs=outputs)

    def write(self, current_ua: int, number: int = 1, width_us: int = 300) -> None:
        """Write a frame of one symmetric channel now."""
        self.gate.output(self.frame(symmetric_output(number, current_ua, width_us)), self.now_us)

    def ramp_to(self, current_ua: int) -> "Bench":
        """Write frames every 50 ms, as high as the gate lets them be, until the current flows."""
        reached_ua = 0
        while reached_ua < current_ua:
            self.wait(50_000)
            reachable_ua = self.gate.reachable_ua(1, self.now_us)
            reached_ua = min(current_ua, reachable_ua - reachable_ua % 1000)
            self.write(reached_ua)
        return self
