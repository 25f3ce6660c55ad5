"""The bare way of a stop, a line in, ready-made bytes out: `python -m benchmarks.stop_relay PORT`.

Ends with its standard input.
"""

import os
import select
import sys

from drivers.rehastim2.messages import STOP_FRAMES


def main() -> None:
    """Relay until standard input ends."""
    line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    os.write(1, b"ready\n")
    while True:
        select.select([0], [], [])
        if not os.read(0, 4096):
            return
        os.write(line, STOP_FRAMES[1])


if __name__ == "__main__":
    main()
