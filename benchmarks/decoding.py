"""Figure 2: from the bytes of a device to checked frames."""

import statistics
from functools import partial
from time import process_time_ns

from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.pysciencemode_peer import ListeningPort, client
from benchmarks.stream import CHUNK_BYTES, answers
from drivers.rehastim2 import frames
from drivers.rehastim2.frames import FrameDecoder

FRAMES = 3_000


def figures(run: Run) -> list[Figure]:
    """Return the speed of the checked decoder beside the unchecked reader."""
    stream = answers(FRAMES)
    contenders = {
        "nmes, checked": partial(_decode_us, stream),
        "nmes, checked, nothing remembered": partial(_forgetful_us, stream),
        "pysciencemode, unchecked": partial(_read_us, stream),
    }
    for contender in contenders.values():
        contender()
    took_us = in_turns(contenders, run.pick(3, 60), run.tell)
    theirs_us = took_us["pysciencemode, unchecked"]
    ratio = median_ratio(theirs_us, took_us["nmes, checked"])
    cold = median_ratio(theirs_us, took_us["nmes, checked, nothing remembered"])
    return [
        Figure(
            name="decode",
            what="answers of a session in chunks of 64 bytes, checked; speed",
            ratio=round(ratio, 2),
            against="pysciencemode 1.1.5 _read_packet, unchecked",
            aim=">= 0.7 x its speed",
            met=ratio >= 0.7,
            raw={
                "µs per frame, median of rounds": {
                    name: round(statistics.median(rounds), 3) for name, rounds in took_us.items()
                },
                "ratio if every frame were new to the decoder": round(cold, 2),
                "frames": FRAMES,
            },
        )
    ]


def _decode_us(stream: bytes) -> float:
    decoder, found = FrameDecoder(), 0
    begun_ns = process_time_ns()
    for start in range(0, len(stream), CHUNK_BYTES):
        decoder.receive(stream[start : start + CHUNK_BYTES])
        while decoder.next_frame() is not None:
            found += 1
    return _per_frame_us(process_time_ns() - begun_ns, found)


def _forgetful_us(stream: bytes) -> float:
    frames._check.cache_clear()
    return _decode_us(stream[: stream.index(frames.encode(255, 33, b"\0"))])


def _read_us(stream: bytes) -> float:
    port, found = ListeningPort(stream), 0
    made = client(port)
    begun_ns = process_time_ns()
    while not port.is_at_end:
        found += len(made._read_packet() or ())
    return _per_frame_us(process_time_ns() - begun_ns, found)


def _per_frame_us(took_ns: int, found: int) -> float:
    if found < FRAMES // 20:
        raise RuntimeError(f"only {found} frames were found")
    return took_ns / found / 1e3
