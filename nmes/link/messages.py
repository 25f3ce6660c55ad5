"""The messages between a screen and its engine: frozen, one JSON object per line.

The screen sends intents and never targets; the engine sends what the device confirmed. Numbers are
the exact integers of the engine (µA, µs); the screen turns them into clinic units. Nothing here
decides anything.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from nmes.exit_codes import DEVICE_TROUBLE, DONE, NOT_COMPLETED

LINK_VERSION = 1


class Message(BaseModel):
    """A frozen, strict message; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# Screen to engine ---------------------------------------------------------------------------


class Hello(Message):
    """First line of every link. A script is an operator who is present while its process lives."""

    kind: Literal["hello"] = "hello"
    version: int = LINK_VERSION
    operator_is_script: bool


class StillHere(Message):
    """The screen's heartbeat, every 100 ms. After 300 ms of silence nothing flows, 500 ms stop.

    `keys_pressed` counts all keys so far, those that ask for nothing included: somebody is there.
    """

    kind: Literal["still_here"] = "still_here"
    keys_pressed: int = 0


class AskCatalogue(Message):
    """Ask which protocols, devices and ports there are."""

    kind: Literal["ask_catalogue"] = "ask_catalogue"


class LookForDevices(Message):
    """Ask at the ports who is there, with harmless questions. Answer: DevicesFound or Refusal.

    Takes seconds for each port; asking for a plan breaks it off, and nothing more is said of it.
    """

    kind: Literal["look_for_devices"] = "look_for_devices"


class AskSessions(Message):
    """Ask for the list of recorded sessions."""

    kind: Literal["ask_sessions"] = "ask_sessions"


class ScreeningAnswer(Message):
    """What was answered to one question; `channel` is None where it holds for all concerned."""

    question: str
    channel: int | None
    answer: Literal["yes", "no", "not known"]


class ScreeningAcknowledgement(Message):
    """What a named clinician wrote about one item that may not pass without it."""

    item: str
    clinician: str
    text: str


class ScreeningGiven(Message):
    """What was asked of one person on one day (YYYY-MM-DD), complete or not.

    `maximum_ua` holds a bound of this person's own for channels that have one.
    """

    patient: str
    day: str
    asked_by: str
    answers: Annotated[tuple[ScreeningAnswer, ...], Field(strict=False)]
    acknowledgements: Annotated[tuple[ScreeningAcknowledgement, ...], Field(strict=False)]
    maximum_ua: dict[int, int]


class AskScreening(Message):
    """Ask what must be asked before this protocol, and what follows from the answers so far.

    `given` is None before the first answer. `sides` as in Prepare. Answer: ScreeningQuestions or
    Refusal.
    """

    kind: Literal["ask_screening"] = "ask_screening"
    protocol: str
    device: str
    patient: str
    sides: dict[int, str]
    given: ScreeningGiven | None


class Prepare(Message):
    """Choose protocol, device and person; nothing is opened yet. Answer: Prepared or Refusal.

    `device` is a driver's name, or `sim:` and a driver's name, for which the engine starts the
    simulator itself and `port` is None. `patient` is a code, never a name; `bench` is nobody.
    `sides` gives the side of each channel that the protocol leaves to be chosen at arming.
    `screening` is needed for a person at an explicit port.
    """

    kind: Literal["prepare"] = "prepare"
    protocol: str
    device: str
    port: str | None
    operator: str
    patient: str
    is_bench: bool
    sides: dict[int, str]
    screening: ScreeningGiven | None = None


class Arm(Message):
    """Connect and set up at 0 mA. `confirmed_channels`: those whose placement the operator ticked.

    Needs every channel confirmed. Also the second step of a re-arm.
    """

    kind: Literal["arm"] = "arm"
    confirmed_channels: Annotated[tuple[int, ...], Field(strict=False)]


class FindLevel(Message):
    """Begin or move the find-level train (2 s on, 4 s off) to this channel, from 0 mA."""

    kind: Literal["find_level"] = "find_level"
    channel: int


class Start(Message):
    """End finding levels and begin, or go on with, the first stage; it counts from here."""

    kind: Literal["start"] = "start"


