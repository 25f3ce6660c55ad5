"""The command line: parses, hands over to one command, and turns errors into exit codes.

Light on purpose: `nmes --help` imports nothing but the argument parser. Exit codes: 0 done, 1 bad
input, 2 wrong usage, 3 trouble with the device, 130 stopped by Ctrl-C.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from nmes.exit_codes import BAD_INPUT, DEVICE_TROUBLE, INTERRUPTED

DESCRIPTION = """\
nmes runs neuromuscular electrical stimulation from protocols in YAML.
Research software. It is not a certified medical device.

Without a command it opens the start screen. To see it work without any hardware: nmes demo
"""
EPILOG = """\
examples:
  nmes demo                                        a session on a simulated stimulator
  nmes library                                     the protocols that come with nmes
  nmes show quad_tka                               one of them in plain words
  nmes check my_protocol.yaml                      is it valid, and within the limits?
  nmes rehearse quad_tka --intensity 1=40          the whole session in virtual time
  nmes screening quad_tka --output today.yaml      what must be asked before
  nmes run quad_tka --device rehastim2 --port /dev/ttyUSB0 --patient P17 --screening today.yaml

exit codes: 0 done, 1 bad input or a session that did not complete, 2 wrong usage,
3 trouble with the device
Records are kept in the data folder of your system; NMES_HOME sets another.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = build_parser().parse_args(arguments or ["start"])
    command = import_module(f"nmes.commands.{options.command}")
    from protocols.errors import DeviceError, LinkError, NmesError  # not before --help

    try:
        code: int = command.run(options)
    except (DeviceError, LinkError) as error:
        return _fail(error, DEVICE_TROUBLE)
    except NmesError as error:
        return _fail(error, BAD_INPUT)
    except BrokenPipeError:
        return BAD_INPUT
    except OSError as error:
        return _fail(_in_words(error), BAD_INPUT)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _in_words(error: OSError) -> str:
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}. Check the path and who may use it."


def _fail(error: Exception | str, code: int) -> int:
    sys.stderr.write(f"{error}\n")
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="nmes",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_start, _demo, _run, _screening, _rehearse, _check, _show, _library):
        add(commands)
    for add in (_campaign, _simulate, _ports, _doctor):
        add(commands)
    _sessions(commands)
    return parser


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _start(commands: "_Commands") -> None:
    parser = commands.add_parser("start", help="open the start screen (the same as no command)")
    parser.add_argument(
        "--device",
        action="append",
        default=[],
        dest="declared",
        metavar="NAME@FILE",
        help="offer this one, too: what it must be told is declared in FILE; may be repeated",
    )


def _demo(commands: "_Commands") -> None:
    parser = commands.add_parser("demo", help="run the 40 s demo on its own simulated RehaStim2")
    parser.add_argument("--no-tui", action="store_true", help="no screen: progress and a summary")
    parser.add_argument("--json", action="store_true", help="the summary as JSON (with --no-tui)")
    _add_recordings(parser)
    _add_ack_delay(parser)


def _run(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "run",
        help="run a protocol on a stimulator",
        description="Open the session screen for a protocol on a stimulator. Every explicit port "
        "counts as real: a person may be at its other end.",
    )
    _add_protocol(parser)
    parser.add_argument(
        "--device",
        help="rehastim2, or sim:rehastim2 (simulated); NAME@FILE if it must be told something "
        "(openemsstim@source.toml); without it, looked for",
    )
    parser.add_argument("--port", help="serial port, e.g. /dev/ttyUSB0, or socket://HOST:PORT")
    parser.add_argument("--operator", default="", help="your name or initials, for the record")
    parser.add_argument("--patient", default="", help="patient code, never a name")
    parser.add_argument(
        "--no-tui", action="store_true", help="for engineers: no screen, levels by --intensity"
    )
    parser.add_argument(
        "--bench",
        action="store_true",
        help="say that nobody is connected; an explicit port needs this or --screening",
    )
    parser.add_argument(
        "--screening",
        type=Path,
        metavar="FILE",
        help="the answers of this patient, today ('nmes screening' writes the questions)",
    )
    _add_levels(parser)
    _add_sides(parser)
    parser.add_argument("--json", action="store_true", help="the summary as JSON (with --no-tui)")
    _add_recordings(parser)
    _add_ack_delay(parser)


