"""Judges the evidence of one session: every pulse, every stop, the journal.

Independent of the program: numbers come from the table by `numbers`, formulas from `oracle`, levels
from what the operator did, rhythm and silence from the pulses alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nmes.campaign.channel_errors import Span, crossings, held_findings
from nmes.campaign.evidence import Deed, Evidence, Finding, Incident, PulseSeen, Record
from nmes.campaign.journals import UnreadableJournal, read_records
from nmes.campaign.levels import Ceiling, LevelHistory, Levels
from nmes.campaign.numbers import Numbers
from nmes.campaign.oracle import Channel, Prescription, PulseOracle, bounds_of
from nmes.campaign.rhythm import BEYOND_REACH, rhythm_findings, rise_findings, unseen_by

FIRST_PULSE_US = 10_000_000
"""What counts as the time since the pulse before, for the first."""
UNANSWERED_US = 700_000
WRITE_US = 30_000
MOST_OF_A_KIND = 5
_OVERTAKEN_BY = {"pause": frozenset({"killed"}), "silence to_host": BEYOND_REACH}
"""What takes the end of the output out of the engine's hands; each bounds it by itself."""


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was wrong with a session, and how near its pulses came to each limit.

    `nearest` is the largest share of a limit that was used; for what has a least value, such as a
    rest, the least over what was seen.
    """

    findings: list[Finding]
    nearest: dict[str, float]
    records: list[Record] = field(default_factory=list)
    beyond_level_ma: float = 0.0


def judge(evidence: Evidence, table: Numbers) -> Verdict:
    """Return what is wrong with a session."""
    try:
        records = read_records(evidence.journal, may_be_cut=evidence.is_cut)
    except UnreadableJournal as error:
        text = str(error)
        return Verdict(findings=[Finding(kind="journal", at_us=0, text=text)], nearest={})
    history = LevelHistory(
        [channel.number for channel in evidence.prescription.channels],
        table.behaviour["step_coarse_ua"],
        evidence.prescription.device.step_ua,
    )
    history.follow(evidence.deeds, records)
    verdict = Verdict(findings=list(history.findings), nearest={}, records=records)
    verdict.findings += unnoticed_findings(evidence, records)
    by_channel = _by_channel(evidence.pulses)
    for channel in evidence.prescription.channels:
        pulses = by_channel.pop(channel.number, [])
        if pulses:
            judged = _Judged(evidence, table, channel, history.levels[channel.number], records)
            verdict.findings += judged.findings(pulses, verdict.nearest)
            verdict.beyond_level_ma = max(verdict.beyond_level_ma, judged.beyond_level_ma)
    verdict.findings += _strange_channels(by_channel)
    verdict.findings += overlaps(evidence.pulses)
    steered = replace(evidence, pulses=_steered(evidence, evidence.pulses))
    verdict.findings += silence_findings(steered, records)
    verdict.findings += session_findings(steered, table, verdict.nearest)
    verdict.findings = _few_of_each(verdict.findings)
    return verdict


def _steered(evidence: Evidence, pulses: Sequence[PulseSeen]) -> Sequence[PulseSeen]:
    """Return the pulses without those of a device that nothing can reach any more."""
    if not evidence.unsteered:
        return pulses
    spans = [(span.from_us, span.until_us) for span in evidence.unsteered]
    return [p for p in pulses if not any(since <= p.time_us < until for since, until in spans)]


def _few_of_each(findings: Sequence[Finding]) -> list[Finding]:
    """Return the first findings of each kind: one wrong pulse seldom comes alone."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in findings:
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST_OF_A_KIND:
            kept.append(finding)
    return kept


def _by_channel(pulses: Sequence[PulseSeen]) -> dict[int, list[PulseSeen]]:
    found: dict[int, list[PulseSeen]] = defaultdict(list)
    for pulse in pulses:
        found[pulse.channel].append(pulse)
    return found


