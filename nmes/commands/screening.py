"""`nmes screening`: the questions before a protocol, as a file to be answered."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from nmes.commands import choices
from nmes.commands.screening_file import ANSWERS, FORMAT
from nmes.compose import capabilities_of
from nmes.service.admission import judged_answers, unanswered
from nmes.service.preparation import Judgement, judge, read_protocol, refuse_errors
from protocols.errors import SessionRefusal
from safety.clearance import Judged
from safety.screening import Question
from safety.screening_table import ACKNOWLEDGE, DECISIONS

MEANINGS = {
    "block": "no stimulation",
    "acknowledge": "needs an acknowledgement",
    "warn": "take care",
}


def run(options: Namespace) -> int:
    """Write the questions, none of them answered."""
    loaded = read_protocol(options.protocol)
    sides = choices.sides(loaded.protocol, options.side, default=None)
    judgement, judged = asked_before(options.protocol, options.device, sides)
    lines = list(template_lines(judgement, judged))
    if options.output is None:
        print("\n".join(lines))
    else:
        _write(options.output, lines)
        sys.stderr.write(f"written: {options.output}\n")
    return 0


def asked_before(protocol: str, device: str, sides: Mapping[int, str]) -> tuple[Judgement, Judged]:
    """Return what must be asked before a protocol on a device; NmesError if it cannot be used."""
    loaded = read_protocol(protocol)
    judgement = judge(loaded, capabilities_of(device), sides)
    refuse_errors(judgement)
    judged = judged_answers(
        loaded.protocol,
        judgement.plan,
        judgement.table,
        judgement.screening_table,
        unanswered("", ""),
    )
    return judgement, judged


def _write(path: Path, lines: list[str]) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except FileExistsError as error:
        raise SessionRefusal(f"{path} is there already: name another file.") from error


def template_lines(judgement: Judgement, judged: Judged) -> Iterator[str]:
    """Yield a screening file with all questions and no answer."""
    plan = judgement.plan
    yield f"# Screening before {plan.title}"
    yield f"# Answer every question: {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]}."
    yield "# What is not known must be found out first."
    yield "# The answers hold for one patient and one day."
    for channel in plan.channels:
        side = f", {channel.side}" if channel.side else ""
        yield f"# Channel {channel.number}: {channel.name} ({channel.site}{side})"
    yield ""
    yield f"nmes_screening: {FORMAT}"
    yield f"protocol: {plan.protocol_id}"
    yield "patient:            # the patient's code, in quotes, never a name"
    yield "day:                # today, like 2026-01-31"
    yield "asked_by:           # who asks"
    yield ""
    yield "answers:"
    for question in judged.questions:
        yield from _question_lines(question)
    yield ""
    yield "# What needs an acknowledgement, each entry with item, clinician and text:"
    for finding in judged.findings:
        if finding.decision == ACKNOWLEDGE:
            yield f"# - {finding.item}: {finding.why}"
    yield "acknowledgements: []"
    yield "#  - item: the name of the question or of the line above"
    yield "#    clinician: who takes the responsibility"
    yield "#    text: why it may be done, and how"
    yield ""
    yield "# Only if this person has a bound of their own, by channel:"
    yield "# maximum_current_ma:"
    yield "#   1: 40"


def _question_lines(question: Question) -> Iterator[str]:
    decisions = {decision for item in question.items for decision in item.decisions}
    worst = next(decision for decision in DECISIONS if decision in decisions)
    percent = min(item.cap_percent for item in question.items)
    left = f", {percent} % of the cap is left" if percent < 100 else ""
    yield ""
    yield f"  # {question.text}"
    yield f"  # {question.matters_if}: {MEANINGS[worst]}{left}"
    if len(question.channels) > 1:
        listed = ", ".join(map(str, question.channels))
        by_channel = ", ".join(f"{number}: no" for number in question.channels)
        yield f"  # for channels {listed}; if they differ, like this: {{{by_channel}}}"
    yield f"  {question.id}:"