class StepLevel(Message):
    """One step of one channel's level. Up is rate-limited by the engine, down never."""

    kind: Literal["step_level"] = "step_level"
    channel: int
    direction: Literal["up", "down"]
    is_coarse: bool
    sequence: int


class ZeroLevel(Message):
    """The level of one channel to 0 mA, now."""

    kind: Literal["zero_level"] = "zero_level"
    channel: int


class Pause(Message):
    """Ramp down, hold the position in the program."""

    kind: Literal["pause"] = "pause"


class Resume(Message):
    """Go on after a pause: a countdown, then a ramp of at least 2 s."""

    kind: Literal["resume"] = "resume"


class Finish(Message):
    """End the session early, in good order."""

    kind: Literal["finish"] = "finish"


class Stop(Message):
    """Stop now. A second one within 2 s is an emergency stop. `cause` says which key or event."""

    kind: Literal["stop"] = "stop"
    cause: str


class Acknowledge(Message):
    """First step of a re-arm after stop or fault: the cause was read. Arm is the second."""

    kind: Literal["acknowledge"] = "acknowledge"


class Note(Message):
    """What the operator notes for the record: a moment, or why it was stopped."""

    kind: Literal["note"] = "note"
    topic: Literal["mark", "stop"]
    text: str


class Leave(Message):
    """Close the session and its record; the engine may prepare another."""

    kind: Literal["leave"] = "leave"


Intent = Annotated[
    Hello
    | StillHere
    | AskCatalogue
    | LookForDevices
    | AskSessions
    | AskScreening
    | Prepare
    | Arm
    | FindLevel
    | Start
    | StepLevel
    | ZeroLevel
    | Pause
    | Resume
    | Finish
    | Stop
    | Acknowledge
    | Note
    | Leave,
    Field(discriminator="kind"),
]

# Engine to screen ---------------------------------------------------------------------------


class Welcome(Message):
    """The engine's answer to Hello."""

    kind: Literal["welcome"] = "welcome"
    version: int = LINK_VERSION
    nmes_version: str


class ProtocolEntry(Message):
    """One protocol of the library as a list shows it."""

    id: str
    title: str
    duration_us: int
    channels: int
    goal: str


class PortEntry(Message):
    """One serial port of this computer."""

    name: str
    description: str


class DeviceEntry(Message):
    """One device that nmes can drive; `sim:` names are simulated."""

    name: str
    title: str
    is_simulated: bool


class Catalogue(Message):
    """What can be chosen."""

    kind: Literal["catalogue"] = "catalogue"
    protocols: Annotated[tuple[ProtocolEntry, ...], Field(strict=False)]
    devices: Annotated[tuple[DeviceEntry, ...], Field(strict=False)]
    ports: Annotated[tuple[PortEntry, ...], Field(strict=False)]


class FoundDevice(Message):
    """A device that answered at a port; `identity` is what it said of itself."""

    device: str
    port: str
    identity: str


class DevicesFound(Message):
    """Who answered; `obstacles` are sentences about ports that could not be asked."""

    kind: Literal["devices_found"] = "devices_found"
    found: Annotated[tuple[FoundDevice, ...], Field(strict=False)]
    obstacles: Annotated[tuple[str, ...], Field(strict=False)]


class SessionEntry(Message):
    """One recorded session as a list shows it."""

    session_id: str
    started_utc: str
    protocol_id: str
    patient: str
    outcome: str
    contractions_done: int
    contractions_planned: int


class Sessions(Message):
    """The recorded sessions, newest first."""

    kind: Literal["sessions"] = "sessions"
    entries: Annotated[tuple[SessionEntry, ...], Field(strict=False)]


class PadText(Message):
    """Where one pad goes, in words."""

    name: str
    zone: str
    aspect: str
    gel_area_mm2: int
    placement: str


class ChannelText(Message):
    """One channel of the prepared plan, for placement and session screens.

    `cap_ua` is the effective upper bound, `cap_reason` the layer it comes from; `side_is_open`
    tells that a side must still be chosen. `full_ua` is what may flow at any level where a level is
    only a setting; None where it is what flows.
    """

    number: int
    name: str
    site: str
    side: str | None
    side_is_open: bool
    waveform: str
    pulse_width_us: int
    period_us: int
    cap_ua: int
    cap_reason: str
    full_ua: int | None = None
    suggested_start_ua: int | None
    pads: Annotated[tuple[PadText, ...], Field(strict=False)]


