"""A simulated openEMSstim board in virtual time, with everything that it said and did."""

from itertools import pairwise

from hardware_sim.openemsstim.device import OpenEMSstim
from hardware_sim.openemsstim.options import read_options
from hardware_sim.pulses import Pulse

MS = 1_000
SECOND_US = 1_000_000
SENT_BYTE_US = 562.5
UPTIME_MS = 20_000
State = tuple[tuple[int, int], tuple[bool, bool]]


def in_frame(text: str, handle: str = "0018") -> bytes:
    """A command in the frame that the radio module would make of it."""
    return f"WV,{handle},{text.encode('latin-1').hex().upper()}.\n".encode()


class BoardBench:
    """A board that has been on for a while; `changes` are (time, wipers, relays closed)."""

    def __init__(self, *, uptime_ms: int = UPTIME_MS, seed: int = 0, **options: str) -> None:
        self.now_us = 0
        self.pulses: list[Pulse] = []
        self.frames: list[tuple[int, str, bytes, str]] = []
        self.heard: list[tuple[int, bytes]] = []
        self.changes: list[tuple[int, State]] = []
        self.device = OpenEMSstim(
            on_pulse=self.pulses.append,
            on_frame=lambda *frame: self.frames.append(frame),
            seed=seed,
            options=read_options(options),
        )
        self.run_until(uptime_ms * MS)

    @property
    def state(self) -> State:
        first, second = self.device.channels
        return (first.wiper, second.wiper), (first.is_closed, second.is_closed)

    @property
    def is_quiet(self) -> bool:
        return not any(self.state[1])

    def write(self, data: bytes) -> None:
        """Let the host begin to send now."""
        self.device.receive(data, self.now_us)
        self._look()

    def send(self, *lines: str) -> "BoardBench":
        """Write plain lines, each as soon as the one before has been obeyed and echoed."""
        for line in lines:
            self.write(line.encode("latin-1") + b"\n")
            self.run_for(150 * MS)
        return self

    def send_frames(self, *texts: str) -> "BoardBench":
        """Write commands in frames, as `send`."""
        for text in texts:
            self.write(in_frame(text))
            self.run_for(150 * MS)
        return self

    def run_until(self, end_us: int) -> "BoardBench":
        while (due_us := self.device.next_event_us()) <= end_us:
            self.now_us = max(due_us, self.now_us)
            self.device.advance(self.now_us)
            self._look()
        self.now_us = max(self.now_us, end_us)
        return self

    def run_for(self, time_us: int) -> "BoardBench":
        return self.run_until(self.now_us + time_us)

    def _look(self) -> None:
        self.heard += [(self.now_us, line) for line in self.device.take_outgoing(self.now_us)]
        if not self.changes or self.changes[-1][1] != self.state:
            self.changes.append((self.now_us, self.state))

    @property
    def said(self) -> list[str]:
        """All lines without their ends, boot text and all."""
        return [line.decode("latin-1").removesuffix("\r\n") for _, line in self.heard]

    def begins_us(self, line: str) -> float:
        """When the board began to send the last line like this."""
        sent = [(at_us, wire) for at_us, wire in self.heard if line.encode() in wire]
        at_us, wire = sent[-1]
        return at_us - len(wire) * SENT_BYTE_US

    def phases(self, channel: int, since_us: int) -> list[tuple[int, float | None]]:
        """Wipers of a channel while its relays were closed, each with its ms; None: still so."""
        own: list[tuple[int, tuple[int, bool]]] = []
        for at_us, (wipers, closed) in self.changes:
            state = wipers[channel], closed[channel]
            if not own or own[-1][1] != state:
                own.append((at_us, state))
        ends: list[tuple[int, tuple[int, bool] | None]] = [*own, (self.now_us, None)]
        return [
            (state[0], None if after is None else (end_us - max(at_us, since_us)) / MS)
            for (at_us, state), (end_us, after) in pairwise(ends)
            if state is not None and state[1] and end_us >= since_us
        ]

    def closed_us(self, channel: int, since_us: int) -> int:
        """When the relays of a channel closed."""
        return min(
            at_us for at_us, (_, closed) in self.changes if closed[channel] and at_us >= since_us
        )
