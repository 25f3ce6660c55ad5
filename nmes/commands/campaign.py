"""`nmes campaign`: thousands of random sessions in virtual time, each judged by its pulses."""

import json
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nmes.campaign.devices import DEVICES
from nmes.campaign.run import Campaign, run_campaign, work_folder
from nmes.campaign.session import play_and_judge
from nmes.campaign.story import story_of
from nmes.commands.page import print_lines
from nmes.commands.progress import progress

SHOWN_FAILURES = 20
INTERRUPTED = 130


def run(options: Namespace) -> int:
    """Play the campaign, or one of its sessions; 0 only if nothing was wrong."""
    is_heavy = options.noise == "heavy"
    if options.only is not None:
        return _tell_one(options.seed, options.only, options.device, is_heavy=is_heavy)
    begun_s = time.perf_counter()
    with progress("campaign", "sessions") as on_progress:
        campaign = run_campaign(
            options.seed,
            options.sessions,
            options.jobs,
            on_progress,
            device=options.device,
            is_heavy=is_heavy,
        )
    took_s = time.perf_counter() - begun_s
    if options.json is not None:
        _write(options.json, json.dumps(_as_json(campaign, took_s), indent=2))
    print_lines(_as_text(campaign, took_s, is_heavy=is_heavy))
    if not campaign.is_whole:
        return INTERRUPTED
    return 0 if is_heavy or campaign.is_good else 1


def _tell_one(seed: int, index: int, device: str, *, is_heavy: bool) -> int:
    with work_folder() as folder:
        played, verdict = play_and_judge(seed, index, folder, DEVICES[device], is_heavy=is_heavy)
    print_lines(story_of(played, verdict))
    return 1 if played.findings or verdict.findings else 0


def _write(path: Path, text: str) -> None:
    if str(path) == "-":
        print(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")


def _as_json(campaign: Campaign, took_s: float) -> dict[str, Any]:
    return {
        "device": campaign.device,
        "seed": campaign.seed,
        "is_whole": campaign.is_whole,
        "is_good": campaign.is_good,
        "never_seen": list(campaign.never_seen),
        "took_s": round(took_s, 1),
        **campaign.tally.as_json(),
    }


def _as_text(campaign: Campaign, took_s: float, *, is_heavy: bool) -> list[str]:
    tally = campaign.tally
    sessions = max(1, tally.sessions)
    lines = [
        f"{tally.sessions} sessions of seed {campaign.seed} on {campaign.device}, "
        f"{tally.virtual_us / 3.6e9:.1f} h of virtual time, {tally.pulses} pulses, "
        f"{tally.asymmetric_pulses} of them asymmetric",
        f"{took_s:.0f} s, {tally.cpu_us / sessions / 1000:.1f} ms of processor time a session",
        f"within 5 % of a limit: {tally.at_an_edge} sessions "
        f"({100 * tally.at_an_edge / sessions:.0f} %)",
    ]
    for name in ("edges", "deeds", "incidents", "faults", "outcomes"):
        lines.append(_counted(name, getattr(tally, name)))
    lines.append(f"refusals: {sum(tally.refusals.values())} of {len(tally.refusals)} kinds")
    shares = ", ".join(f"{name} {100 * share:.1f} %" for name, share in tally.nearest.items())
    lines.append(f"largest share of each limit: {shares}")
    if is_heavy:
        return [*lines, *_noise_lines(campaign)]
    lines += [f"never seen: {name}" for name in campaign.never_seen]
    return [*lines, *_violation_lines(campaign)]


def _counted(name: str, counts: dict[str, int]) -> str:
    return f"{name}: " + ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))


def _violation_lines(campaign: Campaign) -> list[str]:
    tally = campaign.tally
    if not tally.violations:
        return ["no violation"] if campaign.is_whole else ["interrupted; no violation so far"]
    lines = [_counted("VIOLATIONS", tally.violations)]
    for failure in tally.failures[:SHOWN_FAILURES]:
        fields = asdict(failure)
        lines.append("session {session} at {at_us} µs: {kind}: {text}".format(**fields))
    first = tally.failures[0].session
    again = f"nmes campaign --device {campaign.device} --seed {campaign.seed} --only {first}"
    return [*lines, f"to see one again: {again}"]


def _noise_lines(campaign: Campaign) -> list[str]:
    """Return the figures of a run with more noise than a checksum of 8 bits can keep out."""
    tally = campaign.tally
    harmed = max(1, tally.harmed_frames)
    rate = 1e6 * tally.undetected_frames / harmed
    return [
        f"frames harmed on the way to the device: {tally.harmed_frames}; "
        f"taken for intact: {tally.undetected_frames} ({rate:.0f} in a million)",
        f"highest current beyond the level: {tally.beyond_level_ma} mA; "
        f"highest current of all: {tally.current_max_ma} mA, "
        f"highest charge: {tally.charge_max_nc / 1000:g} µC",
        _counted("pulses beyond a bound, by kind", tally.violations),
        "a residual risk, no failure: see docs/safety.md",
    ]
