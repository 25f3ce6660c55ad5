"""`nmes run` and what it shares with `nmes demo`: one session, with the screen or without."""

import json
import sys
from argparse import Namespace

from nmes.commands import choices
from nmes.commands.progress import session_progress
from nmes.commands.summary_text import summary_text
from nmes.compose import capabilities_of
from nmes.exit_codes import WRONG_USAGE
from nmes.link.client import EngineClient
from nmes.link.messages import Event, Prepare, ScreeningGiven
from nmes.link.script import ScriptedOperator
from nmes.settings import read_settings
from protocols.errors import SessionRefusal
from protocols.loading import find_protocol, load_protocol

BENCH = "bench"


def run(options: Namespace) -> int:
    """Run a protocol on a device."""
    if options.device is not None:
        capabilities_of(options.device)  # an unknown device is said before anything is started
    problem = _wrong_usage(options)
    if problem:
        sys.stderr.write(f"{problem}\n")
        return WRONG_USAGE
    if options.device is None and not _find_device(options):
        return WRONG_USAGE
    protocol = load_protocol(find_protocol(options.protocol)).protocol
    is_bench = options.screening is None and (options.bench or options.port is None)
    default_side = "right" if options.no_tui and is_bench else None
    sides = choices.sides(protocol, options.side, default=default_side)
    screening = _screening(options, sides)
    choice = Prepare(
        protocol=options.protocol,
        device=options.device,
        port=options.port,
        operator=options.operator or (screening.asked_by if screening else BENCH),
        patient=options.patient or BENCH,
        is_bench=is_bench,
        sides=sides,
        screening=screening,
    )
    if options.no_tui:
        return run_without_screen(choice, choices.levels_ua(protocol, options.intensity), options)
    return run_with_screen(choice, options)


def _find_device(options: Namespace) -> bool:
    """Look for the device that nobody named, ask when in doubt; False if it stays in doubt."""
    # Not needed by who names the device.
    from nmes.commands.finding import chosen, found_at, ports_to_ask, tell_chosen

    found = found_at(ports_to_ask([options.port] if options.port else []))
    is_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    answer = chosen(found, ask=_ask if is_terminal else None)
    if answer is None:
        return False
    tell_chosen(answer)
    options.device, options.port = answer.device, answer.port
    return True


def _ask(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()


def _screening(options: Namespace, sides: dict[int, str]) -> ScreeningGiven | None:
    """Return what the screening file holds; None without one."""
    if options.screening is None:
        return None
    # Not needed without a file: the tables of limits and of screening.
    from nmes.commands.screening import asked_before
    from nmes.commands.screening_file import load_screening

    judgement, judged = asked_before(options.protocol, options.device, sides)
    asked = [question.id for question in judged.questions]
    return load_screening(options.screening, judgement.plan.protocol_id, asked)


def _wrong_usage(options: Namespace) -> str:
    is_simulated = (options.device or "").startswith("sim:")
    has_port = bool(options.port) or options.device is None  # one will be found, or nothing runs
    if is_simulated and options.port:
        return "A simulated device (sim:) has no port: leave --port out, or name the real device."
    if not is_simulated and not has_port:
        return f"Name the port: --port PORT (see 'nmes ports'), or try sim:{options.device}."
    if options.screening and options.bench:
        return (
            "--bench says that nobody is connected, --screening is about a person: leave one out."
        )
    if options.screening and not options.patient:
        return "--screening needs the code of the person who is here: --patient CODE."
    if options.no_tui and has_port and not (options.bench or options.screening):
        return (
            "--no-tui on an explicit port needs --bench: a person may be at its other end, and "
            "nobody would see what flows. With --bench you say that nobody is connected. With a "
            "person, the answers of today are needed: --screening FILE."
        )
    if has_port and not (options.patient or options.bench):
        return "Say who is there: --patient CODE, or --bench if nobody is connected."
    if options.no_tui and not options.intensity:
        return "--no-tui needs the level of at least one channel: --intensity CHANNEL=MA."
    if (options.pulses or options.ack_delay) and has_port:
        return "--pulses and --ack-delay belong to a simulated device (sim:)."
    return ""


def engine_arguments(options: Namespace) -> list[str]:
    """Return what the engine must be told beside the link."""
    arguments = []
    for name in ("pulses", "trace"):
        chosen = getattr(options, name)
        if chosen is not None:
            arguments += [f"--{name}", str(chosen.absolute())]
    for device in options.declared:
        arguments += ["--device", device]
    if options.ack_delay:
        arguments += ["--ack-delay", str(options.ack_delay)]
    return arguments


def run_without_screen(choice: Prepare, levels_ua: dict[int, int], options: Namespace) -> int:
    """Run with a scripted operator and print the summary; 0 if the whole program ran."""
    # Not needed by the screen, and signal handling differs.
    from nmes.commands.headless import run_headless

    operator = ScriptedOperator(choice, levels_ua)
    with session_progress(choice.protocol) as on_progress:
        summary = run_headless(operator, engine_arguments(options), on_progress, _tell)
    print(json.dumps(summary.model_dump(), indent=2) if options.json else summary_text(summary))
    return summary.exit_code


def _tell(event: Event) -> None:
    if event.mark != "i":
        sys.stderr.write(f"{event.mark} {event.text}\n")


def run_with_screen(choice: Prepare | None, options: Namespace) -> int:
    """Open the screen; it starts its own engine."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise SessionRefusal("The screen needs a terminal. Without one: nmes run NAME --no-tui.")
    from tui.app import run_app

    client = EngineClient(
        operator_is_script=False,
        log=read_settings().home / "engine.log",
        arguments=engine_arguments(options),
    )
    try:
        return run_app(client, choice)
    finally:
        client.close()
