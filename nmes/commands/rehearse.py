"""`nmes rehearse`: a whole session in virtual time, with its dose, timing and margins."""

import json
import sys
import time
from argparse import Namespace
from dataclasses import asdict

from nmes.commands import choices
from nmes.commands.progress import contraction_progress
from nmes.commands.summary_text import summary_text
from nmes.rehearsal import Rehearsal, rehearse
from protocols.loading import find_protocol, load_protocol

DEFAULT_SIDE = "right"


def run(options: Namespace) -> int:
    """Rehearse and print the report; 0 if the whole program ran."""
    protocol = load_protocol(find_protocol(options.protocol)).protocol
    levels_ua = choices.levels_ua(protocol, options.intensity)
    if not levels_ua:
        sys.stderr.write("No --intensity given: every channel at its cap is rehearsed.\n")
    begun_s = time.perf_counter()
    with contraction_progress("rehearsing") as on_progress:
        rehearsal = rehearse(
            options.protocol,
            device=options.device,
            levels_ua=levels_ua or None,
            sides=choices.sides(protocol, options.side, default=DEFAULT_SIDE),
            ack_delay_us=round(options.ack_delay * 1000),
            pulses=options.pulses,
            trace=options.trace,
            on_progress=on_progress,
        )
    took_s = time.perf_counter() - begun_s
    print(_as_json(rehearsal, took_s) if options.json else _as_text(rehearsal, took_s))
    return 0 if rehearsal.summary.outcome == "completed" else 1


def _as_json(rehearsal: Rehearsal, took_s: float) -> str:
    report = {
        "summary": rehearsal.summary.model_dump(),
        "delivered": [asdict(tally) for tally in rehearsal.delivered],
        "findings": [finding.model_dump() for finding in rehearsal.prepared.findings],
        "virtual_s": rehearsal.virtual_us / 1e6,
        "took_s": took_s,
    }
    return json.dumps(report, indent=2)


def _as_text(rehearsal: Rehearsal, took_s: float) -> str:
    virtual_s = rehearsal.virtual_us / 1e6
    lines = [summary_text(rehearsal.summary), "", "as the simulated device delivered it"]
    for tally in rehearsal.delivered:
        lines.append(
            f"{tally.channel:2}  {tally.pulses} pulses   highest {tally.current_max_ma} mA   "
            f"{tally.charge_nc / 1e6:.2f} mC   net charge {tally.net_charge_nc} nC"
        )
    lines += ["", *(f"{f.severity}: {f.text}" for f in rehearsal.prepared.findings)]
    lines += ["", f"{virtual_s:.0f} s in {took_s:.1f} s ({virtual_s / took_s:.0f} x real time)"]
    return "\n".join(lines)
