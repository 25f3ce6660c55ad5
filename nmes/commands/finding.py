"""Looking for devices at ports, as `nmes ports`, `nmes run` and `nmes doctor` share it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nmes.commands.page import page_width, paragraph, print_errors
from nmes.compose import ask_port, known_devices, seen_ports
from nmes.service.probe import (
    Answer,
    Outcome,
    SeenPort,
    ask_each,
    candidates,
    how_to_tell,
    untold,
    with_article,
)
from protocols.errors import DeviceError

SEEK_HELP = "'nmes doctor' tells what may be wrong and what to do."


def ports_to_ask(names: Sequence[str]) -> tuple[SeenPort, ...]:
    """Return the ports named, with what their plugs tell; all there are if none is named."""
    seen = seen_ports()
    if not names:
        return seen
    by_name = {port.name: port for port in seen}
    return tuple(replace(by_name.get(name, SeenPort(name=name)), is_named=True) for name in names)


def ask_at(port: SeenPort, device: str | None = None) -> tuple[Answer, ...]:
    """Ask at one port for what its ids fit, or for one device; tell on standard error."""
    names = candidates(port, known_devices(), device)
    return ask_each(port.name, names, _ask_aloud)


def _ask_aloud(port: str, device: str) -> Answer:
    _tell(f"{port}: asking for {with_article(device)} ...")
    return ask_port(port, device)


def found_at(ports: Sequence[SeenPort]) -> tuple[Answer, ...]:
    """Return the devices that answered; tell on standard error which ports were of no use.

    Where none answered, tell for which ones nobody could ask.
    """
    found: list[Answer] = []
    hints: list[str] = []
    for port in ports:
        answers = ask_at(port)
        found += [answer for answer in answers if answer.outcome is Outcome.FOUND]
        for answer in answers:
            if answer.outcome in (Outcome.BUSY, Outcome.CLOSED):
                _tell(f"{port.name}: {answer.outcome.value}. {answer.detail}")
        hints += file_hints(port, answers)
    for hint in [] if found else hints:
        _tell(hint)
    return tuple(found)


def file_hints(port: SeenPort, answers: Sequence[Answer]) -> list[str]:
    """Return how to ask at a port for what may be there, but must be told something by a file."""
    return [how_to_tell(port.name, name) for name in untold(port, known_devices(), answers)]


def tell_chosen(answer: Answer) -> None:
    """Say on standard error which device will be used."""
    _tell(f"Using {described(answer)}")


def described(answer: Answer) -> str:
    """Return a device found, as a person recognises it."""
    return f"{answer.device} at {answer.port}: {answer.detail}"


def chosen(found: Sequence[Answer], *, ask: Callable[[str], str] | None) -> Answer | None:
    """Return the only device, or the one that a person picks; None if nobody picked one.

    `ask` puts a question to a person and returns what they said; None if nobody is there.
    DeviceError if nothing was found.
    """
    if not found:
        raise DeviceError(f"No stimulator answered. {SEEK_HELP}")
    if len(found) == 1:
        return found[0]
    _tell("Several stimulators answered:")
    for number, answer in enumerate(found, 1):
        _tell(f"{number}: {described(answer)}")
    picked = None if ask is None else _picked(found, ask)
    if picked is None:
        _tell(f"Say which one: --device {found[0].device} --port {found[0].port}, for example.")
    return picked


def _tell(text: str) -> None:
    print_errors(paragraph(text, page_width(), hanging=3))


def _picked(found: Sequence[Answer], ask: Callable[[str], str]) -> Answer | None:
    while True:
        said = ask(f"Which one? 1-{len(found)}, or Enter for none: ").strip()
        if not said:
            return None
        if said.isdecimal() and 1 <= int(said) <= len(found):
            return found[int(said) - 1]
