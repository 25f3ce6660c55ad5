"""The command line: ``python -m hardware_sim DEVICE [options]``.

Standard output carries two lines: the port that a client opens, and the record's zero.
"""

import argparse
import errno
import sys
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hardware_sim.device import Device
from hardware_sim.devices import DEVICES, SimulatedDevice, find_device
from hardware_sim.line import Line
from hardware_sim.line_file import LineFile, seconds
from hardware_sim.ports import Port, PseudoTerminal, TcpPort
from hardware_sim.pulses import Pulse
from hardware_sim.record import PulseRecord
from hardware_sim.serve import ParentPipe, Service, end_signals, monotonic_us
from hardware_sim.trace import FrameTrace

if TYPE_CHECKING:
    from hardware_sim.faults import FaultScript

EXIT_USAGE = 2
EXIT_DEVICE = 3


class OneLineParser(argparse.ArgumentParser):
    """Reports a mistake in one line."""

    def error(self, message: str) -> NoReturn:
        """End with the usage exit code."""
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def _device_name(text: str) -> str:
    try:
        find_device(text)
    except LookupError as error:
        raise argparse.ArgumentTypeError(str(error.args[0])) from error
    return text


def _tcp_address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdecimal() and int(port) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (sign and name and value):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _delay_us(text: str) -> int:
    try:
        delay_us = round(float(text) * 1000)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of ms") from error
    if delay_us < 0:
        raise argparse.ArgumentTypeError(f"{text} ms is negative")
    return delay_us


def _fault_script(parser: OneLineParser, options: argparse.Namespace) -> "FaultScript":
    from hardware_sim.fault_script import FaultScriptError, load_faults  # only for those who ask

    try:
        return load_faults(options.faults, find_device(options.device).dialect)
    except FaultScriptError as error:
        parser.error(str(error))


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="hardware_sim",
        description="A simulated stimulator at a port.",
        epilog=_own_options(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = ", ".join(DEVICES)
    parser.add_argument("device", type=_device_name, metavar=f"DEVICE ({known})")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--link", type=Path, help="symbolic link to the pseudo-terminal")
    where.add_argument("--tcp", type=_tcp_address, metavar="HOST:PORT", help="port 0 picks one")
    parser.add_argument(
        "--set",
        type=_setting,
        action="append",
        default=[],
        dest="settings",
        metavar="NAME=VALUE",
        help="an option that only this device has",
    )
    parser.add_argument("--pulses", type=Path, metavar="FILE", help="record of pulses (CSV)")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="all frames, in words")
    parser.add_argument("--seed", type=int, default=0, help="the device's first packet number")
    parser.add_argument(
        "--ack-delay", type=_delay_us, default=0, metavar="MS", help="answers are late by this"
    )
    parser.add_argument("--faults", metavar="FILE", help="fault script, or a shipped incident")
    parser.add_argument("--fault-log", type=Path, metavar="FILE", help="faults applied (CSV)")
    parser.add_argument(
        "--parent-pipe", action="store_true", help="end some time after standard input ends"
    )
    return parser


def _own_options() -> str:
    """Return the options that only one device has, in words."""
    lines = []
    for name, simulated in DEVICES.items():
        if simulated.meanings:
            lines.append(f"options that only {name} has, by --set NAME=VALUE:")
            lines += [f"  {option:<10} {meaning}" for option, meaning in simulated.meanings.items()]
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Run the simulator; return its exit code: 0 ended on request, 3 trouble with port or file."""
    try:
        _simulate(_options(argv))
    except SystemExit as end:
        return EXIT_USAGE if end.code else 0
    except OSError as error:
        sys.stderr.write(f"hardware_sim: {_in_words(error)}\n")
        return EXIT_DEVICE
    return 0


def _in_words(error: OSError) -> str:
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}. Check the path and who may use it."


def _options(argv: list[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(argv)
    if options.fault_log and not options.faults:
        parser.error("--fault-log needs --faults")
    if options.faults:
        options.faults = _fault_script(parser, options)
    try:
        options.make = find_device(options.device).maker(dict(options.settings))
    except ValueError as error:
        parser.error(str(error))
    return options


def _simulate(options: argparse.Namespace) -> None:
    simulated = find_device(options.device)
    zero_us = monotonic_us()
    with ExitStack() as stack:
        ending_fd = stack.enter_context(end_signals())
        port = stack.enter_context(closing(_open_port(options, simulated)))
        files: list[LineFile] = []
        record = trace = None
        if options.pulses:
            record = stack.enter_context(
                PulseRecord(options.pulses, zero_us=zero_us, has_shapes=simulated.has_shapes)
            )
            files.append(record)
        if options.trace:
            trace = stack.enter_context(FrameTrace(options.trace, zero_us=zero_us))
            files.append(trace)
        device = options.make(
            on_pulse=record.add_pulse if record else _forget,
            on_frame=trace.add_frame if trace else None,
            ack_delay_us=options.ack_delay,
            seed=options.seed,
            start_us=zero_us,
        )
        parent = ParentPipe(_standard_input()) if options.parent_pipe else None
        line = _line(device, options, zero_us, stack, files)
        _announce(port, zero_us)
        service = Service(
            line,
            port,
            files=tuple(files),
            parent=parent,
            reset=partial(device.reboot, off_us=0) if simulated.resets_when_opened else None,
        )
        service.run(ending_fd)


def _line(
    device: Device,
    options: argparse.Namespace,
    zero_us: int,
    stack: ExitStack,
    files: list[LineFile],
) -> Line:
    """Return the device itself, or the line with faults that was asked for."""
    if options.faults is None:
        return device
    from hardware_sim.fault_log import FaultLogFile
    from hardware_sim.faulty_line import FaultyLine

    log = None
    if options.fault_log:
        log = stack.enter_context(FaultLogFile(options.fault_log, zero_us=zero_us))
        files.append(log)
    return FaultyLine(
        device, options.faults, start_us=zero_us, on_fault=log.add_fault if log else None
    )


def _open_port(options: argparse.Namespace, simulated: SimulatedDevice) -> Port:
    if options.tcp:
        return TcpPort(*options.tcp)
    return PseudoTerminal(options.link, is_watched=simulated.resets_when_opened)


def _standard_input() -> int:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "--parent-pipe needs standard input, which is closed")
    return sys.stdin.fileno()


def _forget(_pulse: Pulse) -> None:
    """Take a pulse that nobody records."""


def _announce(port: Port, zero_us: int) -> None:
    sys.stdout.write(f"{port.address}\nrecord zero (monotonic) {seconds(zero_us)}\n")
    sys.stdout.flush()
