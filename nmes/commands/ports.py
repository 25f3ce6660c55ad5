"""`nmes ports`: the serial ports of this computer, and with --probe what is at them."""

import json
from argparse import Namespace
from collections.abc import Sequence

from nmes.commands.finding import SEEK_HELP, ask_at, described, file_hints, ports_to_ask
from nmes.commands.page import page_width, paragraph, print_lines
from nmes.compose import capabilities_of, known_devices
from nmes.exit_codes import DEVICE_TROUBLE, DONE
from nmes.service.probe import Answer, Outcome, SeenPort, answer_as_json, fitting

NOTHING = (
    "No serial port found. Plug the cable in at both ends and switch the stimulator on; some "
    "cables only charge."
)


def run(options: Namespace) -> int:
    """Print the ports, and ask at them if wanted; 3 if nobody was found where somebody should."""
    if options.device is not None:
        capabilities_of(options.device)  # what is wrong with it is told even where no port is
    ports = ports_to_ask(options.port)
    is_asking = options.probe or options.device is not None
    asked = ports if is_asking else ()
    answers = {port.name: ask_at(port, options.device) for port in asked}
    if options.json:
        print(json.dumps([_as_json(port, answers.get(port.name)) for port in ports], indent=2))
    else:
        hints = {} if options.device else {p.name: file_hints(p, answers[p.name]) for p in asked}
        print_lines(_as_text(ports, answers, hints, page_width()))
    found = any(a.outcome is Outcome.FOUND for told in answers.values() for a in told)
    return DEVICE_TROUBLE if is_asking and not found else DONE


def _fits(port: SeenPort) -> tuple[str, ...]:
    return tuple(device.name for device in fitting(port.usb_id, known_devices()))


def _as_json(port: SeenPort, answers: Sequence[Answer] | None) -> dict[str, object]:
    told: dict[str, object] = {
        "name": port.name,
        "description": port.description,
        "usb_id": port.usb_id,
        "serial_number": port.serial_number or None,
        "fits": list(_fits(port)),
    }
    if answers is None:
        return told
    return {**told, "answers": [answer_as_json(answer) for answer in answers]}


def _as_text(
    ports: Sequence[SeenPort],
    answers: dict[str, tuple[Answer, ...]],
    hints: dict[str, list[str]],
    width: int,
) -> list[str]:
    if not ports:
        return paragraph(f"{NOTHING} {SEEK_HELP}", width)
    lines = _table([_row(port) for port in ports], width)
    if not answers:
        hint = "Ids are a hint only; several devices share them. 'nmes ports --probe' asks."
        return [*lines, "", *paragraph(hint, width)]
    lines.append("")
    for port in ports:
        lines += _told(port, answers[port.name], hints.get(port.name, []), width)
    return lines


HEADS = ("PORT", "USB ID", "SERIAL", "MAY BE", "PRODUCT")


def _row(port: SeenPort) -> tuple[str, ...]:
    fits = ", ".join(_fits(port)) or "-"
    product = "" if port.description == "n/a" else port.description
    return (port.name, port.usb_id or "no USB", port.serial_number or "-", fits, product or "-")


def _table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return rows in columns if they go into the width, each under the other if not."""
    widths = [max(len(row[n]) for row in (HEADS, *rows)) for n in range(len(HEADS))]
    if sum(widths) + 2 * (len(HEADS) - 1) <= width:
        return [
            "  ".join(f"{cell:{wide}}" for cell, wide in zip(row, widths, strict=True)).rstrip()
            for row in (HEADS, *rows)
        ]
    return [line for row in rows for line in _stacked(row, width)]


def _stacked(row: Sequence[str], width: int) -> list[str]:
    lines = [row[0]]
    for head, cell in zip(HEADS[1:], row[1:], strict=True):
        if cell != "-":
            lines += paragraph(f"{head.lower()}: {cell}", width, indent=2, hanging=2)
    return lines


def _told(port: SeenPort, answers: Sequence[Answer], hints: Sequence[str], width: int) -> list[str]:
    if not answers:
        told = " ".join(hints) or _how_to_ask(port)
        return paragraph(f"{port.name}: not asked. {told}", width, hanging=2)
    for answer in answers:
        if answer.outcome is Outcome.FOUND:
            return paragraph(f"Found: {described(answer)}", width, hanging=2)
        if answer.outcome is Outcome.BUSY:
            return paragraph(
                f"{port.name}: busy. {answer.detail} {answer.advice}", width, hanging=2
            )
        if answer.outcome is Outcome.CLOSED:
            text = f"{answer.detail} {answer.advice}"
            return [*paragraph(text, width, hanging=2), *paragraph(SEEK_HELP, width, indent=2)]
    lines = paragraph(f"{port.name}: no stimulator found.", width)
    for answer in answers:
        lines += paragraph(f"{answer.device}: {_detail(answer)}", width, indent=2, hanging=2)
    for hint in hints:
        lines += paragraph(hint, width, indent=2, hanging=2)
    return [*lines, *paragraph(SEEK_HELP, width, indent=2)]


def _how_to_ask(port: SeenPort) -> str:
    if port.usb_id is None:
        return f"It is no USB port. To ask all the same: --probe --port {port.name}"
    return "Its USB ids fit nothing that is asked unnamed. To ask: --device NAME"


def _detail(answer: Answer) -> str:
    detail = answer.detail if answer.detail.endswith(".") else f"{answer.detail}."
    return f"{answer.outcome.value}: {detail} {answer.advice}".strip()
