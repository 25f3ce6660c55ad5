"""`nmes check`: whether protocol files are valid, possible on a device and within the limits."""

import json
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from nmes.commands.margins import judged_at, margins_at_caps, margins_text
from nmes.commands.page import labelled, page_width, print_errors, print_lines
from nmes.compose import capabilities_of
from nmes.service.preparation import judge, limits_of
from protocols.capabilities import Capabilities
from protocols.errors import LimitViolation, PlanningError, Problem, ProtocolFileError
from protocols.loading import find_protocol, load_protocol
from safety.check_report import Finding, Margin

MANY = 20
"""From so many files on a progress bar is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one file.

    `problems` are those of the file itself, `planning` what the device cannot make; `margins` hold
    at the largest currents that can be in force, and there are none where nothing can be.
    """

    file: str
    problems: tuple[Problem, ...] = ()
    planning: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    margins: tuple[Margin, ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        """Every reason why the file cannot be used."""
        found = (finding.text for finding in self.findings if finding.severity == "error")
        return (*map(str, self.problems), *self.planning, *found)


def run(options: Namespace) -> int:
    """Judge all files, then tell everything about each; 1 if any cannot be used."""
    capabilities = capabilities_of(options.device)
    verdicts = _verdicts(options.files, capabilities)
    if options.json:
        print(json.dumps([_as_json(verdict) for verdict in verdicts], indent=2))
    else:
        width = page_width()
        for verdict in verdicts:
            print_errors(f"{verdict.file}: {error}" for error in verdict.errors)
            print_lines(_as_text(verdict, capabilities, width))
    return 1 if any(verdict.errors for verdict in verdicts) else 0


def _verdicts(files: Sequence[str], capabilities: Capabilities) -> list[Verdict]:
    if len(files) < MANY:
        return [_verdict(file, capabilities) for file in files]
    from nmes.commands.progress import progress  # heavy, and a few files are judged at once

    verdicts = []
    with progress("checking", "files") as on_progress:
        for done, file in enumerate(files):
            on_progress(done, len(files))
            verdicts.append(_verdict(file, capabilities))
    return verdicts


def _verdict(file: str, capabilities: Capabilities) -> Verdict:
    try:
        judgement = judge(load_protocol(find_protocol(file)), capabilities)
    except ProtocolFileError as error:
        return Verdict(file=file, problems=error.problems)
    except PlanningError as error:
        return Verdict(file=file, planning=error.reasons)
    findings = judgement.report.findings
    if not judgement.report.is_usable:
        return Verdict(file=file, findings=findings)
    try:
        margins = margins_at_caps(judgement, limits_of(judgement))
    except (PlanningError, LimitViolation) as error:
        return Verdict(file=file, planning=(str(error),), findings=findings)
    return Verdict(file=file, findings=findings, margins=margins)


def _as_text(verdict: Verdict, capabilities: Capabilities, width: int) -> Iterator[str]:
    if verdict.errors:
        count = len(verdict.errors)
        yield f"FAILED  {verdict.file}: {count} error{'' if count == 1 else 's'}"
    else:
        yield f"ok      {verdict.file}, on {capabilities.title}"
        where = judged_at(capabilities, "at the caps")
        margins = f"{where}, left below the limit: {margins_text(verdict.margins)}"
        yield from labelled("  margins", margins, width)
    for finding in verdict.findings:
        if finding.severity != "error":
            yield from labelled(f"  {finding.severity}", finding.text, width)


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "file": verdict.file,
        "ok": not verdict.errors,
        "problems": [asdict(problem) for problem in verdict.problems],
        "planning": list(verdict.planning),
        "findings": [asdict(finding) for finding in verdict.findings],
        "margins": [asdict(margin) for margin in verdict.margins],
    }