def _screening(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "screening",
        help="write the questions to be asked before a protocol, as a file to be answered",
        description="Write the questions that must be asked before a protocol runs on a person: "
        "only those that touch its sites. 'nmes run --screening FILE' reads the answers.",
    )
    _add_protocol(parser)
    parser.add_argument("--device", default="rehastim2", help="default: rehastim2")
    _add_sides(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here, not to the screen")


def _rehearse(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "rehearse",
        help="run a whole session in virtual time",
        description="Run a whole session in virtual time against the simulated device, through the "
        "very engine, gate and driver that serve a patient, and report dose, timing and margins.",
    )
    _add_protocol(parser)
    parser.add_argument(
        "--device", default="sim:rehastim2", help="default: sim:rehastim2; openemsstim@source.toml"
    )
    _add_levels(parser)
    _add_sides(parser)
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    _add_recordings(parser)
    _add_faults(parser)
    _add_ack_delay(parser)


def _campaign(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "campaign",
        help="run thousands of random sessions in virtual time and judge every pulse",
        description="Run whole sessions in virtual time with random protocols, operators and "
        "faults, through the very engine, gate and driver that serve a patient. The pulse record "
        "of the simulated device is judged by an oracle of its own. Exit code 0 only if nothing "
        "was wrong.",
    )
    parser.add_argument("--sessions", type=_count, default=1000, metavar="N", help="default: 1000")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default: 1")
    parser.add_argument(
        "--jobs", type=_count, default=1, metavar="J", help="processes at a time; default: 1"
    )
    parser.add_argument(
        "--device",
        choices=("rehastim2", "p24", "rehamove3", "openemsstim"),
        default="rehastim2",
        help="which simulated device; default: rehastim2",
    )
    parser.add_argument("--only", type=int, metavar="K", help="tell the story of one session")
    parser.add_argument(
        "--noise",
        choices=("light", "heavy"),
        default="light",
        help="heavy: more than a checksum can keep out; figures of a residual risk, not a verdict",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the result as JSON; - prints it")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def _check(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "check", help="check protocol files: valid, makeable, and within the limits?"
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="files or library names")
    parser.add_argument("--device", default="rehastim2", help="judge against this device")
    parser.add_argument("--json", action="store_true", help="the findings as JSON")


def _show(commands: "_Commands") -> None:
    parser = commands.add_parser("show", help="show a protocol in plain words, with its envelope")
    _add_protocol(parser)
    parser.add_argument("--device", default="rehastim2", help="as this device would make it")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw pulse and envelope")
    parser.add_argument(
        "--technical", action="store_true", help="the output table an engineer asks for"
    )


def _library(commands: "_Commands") -> None:
    parser = commands.add_parser("library", help="list the protocols that come with nmes")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _simulate(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "simulate",
        help="be a stimulator on a pseudo-terminal or TCP port",
        description="The first line printed is the port to use, the second the zero of the pulse "
        "record on the system's monotonic clock. Runs until Ctrl-C.",
    )
    parser.add_argument("device", help="rehastim2, p24, rehamove3 or openemsstim")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="an option that only this device has ('python -m hardware_sim --help' lists them)",
    )
    parser.add_argument("--link", type=Path, metavar="PATH", help="symbolic link to the port")
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen there instead")
    parser.add_argument("--pulses", type=Path, metavar="FILE", help="record every pulse, as CSV")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="first packet number")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write every frame")
    _add_faults(parser)
    _add_ack_delay(parser)


def _ports(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "ports",
        help="list the serial ports of this computer, and what is at them",
        description="List the serial ports with what their USB plugs tell. With --probe, ask at "
        "each of them which stimulator is there, by questions that cause no current. Asking opens "
        "the port, and an Arduino board restarts when its port is opened. A port takes up to 6 s, "
        "an openEMSstim board, asked for with its file only, 13 to 22 s. A port that another "
        "program uses is left alone.",
    )
    parser.add_argument("--probe", action="store_true", help="ask which stimulator is there")
    parser.add_argument(
        "--port", action="append", default=[], metavar="PORT", help="only this one; may be repeated"
    )
    parser.add_argument(
        "--device", help="ask for this device, whatever the ids (openemsstim@FILE: up to 22 s)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def _doctor(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "doctor",
        help="find out why a stimulator is not found, and what to do",
        description="Look at this computer, its ports and what answers there, and say what to do. "
        "Causes no current. Exit code 1 if there is something to do.",
    )
    parser.add_argument("--port", metavar="PORT", help="only this one")
    parser.add_argument("--json", action="store_true", help="the findings as JSON")


def _sessions(commands: "_Commands") -> None:
    parser = commands.add_parser(
        "sessions", help="list the recorded sessions, show one, or verify its journal"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    show = actions.add_parser("show", help="the summary of one session")
    check = actions.add_parser(
        "verify",
        help="is the journal of a session as it was written?",
        description="Check every line of a journal against the hash chain and name the first bad "
        "one. Give the hash that the summary printed, too: only that shows that a whole journal is "
        "still the same one.",
    )
    check.add_argument("--hash", metavar="HASH", help="the journal hash that the summary printed")
    for parser in (show, check):
        parser.add_argument("session", metavar="ID", help="its id, or the beginning of it")
        parser.add_argument("--json", action="store_true", help="as JSON")


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("protocol", metavar="PROTOCOL", help="library name or path of a file")


def _add_levels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--intensity",
        action="append",
        default=[],
        metavar="CHANNEL=MA",
        help="level of a channel, found earlier; by number or name, may be repeated",
    )


def _add_sides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--side",
        action="append",
        default=[],
        metavar="CHANNEL=SIDE",
        help="left or right, for a channel whose side is chosen at arming",
    )


def _add_recordings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pulses", type=Path, metavar="FILE", help="pulse record of the simulated device, as CSV"
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write every frame")
    parser.set_defaults(declared=())  # no other device can be chosen once it runs


def _add_faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--faults", metavar="FILE", help="let go wrong what a fault script or shipped incident says"
    )
    parser.add_argument(
        "--fault-log", type=Path, metavar="FILE", help="write every fault applied, as CSV"
    )


def _add_ack_delay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ack-delay",
        type=float,
        default=0.0,
        metavar="MS",
        help="how long the simulated device waits with every answer",
    )
