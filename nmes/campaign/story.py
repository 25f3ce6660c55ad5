"""One session told line by line, for whoever wants to know what went wrong in it."""

import json

from nmes.campaign.episode import Played
from nmes.campaign.judge import Verdict

UNTOLD = frozenset({"session_open", "contraction"})
PULSES_APART_US = 1_000_000


def story_of(played: Played, verdict: Verdict) -> list[str]:
    """Return everything that happened in a session, in order of time."""
    evidence = played.evidence
    entries = [
        (deed.at_us, f"{deed.kind} {deed.channel or ''}{'(refused)' if deed.is_refused else ''}")
        for deed in evidence.deeds
    ]
    entries += [(incident.at_us, f"INCIDENT {incident.kind}") for incident in evidence.incidents]
    entries += [(fault.time_us, f"FAULT {fault.kind} {fault.direction}") for fault in played.harm]
    entries += [
        (record.at_us, f"record {record.event} {json.dumps(record.data)}")
        for record in verdict.records
        if record.event not in UNTOLD
    ]
    entries += _outputs(played)
    findings = [*played.findings, *verdict.findings]
    entries += [(found.at_us, f"VIOLATION {found.kind}: {found.text}") for found in findings]
    told = [f"{at_us / 1e6:11.4f} s  {text}" for at_us, text in sorted(entries, key=_when)]
    head = [json.dumps(played.draft.fields), f"acks after {evidence.latency_us / 1000:g} ms"]
    end = f"{len(evidence.pulses)} pulses; {len(findings)} violations"
    return [*head, *told, end]


def _when(entry: tuple[int, str]) -> int:
    return entry[0]


def _outputs(played: Played) -> list[tuple[int, str]]:
    """Return the first pulse of each change of current, and of each beginning."""
    last: dict[int, tuple[float, int]] = {}
    found = []
    for pulse in played.evidence.pulses:
        current_ma, at_us = last.get(pulse.channel, (0, -PULSES_APART_US))
        if pulse.current_ma != current_ma or pulse.time_us - at_us >= PULSES_APART_US:
            found.append((pulse.time_us, f"channel {pulse.channel}: {pulse.current_ma} mA"))
        last[pulse.channel] = (pulse.current_ma, pulse.time_us)
    return found