def _strange_channels(left: dict[int, list[PulseSeen]]) -> Iterator[Finding]:
    for number, pulses in left.items():
        text = f"{len(pulses)} pulses on channel {number}, which the protocol has not"
        yield Finding(kind="channel", at_us=pulses[0].time_us, text=text)


class _Judged:
    """One channel while its pulses are judged."""

    def __init__(
        self,
        evidence: Evidence,
        table: Numbers,
        channel: Channel,
        levels: Levels,
        records: Sequence[Record],
    ) -> None:
        self._evidence = evidence
        self._table = table
        self._channel = channel
        self._levels = levels
        self._crossed = crossings(evidence, records)
        self.beyond_level_ma = 0.0

    def findings(self, pulses: Sequence[PulseSeen], nearest: dict[str, float]) -> Iterator[Finding]:
        """Yield all that is wrong with the pulses of this channel."""
        yield from self._pulse_findings(pulses, nearest)
        evidence, channel = self._evidence, self._channel
        pulses = _steered(evidence, pulses)
        if not pulses:
            return
        class_name = evidence.prescription.timing_class
        ceiling = self._ceiling()
        is_ours = not evidence.prescription.device.passes_on
        if is_ours and channel.number not in evidence.clipped_channels:
            unseen = unseen_by(evidence, channel, self._crossed)
            yield from rise_findings(pulses, evidence, channel, ceiling, self._table, unseen)
        yield from held_findings(pulses, evidence, channel)
        rhythm = self._table.classes[class_name]
        yield from rhythm_findings(pulses, evidence, channel, rhythm, nearest)

    def _ceiling(self) -> Ceiling:
        dead_us = min(_deaths_us(self._evidence), default=2**62)
        return Ceiling(self._levels, self._lowering_us(), dead_us)

    def _lowering_us(self) -> int:
        """Return how long a lowered level may take to reach the skin."""
        evidence = self._evidence
        held_up_us = _held_up_us(evidence)
        period_us = max(self._channel.periods_us)
        settle_us = evidence.prescription.device.settle_us
        return held_up_us + evidence.stall_us + period_us + WRITE_US + settle_us

    def _pulse_findings(
        self, pulses: Sequence[PulseSeen], nearest: dict[str, float]
    ) -> Iterator[Finding]:
        channel, table = self._channel, self._table
        prescription = self._evidence.prescription
        bounds = bounds_of(channel, prescription.timing_class, table, prescription.device)
        oracle = PulseOracle(channel, bounds, table.ceiling["load_ohm"], nearest)
        ceiling = self._ceiling()
        last_us = pulses[0].time_us - FIRST_PULSE_US
        is_clipped = channel.number in self._evidence.clipped_channels
        crossed = list(self._crossed)
        for pulse in pulses:
            since_us = _since_us(pulse.time_us, last_us, min(channel.periods_us), crossed)
            wrong = oracle.judge(
                pulse.current_ma,
                pulse.pulse_width_us,
                pulse.second_current_ma,
                pulse.second_width_us,
                since_us,
            )
            last_us = pulse.time_us
            for text in wrong:
                if is_clipped and text.startswith("balance"):
                    continue  # a device that cannot tell clips; that is judged by what it reports
                yield self._finding(text.split(":")[0], pulse, text)
            level_ua = prescription.device.may_flow_ua(channel.number, ceiling.at(pulse.time_us))
            if level_ua == 0 and not _steered(self._evidence, [pulse]):
                continue
            if pulse.current_ma * 1000 > level_ua:
                text = f"{pulse.current_ma} mA, the level is {level_ua / 1000:g} mA"
                beyond_ma = pulse.current_ma - level_ua / 1000
                self.beyond_level_ma = max(self.beyond_level_ma, beyond_ma)
                yield self._finding("level", pulse, text)
            elif level_ua and pulse.current_ma > nearest.get("level", 0.0) * level_ua / 1000:
                nearest["level"] = pulse.current_ma * 1000 / level_ua

    def _finding(self, kind: str, pulse: PulseSeen, text: str) -> Finding:
        where = f"channel {self._channel.number}: {text}"
        return Finding(kind=kind, at_us=pulse.time_us, text=where)


