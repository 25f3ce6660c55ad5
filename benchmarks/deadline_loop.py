"""The bare loop: sleeps to absolute deadlines 20 ms apart and writes a frame, nothing else.

`python -m benchmarks.deadline_loop PORT` writes until its standard input ends.
"""

import os
import sys
import threading
import time

from benchmarks.eight_channels import PERIOD_US
from benchmarks.round_trip_client import start_frame


def main() -> None:
    """Write a frame every 20 ms."""
    line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    frame = start_frame(0)
    ended = threading.Event()

    def watch() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    due_s = time.monotonic()
    while not ended.is_set():
        due_s += PERIOD_US / 1e6
        time.sleep(max(0.0, due_s - time.monotonic()))  # what is measured against
        os.write(line, frame)


if __name__ == "__main__":
    main()