class BurstText(Message):
    """One burst of a cycle, for drawing what comes."""

    channel: int
    start_us: int
    on_us: int
    ramp_up_us: int
    ramp_down_us: int
    share_permille: int
    cue: str


class StageText(Message):
    """One stage of the prepared plan."""

    name: str
    stage_kind: str
    cycle_us: int
    cycles: int
    period_us: int
    bursts: Annotated[tuple[BurstText, ...], Field(strict=False)]


class Finding(Message):
    """One line of the static check. `severity`: error, warning or info."""

    severity: Literal["error", "warning", "info"]
    text: str


class ScreeningQuestion(Message):
    """One question of the screening, to be answered yes, no or not known.

    `items` are the names of the findings that its answer may lead to.
    `channels` are those it is about, empty where it is about the whole person; only where there are
    several may it be answered by channel. `decision` is what follows if the answer is `matters_if`;
    `cap_percent` is then left of the cap (100: all of it).
    """

    id: str
    text: str
    items: Annotated[tuple[str, ...], Field(strict=False)]
    channels: Annotated[tuple[int, ...], Field(strict=False)]
    matters_if: Literal["yes", "no"]
    decision: Literal["block", "acknowledge", "warn"]
    cap_percent: int
    source: str


class ScreeningFinding(Message):
    """One thing that follows from the answers, or from where the pads lie.

    `is_open` keeps from arming: every block, and an acknowledgement that is not written yet under
    the name of the item. `channels` is empty where it is about the whole person.
    """

    item: str
    decision: Literal["block", "acknowledge", "warn"]
    channels: Annotated[tuple[int, ...], Field(strict=False)]
    is_open: bool
    why: str
    cure: str


class ScreenedChannel(Message):
    """A channel that the questions are about; `side` is None until the operator chooses it."""

    number: int
    name: str
    side: str | None
    side_is_free: bool


class ScreeningQuestions(Message):
    """All that must be asked, and what follows from what was given; `is_passed`: nothing is open.

    `day` is today at the engine: answers of another day are refused.
    """

    kind: Literal["screening_questions"] = "screening_questions"
    protocol_id: str
    patient: str
    day: str
    channels: Annotated[tuple[ScreenedChannel, ...], Field(strict=False)]
    questions: Annotated[tuple[ScreeningQuestion, ...], Field(strict=False)]
    findings: Annotated[tuple[ScreeningFinding, ...], Field(strict=False)]
    is_passed: bool


class Prepared(Message):
    """The plan that would run; arming is the next step (sides still open must be chosen first).

    `contact_from_ua` is the current from which on an open electrode is noticed (None: never).
    `stop_time_us` is what the device may take to confirm a stop, `by_hand` how a person ends an
    output if it does not.
    """

    kind: Literal["prepared"] = "prepared"
    protocol_id: str
    title: str
    protocol_version: str
    goal: str
    position: str
    task: str
    watch_for: Annotated[tuple[str, ...], Field(strict=False)]
    device_title: str
    is_simulated: bool
    undetectable: Annotated[tuple[str, ...], Field(strict=False)]
    duration_us: int
    step_ua: int
    press_fine_ua: int
    press_coarse_ua: int
    contact_from_ua: int | None
    stop_time_us: int
    by_hand: Annotated[tuple[str, ...], Field(strict=False)]
    channels: Annotated[tuple[ChannelText, ...], Field(strict=False)]
    stages: Annotated[tuple[StageText, ...], Field(strict=False)]
    findings: Annotated[tuple[Finding, ...], Field(strict=False)]


class Refusal(Message):
    """Why an intent was not done and what to do instead; `intent` is the kind that was refused."""

    kind: Literal["refusal"] = "refusal"
    intent: str
    reasons: Annotated[tuple[str, ...], Field(strict=False)]


SessionState = Literal[
    "idle", "connecting", "armed", "finding", "running", "paused", "stopped", "faulted", "finished"
]
PhaseWord = Literal["off", "get_ready", "ramp_up", "hold", "ramp_down", "rest"]