def _since_us(at_us: int, last_us: int, period_us: int, crossed: list[Span]) -> int:
    """Return how long ago the last pulse was; each crossing excuses one that is early."""
    since_us = at_us - last_us
    if since_us < period_us:
        for span in crossed:
            if span.holds(at_us):
                crossed.remove(span)
                return period_us
    return since_us


def overlaps(pulses: Sequence[PulseSeen]) -> Iterator[Finding]:
    """Yield every pulse that begins while another flows."""
    free_us = 0
    for pulse in pulses:
        if pulse.time_us < free_us:
            text = f"channel {pulse.channel}: begins while another pulse flows"
            yield Finding(kind="overlap", at_us=pulse.time_us, text=text)
        length_us = pulse.pulse_width_us + pulse.gap_us + pulse.second_width_us
        free_us = pulse.time_us + length_us


def session_findings(
    evidence: Evidence, table: Numbers, nearest: dict[str, float]
) -> Iterator[Finding]:
    """Yield a finding if current flowed for longer than a session may last."""
    if not evidence.pulses:
        return
    most_us = table.behaviour["session_max_us"]
    lasted_us = evidence.pulses[-1].time_us - evidence.pulses[0].time_us
    nearest["session"] = lasted_us / most_us
    if lasted_us > most_us + table.behaviour["timing_tolerance_us"] + evidence.stall_us:
        text = f"{lasted_us / 1e6:.3f} s from the first pulse to the last"
        yield Finding(kind="session", at_us=evidence.pulses[-1].time_us, text=text)


# Silence ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time in which no pulse may begin, and why."""

    from_us: int
    until_us: int
    why: str
    channels: frozenset[int] | None

    def holds_for(self, channel: int) -> bool:
        """Whether this channel must be silent."""
        return self.channels is None or channel in self.channels


def silence_findings(evidence: Evidence, records: Sequence[Record]) -> Iterator[Finding]:
    """Yield the first pulse in each time that had to be silent."""
    for silence in silences(evidence, records):
        for pulse in evidence.pulses:
            if pulse.time_us >= silence.until_us:
                break
            if pulse.time_us > silence.from_us and silence.holds_for(pulse.channel):
                late_ms = (pulse.time_us - silence.from_us) / 1000
                text = f"{silence.why}: a pulse {late_ms:.1f} ms after it had to be silent"
                yield Finding(kind="silence", at_us=pulse.time_us, text=text)
                break


def silences(evidence: Evidence, records: Sequence[Record]) -> Iterator[Silence]:
    """Yield every time in which no pulse may begin."""
    for incident in (*evidence.incidents, *_of_deeds(evidence), *_of_records(evidence, records)):
        if incident.quiet_after_us is not None and not _is_overtaken(incident, evidence):
            yield Silence(
                from_us=incident.at_us + incident.quiet_after_us + _spare_us(evidence, incident),
                until_us=_until_us(evidence.deeds, incident),
                why=incident.kind,
                channels=incident.channels,
            )


def _is_overtaken(incident: Incident, evidence: Evidence) -> bool:
    """Whether the engine was to end the output and lost its hold before, which has a bound."""
    if incident.quiet_after_us is None:
        return False
    by_us = incident.at_us + incident.quiet_after_us
    takes_over = _OVERTAKEN_BY.get(incident.kind, frozenset())
    return any(
        other.kind in takes_over and incident.at_us <= other.at_us <= by_us
        for other in evidence.incidents
    )


def _deaths_us(evidence: Evidence) -> list[int]:
    return [incident.at_us for incident in evidence.incidents if incident.kind == "killed"]


