from hardware_sim.pulses import Pulse
from hardware_sim.rehastim2.device import RehaStim2
from hardware_sim.rehastim2.frames import FrameReader, Packet, encode

INIT_ACK, WATCHDOG, GET_MODE = 2, 4, 10
INIT_LIST, START_LIST, STOP_LIST, SINGLE_PULSE = 30, 32, 34, 36
SINGLE, DOUBLET, TRIPLET = 0, 1, 2
KEEP_ALIVE_US = 400_000


def channel_list(
    *,
    mask: int = 0b1,
    t1: int = 38,
    t2: int = 13,
    factor: int = 0,
    low: int = 0,
    execution: int = 0,
) -> bytes:
    """Data of InitChannelListMode, in codes; by default channel 1 each 20 ms, t2 8 ms."""
    return bytes((factor, mask, low, t2, t1 >> 8, t1 & 0xFF, execution))


def setting(*, current: int = 20, width: int = 300, mode: int = SINGLE) -> bytes:
    """One channel's part of StartChannelListMode."""
    return bytes((mode, width >> 8, width & 0xFF, current))


def single_pulse(*, channel_field: int = 0, current: int = 20, width: int = 300) -> bytes:
    return bytes((channel_field, width >> 8, width & 0xFF, current))


class Bench:
    """A device in virtual time with everything that came out of it."""

    def __init__(self, *, ack_delay_us: int = 0, seed: int = 0) -> None:
        self.now_us = 0
        self.pulses: list[Pulse] = []
        self.frames: list[tuple[int, str, bytes, str]] = []
        self.received: list[tuple[int, Packet]] = []
        self.device = RehaStim2(
            on_pulse=self.pulses.append,
            on_frame=lambda *frame: self.frames.append(frame),
            ack_delay_us=ack_delay_us,
            seed=seed,
        )
        self._reader = FrameReader()
        self._number = 0

    @property
    def pulse_times_us(self) -> list[int]:
        return [pulse.time_us for pulse in self.pulses]

    def write(self, wire: bytes) -> list[Packet]:
        """Let bytes arrive now; what the device sends by now comes back."""
        self.device.receive(wire, self.now_us)
        return self._collect()

    def command(self, command: int, data: bytes = b"") -> list[Packet]:
        self._number = (self._number + 1) % 256
        return self.write(encode(self._number, command, data))

    def result(self, command: int, data: bytes = b"") -> int:
        """The result code of a command's ack, which must be the only answer."""
        (answer,) = self.command(command, data)
        assert answer.command == command + 1
        return int.from_bytes(answer.data[:1], "big", signed=True)

    def connect(self) -> "Bench":
        self.command(INIT_ACK, b"\x00")
        return self

    def start(self, init: bytes, *settings: bytes) -> "Bench":
        """Connect, initialise, start."""
        self.connect()
        assert self.result(INIT_LIST, init) == 0
        assert self.result(START_LIST, b"".join(settings)) == 0
        return self

    def run_until(self, end_us: int, *, keep_alive: bool = True) -> list[Packet]:
        """Step from event to event; a Watchdog each 400 ms unless told otherwise."""
        first = len(self.received)
        alive_us = self.now_us + KEEP_ALIVE_US if keep_alive else end_us + 1
        while (due_us := min(self.device.next_event_us(), alive_us)) <= end_us:
            self.now_us = max(due_us, self.now_us)
            if due_us == alive_us:
                self.command(WATCHDOG)
                alive_us += KEEP_ALIVE_US
            self.device.advance(self.now_us)
            self._collect()
        self.now_us = end_us
        return [packet for _, packet in self.received[first:]]

    def _collect(self) -> list[Packet]:
        packets = []
        for wire in self.device.take_outgoing(self.now_us):
            (packet,) = self._reader.receive(wire)
            assert isinstance(packet, Packet)
            packets.append(packet)
        self.received += [(self.now_us, packet) for packet in packets]
        return packets
