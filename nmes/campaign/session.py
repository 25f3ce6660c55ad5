"""One session of a campaign: played, judged, counted."""

import time
from pathlib import Path

from nmes.campaign.devices import Device
from nmes.campaign.episode import Played, play
from nmes.campaign.evidence import Finding
from nmes.campaign.judge import Verdict, judge
from nmes.campaign.numbers import numbers
from nmes.campaign.tally import Tally, tally_of
from nmes.records.chain import read_journal


def run_session(
    seed: int, index: int, folder: Path, device: Device, *, is_heavy: bool = False
) -> Tally:
    """Play and judge one session; return its counts."""
    begun_ns = time.process_time_ns()
    played, verdict = play_and_judge(seed, index, folder, device, is_heavy=is_heavy)
    tally = tally_of(index, played, verdict)
    tally.cpu_us = (time.process_time_ns() - begun_ns) // 1000
    return tally


def play_and_judge(
    seed: int, index: int, folder: Path, device: Device, *, is_heavy: bool = False
) -> tuple[Played, Verdict]:
    """Play one session and return what it was and what is wrong with it."""
    played = play(seed, index, folder, device, is_heavy=is_heavy)
    verdict = judge(played.evidence, numbers())
    verdict.findings += preparation_findings(played)
    verdict.findings += loading_findings(played)
    if played.undetected and not is_heavy:
        text = f"{played.undetected} harmed frames that no checksum can tell: the run is not light"
        verdict.findings.append(Finding(kind="noise", at_us=0, text=text))
    return played, verdict


def preparation_findings(played: Played) -> list[Finding]:
    """Return a finding if a protocol was accepted that had to be refused, or the reverse."""
    must = played.draft.must_be_refused
    if must is not None and played.is_prepared:
        return [Finding(kind="accepted", at_us=0, text=f"a protocol was accepted: {must}")]
    if must is None and not played.is_prepared:
        why = ", ".join(name for name in played.refusals if name.startswith("prepare"))
        return [Finding(kind="refused", at_us=0, text=f"a good protocol was refused: {why}")]
    return []


def loading_findings(played: Played) -> list[Finding]:
    """Return a finding if the program cannot load its own journal, as far as it was written."""
    content = played.evidence.journal
    if not content or not played.evidence.is_cut:
        return []  # the summary of a session that closed was made by loading it
    reading, whole = read_journal(content), content.count(b"\n")
    if reading.problem is None and len(reading.records) == whole:
        return []
    text = f"{len(reading.records)} of {whole} whole lines loaded: {reading.problem}"
    return [Finding(kind="journal", at_us=played.virtual_us, text=text)]
