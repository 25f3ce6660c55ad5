"""Starts a simulated stimulator as a process of its own, on a pseudo-terminal."""

import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from protocols.errors import PortError

START_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """A running simulator; it outlives its parent just long enough to see that it was stopped.

    Its standard input is a pipe from us: it ends once that is closed and its device is at rest.
    """

    port: str
    process: subprocess.Popen[bytes]


def start_simulator(
    device: str,
    *,
    pulses: Path | None,
    ack_delay_ms: float,
    patience_s: float = START_TIMEOUT_S,
) -> Simulator:
    """Start a simulator and wait until it names its port; PortError if it does not."""
    command = [sys.executable, "-m", "hardware_sim", device, "--parent-pipe"]
    if pulses is not None:
        command += ["--pulses", str(pulses)]
    if ack_delay_ms > 0:
        command += ["--ack-delay", str(ack_delay_ms)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    port = _first_line(process, patience_s)
    if not port:
        process.kill()
        process.communicate()
        raise PortError(f"The simulated {device} did not start; try 'nmes simulate {device}'.")
    return Simulator(port=port, process=process)


def _first_line(process: subprocess.Popen[bytes], patience_s: float) -> str:
    if process.stdout is None or not select.select([process.stdout], [], [], patience_s)[0]:
        return ""
    return process.stdout.readline().decode().strip()
