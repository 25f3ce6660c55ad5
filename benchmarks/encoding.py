"""Figure 1: from the currents of eight channels to the bytes of a frame."""

import statistics
from collections.abc import Callable
from time import perf_counter_ns

from benchmarks.figure import Figure, Run, in_turns, median_ratio, rounded
from benchmarks.gate_bench import BURST_FRAMES, DoublePort, GateBench, course_ma
from benchmarks.pysciencemode_peer import ListeningPort, channels, client
from drivers.rehastim2.messages import StartChannelListMode, encode

FRAMES_PER_ROUND = 200
PEER = "pysciencemode 1.1.5 _packet_start_stimulation"


def figures(run: Run) -> list[Figure]:
    """Return the whole way through the gate, and the codec alone."""
    contenders = _contenders()
    for contender in contenders.values():
        contender()
    took_us = in_turns(contenders, run.pick(4, 100), run.tell)
    build_us = took_us["pysciencemode, building"]
    raw = {
        "µs per frame, median of rounds": {
            name: round(statistics.median(rounds), 2) for name, rounds in took_us.items()
        },
        "rounds": rounded({name: rounds[:10] for name, rounds in took_us.items()}),
    }
    whole = median_ratio(build_us, took_us["nmes, through the gate"])
    codec = median_ratio(build_us, took_us["nmes, codec"])
    return [
        Figure(
            name="encode through the gate",
            what="8-channel start frame: gate, exchange, read-back, bytes at the port; speed",
            ratio=round(whole, 2),
            against=PEER,
            aim=">= 2 x its speed",
            met=whole >= 2,
            raw=raw,
        ),
        Figure(
            name="encode, codec alone",
            what="the same frame: device grid checked, bytes made; speed",
            ratio=round(codec, 2),
            against=PEER,
            aim=">= 6 x its speed",
            met=codec >= 6,
        ),
    ]


def _contenders() -> dict[str, Callable[[], float]]:
    bench = GateBench(DoublePort(), _never_waits)
    return {
        "nmes, through the gate": lambda: _gate_us(bench),
        "nmes, codec": lambda: _codec_us(bench),
        "pysciencemode, building": _building_us,
        "pysciencemode, channels to port": _sending_us,
    }


def _never_waits() -> None:
    """Wait for nothing: the double has its answer ready."""


def _gate_us(bench: GateBench) -> float:
    took_ns = []
    for _ in range(FRAMES_PER_ROUND):
        frame, now_us = bench.next_frame(), bench.now_us
        begun_ns = perf_counter_ns()
        bench.gate.output(frame, now_us)
        took_ns.append(perf_counter_ns() - begun_ns)
        bench.confirm()
    return statistics.median(took_ns) / 1e3


def _codec_us(bench: GateBench) -> float:
    took_ns = []
    for index in range(FRAMES_PER_ROUND):
        frame = bench.frame(course_ma(index % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        encode(StartChannelListMode(frame=frame), index)
        took_ns.append(perf_counter_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3


def _building_us() -> float:
    """Its bytes from its own lists of numbers: the least that it must do."""
    made, took_ns = client(ListeningPort()), []
    for index in range(FRAMES_PER_ROUND):
        made.packet_count = index
        made.amplitude = list(course_ma(index % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        made._packet_start_stimulation()
        took_ns.append(perf_counter_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3


def _sending_us() -> float:
    """Do what `start_stimulation` does with channel objects until its bytes are at the port."""
    made, took_ns = client(ListeningPort()), []
    made._get_last_ack = _answered
    for index in range(FRAMES_PER_ROUND):
        updated = channels(course_ma(index % BURST_FRAMES))
        begun_ns = perf_counter_ns()
        made.start_stimulation(upd_list_channels=updated)
        took_ns.append(perf_counter_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3


def _answered() -> bytes:
    """Stand for an answer that takes no time."""
    return b""
