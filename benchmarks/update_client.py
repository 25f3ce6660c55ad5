"""One contender that updates eight channels: `python -m benchmarks.update_client KIND PORT`.

Says "ready" once it is loaded. Each line asks for something and is answered in JSON; for each a
connection is opened, the train set up, a few updates made that do not count, and all closed again:

    trips N     N updates one after another: the time in µs of each, written to acknowledged
    stream S    updates every 20 ms for S seconds: processor time and real time in s, and how many
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from time import perf_counter_ns

from benchmarks.eight_channels import CHANNELS, PERIOD_US
from benchmarks.gate_bench import BURST_FRAMES, course_ma
from benchmarks.processes import LineProcess, line_process

Trip = Callable[[int], int]
"""Makes the update of this number, and waits for its acknowledgement; returns the time in ns."""

WARM_UP = 5


@contextmanager
def update_client(kind: str, port: str) -> Iterator[LineProcess]:
    """Run a contender as a process; RuntimeError if it does not start."""
    with line_process("benchmarks.update_client", kind, port) as process:
        if process.hear() != "ready":
            raise RuntimeError(f"the {kind} client did not start")
        yield process


def main() -> None:
    """Serve until standard input ends."""
    kind, port = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # clients print
    logging.disable(logging.INFO)
    answers.write("ready\n")
    for line in sys.stdin:
        what, amount = line.split()
        with KINDS[kind](port) as trip:
            for number in range(WARM_UP):
                trip(number)
            answer = ASKED[what](trip, float(amount))
        answers.write(json.dumps(answer) + "\n")
    os._exit(0)  # the threads of a client do not end by themselves


def _trips(trip: Trip, amount: float) -> list[float]:
    return [trip(WARM_UP + index) / 1e3 for index in range(int(amount))]


def _stream(trip: Trip, duration_s: float) -> dict[str, float]:
    """Update every 20 ms; a contender that is late does not make up for what it missed."""
    updates = 0
    busy_s, begun_s = time.process_time(), time.monotonic()
    due_s = begun_s
    while (now_s := time.monotonic()) < begun_s + duration_s:
        trip(WARM_UP + updates)
        updates += 1
        due_s = max(due_s, now_s - PERIOD_US / 1e6) + PERIOD_US / 1e6
        time.sleep(max(0.0, due_s - time.monotonic()))  # the pace of the stream
    took_s = time.monotonic() - begun_s
    return {"busy_s": time.process_time() - busy_s, "took_s": took_s, "updates": updates}


@contextmanager
def _nmes(device: str, port: str) -> Iterator[Trip]:
    from benchmarks.line_bench import LineBench

    bench = LineBench(port, device)
    yield bench.trip
    bench.close()


@contextmanager
def _science_mode_4(port: str) -> Iterator[Trip]:
    from science_mode_4 import SerialPortConnection

    from benchmarks import science_mode_peer

    connection = SerialPortConnection(port)
    connection.open()
    client = science_mode_peer.client(connection)
    layer = client.get_layer_mid_level()

    async def update(number: int) -> int:
        configuration = science_mode_peer.channels(course_ma(number % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        await layer.update(configuration)
        return perf_counter_ns() - begun_ns

    with asyncio.Runner() as runner:
        runner.run(client.initialize())
        runner.run(layer.init(True))
        yield lambda number: runner.run(update(number))
        runner.run(layer.stop())
    connection.close()


@contextmanager
def _pysciencemode(port: str) -> Iterator[Trip]:
    from pysciencemode import Rehastim2

    from benchmarks.pysciencemode_peer import channels

    client = Rehastim2(port=port, show_log=False)
    client.init_channel(PERIOD_US // 1000, channels((0,) * CHANNELS))

    def trip(number: int) -> int:
        client.amplitude = list(course_ma(number % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        client.start_stimulation()
        return perf_counter_ns() - begun_ns

    yield trip
    client.end_stimulation()


@contextmanager
def _pyserial(port: str) -> Iterator[Trip]:
    """Ready-made bytes out, as many bytes as the answer has in: what the line itself takes."""
    import serial

    from benchmarks import science_mode_peer
    from benchmarks.tiny_p24 import UPDATE_ACKS
    from drivers.p24.frames import encode
    from drivers.p24.messages import ML_STOP, MlInit, Number
    from drivers.p24.messages import encode as encode_command

    updates = [
        science_mode_peer.update_bytes(science_mode_peer.channels(course_ma(number)), 1)
        for number in range(40)
    ]
    with serial.Serial(port, 3_000_000, timeout=1.0) as line:

        def ask(data: bytes, answer: bytes) -> int:
            begun_ns = perf_counter_ns()
            line.write(data)
            said = line.read(len(answer))
            took_ns = perf_counter_ns() - begun_ns
            if said != answer:
                raise RuntimeError(f"the answer was {said!r}")
            return took_ns

        ask(encode_command(MlInit(), 1), encode(1, Number.ML_INIT + 1, b"\0"))
        yield lambda number: ask(updates[number % len(updates)], UPDATE_ACKS[1])
        ask(encode_command(ML_STOP, 1), encode(1, Number.ML_STOP + 1, b"\0"))


KINDS: dict[str, Callable[[str], AbstractContextManager[Trip]]] = {
    "nmes": partial(_nmes, "p24"),
    "science-mode-4": _science_mode_4,
    "pyserial": _pyserial,
    "pysciencemode": _pysciencemode,
    "nmes on a RehaStim2": partial(_nmes, "rehastim2"),
}
ASKED: dict[str, Callable[[Trip, float], object]] = {"trips": _trips, "stream": _stream}

if __name__ == "__main__":
    main()
