"""The guard: a small process beside the engine that can write a stop without it.

    python -I -S guard.py PORT_FD SILENCE_MS STOP_HEX...

On standard input the engine says FLOWING while current may flow, again and again, RESTING when none
can, FAREWELL before it closes the port in good order. If the next word after FLOWING does not come
in time, or the pipe ends without a farewell, the stops are written and the guard ends. It holds
nothing but stops, decides nothing else, and imports nothing of nmes, so that it starts in
milliseconds and depends on nothing that could have failed with the engine.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress

FLOWING, RESTING, FAREWELL = b"f", b"r", b"b"
READY = b"."
STOP_APART_S = 0.02
NICENESS = -10
FIRED = 3
_WORDS_MAX = 4096


def raise_priority() -> None:
    """Come before other programs where the system permits it; who may not goes on as he is."""
    with suppress(OSError):  # not permitted: the guard works all the same
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)


def must_stop(words_fd: int, silence_s: float) -> bool:
    """Listen until the engine says farewell (False), falls silent in a flow or is gone (True)."""
    timeout_s = None
    while True:
        readable, _, _ = select.select([words_fd], [], [], timeout_s)
        words = os.read(words_fd, _WORDS_MAX) if readable else b""
        if FAREWELL in words:
            return False
        if not words:
            return True
        timeout_s = silence_s if words.endswith(FLOWING) else None


def write_stops(port_fd: int, stops: list[bytes]) -> None:
    """Write each stop in turn; a line that takes none now may take the next."""
    for stop in stops:
        with suppress(OSError):  # the next stop is tried whatever became of this one
            os.write(port_fd, stop)
        time.sleep(STOP_APART_S)  # a process of its own: nobody else waits


def main() -> int:
    """Guard one open port for one engine; return FIRED if the stops were written."""
    port_fd, silence_ms, *stops = sys.argv[1:]
    # It ends with its engine and by nothing else.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise_priority()
    os.write(sys.stdout.fileno(), READY)
    words_fd = sys.stdin.fileno()
    if not must_stop(words_fd, int(silence_ms) / 1000):
        return 0
    os.close(words_fd)  # an engine that wakes now hears of it before it can write
    write_stops(int(port_fd), [bytes.fromhex(stop) for stop in stops])
    return FIRED


if __name__ == "__main__":
    os._exit(main())  # nothing to clean up, and the port is to be free at once
