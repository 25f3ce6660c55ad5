"""`nmes simulate`: become the simulator process."""

import os
import sys
from argparse import Namespace


def run(options: Namespace) -> int:
    """Replace this process by the simulator; it answers for exit codes and errors itself."""
    command = [sys.executable, "-m", "hardware_sim", options.device]
    for name in ("link", "tcp", "pulses", "trace", "faults", "fault_log"):
        chosen = getattr(options, name)
        if chosen is not None:
            command += [f"--{name.replace('_', '-')}", str(chosen)]
    for setting in options.settings:
        command += ["--set", setting]
    command += ["--seed", str(options.seed), "--ack-delay", str(options.ack_delay)]
    os.execv(sys.executable, command)
