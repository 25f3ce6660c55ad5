"""Figure 15: processor time of a program that updates eight channels 50 times a second."""

import json
import statistics
from collections.abc import Mapping, Sequence
from functools import partial

from benchmarks import science_mode_peer
from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.processes import line_process
from benchmarks.update_client import update_client

DEVICES = {
    "nmes": "p24",
    "science-mode-4": "p24",
    "nmes on a RehaStim2": "rehastim2",
    "pysciencemode": "rehastim2",
}
"""Each contender, and the simulated device that it drives."""

Streams = Mapping[str, Sequence[Mapping[str, float]]]


def figures(run: Run) -> list[Figure]:
    """Return the share of a core beside that of either package."""
    streams: dict[str, list[dict[str, float]]] = {kind: [] for kind in DEVICES}
    duration_s = run.pick(1, 5)

    def share(kind: str) -> float:
        streams[kind].append(_stream(kind, duration_s))
        return streams[kind][-1]["busy_s"] / streams[kind][-1]["took_s"]

    contenders = {kind: partial(share, kind) for kind in DEVICES}
    shares = in_turns(contenders, run.pick(1, 5), run.tell)
    raw = _raw(streams, shares)
    peers = {"science-mode-4": science_mode_peer.VERSION, "pysciencemode": "pysciencemode 1.1.5"}
    ratios = {peer: median_ratio(shares["nmes"], shares[peer]) for peer in peers}
    return [
        Figure(
            name=f"P24 stream, beside {peer}",
            what="50 updates/s on 8 channels of a simulated device; processor time",
            ratio=round(ratios[peer], 4),
            against=f"{title} before a simulated {DEVICES[peer]}",
            aim="< 1 x its time",
            met=ratios[peer] < 1,
            raw=raw if peer == "science-mode-4" else {},
        )
        for peer, title in peers.items()
    ]


def _stream(kind: str, duration_s: float) -> dict[str, float]:
    """Have a new client stream to a new device."""
    with (
        line_process("hardware_sim", DEVICES[kind]) as device,
        update_client(kind, device.hear()) as client,
    ):
        stream: dict[str, float] = json.loads(client.ask(f"stream {duration_s}"))
    return stream


def _raw(streams: Streams, shares: Mapping[str, Sequence[float]]) -> dict[str, object]:
    return {
        "% of a core, median of rounds": {
            kind: round(statistics.median(values) * 100, 2) for kind, values in shares.items()
        },
        "updates/s": {
            kind: round(statistics.median(s["updates"] / s["took_s"] for s in turns), 1)
            for kind, turns in streams.items()
        },
    }
