"""`nmes library`: the protocols that come with nmes."""

import json
from argparse import Namespace

from nmes.commands.page import page_width, paragraph, print_lines
from nmes.commands.words import GRADES, counted, minutes_text
from protocols.loading import LibraryEntry, library
from protocols.timeline import protocol_duration_us

INDENT = 4


def run(options: Namespace) -> int:
    """Print the library."""
    entries = library()
    if options.json:
        print(json.dumps([_as_json(entry) for entry in entries], indent=2))
        return 0
    width = page_width()
    for entry in entries:
        print_lines([*_as_text(entry, width), ""])
    print_lines(paragraph("nmes show NAME tells more about one of them.", width))
    return 0


def _as_text(entry: LibraryEntry, width: int) -> list[str]:
    protocol = entry.protocol
    minutes = minutes_text(protocol_duration_us(protocol))
    channels = counted(len(protocol.channels), "channel")
    grade = protocol.evidence.grade
    return [
        *paragraph(f"{entry.name}: {protocol.title}", width, hanging=INDENT),
        *paragraph(
            f"{minutes}, {channels}, evidence {grade} ({GRADES[grade]})", width, indent=INDENT
        ),
        *paragraph(protocol.goal, width, indent=INDENT),
    ]


def _as_json(entry: LibraryEntry) -> dict[str, object]:
    protocol = entry.protocol
    return {
        "name": entry.name,
        "title": protocol.title,
        "seconds": -(-protocol_duration_us(protocol) // 1_000_000),
        "channels": len(protocol.channels),
        "evidence": protocol.evidence.grade.value,
        "goal": protocol.goal,
        "status": protocol.status.value,
        "path": str(entry.path),
    }
