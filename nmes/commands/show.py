"""`nmes show`: a protocol in plain words, its envelope, and what an engineer asks for."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from nmes.commands.envelope_text import ASCII, BRAILLE, EVERY_LETTER, envelope_lines
from nmes.commands.page import can_write, page_width, print_lines
from nmes.commands.protocol_text import protocol_lines
from nmes.commands.technical_text import technical_lines
from nmes.compose import capabilities_of
from nmes.service.preparation import Judgement, judge, limits_of
from protocols.errors import LimitViolation, PlanningError, SessionRefusal
from protocols.loading import find_protocol, load_protocol
from safety.session_limits import SessionLimits


def run(options: Namespace) -> int:
    """Print the protocol; the error that forbids its use comes last."""
    loaded = load_protocol(find_protocol(options.protocol))
    judgement = judge(loaded, capabilities_of(options.device))
    width = page_width()
    try:
        limits = limits_of(judgement)
    except (PlanningError, LimitViolation):
        print_lines(protocol_lines(judgement, None, width))
        raise
    print_lines(protocol_lines(judgement, limits, width))
    print_lines(_plots(judgement, width))
    if options.technical:
        report, supply_v = judgement.report, judgement.table.ceiling.open_circuit_v
        print_lines(["", *technical_lines(report.technical, judgement.plan, supply_v, width)])
    if options.png is not None:
        _draw(judgement, limits, options.png)
    return 0


def _plots(judgement: Judgement, width: int) -> Iterator[str]:
    ink = BRAILLE if can_write(EVERY_LETTER, sys.stdout.encoding) else ASCII
    for stage in judgement.plan.stages:
        yield ""
        yield from envelope_lines(stage, judgement.plan, width, ink)


def _draw(judgement: Judgement, limits: SessionLimits, file: Path) -> None:
    try:
        from nmes.commands.picture import draw  # matplotlib is an extra, and heavy
    except ModuleNotFoundError as error:
        raise SessionRefusal(
            'A picture needs matplotlib, which is missing here: pip install "nmes[plot]"'
        ) from error
    try:
        draw(judgement, limits, file)
    except OSError as error:
        raise SessionRefusal(f"{file} cannot be written: {error.strerror or error}") from error
    print_lines(["", f"drawn: {file}"])
