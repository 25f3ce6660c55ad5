"""`nmes rehearse`: a whole session in virtual time, with its dose, timing and margins."""

import json
import sys
import time
from argparse import Namespace
from dataclasses import asdict

from nmes.commands import choices
from nmes.commands.margins import judged_at, margins_at, margins_text
from nmes.commands.page import labelled, page_width, print_lines
from nmes.commands.progress import contraction_progress
from nmes.commands.summary_text import summary_text
from nmes.compose import capabilities_of, simulated
from nmes.exit_codes import DEVICE_TROUBLE, DONE, NOT_COMPLETED
from nmes.rehearsal import FaultTimes, Rehearsal, fault_script, rehearse
from nmes.service.preparation import judge
from protocols.errors import NmesError
from protocols.loading import find_protocol, load_protocol
from safety.check_report import Margin

DEFAULT_SIDE = "right"


def run(options: Namespace) -> int:
    """Rehearse and print the report; 0 if the whole program ran, 3 if a fault script ended it."""
    if options.fault_log and not options.faults:
        raise NmesError("--fault-log is for sessions with --faults.")
    device = simulated(options.device)
    faults = fault_script(options.faults, device) if options.faults else None
    loaded = load_protocol(find_protocol(options.protocol))
    sides = choices.sides(loaded.protocol, options.side, default=DEFAULT_SIDE)
    judgement = judge(loaded, capabilities_of(device), sides)
    levels_ua = choices.levels_ua(loaded.protocol, options.intensity)
    if not levels_ua:
        sys.stderr.write("No --intensity given: every channel at its cap is rehearsed.\n")
    begun_s = time.perf_counter()
    with contraction_progress("rehearsing") as on_progress:
        rehearsal = rehearse(
            options.protocol,
            device=device,
            levels_ua=levels_ua or None,
            sides=sides,
            ack_delay_us=round(options.ack_delay * 1000),
            pulses=options.pulses,
            trace=options.trace,
            faults=faults,
            fault_log=options.fault_log,
            on_progress=on_progress,
        )
    took_s = time.perf_counter() - begun_s
    margins = margins_at(judgement, {c.number: c.level_max_ua for c in rehearsal.summary.channels})
    if options.json:
        print(_as_json(rehearsal, margins, took_s))
    else:
        where = judged_at(judgement.capabilities, "at the highest levels rehearsed")
        print_lines(_as_text(rehearsal, margins, where, took_s))
    if rehearsal.summary.outcome == "completed":
        return DONE
    return DEVICE_TROUBLE if faults is not None and rehearsal.summary.faults else NOT_COMPLETED


def _as_json(rehearsal: Rehearsal, margins: tuple[Margin, ...], took_s: float) -> str:
    report = {
        "summary": rehearsal.summary.model_dump(),
        "delivered": [asdict(tally) for tally in rehearsal.delivered],
        "margins": [asdict(margin) for margin in margins],
        "findings": [finding.model_dump() for finding in rehearsal.prepared.findings],
        "faults_applied": dict(rehearsal.faults),
        "fault_times": asdict(rehearsal.fault_times),
        "virtual_s": rehearsal.virtual_us / 1e6,
        "took_s": took_s,
    }
    return json.dumps(report, indent=2)


def _as_text(
    rehearsal: Rehearsal, margins: tuple[Margin, ...], where: str, took_s: float
) -> list[str]:
    virtual_s = rehearsal.virtual_us / 1e6
    lines = [summary_text(rehearsal.summary), "", "as the simulated device delivered it"]
    for tally in rehearsal.delivered:
        lines.append(
            f"{tally.channel:2}  {tally.pulses} pulses   highest {tally.current_max_ma} mA   "
            f"{tally.charge_nc / 1e6:.2f} mC   net charge {tally.net_charge_nc} nC"
        )
    if rehearsal.faults:
        counts = ", ".join(f"{kind} {count}" for kind, count in rehearsal.faults.items())
        lines += ["", f"faults of the script that were applied: {counts}"]
        lines += [f"    the first {_struck(rehearsal.fault_times)}"]
    width = page_width()
    if margins:
        text = f"{where}, left below the limit: {margins_text(margins)}"
        lines += ["", *labelled("margins", text, width)]
    for finding in rehearsal.prepared.findings:
        lines += labelled(finding.severity, finding.text, width)
    speed = f"{virtual_s:.0f} s in {took_s:.1f} s ({virtual_s / took_s:.0f} x real time)"
    return [*lines, "", speed]


def _struck(times: FaultTimes) -> str:
    """Say when a fault struck first, and whether at current: a script may know the time only."""
    first_us = times.first_us or 0
    at = f"at {first_us / 1e6:.6g} s"
    if times.is_without_current:
        return f"{at}, and ALL BEFORE ANY CURRENT: in a copy of the script give them later times"
    if times.pulse_before_us is None:
        return f"{at}, before any current; others later"
    return f"{at}, {(first_us - times.pulse_before_us) / 1e6:.3g} s after a pulse began"