class ChannelNow(Message):
    """One channel now. `now_ua` is what the device last confirmed, never what was asked.

    `level_ua` is the operator's level, the top of the envelope.
    """

    number: int
    now_ua: int
    level_ua: int
    phase: PhaseWord


class StopNow(Message):
    """A stop: why, and when the device confirmed it (None: NOT CONFIRMED)."""

    cause: str
    advice: str
    is_emergency: bool
    at_utc: str
    confirmed_after_us: int | None
    is_acknowledged: bool


class Snapshot(Message):
    """Everything that changes, 25 times a second. `at_us` is the engine's monotonic time.

    `confirmed_age_us` is the age of the device's last confirmation (None: never); beyond 300 ms
    the screen shows `?? mA` and STALE. `output_is_possible`: stop keys are live, nothing may
    cover the screen. `output_is_doubtful`: a device that may have put out current was given up
    without having confirmed its stop, and none was heard since. `position_us` is the time in the
    stage; `lead_in_us` the countdown before a start or resume (0: none). `phase_left_us`
    counts down to the next cue.
    """

    kind: Literal["snapshot"] = "snapshot"
    sequence: int
    at_us: int
    state: SessionState
    output_is_possible: bool
    output_is_doubtful: bool
    confirmed_age_us: int | None
    reply_us: int | None
    replies_missed: int
    phase: PhaseWord
    phase_left_us: int
    cue: str
    next_cue: str
    lead_in_us: int
    stage_index: int
    position_us: int
    contractions_done: int
    contractions_planned: int
    elapsed_us: int
    remaining_us: int
    selected_channel: int
    steps_are_locked: bool
    channels: Annotated[tuple[ChannelNow, ...], Field(strict=False)]
    stop: StopNow | None
    session_id: str | None
    is_recording: bool


class Event(Message):
    """One line for the list of events. `mark`: i, ! or !!."""

    kind: Literal["event"] = "event"
    at_us: int
    utc: str
    mark: Literal["i", "!", "!!"]
    text: str


class ChannelSummary(Message):
    """What one channel gave in the session, recomputed from the journal.

    `level_set_ua` is the highest level that was ever set, also while it was found. With a `full_ua`
    the levels were settings at which so much may have flowed; `on_us`, `pulses` and `charge_nc` are
    upper bounds then, unless the summary tells a doubt.
    """

    number: int
    name: str
    site: str
    side: str | None
    level_start_ua: int
    level_mean_ua: int
    level_max_ua: int
    contractions: int
    on_us: int
    pulses: int
    charge_nc: int
    level_set_ua: int = 0
    full_ua: int | None = None


class HaltSummary(Message):
    """One pause, stop or fault. `is_confirmed` is None for a pause, which asks for no answer."""

    utc: str
    what: str
    cause: str
    is_confirmed: bool | None


class Summary(Message):
    """The session as the journal tells it, at its end.

    `done_us` is the place in the program, `ran_us` the time that it ran, countdowns included.
    `doubt` says what no device confirmed, empty if every stop was.
    """

    kind: Literal["summary"] = "summary"
    session_id: str
    protocol_id: str
    title: str
    patient: str
    operator: str
    clearance: str = ""
    device_title: str
    is_simulated: bool
    started_utc: str
    outcome: str
    planned_us: int
    done_us: int
    ran_us: int
    contractions_done: int
    contractions_planned: int
    pauses: int
    stops: int
    faults: Annotated[tuple[str, ...], Field(strict=False)]
    halts: Annotated[tuple[HaltSummary, ...], Field(strict=False)] = ()
    doubt: str = ""
    channels: Annotated[tuple[ChannelSummary, ...], Field(strict=False)]
    journal_hash: str

    @property
    def exit_code(self) -> int:
        """What the program tells of it: 0 completed, 1 not, 3 trouble with the device."""
        if self.faults:
            return DEVICE_TROUBLE
        return DONE if self.outcome == "completed" else NOT_COMPLETED


Report = Annotated[
    Welcome
    | Catalogue
    | DevicesFound
    | Sessions
    | ScreeningQuestions
    | Prepared
    | Refusal
    | Snapshot
    | Event
    | Summary,
    Field(discriminator="kind"),
]

INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)
REPORTS: TypeAdapter[Report] = TypeAdapter(Report)
