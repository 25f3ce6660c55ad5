"""Entry of the engine process: `python -m nmes.engine`, started by a screen or a command.

Its standard input and output are the link; nobody else can connect.
"""

import argparse
import gc
import os
import sys
from pathlib import Path

from drivers.guard import raise_priority
from nmes.compose import RealWorkshop
from nmes.service.process import EngineProcess
from nmes.settings import read_settings


def main() -> int:
    """Serve one screen until it is gone."""
    parser = argparse.ArgumentParser(prog="nmes.engine")
    parser.add_argument("--pulses", type=Path, help="pulse record of a simulator started here")
    parser.add_argument("--trace", type=Path, help="write every frame to this file")
    parser.add_argument("--ack-delay", type=float, default=0.0, help="of a simulator started here")
    parser.add_argument("--device", action="append", default=[], help="a further one to choose")
    options = parser.parse_args()
    workshop = RealWorkshop(
        read_settings(),
        pulses=options.pulses,
        trace=options.trace,
        ack_delay_ms=options.ack_delay,
        declared=tuple(options.device),
    )
    raise_priority()
    # What lives now lives for good: keeping it out of collections keeps those short.
    gc.collect()
    gc.freeze()
    read_fd, write_fd = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)  # a stray print must not reach the link
    os.close(null)
    return EngineProcess(workshop, read_fd, write_fd).run()


if __name__ == "__main__":
    sys.exit(main())
