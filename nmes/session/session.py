"""A session as one frozen value: everything that decides what flows next."""

from dataclasses import dataclass, replace

from nmes.session import rules
from nmes.session.rules import Behaviour
from nmes.session.states import LIVE, SessionState
from protocols.capabilities import Capabilities
from protocols.plan import Plan, PlannedBurst, PlannedStage, PulseShape
from protocols.pulses import TrainSetup

FIND_CYCLES_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRise:
    """A step up that waits for its record to be on disk."""

    channel: int
    to_ua: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Why and since when the session is stopped or faulted, and what the device said to it.

    `abandon_us` is when the port is closed if this is an emergency stop, None otherwise.
    """

    cause: str
    advice: str
    at_us: int
    is_emergency: bool
    confirmed_us: int | None
    abandon_us: int | None
    is_abandoned: bool
    is_acknowledged: bool

    @property
    def is_settled(self) -> bool:
        """Whether the stop is confirmed, or the device given up: there is no more to wait for."""
        return self.confirmed_us is not None or self.is_abandoned


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the device has reported since arming; pairs begin with their channel.

    `clips_us` are the reports of a clipped output not long ago, oldest first; `clipped` and
    `open_channels` hold until the device says otherwise, `warned` until the impedance is back.
    """

    open_channels: tuple[int, ...] = ()
    clipped: tuple[int, ...] = ()
    clips_us: tuple[tuple[int, int], ...] = ()
    baselines_ohm: tuple[tuple[int, int], ...] = ()
    warned: tuple[int, ...] = ()
    is_battery_told: bool = False

    def baseline_ohm(self, channel: int) -> int | None:
        """Return what the impedance of a channel has been so far; None if nothing is known."""
        return dict(self.baselines_ohm).get(channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One person's session on one device, from arming to its end.

    `levels_ua`, `felt_ua` and `fading_ua` are in the order of `plan.channels`; a level is felt once
    a contraction has begun to rise to it. `input_us` is when the operator last wished for
    something, `present_us` when any key was last pressed, `step_us` a key for up. While RUNNING,
    stage time is `now - zero_us` but never before `held_us`, where it waits out the countdown
    before a start; in every other state it rests there. A stop that is not confirmed within
    `stop_due_us` becomes the emergency stop; a person then ends the output `by_hand`. `setup` is
    the train the device holds; `is_doubtful` says that a device which may have put out current was
    given up, and none was heard since. Each of the outputs in `fading_ua` falls to 0 within its
    `fade_us` of a pause.
    """

    plan: Plan
    behaviour: Behaviour
    step_ua: int
    ramp_up_min_us: int
    stop_due_us: int
    by_hand: tuple[str, ...]
    is_slow_to_lower: bool
    operator_is_script: bool
    state: SessionState
    selected: int
    levels_ua: tuple[int, ...]
    felt_ua: tuple[int, ...]
    stage_index: int
    zero_us: int
    held_us: int
    gentle_cycle: int | None
    find_channel: int | None
    find_zero_us: int
    setup: TrainSetup | None
    setup_is_asked: bool
    is_doubtful: bool
    paused_us: int
    fade_us: tuple[int, ...]
    fading_ua: tuple[int, ...]
    heard_us: int
    input_us: int
    present_us: int
    is_prompted: bool
    step_us: int
    step_ready_us: int
    recent_ups_us: tuple[int, ...]
    pending: PendingRise | None
    condition: Condition
    halt: Halt | None

    @property
    def stage(self) -> PlannedStage:
        """The stage in force."""
        return self.plan.stages[self.stage_index]

    @property
    def is_live(self) -> bool:
        """Whether a device at the other end may put out current, or soon could."""
        return self.state in LIVE

    def index(self, channel: int) -> int:
        """Return the place of a channel number in the plan; ValueError if it has none."""
        for index, planned in enumerate(self.plan.channels):
            if planned.number == channel:
                return index
        raise ValueError(f"the plan has no channel {channel}")

    def level_ua(self, channel: int) -> int:
        """Return the level of a channel."""
        return self.levels_ua[self.index(channel)]

    def stage_time_us(self, now_us: int) -> int:
        """Return the time in the stage."""
        if self.state is SessionState.RUNNING:
            return max(self.held_us, now_us - self.zero_us)
        return self.held_us

    @property
    def course(self) -> tuple[object, ...]:
        """Everything that the output depends on beside the time; equal courses, equal outputs."""
        return (
            self.state,
            self.levels_ua,
            self.stage_index,
            self.zero_us,
            self.held_us,
            self.gentle_cycle,
            self.find_channel,
            self.find_zero_us,
            self.setup,
            self.paused_us,
            self.fading_ua,
        )

    def countdown_us(self, now_us: int) -> int:
        """Return what is left of the countdown before the program, or the find train, goes on."""
        if self.state is SessionState.RUNNING:
            return max(0, self.zero_us + self.held_us - now_us)
        if self.state is SessionState.FINDING:
            return max(0, self.find_zero_us - now_us)
        return 0


def new_session(
    plan: Plan,
    device: Capabilities,
    *,
    behaviour: Behaviour,
    step_ua: int,
    ramp_up_min_us: int,
    operator_is_script: bool,
    now_us: int,
) -> Session:
    """Return an idle session at the beginning of its plan, all levels 0.

    `step_ua` is the grid of the currents, `ramp_up_min_us` what the plan's rhythm demands of every
    ramp. A device that declares a longer stop is not alarmed at before its time is over.
    """
    count = len(plan.channels)
    return Session(
        plan=plan,
        behaviour=behaviour,
        step_ua=step_ua,
        ramp_up_min_us=ramp_up_min_us,
        stop_due_us=max(behaviour.stop_zero_max_us, device.stop_time_us),
        by_hand=device.by_hand,
        is_slow_to_lower=device.is_slow_to_lower,
        operator_is_script=operator_is_script,
        state=SessionState.IDLE,
        selected=plan.channels[0].number,
        levels_ua=(0,) * count,
        felt_ua=(0,) * count,
        stage_index=0,
        zero_us=0,
        held_us=0,
        gentle_cycle=None,
        find_channel=None,
        find_zero_us=0,
        setup=None,
        setup_is_asked=False,
        is_doubtful=False,
        paused_us=0,
        fade_us=(0,) * count,
        fading_ua=(0,) * count,
        heard_us=now_us,
        input_us=now_us,
        present_us=now_us,
        is_prompted=False,
        step_us=now_us - rules.KEY_REPEAT_US,
        step_ready_us=now_us,
        recent_ups_us=(),
        pending=None,
        condition=Condition(),
        halt=None,
    )


def rise_us(session: Session, burst: PlannedBurst, time_us: int) -> int:
    """Return how long a burst rises at a time of the stage: longer just after a pause."""
    is_gentle = session.gentle_cycle == time_us // session.stage.cycle_us
    gentle_us = session.behaviour.resume_ramp_min_us if is_gentle else 0
    return max(burst.ramp_up_us, gentle_us)


def home_stage(session: Session, channel: int) -> PlannedStage:
    """Return the next stage that uses a channel: its level is found with that stage's pulses."""
    stages = session.plan.stages
    in_order = stages[session.stage_index :] + stages[: session.stage_index]
    for stage in in_order:
        if channel in stage.setup.channels:
            return stage
    raise KeyError(channel)


def find_ramp_us(session: Session) -> int:
    """Return how long a contraction rises while a level is found."""
    return max(rules.FIND_RAMP_US, session.ramp_up_min_us)


def find_stage(session: Session, channel: int) -> PlannedStage:
    """Return the find-level train of a channel as a stage that never ends in practice."""
    ramp_up_us = find_ramp_us(session)
    on_us = rules.FIND_ON_US + ramp_up_us - rules.FIND_RAMP_US
    burst = PlannedBurst(
        channel=channel,
        start_us=0,
        on_us=on_us,
        ramp_up_us=ramp_up_us,
        ramp_down_us=rules.FIND_RAMP_US,
        share_permille=1000,
        cue="Find the level",
    )
    return replace(
        home_stage(session, channel),
        name="find level",
        bursts=(burst,),
        cycle_us=on_us + rules.FIND_OFF_US,
        cycles=FIND_CYCLES_MAX,
        cue_rest="Rest",
    )


def train_stage(session: Session) -> PlannedStage:
    """Return the stage that the train in force belongs to; the present one if it fits."""
    find_channel = session.find_channel
    present = session.stage if find_channel is None else home_stage(session, find_channel)
    candidates = (present, *session.plan.stages)
    return next(stage for stage in candidates if stage.setup == session.setup)


def shape_of(stage: PlannedStage, channel: int) -> PulseShape:
    """Return the pulse shape of a channel in a stage; KeyError if the stage does not use it."""
    for shape in stage.shapes:
        if shape.channel == channel:
            return shape
    raise KeyError(channel)
