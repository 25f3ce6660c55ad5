"""`nmes doctor`: what is wrong between this computer and a stimulator, and what to do."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from nmes.commands.finding import ask_at, ports_to_ask
from nmes.commands.page import page_width, paragraph, print_lines
from nmes.compose import known_devices
from nmes.service.doctor import Finding, PortStory, findings, has_to_do
from nmes.service.machine import Machine, RealMachine
from nmes.service.probe import SeenPort, untold
from nmes.settings import read_settings

INDENT = 7


def run(options: Namespace) -> int:
    """Look at everything and print what was found; 1 if there is something to do."""
    machine = RealMachine()
    computer = machine.computer(read_settings().home)
    names = [options.port] if options.port else []
    stories = [story_of(port, machine) for port in ports_to_ask(names)]
    found = findings(computer, stories, is_chosen=bool(names))
    if options.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        print_lines(as_text(found, page_width()))
    return 1 if has_to_do(found) else 0


def story_of(port: SeenPort, machine: Machine) -> PortStory:
    """Ask at a port that may be used; look at it again afterwards: opening it sets its timer."""
    before = machine.port(port.name)
    if before.holders or not before.is_permitted:
        return PortStory(seen=port, facts=before, answers=())
    answers = ask_at(port)
    return PortStory(
        seen=port,
        facts=machine.port(port.name),
        answers=answers,
        untold=untold(port, known_devices(), answers),
    )


def as_text(found: Sequence[Finding], width: int) -> list[str]:
    """Return the findings in lines, and what they come to."""
    lines: list[str] = []
    for finding in found:
        head = f"{finding.weight.value:{INDENT}}{finding.subject}: {finding.found}"
        lines += _hanging(head, width)
        if finding.cure:
            lines += paragraph(f"-> {finding.cure}", width, indent=INDENT, hanging=3)
    return [*lines, "", _verdict(found)]


def _hanging(text: str, width: int) -> list[str]:
    first, *rest = paragraph(text[INDENT:], width, indent=INDENT)
    return [text[:INDENT] + first[INDENT:], *rest]


def _verdict(found: Sequence[Finding]) -> str:
    number = sum(finding.weight.value == "to do" for finding in found)
    if number == 0:
        return "All is well."
    return f"{number} thing{'s' if number > 1 else ''} to do, see above."
