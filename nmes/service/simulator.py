"""Starts a simulated stimulator as a process of its own, on a pseudo-terminal."""

import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from protocols.capabilities import Capabilities
from protocols.errors import PortError

START_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """A running simulator; it outlives its parent just long enough to see that it was stopped.

    Its standard input is a pipe from us: it ends once that is closed and its device is at rest.
    """

    port: str
    process: subprocess.Popen[bytes]


def options_of(able: Capabilities) -> dict[str, str]:
    """Return how a simulated device must be set to be the one that was declared.

    Only one that passes on what another makes needs it: that other is simulated with it, and is set
    to what was declared of it. Its numbers are written as exact fractions.
    """
    if able.source_ua is None:
        return {}
    (waveform,) = able.waveforms
    return {
        "source_ma": ",".join(str(Fraction(dial_ua, 1_000)) for dial_ua in able.source_ua),
        "source_us": str(able.pulse_width_max_us),
        "source_hz": str(Fraction(1_000_000, able.period_max_us)),
        "waveform": waveform.value,
    }


def start_simulator(
    device: str,
    *,
    options: Mapping[str, str] | None = None,
    pulses: Path | None,
    ack_delay_ms: float,
    patience_s: float = START_TIMEOUT_S,
) -> Simulator:
    """Start a simulator and wait until it names its port; PortError if it does not.

    `options` are those that only this device has.
    """
    command = [sys.executable, "-m", "hardware_sim", device, "--parent-pipe"]
    for name, chosen in (options or {}).items():
        command += ["--set", f"{name}={chosen}"]
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
