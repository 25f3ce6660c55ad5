"""Figure 11: from the currents of eight channels to the bytes of a P24's update."""

import statistics
from collections.abc import Callable
from time import thread_time_ns

from benchmarks import science_mode_peer
from benchmarks.figure import Figure, Run, in_turns, median_ratio, rounded
from benchmarks.gate_bench import BURST_FRAMES, DoublePort, GateBench, course_ma
from benchmarks.tiny_p24 import TinyP24
from drivers.p24.messages import MlUpdate, encode
from drivers.p24.readback import P24Readback

FRAMES_PER_ROUND = 200
THEIR_FRAMES_PER_ROUND = 10
AIM = 40
PEER = f"{science_mode_peer.VERSION}, its packet and its bytes, unchecked"


def figures(run: Run) -> list[Figure]:
    """Return the whole way through the gate, and encoder and read-back alone."""
    bench = GateBench(DoublePort(TinyP24()), _never_waits, "p24")
    _require_same_bytes(bench)
    contenders: dict[str, Callable[[], float]] = {
        "nmes, through the gate": lambda: _gate_us(bench),
        "nmes, encoded and read back": lambda: _codec_us(bench),
        "science-mode-4, building": _building_us,
    }
    for contender in contenders.values():
        contender()
    took_us = in_turns(contenders, run.pick(3, 40), run.tell)
    theirs_us = took_us["science-mode-4, building"]
    whole = median_ratio(theirs_us, took_us["nmes, through the gate"])
    codec = median_ratio(theirs_us, took_us["nmes, encoded and read back"])
    return [
        Figure(
            name="P24 encode through the gate",
            what="8-channel update: gate, exchange, read-back, bytes at the port; speed",
            ratio=round(whole, 1),
            against=PEER,
            aim=f">= {AIM} x its speed",
            met=whole >= AIM,
            raw={
                "µs of processor time per update, median of rounds": {
                    name: round(statistics.median(rounds), 2) for name, rounds in took_us.items()
                },
                "ratio of encoder and read-back alone": round(codec, 1),
                "rounds": rounded({name: rounds[:10] for name, rounds in took_us.items()}),
            },
        )
    ]


def _never_waits() -> None:
    """Wait for nothing: the double has its answer ready."""


def _require_same_bytes(bench: GateBench) -> None:
    """See that both do the same work; RuntimeError if not."""
    for index in (0, 50, 77):
        currents_ma = course_ma(index)
        ours = encode(MlUpdate(frame=bench.frame(currents_ma)), index % 64)
        theirs = science_mode_peer.update_bytes(science_mode_peer.channels(currents_ma), index % 64)
        if ours != theirs:
            raise RuntimeError(f"{currents_ma} mA: {ours.hex()} here, {theirs.hex()} there")


def _gate_us(bench: GateBench) -> float:
    took_ns = []
    for _ in range(FRAMES_PER_ROUND):
        frame, now_us = bench.next_frame(), bench.now_us
        begun_ns = thread_time_ns()
        bench.gate.output(frame, now_us)
        took_ns.append(thread_time_ns() - begun_ns)
        bench.confirm()
    return statistics.median(took_ns) / 1e3


def _codec_us(bench: GateBench) -> float:
    took_ns, readback = [], P24Readback()
    for index in range(FRAMES_PER_ROUND):
        frame = bench.frame(course_ma(index % BURST_FRAMES))
        begun_ns = thread_time_ns()
        readback.read(encode(MlUpdate(frame=frame), index % 64))
        took_ns.append(thread_time_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3


def _building_us() -> float:
    took_ns = []
    for index in range(THEIR_FRAMES_PER_ROUND):
        configuration = science_mode_peer.channels(course_ma(100 + index))
        begun_ns = thread_time_ns()
        science_mode_peer.update_bytes(configuration, index)
        took_ns.append(thread_time_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3
