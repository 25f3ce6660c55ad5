"""Figure 12: from the current of one channel to the bytes of a P24's single pulse."""

import statistics
from collections.abc import Callable
from time import thread_time_ns

from benchmarks import science_mode_peer
from benchmarks.eight_channels import PULSE_WIDTH_US
from benchmarks.figure import Figure, Run, in_turns, median_ratio
from benchmarks.gate_bench import DoublePort
from benchmarks.tiny_p24 import TinyP24
from drivers.interface import Permit
from drivers.p24 import messages, readback
from drivers.p24.frames import PACKET_NUMBERS
from drivers.p24.messages import LlChannelConfig, encode
from drivers.p24.readback import P24Readback
from drivers.wire import Wire
from protocols.pulses import symmetric_output

PULSES_PER_ROUND = 200
"""As many as are all different."""
THEIR_PULSES_PER_ROUND = 20
AIM = 30
MOST_MA = 50
OURS, COLD = "nmes, permitted and read back", "nmes, the same, nothing remembered"
THEIRS = "science-mode-4, building"


def figures(run: Run) -> list[Figure]:
    """Return the way of a single pulse to the port."""
    _require_same_bytes()
    contenders: dict[str, Callable[[], float]] = {
        OURS: _our_us,
        COLD: _forgetful_us,
        THEIRS: _their_us,
    }
    for contender in contenders.values():
        contender()
    took_us = in_turns(contenders, run.pick(3, 40), run.tell)
    ratio = median_ratio(took_us[THEIRS], took_us[OURS])
    cold = median_ratio(took_us[THEIRS], took_us[COLD])
    return [
        Figure(
            name="P24 single pulse",
            what="one pulse of one channel: encoder, read-back, permit, bytes at the port; speed",
            ratio=round(ratio, 1),
            against=f"{science_mode_peer.VERSION}, its packet and its bytes, unchecked",
            aim=f">= {AIM} x its speed",
            met=ratio >= AIM,
            raw={
                "µs of processor time per pulse, median of rounds": {
                    name: round(statistics.median(rounds), 2) for name, rounds in took_us.items()
                },
                "ratio if every pulse were a new one": round(cold, 1),
            },
        )
    ]


def _pulse(index: int) -> tuple[int, int, int]:
    """Return channel, current in mA and packet number; no two in a row alike."""
    return index % 8 + 1, index % MOST_MA + 1, index % PACKET_NUMBERS


def _require_same_bytes() -> None:
    """See that both do the same work; RuntimeError if not."""
    for index in range(PACKET_NUMBERS):
        channel, current_ma, number = _pulse(index)
        output = symmetric_output(channel, current_ma * 1_000, PULSE_WIDTH_US)
        ours = encode(LlChannelConfig(output=output), number)
        points = science_mode_peer.pulse(current_ma)
        theirs = science_mode_peer.pulse_bytes(channel, points, number)
        if ours != theirs:
            raise RuntimeError(f"pulse {index}: {ours.hex()} here, {theirs.hex()} there")


def _our_us() -> float:
    took_ns, port = [], DoublePort(TinyP24())
    wire = Wire(port, P24Readback(), stop_frames=frozenset())
    for index in range(PULSES_PER_ROUND):
        channel, current_ma, number = _pulse(index)
        output = symmetric_output(channel, current_ma * 1_000, PULSE_WIDTH_US)
        permit = Permit(subject=output, serial=index)
        begun_ns = thread_time_ns()
        wire.send(encode(LlChannelConfig(output=output), number), permit, 0)
        took_ns.append(thread_time_ns() - begun_ns)
        port.read()
    return statistics.median(took_ns) / 1e3


def _forgetful_us() -> float:
    """Every pulse of a round is another one; what was remembered of earlier rounds is forgotten."""
    messages._single.cache_clear()
    readback._single.cache_clear()
    return _our_us()


def _their_us() -> float:
    took_ns = []
    for index in range(THEIR_PULSES_PER_ROUND):
        channel, current_ma, number = _pulse(index)
        points = science_mode_peer.pulse(current_ma)
        begun_ns = thread_time_ns()
        science_mode_peer.pulse_bytes(channel, points, number)
        took_ns.append(thread_time_ns() - begun_ns)
    return statistics.median(took_ns) / 1e3
