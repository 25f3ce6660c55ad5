"""One contender of the round trip: `python -m benchmarks.round_trip_client KIND PORT`.

Says "ready" once the device at the port has its train, then answers every number of round trips
with their times in µs, as a JSON list. A round trip is: a start frame with new currents is made and
written, its acknowledgement is read.
"""

import json
import os
import sys
from collections.abc import Callable
from time import perf_counter_ns
from typing import TextIO

from benchmarks.eight_channels import CHANNELS, PERIOD_US
from benchmarks.gate_bench import BURST_FRAMES, DEVICE, course_ma
from benchmarks.pysciencemode_peer import channels

Trip = Callable[[int], int]
"""Makes the trip of this number; returns what it took in ns."""


def main() -> None:
    """Serve until standard input ends."""
    kind, port = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # clients print
    trip = KINDS[kind](port)
    answers.write("ready\n")
    _serve(trip, answers)
    os._exit(0)  # the threads of a client do not end by themselves


def _serve(trip: Trip, answers: TextIO) -> None:
    done = 0
    for line in sys.stdin:
        trips = int(line)
        took_us = [trip(done + index) / 1e3 for index in range(trips)]
        done += trips
        answers.write(json.dumps(took_us) + "\n")


def _nmes(port: str) -> Trip:
    from benchmarks.line_bench import LineBench

    return LineBench(port, DEVICE).trip


def _pysciencemode(port: str) -> Trip:
    from pysciencemode import Rehastim2

    client = Rehastim2(port=port, show_log=False)
    client.init_channel(PERIOD_US // 1000, channels((0,) * CHANNELS))

    def trip(number: int) -> int:
        client.amplitude = list(course_ma(number % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        client.start_stimulation()
        return perf_counter_ns() - begun_ns

    return trip


def _pyserial(port: str) -> Trip:
    """Ready-made bytes out, as many bytes as the answer has in: what the line itself takes."""
    import serial

    from benchmarks.tiny_device import START_ACKS
    from drivers.rehastim2.frames import encode
    from drivers.rehastim2.messages import Number

    line = serial.Serial(port, 460_800, timeout=1.0)
    line.write(encode(1, Number.INIT_ACK, b"\0"))
    frames = [start_frame(number) for number in range(BURST_FRAMES)]
    size = len(START_ACKS[1])
    while line.read(4096):
        """Let the device's greetings pass."""

    def trip(number: int) -> int:
        frame = frames[number % BURST_FRAMES]
        begun_ns = perf_counter_ns()
        line.write(frame)
        answer = line.read(size)
        took_ns = perf_counter_ns() - begun_ns
        if answer != START_ACKS[1]:
            raise RuntimeError(f"the answer was {answer!r}")
        return took_ns

    return trip


def start_frame(number: int) -> bytes:
    """Return a start frame with packet number 1."""
    from drivers.rehastim2.frames import encode
    from drivers.rehastim2.messages import Number

    data = b"".join(bytes((0, 1, 44, current_ma)) for current_ma in course_ma(number))
    return encode(1, Number.START_CHANNEL_LIST_MODE, data)


KINDS: dict[str, Callable[[str], Trip]] = {
    "nmes": _nmes,
    "pysciencemode": _pysciencemode,
    "pyserial": _pyserial,
}

if __name__ == "__main__":
    main()