def unnoticed_findings(evidence: Evidence, records: Sequence[Record]) -> Iterator[Finding]:
    """Yield every time in which a device obeyed nothing and nobody was told."""
    ends = ("fault", "stop", "session_close")
    told_within_us = evidence.prescription.device.told_us + UNANSWERED_US + evidence.stall_us
    for span in evidence.unsteered:
        by_us = span.from_us + told_within_us
        is_short = span.until_us <= by_us or not span.must_be_told or evidence.is_cut
        if is_short or not _is_connected(records, span.from_us):
            continue
        if not any(r.event in ends and span.from_us <= r.at_us <= by_us for r in records):
            text = "the device obeyed nothing any more, and nobody was told"
            yield Finding(kind="unnoticed", at_us=by_us, text=text)


def _is_connected(records: Sequence[Record], at_us: int) -> bool:
    """Whether the device was held at that time."""
    events = [record.event for record in records if record.at_us < at_us]
    ends = ("armed", "fault", "stop", "session_close")
    return next((event for event in reversed(events) if event in ends), "") == "armed"


def _spare_us(evidence: Evidence, incident: Incident) -> int:
    """Return what a bound is lengthened by: the period in progress, a line that swallows stops."""
    period_us = _longest_period_us(evidence.prescription) if incident.is_by_period else 0
    if incident.is_for_the_line and evidence.is_line_faulted:
        return _stop_us(evidence) - evidence.prescription.device.stop_us
    return period_us


def _until_us(deeds: Sequence[Deed], incident: Incident) -> int:
    if incident.lasts_us is not None:
        return incident.at_us + incident.lasts_us
    for deed in deeds:
        is_later = deed.at_us > incident.at_us and not deed.is_refused
        if is_later and deed.kind in incident.until:
            return deed.at_us
    return 2**62


def _stop_us(evidence: Evidence) -> int:
    """Return within which time a stop ends the output, whatever befell the line."""
    prescription = evidence.prescription
    if not evidence.is_line_faulted:
        return prescription.device.stop_us
    return 300_000 + prescription.device.watchdog_us + _longest_period_us(prescription)


def _held_up_us(evidence: Evidence) -> int:
    """Return how long a lowered level may be held up: at most until the device stops by itself."""
    is_faulted = evidence.is_line_faulted
    return evidence.prescription.device.watchdog_us if is_faulted else evidence.latency_us


def _longest_period_us(prescription: Prescription) -> int:
    return max(period_us for c in prescription.channels for period_us in c.periods_us)


def _of_deeds(evidence: Evidence) -> Iterator[Incident]:
    arming = frozenset({"arm"})
    fade_s = max(channel.ramp_down_s for channel in evidence.prescription.channels)
    fade_us = round(fade_s * 1e6) + _held_up_us(evidence) + evidence.stall_us + WRITE_US
    fade_us += evidence.prescription.device.settle_us
    pause_us = fade_us + _longest_period_us(evidence.prescription)
    for deed in evidence.deeds:
        if deed.is_refused:
            continue
        if deed.kind in ("stop", "finish"):
            us = _stop_us(evidence)
            yield Incident(at_us=deed.at_us, kind=deed.kind, quiet_after_us=us, until=arming)
        elif deed.kind == "pause":
            until = arming | {"resume"}
            yield Incident(at_us=deed.at_us, kind="pause", quiet_after_us=pause_us, until=until)


def _of_records(evidence: Evidence, records: Sequence[Record]) -> Iterator[Incident]:
    arming, us = frozenset({"arm"}), _stop_us(evidence)
    for record in records:
        if record.event in ("fault", "stop"):
            yield Incident(at_us=record.at_us, kind=record.event, quiet_after_us=us, until=arming)
        elif record.event == "session_close":
            yield Incident(at_us=record.at_us, kind="close", quiet_after_us=us)
