"""What a campaign counts, and how the counts of its parts are put together."""

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from nmes.campaign.devices import DEVICES
from nmes.campaign.episode import Played
from nmes.campaign.generator import NEAR
from nmes.campaign.harm import harmed_frames, kinds_of
from nmes.campaign.incidents import KINDS, NONE
from nmes.campaign.judge import Verdict

FAILURES_KEPT = 200

EDGES = (
    *("current", "width", "narrow width", "rate", "slow rate", "charge", "current density"),
    *("ramp", "on-time", "rest", "ratio", "pad", "session"),
)
"""The limits that protocols for a RehaStim2 can come near to.

No site allows a RehaStim2 to come near to the r.m.s. current, power density or energy per pulse:
these are judged with every pulse, and their largest shares are told.
"""

HOST_KINDS = ("absent", *(kind for kind, _ in KINDS if kind not in (NONE, "stop", "finish")))
DEEDS = (
    *("arm", "find_level", "start", "step_up_fine", "step_up_coarse", "step_down_fine"),
    *("step_down_coarse", "zero_level", "pause", "resume", "stop", "acknowledge", "finish"),
    *("note", "leave"),
)
REFUSALS = (
    *("prepare: ", "arm: Confirm the pads", "arm: Acknowledge the stop first"),
    *("arm: The protocol file has changed", "arm: 'arm' is not possible"),
    *("step_level: At most two steps", "step_level: At most # mA more", "step_level: Channel #"),
    *("step_level: The current is rising", "step_level: The session is paused"),
    *("step_level: Find the level", "step_level: This protocol has no channel"),
    *("step_level: Held keys", "start: All levels are", "start: 'start' is not possible"),
    *("find_level: 'find a level'", "pause: 'pause'", "resume: 'resume'", "leave: 'leave'"),
    *("finish: 'finish'", "acknowledge: 'acknowledge'", "note: There is no record"),
    *("leave: The device has not confirmed", "zero_level: "),
)
"""How refusals begin that a full campaign must have met; numbers in them are #."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One violation, with the session that it can be seen again in."""

    session: int
    kind: str
    at_us: int
    text: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of sessions. `nearest` holds the largest share of each limit that was ever used."""

    sessions: int = 0
    virtual_us: int = 0
    cpu_us: int = 0
    pulses: int = 0
    asymmetric_pulses: int = 0
    undetected_frames: int = 0
    harmed_frames: int = 0
    beyond_level_ma: float = 0.0
    current_max_ma: float = 0
    charge_max_nc: float = 0
    at_an_edge: int = 0
    deeds: Counter[str] = field(default_factory=Counter)
    incidents: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    edges: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    nearest: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in the counts of another part of the campaign."""
        self.sessions += other.sessions
        self.virtual_us += other.virtual_us
        self.cpu_us += other.cpu_us
        self.pulses += other.pulses
        self.asymmetric_pulses += other.asymmetric_pulses
        self.undetected_frames += other.undetected_frames
        self.harmed_frames += other.harmed_frames
        self.at_an_edge += other.at_an_edge
        for name in PEAKS:
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        for name in COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for quantity, share in other.nearest.items():
            self.nearest[quantity] = max(share, self.nearest.get(quantity, 0.0))
        self.failures = (self.failures + other.failures)[:FAILURES_KEPT]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values, sorted."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        plain |= {name: dict(sorted(plain[name].items())) for name in COUNTERS}
        return plain | {"failures": [asdict(failure) for failure in self.failures]}


COUNTERS = ("deeds", "incidents", "faults", "refusals", "edges", "outcomes", "violations")
PEAKS = ("beyond_level_ma", "current_max_ma", "charge_max_nc")


def tally_of(index: int, played: Played, verdict: Verdict) -> Tally:
    """Return the counts of one session."""
    evidence = played.evidence
    findings = [*played.findings, *verdict.findings]
    edges = edges_of(played, verdict) if evidence.pulses else set()
    return Tally(
        sessions=1,
        virtual_us=played.virtual_us,
        pulses=len(evidence.pulses),
        asymmetric_pulses=sum(p.second_width_us != p.pulse_width_us for p in evidence.pulses),
        undetected_frames=played.undetected,
        harmed_frames=len(harmed_frames(played.harm)),
        beyond_level_ma=verdict.beyond_level_ma,
        current_max_ma=max((p.current_ma for p in evidence.pulses), default=0),
        charge_max_nc=max((p.current_ma * p.pulse_width_us for p in evidence.pulses), default=0),
        at_an_edge=1 if edges else 0,
        deeds=Counter(deed.kind for deed in evidence.deeds),
        incidents=Counter(incident.kind for incident in evidence.incidents),
        faults=Counter(played.faults),
        refusals=Counter(played.refusals),
        edges=Counter(edges),
        outcomes=Counter((outcome_of(played),)),
        violations=Counter(finding.kind for finding in findings),
        nearest=verdict.nearest,
        failures=[
            Failure(session=index, kind=f.kind, at_us=f.at_us, text=f.text) for f in findings
        ],
    )


def outcome_of(played: Played) -> str:
    """Return how a session ended, in a word."""
    if played.draft.must_be_refused is not None:
        return f"refused: {played.draft.must_be_refused}"
    if played.summary is not None:
        return played.summary.outcome
    return "killed" if played.evidence.is_cut else "never armed"


def edges_of(played: Played, verdict: Verdict) -> set[str]:
    """Return the limits that a session with output came within 5 % of."""
    near = {name for name, share in verdict.nearest.items() if share >= NEAR}
    return (near | played.draft.static_edges) & set(EDGES)


def missing(tally: Tally, device: str) -> tuple[str, ...]:
    """Return everything that a full campaign must have seen and has not."""
    wanted = {
        "edges": EDGES,
        "deeds": DEEDS,
        "incidents": HOST_KINDS,
        "faults": kinds_of(device),
        "refusals": REFUSALS,
    }
    unseen = [
        f"{name}: {kind}"
        for name, kinds in wanted.items()
        for kind in kinds
        if not any(seen.startswith(kind) for seen in getattr(tally, name))
    ]
    if DEVICES[device].asymmetric_step_ua is not None and not tally.asymmetric_pulses:
        unseen.append("pulses: asymmetric")
    return tuple(unseen)
